"""Writes golden.jsonl: the figures of one class and their intervals, of random cases with missing labels.

Figures come from scikit-learn and, where it has none (calibration error, decomposition of the Brier score), from numpy on
their definitions; intervals from the roots that scipy finds of their defining equations (not from the closed forms and the
bisection that the Go code uses).
Run: /usr/bin/python3 golden.py > golden.jsonl     (Python 3.11, numpy 1.24, scikit-learn 1.2.1, scipy 1.10)
"""
import json

import numpy as np
from scipy.optimize import brentq
from scipy.stats import binom, norm, rankdata
from sklearn.calibration import calibration_curve
from sklearn.metrics import (accuracy_score, average_precision_score, balanced_accuracy_score, brier_score_loss, confusion_matrix,
                             f1_score, log_loss, precision_recall_curve, precision_score, recall_score, roc_auc_score, roc_curve)

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


def f1_interval(f, n):
    """All F1 scores t whose Jaccard share t/(2-t) Wilson's test on n images does not reject."""
    j = f / (2 - f)
    return ends(lambda t: (j - t / (2 - t)) ** 2 - z * z * t / (2 - t) * (1 - t / (2 - t)) / n, f)


def exact_bounds(k, n, error):
    """Clopper and Pearson: the shares at which k or more, and k or fewer, have the probability error."""
    low = 0.0 if k == 0 else brentq(lambda t: binom.sf(k - 1, n, t) - error, 0, 1, xtol=1e-14)
    high = 1.0 if k == n else brentq(lambda t: binom.cdf(k, n, t) - error, 0, 1, xtol=1e-14)
    return low, high


def calibration(t, p, equal_mass):
    """ECE, and reliability and resolution of the Brier score, of ten bins."""
    if equal_mass:  # a bin ends where the images before a score reach the next tenth
        bins = np.floor((rankdata(-p, method="min") - 1) * 10 / len(p)).astype(int)
    else:
        bins = np.searchsorted(np.linspace(0, 1, 11)[1:-1], p)  # as in calibration_curve
    ece = rel = res = 0.0
    points = []
    for b in np.unique(bins):
        inside = bins == b
        w, share, score = inside.mean(), t[inside].mean(), p[inside].mean()
        points.append((score, share))
        ece += w * abs(share - score)
        rel += w * (share - score) ** 2
        res += w * (share - t.mean()) ** 2
    if not equal_mass:
        share, score = calibration_curve(t, p, n_bins=10)
        assert np.allclose(np.array(points), np.stack([score, share], 1))
    return dict(ece=ece, reliability=rel, resolution=res)


def case(name, n, positive, decimals, skill):
    y = (rng.uniform(size=n) < positive).astype(int)
    s = 1 / (1 + np.exp(-(skill * (2 * y - 1) + rng.normal(size=n))))
    s = np.round(s, decimals).astype(np.float32)  # few decimals make ties
    truth = np.where(rng.uniform(size=n) < 0.3, -1, y)
    keep = truth >= 0
    t, p = truth[keep], s[keep].astype(np.float64)
    acc = accuracy_score(t, (p >= 0.5).astype(int))
    auc = roc_auc_score(t, p)
    said = (p >= 0.5).astype(int)
    (tn, fp), (fn, tp) = confusion_matrix(t, said).tolist()
    f1, recall, specificity = f1_score(t, said), recall_score(t, said), recall_score(1 - t, 1 - said)
    balanced = balanced_accuracy_score(t, said)
    (rl, rh), (sl, sh) = share_interval(recall, tp + fn), share_interval(specificity, tn + fp)
    fpr, tpr, cuts = roc_curve(t, p, drop_intermediate=False)
    pr, _, pr_cuts = precision_recall_curve(t, p)
    clipped = np.clip(p, 1e-7, 1 - 1e-7)
    print(json.dumps(dict(
        name=name, scores=[float(x) for x in s], truth=truth.tolist(),
        accuracy=[acc, *share_interval(acc, len(t))],
        auc=[auc, *auc_interval(auc, int(t.sum()), int((1 - t).sum()))],
        average_precision=average_precision_score(t, p),
        log_loss=log_loss(t, clipped, labels=[0, 1]),
        confusion=[tp, fp, fn, tn],
        precision=[precision_score(t, said), *share_interval(precision_score(t, said), tp + fp)],
        recall=[recall, rl, rh],
        f1=[f1, *f1_interval(f1, tp + fp + fn)],
        balanced=[balanced, max(0, balanced - np.hypot(recall - rl, specificity - sl) / 2),
                  min(1, balanced + np.hypot(rh - recall, sh - specificity) / 2)],
        exact=exact_bounds(tp, tp + fp, 0.05),
        roc=[fpr[1:].tolist(), tpr[1:].tolist()], cuts=cuts[1:].tolist(),
        pr=pr[:-1][::-1][: len(pr_cuts)].tolist(),
        brier=brier_score_loss(t, p), width=calibration(t, p, False), mass=calibration(t, p, True))))


case("skilled", 80, 0.4, 7, 1.0)
case("chance", 60, 0.5, 7, 0.0)
case("many ties", 120, 0.3, 1, 0.7)
case("rare class", 300, 0.04, 3, 1.5)
case("inverted", 50, 0.5, 2, -1.0)
case("separable", 40, 0.5, 3, 6.0)
case("tiny", 9, 0.5, 2, 0.5)
