"""Writes heads.json: what the heads that are made at once say of images, computed with numpy and scikit-learn in float64.

Independent of the Go code: scikit-learn's lbfgs finds the optima and KNeighborsClassifier the neighbours; leaving an image out
is done by fitting again without it, and its approximation, like the posterior, by inverting the whole Hessian. The temperature of
the posterior is that of the least loss of labels left out, by averages over logits whose variances are inverted anew without the
image.
Run: /usr/bin/python3 heads.py > heads.json        (Python 3.11, scikit-learn 1.2.1, numpy 1.24)
"""
import json

import numpy as np
from scipy.special import expit, log_expit
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

rng = np.random.default_rng(3)
n, tests, d, classes = 48, 12, 6, 3
x = np.abs(rng.normal(size=(n + tests, d)) + 1).round(4).astype(np.float32)
y = np.full((n + tests, classes), -1)
for i in range(n):
    for c in range(classes):
        if rng.uniform() < 0.75:
            y[i, c] = int(x[i, c] + 0.7 * rng.normal() > [1.0, 1.6, 0.6][c])
centre = x.astype(np.float64).mean(axis=0)
u = x.astype(np.float64) - centre
u /= np.linalg.norm(u, axis=1, keepdims=True)
train, all_u = u[:n][(y[:n] >= 0).any(axis=1)], u
labels = y[:n][(y[:n] >= 0).any(axis=1)]
rows = len(labels)
root = np.sqrt(d)

# how often the sampling "class" draws each image
lists = [np.flatnonzero(labels[:, c] == v) for c in range(classes) for v in (0, 1)]
draws = np.zeros(rows)
for l in lists:
    draws[l] += rows / len(lists) / len(l)

out = dict(features=x.tolist(), labels=y.tolist())
lam = 1.7
out["l2"] = lam


def objective(X, t, m, w, b):
    z = X @ w + b
    return -(m * np.where(t == 1, log_expit(z), log_expit(-z))).sum() + lam / 2 * w @ w


def fit(X, t, m, l2=lam):
    s = LogisticRegression(C=1 / l2, tol=1e-12, max_iter=100000).fit(X, t, sample_weight=m)
    return s.coef_[0], s.intercept_[0]


def newton(X, t, m, l2):
    """The optimum to the last digit: scikit-learn's, polished; the intercept is the last weight."""
    w = np.append(*fit(X, t, m, l2))
    X1, penalty = np.c_[X, np.ones(len(X))], np.r_[np.full(X.shape[1], l2), 0]
    for _ in range(20):
        p = expit(X1 @ w)
        H = X1.T @ (X1 * (m * p * (1 - p))[:, None]) + np.diag(penalty)
        w = w - np.linalg.solve(H, X1.T @ (m * (p - t)) + penalty * w)
    p = expit(X1 @ w)
    return w, X1.T @ (X1 * (m * p * (1 - p))[:, None]) + np.diag(penalty)


temperatures = [1, 0.3, 0.1, 0.03, 0.01, 3e-3, 1e-3, 3e-4, 1e-4]
out["temperatures"] = temperatures


def averaged(t, m, z, v):
    """The losses of labels by averages over logits of the variances v, for each temperature."""
    s = [z / np.sqrt(1 + np.pi * T * v / 8) for T in temperatures]
    return np.array([-(m * np.where(t == 1, log_expit(q), log_expit(-q))).sum() for q in s])


