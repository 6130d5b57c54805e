"""Golden values for TestSpreadAgainstNumpy.

Run: /usr/bin/python3 spread.py > spread.json    (numpy 1.24.2)

A dense solution by numpy.linalg.solve, and for the scores with held labels also by the iteration of the papers, run until
it no longer moves. The graph falls into two parts and a row without neighbours; row 11 has the direction of row 3 and is its
copy, so it is no place of the graph. In class 0 both parts have labels, in class 1 only the first has, in class 2 only
positives are known.
"""
import json

import numpy as np

rng = np.random.default_rng(3)
n, k = 40, 4
x = rng.normal(size=(n, 5))
x[:24] += [6, 0, 0, 0, 0]
x[24:] -= [6, 0, 0, 0, 0]
x[11] = x[3]
u = x / np.linalg.norm(x, axis=1, keepdims=True)
lonely, copy = 39, 11
place = [i for i in range(n) if i not in (lonely, copy)]
same = list(range(n))
same[copy] = 3
index, cosine = -np.ones((n, k), int), -np.ones((n, k))
for i in place:
    c = {j: u[i] @ u[j] for j in place if j != i}
    order = sorted(c, key=lambda j: -c[j])[:k]
    index[i], cosine[i] = order, [c[j] for j in order]
cosine = cosine.astype(np.float32)

nan = np.nan
y = np.full((n, 3), nan)
y[[0, 5, 30], 0], y[[2, 7, 33], 0] = 1, 0
y[[1, 9], 1], y[[3, 20], 1] = 1, 0
y[copy, 1] = 1  # contradicts row 3, whose copy it is
y[[4, 6], 2] = 1
y[lonely, 0] = 1


def solve(temperature, trust):
    a = np.zeros((n, n))
    for i in place:
        far = 1 - float(cosine[i, -1])
        a[i, index[i]] = np.exp(-(1 - cosine[i].astype(float)) / (temperature * far))
    w = (a + a.T) / 2
    d = w.sum(axis=1)
    out = np.full((n, 3), nan)
    for c in range(3):
        v = y[:, c].copy()
        if not np.isnan(y[copy, c]):
            v[3] = np.nanmean([y[3, c], y[copy, c]])
        v[copy] = nan
        known = [i for i in place if not np.isnan(v[i])]
        near, grown = set(known), True
        while grown:
            more = {j for i in near for j in place if w[i, j] > 0} - near
            near, grown = near | more, bool(more)
        h = {i: d[i] ** -0.5 for i in known}
        if trust == 0:
            free = [i for i in sorted(near) if i not in known]
            m = np.diag(d[free]) - w[np.ix_(free, free)]
            p = np.linalg.solve(m, w[np.ix_(free, known)] @ np.array([h[i] * v[i] for i in known]))
            q = np.linalg.solve(m, w[np.ix_(free, known)] @ np.array([h[i] for i in known]))
            out[known, c] = v[known]
            f, g = np.zeros(n), np.zeros(n)
            s = w / np.sqrt(np.outer(np.where(d > 0, d, 1), np.where(d > 0, d, 1)))
            for _ in range(200000):
                f[known], g[known] = v[known], 1 - v[known]
                before = f.copy()
                f, g = s @ f, s @ g
                if np.abs(f - before)[free].max() < 1e-15:
                    break
            assert np.abs(f[free] / (f + g)[free] - p / q).max() < 1e-6, "the iteration ends elsewhere"
        else:
            free = sorted(near)
            hold = np.array([trust * d[i] if i in known else 0 for i in free])
            m = np.diag(d[free] + hold) - w[np.ix_(free, free)]
            p = np.linalg.solve(m, np.array([trust * d[i] ** 0.5 * v[i] if i in known else 0 for i in free]))
            q = np.linalg.solve(m, np.array([trust * d[i] ** 0.5 if i in known else 0 for i in free]))
        out[free, c] = p / q
        out[copy, c] = out[3, c]
        if trust == 0 and not np.isnan(y[3, c]):
            out[3, c] = y[3, c]
        if trust == 0 and not np.isnan(y[copy, c]):
            out[copy, c] = y[copy, c]
        out[lonely, c] = y[lonely, c]
    return [[None if np.isnan(v) else float(v) for v in row] for row in out]


print(json.dumps(dict(
    n=n, k=k, index=[int(i) for i in index.ravel()], cosine=[float(c) for c in cosine.ravel()], same=same,
    y=[[None if np.isnan(v) else float(v) for v in row] for row in y],
    cases=[dict(temperature=t, trust=r, scores=solve(t, r)) for t, r in ((0.2, 0), (1, 0), (0.2, 0.5), (0.5, 3))])))
