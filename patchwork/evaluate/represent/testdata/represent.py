"""Writes represent.json: figures of features by scikit-learn, torch and numpy, to compare with.

Run: /usr/bin/python3 represent.py > represent.json        (Python 3.11, scikit-learn 1.2, scipy 1.10, numpy 1.24)
"""
import json

import numpy as np
from scipy.stats import t
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import normalized_mutual_info_score
from sklearn.preprocessing import StandardScaler

rng = np.random.default_rng(11)
n, d, k = 60, 6, 3
centres = rng.normal(size=(k, d)) * 1.1
kinds = np.arange(n) % k
rng.shuffle(kinds)
x = (centres[kinds] + rng.normal(size=(n, d))).round(3)
view = (x + 0.3 * rng.normal(size=(n, d))).round(3)
test = np.arange(n) % 3 == 0
scaler = StandardScaler().fit(x[~test])
model = LogisticRegression(C=1, max_iter=10000, tol=1e-9).fit(scaler.transform(x[~test]), kinds[~test])
u, v = (m / np.linalg.norm(m, axis=1, keepdims=True) for m in (x, view))
pairs = [np.exp(-2 * np.sum((u[i] - u[j]) ** 2)) for i in range(n) for j in range(n) if i != j]
s = np.linalg.svd(x, compute_uv=False)
p = s / s.sum() + 1e-7
clusters = rng.integers(0, 4, size=n)
found = KMeans(k, n_init=50, random_state=0).fit_predict(u)
right = rng.random((5, 12)) < 0.7  # draws × test rows
half = np.hypot(*(t.ppf(0.975, len(v) - 1) * v.std(ddof=1) / len(v) ** 0.5 for v in (right.mean(1), right.mean(0))))
print(json.dumps(dict(
    features=x.tolist(), views=view.tolist(), kinds=kinds.tolist(), clusters=clusters.tolist(),
    probe=dict(accuracy=model.score(scaler.transform(x[test]), kinds[test]), weights=model.coef_.tolist(), intercept=model.intercept_.tolist()),
    alignment=float(np.mean(np.sum((u - v) ** 2, axis=1))), uniformity=float(np.log(np.mean(pairs))),
    rank=float(np.exp(-np.sum(p * np.log(p)))),
    nmi=normalized_mutual_info_score(kinds, clusters), nmi_same=normalized_mutual_info_score(kinds, (kinds + 1) % k),
    nmi_found=normalized_mutual_info_score(kinds, found), right=right.tolist(), half=half)))
