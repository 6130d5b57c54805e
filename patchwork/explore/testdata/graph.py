"""Golden values for TestGraphAgainstScikitLearn.

Run: /usr/bin/python3 graph.py > graph.json    (scikit-learn 1.2.1, numpy 1.24.2)

The 5 nearest of each row by scikit-learn's NearestNeighbors with metric="cosine" in float64. Row 7 is a vector of zeros;
rows 20 and 150 point the way of row 3. Of equal distances the lower row comes first; distances are rounded to 9 digits for
that. The rows 40 to 49 take no part in the second graph.
"""
import json

import numpy as np
from sklearn.neighbors import NearestNeighbors

rng = np.random.default_rng(12)
n, dim, k = 160, 9, 5
x = np.round(rng.normal(size=(n, dim)) * rng.uniform(0.1, 30, size=(n, 1)), 3).astype(np.float32)
x[7] = 0
x[20] = 2 * x[3]
x[150] = 4 * x[3]


def graph(rows):
    model = NearestNeighbors(metric="cosine", algorithm="brute").fit(x[rows].astype(np.float64))
    distance, index = model.kneighbors(x[rows].astype(np.float64), n_neighbors=len(rows))
    out = []
    for i, row in enumerate(rows):
        cosine = np.empty(len(rows))
        cosine[index[i]] = np.round(1 - distance[i], 9)
        order = [j for j in np.lexsort((rows, -cosine)) if j != i][:k]
        out.append(dict(row=int(row), index=[int(rows[j]) for j in order], cosine=[float(cosine[j]) for j in order]))
    return out


every = np.arange(n)
print(json.dumps(dict(k=k, x=[[float(v) for v in row] for row in x], all=graph(every), some=graph(np.delete(every, range(40, 50))))))
