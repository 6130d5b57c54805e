"""Writes audit.json: Cohen's kappa by scikit-learn, the power law by scipy, and the interval of a share by scipy.

Run: python3 audit.py > audit.json (scikit-learn 1.2, scipy 1.10, numpy 1.24; Python 3.11)
"""

import json

import numpy as np
from scipy.optimize import curve_fit
from scipy.stats import beta
from sklearn.metrics import cohen_kappa_score, f1_score

rng = np.random.default_rng(7)


def kappas():
    for n, k, same in [(40, 2, 0.9), (300, 5, 0.7), (2000, 10, 0.99), (50, 3, 0.3)]:
        a = rng.integers(0, k, n)
        b = np.where(rng.random(n) < same, a, rng.integers(0, k, n))
        yield {
            "a": a.tolist(), "b": b.tolist(), "kappa": cohen_kappa_score(a, b), "changed": float(np.mean(a != b)),
            "change": [1 - f1_score(a == c, b == c) for c in range(k)],
        }


def laws():
    for b, gamma, noise in [(1.2, 0.5, 0.0), (2.0, 0.8, 0.01), (0.5, 0.1, 0.02), (0.9, 1.4, 0.001)]:
        n = np.array([16, 32, 64, 128])
        err = b * n ** -gamma + noise * rng.standard_normal(4)
        (b2, gamma2), _ = curve_fit(lambda n, b, g: b * n ** -g, n, err, p0=(1, 0.5), bounds=((0, 0), (np.inf, 2)), xtol=1e-12, ftol=1e-12)
        yield {"images": n.tolist(), "errors": err.tolist(), "at": float(b2 * 192.0 ** -gamma2)}


def shares():
    for s, n in [(0, 12), (12, 12), (57, 61), (30.5, 40)]:
        yield {"right": s, "n": n, "low": beta.ppf(0.025, s + 0.5, n - s + 0.5), "high": beta.ppf(0.975, s + 0.5, n - s + 0.5)}


print(json.dumps({"kappas": list(kappas()), "laws": list(laws()), "shares": list(shares())}))
