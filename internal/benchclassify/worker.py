"""Fits scikit-learn's logistic regression, one a class: python3 worker.py FOLDER L2. Prints seconds and the log loss at the minimum as JSON.

FOLDER holds x.npy [n, dim], prepared as patchwork prepares it, and y.npy [n, classes] of 0 and 1.
"""
import json
import sys
import time

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression

folder, l2 = sys.argv[1], float(sys.argv[2])
x, y = np.load(folder + "/x.npy"), np.load(folder + "/y.npy").astype(int)
seconds, loss = [], 0.0
for _ in range(5):
    begun = time.perf_counter()
    models = [LogisticRegression(C=1 / l2, max_iter=1000).fit(x, y[:, c]) for c in range(y.shape[1])]
    seconds.append(time.perf_counter() - begun)
for c, m in enumerate(models):
    z = m.decision_function(x.astype(np.float64))
    loss += (np.logaddexp(0, z) - z * y[:, c]).sum() / y.size
print(json.dumps(dict(about=f"scikit-learn {sklearn.__version__}, {x.dtype}", seconds=min(seconds), loss=loss)))
