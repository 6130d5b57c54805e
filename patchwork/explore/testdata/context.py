"""Golden values for TestContextAgainstNumpy.

Run: /usr/bin/python3 context.py > context.json    (numpy 1.24.2)

Vectors in the context of their neighbours, with dense matrices in float64. Row 6 is missing, row 5 is the mean of all others but for rounding to float32,
rows 20 to 29 are copies of row 3, which makes ties. Of equal cosines the lower row comes first; cosines are rounded to 9 digits for that.
"""
import json

import numpy as np

rng = np.random.default_rng(5)
n, dim, k = 40, 7, 3
x = np.round(rng.normal(1, 1, size=(n, dim)), 3)
x[20:30] = x[3]
rows = np.delete(np.arange(n), 6)
x[5] = x[np.delete(rows, 5)].mean(axis=0)
x = x.astype(np.float32)[rows].astype(np.float64)


def unit(v):
    length = np.linalg.norm(v, axis=1, keepdims=True)
    return np.divide(v, length, out=np.zeros_like(v), where=length > 1e-5)


cosine = np.round(unit(x) @ unit(x).T, 9)
np.fill_diagonal(cosine, -2)
a = np.eye(len(rows))
for i in range(len(rows)):
    a[i, np.argsort(-cosine[i], kind="stable")[:k]] = 1
a = np.minimum(a, a.T)
joined = [[int(rows[j]) for j in np.flatnonzero(row)] for row in a]
a /= a.sum(axis=1, keepdims=True)
z = unit(x - x.mean(axis=0))
context = unit(z + unit(a @ a @ z))
print(json.dumps(dict(k=k, n=n, rows=rows.tolist(), x=x.tolist(), joined=joined, context=context.tolist())))
