"""ZCA whitening by numpy, on demand: a line in, a line out. Arguments: the rows (.npy, float32) and where to write the float64 result of the first rows."""
import sys

import numpy as np

rows = np.load(sys.argv[1])


def whiten(x, moments):
    """Mean, covariance, eigenvectors, transform; sums as numpy users write them."""
    mean = x.mean(axis=0, dtype=moments).astype(x.dtype)
    centered = x - mean
    covariance = centered.T @ centered / (len(x) - 1)
    values, vectors = np.linalg.eigh(covariance.astype(np.float64))
    matrix = (vectors / np.sqrt(values)) @ vectors.T
    return centered @ matrix.astype(x.dtype)


print("numpy", np.__version__, flush=True)
for line in sys.stdin:
    if line.startswith("exact"):
        np.save(sys.argv[2], whiten(rows.astype(np.float64), np.float64)[:1000])
        print("done", flush=True)
    else:
        white = whiten(rows, np.float64)
        if line.startswith("unit"):
            white /= np.linalg.norm(white, axis=1, keepdims=True)
        print(len(rows), flush=True)
