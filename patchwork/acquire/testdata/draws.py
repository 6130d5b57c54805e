"""Writes draws.json: distances of whole gradients, and the exact chance of each row at each draw, computed with numpy.

Independent of the Go code: the gradients are built as whole matrices, the derivative of the loss is taken by finite
differences of the loss itself, and the chances of the first three draws are summed over all sequences.
Run: /usr/bin/python3 draws.py > draws.json        (numpy 1.24, Python 3.11)
"""
import itertools
import json

import numpy as np

rng = np.random.default_rng(11)
N, K, D, C = 9, 3, 5, 3  # candidates, known rows, features, classes
x = rng.normal(size=(N + K, D)).astype(np.float32).astype(np.float64)
mean = rng.normal(size=D).astype(np.float32).astype(np.float64)
p = rng.uniform(0.02, 0.98, size=(N + K, C)).astype(np.float32).astype(np.float64)
labels = np.full((N + K, C), -1)
labels[:N] = np.where(rng.uniform(size=(N, C)) < 0.25, rng.integers(0, 2, size=(N, C)), -1)
labels[:N][(labels[:N] >= 0).all(axis=1)] = -1
labels[N:] = rng.integers(0, 2, size=(K, C))


def gradient(row, classes, divide):
    """d loss / d W, [D, C], of the mean cross-entropy of [p >= 1/2] over classes, at the W that gives p; by differences."""
    h = x[row] - mean
    z = np.log(p[row] / (1 - p[row]))
    y = (p[row] >= 0.5).astype(float)

    def loss(W):
        s = 1 / (1 + np.exp(-(z + h @ W)))
        return -(y * np.log(s) + (1 - y) * np.log(1 - s))[classes].sum() / divide

    g, e = np.zeros((D, C)), 1e-5
    for i in range(D):
        for c in range(C):
            W = np.zeros((D, C))
            W[i, c] = e
            g[i, c] = (loss(W) - loss(-W)) / (2 * e)
    return g.ravel()


def chances(points, centres, first):
    """chances[draw][row] of the first three draws, given points, the centres from the start, and the first row if no centre."""
    out = np.zeros((3, len(points)))

    def weights(chosen):
        c = np.vstack([centres] + [points[i][None] for i in chosen])
        d = ((points[:, None] - c[None]) ** 2).sum(-1).min(1)
        d[list(chosen)] = 0
        return d / d.sum()

    for i, j, k in itertools.permutations(range(len(points)), 3):
        if len(centres):
            a = weights(())[i]
        else:
            a = first[i]
        b = weights((i,))[j]
        c = weights((i, j))[k]
        out[0, i] += a * b * c
        out[1, j] += a * b * c
        out[2, k] += a * b * c
    return out


def square(points):
    return ((points[:, None] - points[None]) ** 2).sum(-1).tolist()


cases = []
G = np.array([gradient(r, (labels[r] < 0) if r < N else np.ones(C, bool), C) for r in range(N + K)])
longest = np.eye(N)[(G[:N] ** 2).sum(1).argmax()]
cases.append(dict(strategy="badge", rows=list(range(N)), known=True, distances=square(G), chances=chances(G[:N], G[N:], None).tolist()))
cases.append(dict(strategy="badge", rows=list(range(N)), known=False, distances=square(G[:N]),
                  chances=chances(G[:N], np.zeros((0, D * C)), longest).tolist()))
open1 = [r for r in range(N) if labels[r, 1] < 0]
G1 = np.array([gradient(r, np.arange(C) == 1, 1) for r in open1 + list(range(N, N + K))])
cases.append(dict(strategy="badge: b", rows=open1, known=True, distances=square(G1),
                  chances=chances(G1[:len(open1)], G1[len(open1):], None).tolist()))
u = x / np.linalg.norm(x, axis=1, keepdims=True)
cases.append(dict(strategy="diversity", rows=list(range(N)), known=True, distances=square(u), chances=chances(u[:N], u[N:], None).tolist()))
cases.append(dict(strategy="diversity", rows=list(range(N)), known=False, distances=square(u[:N]),
                  chances=chances(u[:N], np.zeros((0, D)), np.full(N, 1 / N)).tolist()))
for name, w in (("high: b", p[:N, 1] ** 4), ("low: b", (1 - p[:N, 1]) ** 4)):
    w = np.where(labels[:N, 1] < 0, w, 0)[open1]
    out = np.zeros((3, len(w)))
    for i, j, k in itertools.permutations(range(len(w)), 3):
        q = w[i] / w.sum() * w[j] / (w.sum() - w[i]) * w[k] / (w.sum() - w[i] - w[j])
        out[0, i] += q
        out[1, j] += q
        out[2, k] += q
    cases.append(dict(strategy=name, rows=open1, known=False, distances=None, chances=out.tolist()))
print(json.dumps(dict(features=x.tolist(), mean=mean.tolist(), probs=p.tolist(), labels=labels.tolist(), open=N, cases=cases)))
