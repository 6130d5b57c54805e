"""Writes golden.jsonl: prediction-powered estimates of a mean, by the formulas of the papers in numpy.

The variance of PPI++ (arXiv:2311.01453, equation 4 for a mean) is minimised over λ on a grid of 2,000,001 points, instead of
by its closed form; with n-1 in all variances.
Run: /usr/bin/python3 golden.py > golden.jsonl     (Python 3.11, numpy 1.24)
"""
import json

import numpy as np

rng = np.random.default_rng(3)


def case(name, images, audited, share, skill):
    y = (rng.uniform(size=images) < share).astype(int)
    f = (1 / (1 + np.exp(-(skill * (2 * y - 1) + rng.normal(size=images))))).astype(np.float32)
    audit = np.full(images, -1)
    rows = rng.choice(images, audited, replace=False)
    audit[rows] = y[rows]
    seen = audit >= 0
    g = f.astype(np.float64)
    n, N = seen.sum(), (~seen).sum()
    # The asymptotic variance with the pooled variance of f for both of its halves, as λ's estimate takes it.
    v, c = g.var(ddof=1), np.cov(audit[seen], g[seen])[0, 1]
    grid = np.linspace(0, 1, 2_000_001)
    lam = grid[np.argmin(grid**2 * v / N + (grid**2 * v - 2 * grid * c) / n)]
    rest = audit[seen] - lam * g[seen]
    value = lam * g[~seen].mean() + rest.mean()
    half = 1.959963984540054 * np.sqrt(lam**2 * g[~seen].var(ddof=1) / N + rest.var(ddof=1) / n)
    print(json.dumps(dict(name=name, scores=[round(float(s), 9) for s in f], audit=audit.tolist(), lam=lam,
                          share=[value, max(0, value - half), min(1, value + half)])))


case("good model", 600, 100, 0.3, 1.5)
case("useless model", 300, 60, 0.4, 0.0)
case("upside down", 300, 60, 0.4, -1.0)
case("half audited", 120, 60, 0.5, 1.0)
