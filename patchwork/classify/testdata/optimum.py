"""Writes optimum.json: a small problem of one class and the weights that scikit-learn finds for it.

minimise  mean(BCE) + decay/2 * sum(w^2)  over w and an unpunished intercept, on features standardised by their means
and one common root mean square. scikit-learn minimises sum(BCE) + 1/(2C) * sum(w^2), so C = 1/(n * decay).
Run: /usr/bin/python3 optimum.py > optimum.json   (Python 3.11, scikit-learn 1.2.1)
"""
import json

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

rng = np.random.default_rng(5)
n, d, decay = 240, 4, 0.02
y = (rng.uniform(size=n) < 0.35).astype(int)
x = (rng.normal(size=(n, d)) * [1, 2, 0.5, 1] + np.outer(y, [0.8, -1.5, 0.1, 0]) + [3, -1, 0, 10]).astype(np.float32)
s = x.astype(np.float64) - x.mean(axis=0, dtype=np.float64)
s /= np.sqrt((s ** 2).mean())
model = LogisticRegression(C=1 / (n * decay), tol=1e-10, max_iter=10000).fit(s, y)
p = model.predict_proba(s)[:, 1]
print(json.dumps(dict(features=[[float(v) for v in r] for r in x], labels=y.tolist(), decay=decay,
                      weights=model.coef_[0].tolist(), intercept=float(model.intercept_[0]), log_loss=log_loss(y, p))))
