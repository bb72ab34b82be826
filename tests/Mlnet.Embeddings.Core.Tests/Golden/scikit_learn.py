"""Writes scikit_learn.json beside itself: what NumPy, SciPy and scikit-learn compute where this project computes the same.

Made with NumPy 1.24.2, SciPy 1.10.1 and scikit-learn 1.2.1; run it again only to add cases.
"""
import json
import pathlib

import numpy as np
from scipy import stats
from sklearn import metrics
from sklearn.cluster import MiniBatchKMeans
from sklearn.linear_model import LogisticRegression


def logistic_regression(classes, strength):
    rng = np.random.RandomState(classes)
    x = np.round(rng.normal(size=(60, 5)), 3)
    y = (x @ rng.normal(size=(5, classes)) + rng.gumbel(size=(60, classes))).argmax(1)
    head = LogisticRegression(C=strength, tol=1e-10, max_iter=10_000).fit(x, y)
    return {
        "classes": classes, "strength": strength, "x": x.ravel().tolist(), "y": y.tolist(), "coefficients": head.coef_.ravel().tolist(),
        "intercepts": head.intercept_.tolist(), "probabilities": head.predict_proba(x).ravel().tolist(),
    }


def few_shot_draws():
    labels = np.random.RandomState(7).randint(0, 5, 200)
    order = list(range(len(labels)))
    draws = []
    for _ in range(10):
        np.random.RandomState(42).shuffle(order)
        taken = np.zeros(5, int)
        rows = []
        for row in order:
            if taken[labels[row]] < 8:
                taken[labels[row]] += 1
                rows.append(row)
        draws.append(rows)
    return {"labels": labels.tolist(), "draws": draws}


def generator(seed):
    bits = np.random.RandomState(seed).randint(0, 2**32, 700, dtype=np.uint32).tolist()
    order = np.arange(1000)
    np.random.RandomState(seed).shuffle(order)
    return {"seed": seed, "first": bits[:5], "later": bits[-5:], "doubles": np.random.RandomState(seed).random_sample(3).tolist(), "shuffled": order[:20].tolist()}


def classification(classes, missing):
    rng = np.random.RandomState(classes)
    y = rng.randint(0, classes, 50)
    p = np.where(rng.random_sample(50) < 0.6, y, rng.randint(0, classes, 50))
    if missing is not None:
        y[y == missing] = 0
        p[p == missing] = 1
    scores = {"accuracy": metrics.accuracy_score(y, p)}
    for name, score in (("f1", metrics.f1_score), ("precision", metrics.precision_score), ("recall", metrics.recall_score)):
        scores[name] = score(y, p, average="macro", zero_division=0)
        scores[name + "_weighted"] = score(y, p, average="weighted", zero_division=0)
    if classes == 2:
        scores["ap"] = metrics.average_precision_score(y, p, average="macro")
        scores["ap_weighted"] = metrics.average_precision_score(y, p, average="weighted")
    return {"classes": classes, "labels": y.tolist(), "predictions": p.tolist(), "scores": scores}


def correlation():
    rng = np.random.RandomState(3)
    x = np.round(rng.normal(size=40), 1)
    y = np.round(x + rng.normal(size=40), 1)
    return {"x": x.tolist(), "y": y.tolist(), "pearson": stats.pearsonr(x, y)[0], "spearman": stats.spearmanr(x, y)[0], "ranks": stats.rankdata(x).tolist()}


def v_measure(seed, labels, clusters):
    rng = np.random.RandomState(seed)
    y = rng.randint(0, labels, 80)
    p = np.where(rng.random_sample(80) < 0.5, y % clusters, rng.randint(0, clusters, 80))
    homogeneity, completeness, v = metrics.homogeneity_completeness_v_measure(y, p)
    return {"labels": y.tolist(), "clusters": p.tolist(), "homogeneity": homogeneity, "completeness": completeness, "v": v}


def average_precision(decimals):
    rng = np.random.RandomState(decimals)
    y = rng.random_sample(60) < 0.4
    scores = np.round(rng.normal(size=60) + y, decimals)
    return {"labels": y.astype(int).tolist(), "scores": scores.tolist(), "ap": metrics.average_precision_score(y, scores)}


def mini_batches(rows, clusters, batch):
    rng = np.random.RandomState(rows)
    x = np.round(rng.normal(size=(rows, 3)) + 4 * rng.normal(size=(clusters, 3))[rng.randint(0, clusters, rows)], 2).astype(np.float32)
    found = MiniBatchKMeans(n_clusters=clusters, batch_size=batch, n_init=1, random_state=42).fit(x)
    return {"clusters": clusters, "batch": batch, "x": np.round(x.astype(float), 2).ravel().tolist(), "labels": found.labels_.tolist(), "centroids": found.cluster_centers_.ravel().tolist(), "iterations": found.n_iter_}


golden = {
    "logistic_regression": [logistic_regression(k, c) for k, c in ((3, 1.0), (3, 100.0), (2, 1.0), (5, 0.1))],
    "few_shot_draws": few_shot_draws(),
    "generator": [generator(42), generator(0), generator(2**31 - 1)],
    "classification": [classification(4, None), classification(6, 3), classification(2, None)],
    "correlation": correlation(),
    "v_measure": [v_measure(1, 4, 4), v_measure(2, 3, 6), v_measure(3, 5, 2), v_measure(4, 1, 3), v_measure(5, 3, 1)],
    "average_precision": [average_precision(d) for d in (3, 1, 0)],
    "mini_batches": [mini_batches(200, 4, 50), mini_batches(150, 20, 40), mini_batches(90, 6, 500)],
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
