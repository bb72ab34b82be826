"""Nearest neighbours, plain and by mutual proximity, by Python's libraries, on demand: a line in, a line out. Files hold n and d (int32), then the rows (float32)."""
import sys
import time

import numpy as np


def read(path):
    n, d = np.fromfile(path, np.int32, 2)
    return np.fromfile(path, np.float32, offset=8).reshape(n, d)


def brute(path, threads):
    from sklearn.neighbors import NearestNeighbors

    rows = read(path)
    start = time.perf_counter()
    NearestNeighbors(n_neighbors=10, metric="cosine", algorithm="brute", n_jobs=int(threads)).fit(rows).kneighbors()
    return time.perf_counter() - start


def graph(rows, queries, found, links, construction, search, threads):
    import hnswlib

    rows, queries = read(rows), read(queries)
    index = hnswlib.Index(space="cosine", dim=rows.shape[1])
    index.init_index(len(rows), M=int(links), ef_construction=int(construction), random_seed=1)
    start = time.perf_counter()
    index.add_items(rows, num_threads=int(threads))
    built = time.perf_counter() - start
    index.set_ef(int(search))
    start = time.perf_counter()
    labels, _ = index.knn_query(queries, 10, num_threads=1)
    asked = time.perf_counter() - start
    labels.astype(np.int32).tofile(found)
    return f"{built} {asked}"


def mutual(path, block=500):
    """Mutual proximity, Gaussian and independent: moments over all distances, then all pairs rescaled and the ten nearest kept."""
    from scipy.special import ndtr

    rows = read(path)
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    n = len(rows)
    mean, deviation = np.empty(n), np.empty(n)
    start = time.perf_counter()
    for first in range(0, n, block):
        distances = 1 - rows[first : first + block] @ rows.T
        distances[np.arange(len(distances)), np.arange(first, first + len(distances))] = np.nan
        mean[first : first + block] = np.nanmean(distances, axis=1)
        deviation[first : first + block] = np.nanstd(distances, axis=1)
    for first in range(0, n, block):
        distances = 1 - rows[first : first + block] @ rows.T
        own = ndtr((distances - mean[first : first + block, None]) / deviation[first : first + block, None])
        other = ndtr((distances - mean) / deviation)
        secondary = own + other - own * other
        secondary[np.arange(len(secondary)), np.arange(first, first + len(secondary))] = np.inf
        nearest = np.argpartition(secondary, 10, axis=1)[:, :10]
        np.take_along_axis(secondary, nearest, axis=1).sort(axis=1)
    return time.perf_counter() - start


for line in sys.stdin:
    name, *arguments = line.split()
    try:
        print({"brute": brute, "graph": graph, "mutual": mutual}[name](*arguments), flush=True)
    except ImportError as missing:
        print("missing", missing.name, flush=True)
