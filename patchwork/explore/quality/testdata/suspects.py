"""Golden values for TestSuspectsAgainstNumpy.

Run: /usr/bin/python3 suspects.py > suspects.json    (numpy 1.24.2)

Confident learning after Northcutt et al. 2021, equations 1 to 3, for each class against the rest with unknown labels and
missing scores left out, and the vote of the 10 nearest that know the class, written down from the definitions. Row 7 is a
copy of row 2, so the graph does not hold it; row 9 is excluded.
"""
import json

import numpy as np

rng = np.random.default_rng(5)
n, classes, k = 60, 3, 14
x = rng.normal(size=(n, 4))
truth = np.stack([x[:, 0] > 0, x[:, 1] > 0.8, x[:, 2] < 0], axis=1).astype(int)
x[7], truth[7] = x[2], truth[2]
y = truth.copy()
flipped = rng.random((n, classes)) < 0.15
y[flipped] = 1 - y[flipped]
y[rng.random((n, classes)) < 0.3] = -1
p = 1 / (1 + np.exp(-(np.stack([x[:, 0], x[:, 1] - 0.8, -x[:, 2]], axis=1) * 2 + rng.normal(size=(n, classes)) * 0.7)))
p = np.round(p, 4).astype(np.float32)
p[3, 1] = p[12] = np.nan
y[2, 0], y[7, 0] = 1, 0  # copies that contradict each other
excluded = 9
u = x / np.linalg.norm(x, axis=1, keepdims=True)
place = [i for i in range(n) if i != 7]
index = -np.ones((n, k), int)
for i in place:
    c = {j: u[i] @ u[j] for j in place if j != i}
    index[i] = sorted(c, key=lambda j: -c[j])[:k]


def member(row):
    return [2, 7] if row in (2, 7) else [row]


suspects, counts = [], []
for c in range(classes):
    known = [i for i in range(n) if y[i, c] >= 0 and i != excluded]
    scored = [i for i in known if not np.isnan(p[i, c])]
    pr = p[:, c].astype(np.float64)
    t = {1: np.mean([pr[i] for i in scored if y[i, c] == 1]), 0: np.mean([1 - pr[i] for i in scored if y[i, c] == 0])}
    joint, likely = np.zeros((2, 2)), set()
    for i in scored:
        above = [v for v, q in ((1, pr[i]), (0, 1 - pr[i])) if q >= t[v]]
        if above:
            v = max(above, key=lambda v: pr[i] if v else 1 - pr[i])
            joint[y[i, c], v] += 1
            if v != y[i, c]:
                likely.add(i)
    size = [sum(y[i, c] == v for i in scored) for v in (0, 1)]
    calibrated = joint / joint.sum(axis=1, keepdims=True) * np.array(size)[:, None]
    counts.append(dict(known=len(scored), likely=len(likely), expected=float(calibrated[0, 1] + calibrated[1, 0])))
    for i in known:
        against = asked = 0
        for j in index[2 if i == 7 else i]:
            said = [y[m, c] for m in member(int(j)) if y[m, c] >= 0 and m != excluded]
            if not said or np.mean(said) == 0.5:
                continue
            asked += 1
            against += int((np.mean(said) > 0.5) != (y[i, c] == 1))
            if asked == 10:
                break
        model = None if np.isnan(pr[i]) else float(1 - pr[i] if y[i, c] == 1 else pr[i])
        parts = ([] if model is None else [model]) + ([(against + 1) / (asked + 2)] if asked else [])
        suspects.append(dict(row=i, cls=c, given=int(y[i, c]), doubt=float(np.mean(parts)), model=model, against=against, asked=asked, likely=i in likely))
suspects.sort(key=lambda s: (-round(s["doubt"], 9), s["row"], s["cls"]))
print(json.dumps(dict(
    k=k, y=y.tolist(), p=[[None if np.isnan(v) else float(v) for v in row] for row in p], index=[int(i) for i in index.ravel()],
    same=[2 if i == 7 else i for i in range(n)], excluded=excluded, suspects=suspects, counts=counts)))
