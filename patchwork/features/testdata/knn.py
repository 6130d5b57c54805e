"""Golden values for TestKNNAgainstScikitLearn.

Run: /usr/bin/python3 knn.py > knn.json    (scikit-learn 1.2.1, numpy 1.24.2)

Leave-one-out k-nearest neighbours with cosine similarity, by scikit-learn's KNeighborsClassifier on the other rows.
Ties of votes go to the smaller class there as here. Written with scikit-learn 1.2.1 and numpy 1.24.2.
"""
import json
import numpy as np
from sklearn.metrics import balanced_accuracy_score
from sklearn.neighbors import KNeighborsClassifier

rng = np.random.default_rng(7)
n, dim, classes, k = 60, 5, 3, 5
y = np.arange(n) % classes
x = rng.normal(size=(n, dim)) + 1.1 * rng.normal(size=(classes, dim))[y]
x = np.round(x, 3)
many = (rng.random((n, classes)) < np.eye(classes)[y] * 0.6 + 0.25).astype(int)
many[rng.random((n, classes)) < 0.3] = -1


def leave_one_out(rows, target):
    said = []
    for i in rows:
        rest = rows[rows != i]
        model = KNeighborsClassifier(k, metric="cosine", algorithm="brute")
        said.append(model.fit(x[rest], target[rest]).predict(x[i : i + 1])[0])
    return np.array(said)


rows = np.arange(n)
single = float((leave_one_out(rows, y) == y).mean())
agree, balanced = [], []
for c in range(classes):
    known = rows[many[:, c] >= 0]
    said = leave_one_out(known, many[:, c])
    agree.append(float((said == many[known, c]).mean()))
    balanced.append(float(balanced_accuracy_score(many[known, c], said)))
print(json.dumps({"k": k, "x": x.tolist(), "y": y.tolist(), "many": many.tolist(), "single": single, "agree": agree, "balanced": balanced}))