for sampling, weight in (("instance", None), ("class", draws)):
    probabilities, losses, diagonal, full, logits, constants, known = [], [], [], [], [], [], []
    by_full, by_diagonal = np.zeros(len(temperatures)), np.zeros(len(temperatures))
    for c in range(classes):
        k = labels[:, c] >= 0
        m = weight
        if m is None:
            m = (labels >= 0).sum(axis=1) * rows / (labels >= 0).sum()
        X, t, mk = train[k] * root, labels[k, c], m[k]
        w, b = fit(X, t, mk)
        losses.append(objective(X, t, mk, w, b))
        probabilities.append(expit(all_u * root @ w + b).tolist())
        w1, H = newton(X, t, mk, lam)
        logits.append(all_u * root @ w1[:-1])
        constants.append(w1[-1])
        known.append(k.sum())
        A = np.c_[all_u * root, np.ones(len(all_u))]
        full.append(np.sqrt(np.einsum("ij,jk,ik->i", A, np.linalg.inv(H), A)).tolist())
        diagonal.append(np.sqrt((A ** 2 / np.diag(H)).sum(axis=1)).tolist())
        B = np.c_[X, np.ones(len(X))]
        p = expit(B @ w1)
        for i in range(len(t)):
            left = H - mk[i] * p[i] * (1 - p[i]) * np.outer(B[i], B[i])
            z = B[i] @ w1 + B[i] @ np.linalg.solve(left, B[i]) * mk[i] * (p[i] - t[i])
            by_full += averaged(t[i], mk[i], z, B[i] @ np.linalg.solve(left, B[i]))
            by_diagonal += averaged(t[i], mk[i], z, (B[i] ** 2 / np.diag(left)).sum())
    spread = np.std(logits, axis=1)
    even = [expit(z * (np.exp(np.log(spread).mean()) / s) ** (1 / (1 + (k / 40) ** 2)) + b) for z, s, k, b in zip(logits, spread, known, constants)]
    full = (np.array(full) * np.sqrt(temperatures[by_full.argmin()])).tolist()
    diagonal = (np.array(diagonal) * np.sqrt(temperatures[by_diagonal.argmin()])).tolist()
    out["logistic " + sampling] = dict(probabilities=np.transpose(probabilities).tolist(), losses=losses, even=np.transpose(even).tolist(),
                                       full=np.transpose(full).tolist(), diagonal=np.transpose(diagonal).tolist(),
                                       averaged=dict(full=by_full.tolist(), diagonal=by_diagonal.tolist()))
    if m is not None and sampling == "instance":
        alo, loo, path = [], [], [30.0, 3.0, 0.3, 0.03]
        for l2 in path:
            a = e = 0.0
            for c in range(classes):
                k = labels[:, c] >= 0
                X, t, mk = train[k] * root, labels[k, c], m[k]
                w1, H = newton(X, t, mk, l2)
                A = np.c_[X, np.ones(len(X))]
                z, inverse = A @ w1, np.linalg.inv(H)
                p = expit(z)
                h = np.einsum("ij,jk,ik->i", A, inverse, A)
                left = z + h * mk * (p - t) / (1 - h * mk * p * (1 - p))
                a -= (mk * np.where(t == 1, log_expit(left), log_expit(-left))).sum()
                for i in range(len(t)):
                    o = np.arange(len(t)) != i
                    v, _ = newton(X[o], t[o], mk[o], l2)
                    zi = A[i] @ v
                    e -= mk[i] * (log_expit(zi) if t[i] else log_expit(-zi))
            alo.append(a)
            loo.append(e)
        out["leave one out"] = dict(path=path, approximate=alo, exact=loo)

temperature = 0.25
prototypes = []
for c in range(classes):
    m1, m0 = train[labels[:, c] == 1].mean(axis=0), train[labels[:, c] == 0].mean(axis=0)
    n1, n0 = (labels[:, c] == 1).sum(), (labels[:, c] == 0).sum()
    z = (((u - m0) ** 2).sum(axis=1) - ((u - m1) ** 2).sum(axis=1)) / (2 * temperature) + np.log((n1 + 1) / (n0 + 1))
    prototypes.append(expit(z).tolist())
out["prototypes"] = dict(temperature=temperature, probabilities=np.transpose(prototypes).tolist())

k = 5
neighbours = []
for c in range(classes):
    known = labels[:, c] >= 0
    model = KNeighborsClassifier(k).fit(train[known], labels[known, c])
    distance, index = model.kneighbors(u)
    w = 1 / np.maximum(distance ** 2, 1e-6)
    near = labels[known, c][index]
    neighbours.append((((w * near).sum(axis=1) + 0.25) / (w.sum(axis=1) + 0.5)).tolist())
out["neighbours"] = dict(k=k, probabilities=np.transpose(neighbours).tolist())
# the posterior where there are fewer images than numbers of one; the third class has no absent label, the second few labels
n, tests, d, lam = 9, 5, 24, 0.5
x = rng.normal(size=(n + tests, d)) + 1
y = np.full((n + tests, classes), -1)
y[:n, 0] = np.arange(n) % 2
y[2:8, 1] = np.arange(6) // 3
x[:n, :5] += y[:n, :1] * 0.9
x[2:8, 5:12] += y[2:8, 1:2] * 0.9
x = np.abs(x).round(4).astype(np.float32)
y[:4, 2] = 1
u = x.astype(np.float64) - x.astype(np.float64).mean(axis=0)
u *= np.sqrt(d) / np.linalg.norm(u, axis=1, keepdims=True)
A = np.c_[u, np.ones(n + tests)]
m = (y[:n] >= 0).sum(axis=1) * n / (y >= 0).sum()  # how often the sampling "instance" draws each image
variances, by_full = [], np.zeros(len(temperatures))
for c in range(classes):
    k = np.flatnonzero(y[:, c] >= 0)
    if y[k, c].min() == 1:
        variances.append((u ** 2).sum(axis=1) / lam + 1 / ((len(k) + 1) / (len(k) + 2)))
        continue
    X, t, mk = u[k], y[k, c], m[k]
    w, H = newton(X, t, mk, lam)
    variances.append(np.einsum("ij,jk,ik->i", A, np.linalg.inv(H), A))
    p = expit(A[k] @ w)
    for i, a in enumerate(A[k]):
        v = a @ np.linalg.solve(H - mk[i] * p[i] * (1 - p[i]) * np.outer(a, a), a)
        by_full += averaged(t[i], mk[i], a @ w + v * mk[i] * (p[i] - t[i]), v)
full = np.sqrt(np.transpose(variances) * temperatures[by_full.argmin()])
out["few"] = dict(features=x.tolist(), labels=y.tolist(), l2=lam, full=full.tolist(), averaged=dict(full=by_full.tolist()))
print(json.dumps(out))
