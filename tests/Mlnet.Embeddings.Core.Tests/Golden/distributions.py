"""Writes distributions.json beside itself: probabilities of the normal and the Gamma distribution, far into their tails.

Made with NumPy 1.24.2 and SciPy 1.10.1; run it again only to add cases.
"""
import json
import math
import pathlib

from scipy import special

normal = [[z, float(special.ndtr(z))] for z in (-37.0, -20.0, -8.25, -5.0, -3.3, -1.0, -0.61, -0.1, 0.0, 0.3, 0.9, 2.2, 5.5, 8.0)]
quantile = [[p, float(special.ndtri(p))] for p in (1e-300, 1e-20, 1e-12, 5e-6, 0.0004, 0.02, 0.0749, 0.0751, 0.3, 0.5, 0.62, 0.9, 0.99, 0.999995)]
gamma = [
    [shape, x, float(special.gammainc(shape, x))]
    for shape in (1e-9, 0.03, 0.5, 1.0, 4.2, 37.0, 180.0, 999.0, 1000.0, 2500.0, 1e6, 1e12)
    for x in (1e-3, 0.7 * shape, shape - 4 * math.sqrt(shape), shape - math.sqrt(shape), shape, shape + math.sqrt(shape) / 2, 1.2 * shape)
    if x > 0 and float(special.gammainc(shape, x)) > 1e-250
]
log_gamma = [[x, float(special.gammaln(x))] for x in (1e-14, 1e-3, 0.5, 1.5, 3.0, 11.9, 12.0, 55.5, 1e6, 1e14)]
golden = {"normal": normal, "quantile": quantile, "gamma": gamma, "log_gamma": log_gamma, "expm1": [[x, math.expm1(x)] for x in (-50.0, -1.0, -0.01, -1e-5, -1e-12, 0.0, 1e-9, 0.2, 3.0)]}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
