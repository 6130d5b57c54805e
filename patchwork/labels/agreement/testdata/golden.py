"""Writes golden.jsonl: agreement of random ratings with missing values, by scikit-learn, statsmodels and definitions.

Cohen's kappa is scikit-learn's, Fleiss' statsmodels'. Krippendorff's alpha is computed from its definition as a mean of
differences over pairs of values, without a coincidence matrix; it gives the 0.743 and 0.095 of Krippendorff 2011. The
intervals resample whole images, one after the other, not counts of kinds of image.
Run: /usr/bin/python3 golden.py > golden.jsonl     (Python 3.11, numpy 1.24, scikit-learn 1.2.1, statsmodels 0.13.5)
"""
import json
import warnings

import numpy as np
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import fleiss_kappa

warnings.filterwarnings("ignore")
rng = np.random.default_rng(5)


def pairable(x):
    return [u[u >= 0] for u in x.T if (u >= 0).sum() >= 2]


def alpha(x):
    """x: people by units, negative is missing. Krippendorff: 1 - mean difference within units / over all values."""
    units = pairable(x)
    if not units:
        return None
    values = np.concatenate(units)
    n = len(values)
    within = sum((u[:, None] != u[None, :]).sum() / (len(u) - 1) for u in units) / n
    over = (values[:, None] != values[None, :]).sum() / (n * (n - 1))
    return 1 - within / over if over > 0 else None


def agreement(x):
    same = sum((u[:, None] == u[None, :]).sum() - len(u) for u in pairable(x))
    return same / sum(len(u) * (len(u) - 1) for u in pairable(x)) if pairable(x) else None


def cohen(a, b):
    both = (a >= 0) & (b >= 0)
    if not both.any():
        return None
    k = cohen_kappa_score(a[both], b[both], labels=[0, 1])
    return None if np.isnan(k) else k


def fleiss(x):
    m = (x >= 0).sum(0)
    sizes = [(np.sum(m == k), k) for k in range(2, len(x) + 1)]
    images, k = max(sizes)
    if images == 0:
        return None, 0, 0
    rows = x[:, m == k]
    counts = np.stack([(rows == 0).sum(0), (rows == 1).sum(0)], 1)
    kappa = fleiss_kappa(counts)
    return (None if np.isnan(kappa) else kappa), int(k), int((m >= 2).sum() - images)


def interval(x, of, n=20000):
    x = x[:, (x >= 0).sum(0) >= 2]
    draws = [of(x[:, rng.integers(0, x.shape[1], x.shape[1])]) for _ in range(n)]
    return [float(q) for q in np.percentile([d for d in draws if d is not None], [2.5, 97.5])]


def case(name, people, images, present, error, missing, boot=False):
    truth = rng.random(images) < present
    x = np.where(rng.random((people, images)) < error, ~truth, truth).astype(int)
    x[rng.random((people, images)) < missing] = -1
    kappa, ratings, left = fleiss(x)
    out = dict(name=name, ratings=x.tolist(), alpha=alpha(x), agreement=agreement(x), fleiss=kappa, fleiss_ratings=ratings,
               fleiss_left_out=left, cohen=[cohen(x[i], x[k]) for k in range(people) for i in range(k)])
    if boot:
        out["alpha_interval"] = interval(x, alpha)
        out["cohen_interval"] = interval(x[:2], lambda y: cohen(y[0], y[1]))
    print(json.dumps(out))


c = np.array([[1, 2, 3, 3, 2, 1, 4, 1, 2, -1, -1, -1], [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, -1, -1],
              [-1, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 3], [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, -1]])
assert abs(alpha(c) - 0.743) < 5e-4
a = np.array([[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]])
assert abs(alpha(a) - 0.095) < 5e-4

case("two people, everything labelled", 2, 40, 0.5, 0.2, 0.0, boot=True)
case("two people, a rare class", 2, 60, 0.08, 0.03, 0.2)
case("three people, some missing", 3, 60, 0.4, 0.15, 0.2, boot=True)
case("three people, mostly missing", 3, 60, 0.4, 0.15, 0.7)
case("five people", 5, 30, 0.3, 0.1, 0.4)
case("all alike", 3, 20, 0.5, 0.0, 0.2)
case("only absent", 3, 20, 0.0, 0.0, 0.2)
case("about chance", 2, 25, 0.5, 0.5, 0.0)
