"""Writes rankings.jsonl: whole rankings of the score strategies of package acquire, computed with numpy.

Independent of the Go code: the maximum entropy is taken over the entropies themselves, not through |p - 1/2|.
Run: /usr/bin/python3 rankings.py > rankings.jsonl        (numpy 1.24, Python 3.11)
"""
import json

import numpy as np

rng = np.random.default_rng(20240611)
N, C = 60, 3
classes = ["water", "forest", "road"]
probs = rng.uniform(0.001, 0.999, size=(N, C)).astype(np.float32)
labels = rng.choice([-1, -1, 0, 1], size=(N, C)).astype(int)
labels[5] = 1  # one row is labelled for every class

p = np.clip(probs.astype(np.float64), 1e-5, 1 - 1e-5)
H = -p * np.log2(p) - (1 - p) * np.log2(1 - p)
unknown = labels < 0


def emit(strategy, score, candidates):
    rows = np.flatnonzero(candidates)
    order = rows[np.argsort(-score[rows])]
    assert len(np.unique(score[rows])) == len(rows), "no ties, so the order is unique"
    print(json.dumps(dict(strategy=strategy, probs=[[float(x) for x in r] for r in probs], labels=labels.tolist(),
                          rows=order.tolist(), scores=[round(float(s), 9) for s in score[order]])))


some = unknown.any(axis=1)
emit("entropy", np.where(unknown, H, -1).max(axis=1), some)
gap = np.where(unknown, np.abs(probs.astype(np.float64) - 0.5), 9).min(axis=1)
emit("margin", 1 - 2 * gap, some)
for c in range(C):
    if c == 0:
        emit("entropy: water", H[:, 0], unknown[:, 0])
    if c == 1:
        emit("highest: forest", probs[:, 1].astype(np.float64), unknown[:, 1])
        emit("lowest: forest", 1 - probs[:, 1].astype(np.float64), unknown[:, 1])
    if c == 2:
        emit("highest: road", probs[:, 2].astype(np.float64), unknown[:, 2])
