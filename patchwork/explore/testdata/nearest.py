"""Golden values for TestNearestAgainstScikitLearn.

Run: /usr/bin/python3 nearest.py > nearest.json    (scikit-learn 1.2.1, numpy 1.24.2)

The nearest rows by scikit-learn's NearestNeighbors with metric="cosine", for one query and for several, where a row's
distance is the smallest to any of them. Row 7 is a vector of zeros, rows 20 and 150 point the way of row 3. The queries
themselves are taken out. Of equal distances the lower row comes first; distances are rounded to 9 digits for that.
"""
import json

import numpy as np
from sklearn.neighbors import NearestNeighbors

rng = np.random.default_rng(11)
n, dim = 200, 6
x = np.round(rng.normal(size=(n, dim)) * rng.uniform(0.1, 30, size=(n, 1)), 3).astype(np.float32)
x[7] = 0
x[20] = 2 * x[3]
x[150] = 4 * x[3]
model = NearestNeighbors(metric="cosine", algorithm="brute").fit(x.astype(np.float64))
cases = []
for queries, k in [([3], 5), ([0], 199), ([3, 50, 120], 16), ([9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 22, 23, 24, 25, 26], 40), ([7], 4)]:
    distance, index = model.kneighbors(x[queries].astype(np.float64), n_neighbors=n)
    to = np.empty((len(queries), n))
    for q in range(len(queries)):
        to[q, index[q]] = distance[q]
    nearest = np.round(1 - to.min(axis=0), 9)
    rows = [r for r in np.lexsort((np.arange(n), -nearest)) if r not in queries][:k]
    like = [queries[int(np.argmin(to[:, r]))] for r in rows]
    cases.append(dict(queries=queries, n=k, rows=[int(r) for r in rows], like=like, cosines=[float(nearest[r]) for r in rows]))
print(json.dumps(dict(x=[[float(v) for v in row] for row in x], cases=cases)))
