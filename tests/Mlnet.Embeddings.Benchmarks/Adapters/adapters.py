"""A linear adapter trained by PyTorch, on demand: a line in, "seconds loss peak_megabytes" out. Arguments: both sides of the pairs (float32, row after row), dimensions, batch, epochs, threads."""
import resource
import sys
import time

import numpy as np
import torch

anchors, positives = (torch.from_numpy(np.fromfile(path, dtype=np.float32).reshape(-1, int(sys.argv[3]))) for path in sys.argv[1:3])
dimensions, size, epochs, threads = (int(argument) for argument in sys.argv[3:7])
torch.set_num_threads(threads)


def train():
    """In-batch InfoNCE at a temperature of 0.05 over one linear layer that starts at the identity, AdamW, as its users write it."""
    torch.manual_seed(1)
    layer = torch.nn.Linear(dimensions, dimensions)
    torch.nn.init.eye_(layer.weight)
    torch.nn.init.zeros_(layer.bias)
    optimizer = torch.optim.AdamW(layer.parameters(), lr=1e-3, weight_decay=0.01)
    labels = torch.arange(size)
    for _ in range(epochs):
        total = 0.0
        for batch in torch.randperm(len(anchors)).split(size):
            a = torch.nn.functional.normalize(layer(anchors[batch]), dim=1)
            p = torch.nn.functional.normalize(layer(positives[batch]), dim=1)
            loss = torch.nn.functional.cross_entropy(a @ p.T / 0.05, labels[: len(batch)])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
    return total / len(anchors)


print("PyTorch", torch.__version__, flush=True)
for line in sys.stdin:
    start = time.perf_counter()
    loss = train()
    print(time.perf_counter() - start, loss, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, flush=True)
