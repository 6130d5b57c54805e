"""Writes coverage.json: what the strategies that compare features choose from one small pool, computed with numpy and sklearn.

Independent of the Go code: distances come from differences of whole vectors, clusters from sklearn, and every greedy choice
recomputes everything from the definition. The groups are far apart, so that k-means has one answer.
Run: /usr/bin/python3 coverage.py > coverage.json        (numpy 1.24, sklearn 1.2, Python 3.11)
"""
import json

import numpy as np
from sklearn.cluster import KMeans

rng = np.random.default_rng(5)
D, sizes = 8, [14, 12, 9, 8, 7, 6]
x, group = [], []
for g, size in enumerate(sizes):
    for _ in range(size):
        v = rng.normal(size=D) * 0.12
        v[g] += 2
        x.append(v * rng.uniform(0.5, 3))
        group.append(g)
order = rng.permutation(len(x))
x, group = np.array(x)[order].astype(np.float32).astype(np.float64), np.array(group)[order]
N = len(x)
known = [int(np.flatnonzero(group == 0)[0]), int(np.flatnonzero(group == 3)[1])]
rows = [r for r in range(N) if r not in known]
labels = np.full((N, 6), -1)
labels[known[0]] = [1, 0, 0, 0, 1, 0]
labels[known[1]] = [0, 0, 0, 1, 1, 0]
u = x / np.linalg.norm(x, axis=1, keepdims=True)
dist = np.sqrt(((u[:, None] - u[None]) ** 2).sum(-1))
cases = []


def emit(strategy, chosen, scores):
    cases.append(dict(strategy=strategy, rows=[int(r) for r in chosen], scores=[float(s) for s in scores]))


# k-center
have, chosen, scores = list(known), [], []
for _ in range(6):
    near = dist[:, have].min(1)
    near[have] = -1
    best = int(near.argmax())
    chosen.append(best), scores.append(near[best] ** 2), have.append(best)
emit("k-center", chosen, scores)

# the four groups without a known row, then those with one
km = KMeans(6, n_init=20, random_state=0).fit(u)
assert len({(a, b) for a, b in zip(km.labels_, group)}) == 6, "k-means finds the groups"
by = []
for g in range(6):
    members = np.flatnonzero(group == g)
    by.append((sum(r in known for r in members), -len(members), g))
typical, central = [], []
for _, _, g in sorted(by):
    free = [r for r in np.flatnonzero(group == g) if r not in known]
    k = min(20, max(len(free) // 2, 1))
    typ = [1 / (np.sort(dist[r][[s for s in free if s != r]])[:k].mean() + 1e-5) for r in free]
    typical.append((free[int(np.argmax(typ))], max(typ)))
    centre = u[group == g].mean(0)
    far = [np.linalg.norm(u[r] - centre) for r in free]
    central.append((free[int(np.argmin(far))], -min(far)))
emit("typiclust", *zip(*typical[:4]))  # known + 4 = 6 clusters
emit("centroid", *zip(*central[:4]))

# ProbCover on the candidates; the radius by trying every distance
c = dist[np.ix_(rows, rows)]
kind = group[rows]
best_radius = 0
for radius in np.unique(c[kind[:, None] != kind[None]]) - 1e-9:
    pure = np.mean([(kind[np.flatnonzero(c[i] < radius)] == kind[i]).all() for i in range(len(rows))])
    if pure >= 0.95:
        best_radius = radius
ball = c < best_radius
covered = (dist[np.ix_(rows, known)] < best_radius).any(1)
chosen, scores = [], []
for _ in range(3):
    gain = (ball & ~covered[None]).sum(1)
    best = int(gain.argmax())
    if (gain == gain[best]).sum() > 1:
        break
    chosen.append(rows[best]), scores.append(gain[best] / len(rows))
    covered |= ball[best]
assert len(chosen) >= 1
emit("probcover", chosen, scores)

# MaxHerding on the candidates
K = np.exp(-dist**2)
have, chosen, scores = list(known), [], []
for _ in range(6):
    now = K[np.ix_(rows, have)].max(1)
    total = [np.maximum(now, K[rows, r]).mean() - now.mean() if r not in have else -1 for r in rows]
    best = int(np.argmax(total))
    chosen.append(rows[best]), scores.append(total[best]), have.append(rows[best])
emit("maxherding", chosen, scores)

# seek: class 0 has one positive and one negative; class 1 has negatives only; class 4 positives only
def ratio(c):
    side = lambda v: [r for r in known if labels[r, c] == v]
    far = lambda r, s: max(min(dist[r][s]), 1e-3) if s else np.sqrt(2)
    return {r: np.log(far(r, side(0)) / far(r, side(1))) for r in rows}


for c in (0, 1, 4):
    s = ratio(c)
    top = sorted(rows, key=lambda r: -s[r])[:6]
    emit("seek: " + "abcdef"[c], top, [s[r] for r in top])

# rare: classes b, c, f have no positive, a and d one, e two
counts, chosen, scores = [(labels[known, c] == 1).sum() for c in range(6)], [], []
for _ in range(8):
    c = int(np.argmin(counts))
    s = ratio(c)
    best = max((r for r in rows if r not in chosen), key=lambda r: s[r])
    chosen.append(best), scores.append(s[best])
    counts[c] += 1
emit("rare", chosen, scores)

# by probabilities alone
p = rng.uniform(0.01, 0.99, size=(N, 6)).astype(np.float32).astype(np.float64)
s = 1 - p.max(1)
emit("least confident", sorted(rows, key=lambda r: -s[r])[:6], sorted(s[rows])[::-1][:6])
for target in (0.8, 0.25):
    s = 1 - abs(p[:, 1] - target)
    emit(f"near {target}: b", sorted(rows, key=lambda r: -s[r])[:6], sorted(s[rows])[::-1][:6])

# Uncertainty herding: overlapping classes, so doubt is the mean entropy; the m-th nearest by whole sorted rows
c = x - x.mean(0)
c /= np.linalg.norm(c, axis=1, keepdims=True)
square, free = ((c[:, None] - c[None]) ** 2).sum(-1), np.array(rows)
m = len(rows) // (len(known) + 6)
width = np.mean([np.sort(np.delete(square[r, free], i))[m - 1] for i, r in enumerate(rows)])
K, doubt = np.exp(-square / (2 * width)), (-p * np.log2(p) - (1 - p) * np.log2(1 - p)).mean(1)
have, chosen, scores = list(known), [], []
for _ in range(6):
    total = [(doubt[free] * np.maximum(0, K[free, r] - K[np.ix_(free, have)].max(1))).mean() if r not in have else -1 for r in rows]
    best = int(np.argmax(total))
    chosen.append(rows[best]), scores.append(total[best]), have.append(rows[best])
emit("uherding", chosen, scores)
emit("in order", rows[:6], [-r for r in rows[:6]])
print(json.dumps(dict(features=x.tolist(), probs=p.tolist(), known=known, rows=rows, labels=labels.tolist(), cases=cases)))
