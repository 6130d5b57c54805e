"""Writes golden.jsonl: AUC, average precision, log loss, accuracy and intervals of random cases with missing labels.

Figures come from scikit-learn, intervals from the roots that scipy finds of their defining equations (not from the
closed forms and the bisection that the Go code uses).
Run: /usr/bin/python3 golden.py > golden.jsonl     (Python 3.11, numpy 1.24, scikit-learn 1.2.1, scipy 1.10)
"""
import json

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm
from sklearn.metrics import accuracy_score, average_precision_score, log_loss, roc_auc_score

rng = np.random.default_rng(7)
z = norm.ppf(0.975)


def share_interval(p, n):
    """All shares t with |p - t| <= z sqrt(t (1-t) / n): the definition of Wilson's interval."""
    f = lambda t: (p - t) ** 2 - z * z * t * (1 - t) / n
    return ends(f, p)


def auc_interval(a, m, n):
    """All areas t with |a - t| <= z sqrt(V(t)), V of Hanley and McNeil with both sizes replaced by their mean."""
    k = (m + n) / 2 - 1

    def f(t):
        q1, q2 = t / (2 - t), 2 * t * t / (1 + t)
        v = (t * (1 - t) + k * (q1 - t * t) + k * (q2 - t * t)) / (m * n)
        return (a - t) ** 2 - z * z * v

    return ends(f, a)


def ends(f, value):
    grid = np.concatenate([np.geomspace(1e-12, 0.5, 4001), 1 - np.geomspace(1e-12, 0.5, 4001)[::-1]])
    lower = upper = value
    below, above = grid[grid < value][::-1], grid[grid > value]
    for t in below:
        if f(t) > 0:
            lower = brentq(f, t, min(value, 1 - 1e-12), xtol=1e-14) if f(min(value, 1 - 1e-12)) <= 0 else t
            break
    for t in above:
        if f(t) > 0:
            upper = brentq(f, max(value, 1e-12), t, xtol=1e-14) if f(max(value, 1e-12)) <= 0 else t
            break
    return float(lower), float(upper)


def case(name, n, positive, decimals, skill):
    y = (rng.uniform(size=n) < positive).astype(int)
    s = 1 / (1 + np.exp(-(skill * (2 * y - 1) + rng.normal(size=n))))
    s = np.round(s, decimals).astype(np.float32)  # few decimals make ties
    truth = np.where(rng.uniform(size=n) < 0.3, -1, y)
    keep = truth >= 0
    t, p = truth[keep], s[keep].astype(np.float64)
    acc = accuracy_score(t, (p >= 0.5).astype(int))
    auc = roc_auc_score(t, p)
    clipped = np.clip(p, 1e-7, 1 - 1e-7)
    print(json.dumps(dict(
        name=name, scores=[float(x) for x in s], truth=truth.tolist(),
        accuracy=[acc, *share_interval(acc, len(t))],
        auc=[auc, *auc_interval(auc, int(t.sum()), int((1 - t).sum()))],
        average_precision=average_precision_score(t, p),
        log_loss=log_loss(t, clipped, labels=[0, 1]))))


case("skilled", 80, 0.4, 7, 1.0)
case("chance", 60, 0.5, 7, 0.0)
case("many ties", 120, 0.3, 1, 0.7)
case("rare class", 300, 0.04, 3, 1.5)
case("inverted", 50, 0.5, 2, -1.0)
case("separable", 40, 0.5, 3, 6.0)
case("tiny", 9, 0.5, 2, 0.5)
