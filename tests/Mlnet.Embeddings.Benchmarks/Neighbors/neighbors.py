"""Nearest neighbours by Python's libraries, on demand: a line in, a line out. Files hold n and d (int32), then the rows (float32)."""
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


for line in sys.stdin:
    name, *arguments = line.split()
    try:
        print({"brute": brute, "graph": graph}[name](*arguments), flush=True)
    except ImportError as missing:
        print("missing", missing.name, flush=True)
