"""Writes informed.json: what BALD, BAIT and variance are to choose, computed with scipy and numpy.

Independent of the Go code: mutual information by adaptive quadrature over the normal density; the traces of BAIT from whole
inverses of matrices that are built anew for each candidate, on principal components by singular value decomposition; variances from whole
inverses of the precision of weights and bias, built anew for each candidate.
Run: /usr/bin/python3 informed.py > informed.json        (numpy 1.24, scipy 1.10, Python 3.11)
"""
import json

import numpy as np
from scipy.integrate import quad
from scipy.stats import norm

entropy = lambda p: 0.0 if p <= 0 or p >= 1 else -(p * np.log2(p) + (1 - p) * np.log2(1 - p))
sigmoid = lambda z: 1 / (1 + np.exp(-z))


def mutual(prob, s):
    m = np.log(prob / (1 - prob)) * np.sqrt(1 + np.pi * s * s / 8)
    average = lambda f: quad(lambda u: f(sigmoid(m + s * u)) * norm.pdf(u), -12, 12, epsabs=1e-12, epsrel=1e-12, limit=400)[0]
    return entropy(average(lambda p: p)) - average(entropy)


bald = [dict(prob=p, deviation=s, bits=mutual(p, s)) for p in (0.5, 0.03, 0.8, 0.999) for s in (0.01, 0.3, 1.0, 3.0)]

rng = np.random.default_rng(4)
N, K, D, C, n = 12, 5, 6, 3, 4
x = (rng.normal(size=(N + K, D)) * [3, 1, 2, 0.5, 1, 1]).astype(np.float32)
p = rng.uniform(0.02, 0.98, size=(N + K, C)).astype(np.float32)
labels = np.full((N + K, C), -1)
labels[:N] = np.where(rng.uniform(size=(N, C)) < 0.25, rng.integers(0, 2, size=(N, C)), -1)
labels[:N][(labels[:N] >= 0).all(axis=1)] = -1
labels[N:] = np.where(rng.uniform(size=(K, C)) < 0.8, rng.integers(0, 2, size=(K, C)), -1)

x64, p64 = x.astype(np.float64), p.astype(np.float64)
centred = x64 - x64.mean(0)
h = centred @ np.linalg.svd(centred, full_matrices=False)[2].T
h /= np.sqrt((h ** 2).mean())
information = lambda i, c: p64[i, c] * (1 - p64[i, c]) * np.outer(h[i], h[i])
wanted = [sum(information(i, c) for i in range(N) if labels[i, c] < 0) / N for c in range(C)]
M = [np.eye(D) + sum(information(i, c) for i in range(N, N + K) if labels[i, c] >= 0) for c in range(C)]
rows, scores = [], []
for _ in range(n):
    trace = lambda m, c: np.trace(np.linalg.inv(m) @ wanted[c])
    gain = [-1 if i in rows else sum(trace(M[c], c) - trace(M[c] + information(i, c), c) for c in range(C) if labels[i, c] < 0) for i in range(N)]
    i = int(np.argmax(gain))
    rows.append(i)
    scores.append(gain[i])
    for c in range(C):
        if labels[i, c] < 0:
            M[c] = M[c] + information(i, c)

# variance: weights and bias have a normal prior, a class counts by how few images show it, and each labelled row adds w·h hᵀ to their precision
mean = x64.mean(0)
u = (x64 - mean) / np.linalg.norm(x64 - mean, axis=1, keepdims=True)
g = np.hstack([u, np.ones((N + K, 1))])
s = p64 * (1 - p64)
w = np.where(np.arange(N + K)[:, None] < N, labels < 0, labels >= 0) * s
t = (w ** 2 / (1 + (labels[N:] == 1).sum(0))).sum(1)[:N]
w = w.mean(1)
precision = np.diag([1 / 30] * D + [0.01]) + sum(w[i] * np.outer(g[i], g[i]) for i in range(N, N + K))
doubt = lambda m: sum(t[i] * g[i] @ np.linalg.inv(m) @ g[i] for i in range(N))
total = doubt(precision)
taken, shares = [], []
for _ in range(n):
    gain = [-1 if i in taken else doubt(precision) - doubt(precision + w[i] * np.outer(g[i], g[i])) for i in range(N)]
    i = int(np.argmax(gain))
    taken.append(i)
    shares.append(gain[i] / total)
    precision = precision + w[i] * np.outer(g[i], g[i])

print(json.dumps(dict(variance=dict(rows=taken, scores=shares), bald=bald, bait=dict(candidates=N, features=x.tolist(), probs=p.tolist(), labels=labels.tolist(), rows=rows, scores=scores))))
