"""Writes attention_pooling.json beside itself: values and gradients of the attention pooling layers of NV-Embed and of Multi-Layers Trainable Pooling.

Made with PyTorch 1.13 in float64; run it again only to add cases. A tensor's gradient is stored as its sum against cos(0), cos(1), ...
"""
import json
import math
import pathlib

import torch

torch.set_default_dtype(torch.float64)
D, R, HEADS, WIDTH, HIDDEN, LAYERS = 4, 3, 2, 3, 5, 3
INNER = HEADS * WIDTH


def parameters(layers):
    shapes = [
        ("latents", (R, D)), ("norm.weight", (D,)), ("norm.bias", (D,)), ("norm_context.weight", (D,)), ("norm_context.bias", (D,)), ("to_q", (INNER, D)), ("to_kv", (2 * INNER, D)),
        ("to_out", (D, INNER)), ("last.weight", (D,)), ("last.bias", (D,)), ("wide", (2 * HIDDEN, D)), ("wide.bias", (2 * HIDDEN,)), ("narrow", (D, HIDDEN)), ("narrow.bias", (D,)),
    ]
    if layers:
        shapes.append(("pos_emb", (layers, D)))
    result, at = {}, 0
    for name, shape in shapes:
        size = math.prod(shape)
        result[name] = torch.tensor([0.8 * math.sin(1.3 * i + 0.2) for i in range(at, at + size)]).reshape(shape).requires_grad_()
        at += size
    return result


def norm(x, p, name):
    return torch.nn.functional.layer_norm(x, (D,), p[name + ".weight"], p[name + ".bias"])


def split(x):
    return x.reshape(x.shape[0], HEADS, WIDTH).transpose(0, 1)


def block(x, query_source, context, p):
    q, (k, v) = query_source @ p["to_q"].T, (context @ p["to_kv"].T).chunk(2, dim=-1)
    weights = torch.softmax(split(q) @ split(k).transpose(1, 2) / math.sqrt(WIDTH), dim=-1)
    attended = (weights @ split(v)).transpose(0, 1).reshape(x.shape[0], INNER)
    u = x + attended @ p["to_out"].T
    a, g = (norm(u, p, "last") @ p["wide"].T + p["wide.bias"]).chunk(2, dim=-1)
    return u + (a * torch.nn.functional.gelu(g)) @ p["narrow"].T + p["narrow.bias"]


def report(outputs, p):
    loss = sum((o * torch.tensor([math.sin(i + 1.0) for i in range(k * D, (k + 1) * D)])).sum() for k, o in enumerate(outputs))
    loss.backward()
    return {"outputs": [v for o in outputs for v in o.tolist()], "gradients": [sum(g * math.cos(i) for i, g in enumerate(t.grad.flatten().tolist())) for t in p.values()]}


def states(count, first):
    return torch.tensor([1.5 * math.cos(0.9 * i) + 0.1 * (i % 3) for i in range(first, first + count * D)]).reshape(count, D)


latent = parameters(0)
texts = [states(2, 0), states(5, 2 * D)]
golden = {"latent": report([block(t, norm(t, latent, "norm"), norm(latent["latents"], latent, "norm_context"), latent).mean(0) for t in texts], latent)}

layered = parameters(LAYERS)
texts = [states(LAYERS, 0), states(LAYERS, LAYERS * D)]
golden["layered"] = report([block(layered["latents"], norm(layered["latents"], layered, "norm_context"), norm(t + layered["pos_emb"], layered, "norm"), layered).mean(0) for t in texts], layered)
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
