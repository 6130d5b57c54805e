"""Writes golden.jsonl: maps fitted to random scores with missing labels.

Platt's from scikit-learn's own fit, the others from its logistic regression with Platt's targets as weights; those with a
slope held at 0 from scipy's bounded minimiser; classes drawn towards the pooled fit from scipy's unbounded one.
Run: /usr/bin/python3 golden.py > golden.jsonl     (Python 3.11, numpy 1.24, scikit-learn 1.2.1, scipy 1.10)
"""
import json

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, logit
from sklearn.calibration import _sigmoid_calibration
from sklearn.linear_model import LogisticRegression

rng = np.random.default_rng(11)


def draw(n, share, slope, offset):
    """Scores whose log odds are slope·(true log odds) + offset; three labels in ten are missing."""
    z = rng.normal(size=n) * 1.5 + logit(share)
    y = (rng.uniform(size=n) < expit(z)).astype(int)
    s = expit(slope * z + offset).astype(np.float32)
    return s, np.where(rng.uniform(size=n) < 0.3, -1, y)


def targets(y):
    pos, neg = (y == 1).sum(), (y == 0).sum()
    return np.where(y == 1, (pos + 1) / (pos + 2), 1 / (neg + 2))


def terms(method, p):
    p = np.clip(p.astype(np.float64), 1e-7, 1 - 1e-7)
    one = np.ones_like(p)
    return {"temperature": np.stack([logit(p)], 1), "platt": np.stack([logit(p), one], 1),
            "beta": np.stack([np.log(p), -np.log1p(-p), one], 1)}[method]


def regression(x, t):
    """Maximum likelihood with soft targets: each image once as present with weight t, once as absent with 1-t."""
    fit = LogisticRegression(penalty=None, fit_intercept=False, tol=1e-10, max_iter=100000)
    fit.fit(np.concatenate([x, x]), np.repeat([1, 0], len(x)), sample_weight=np.concatenate([t, 1 - t]))
    assert np.abs(x.T @ (expit(x @ fit.coef_[0]) - t)).max() < 1e-4
    return fit.coef_[0]


def loss(theta, x, t):
    eta = x @ theta
    return (np.logaddexp(0, eta) - t * eta).sum()


def bounded(method, x, t):
    slopes = {"temperature": 1, "platt": 1, "beta": 2}[method]
    bounds = [(0, None)] * slopes + [(None, None)] * (x.shape[1] - slopes)
    start = np.array([1.0] * slopes + [0.0] * (x.shape[1] - slopes))
    return minimize(loss, start, (x, t), bounds=bounds, method="L-BFGS-B", options=dict(ftol=1e-15, gtol=1e-10, maxiter=100000)).x


def as_map(method, theta):
    """The three numbers of the map."""
    a = [float(v) for v in theta]
    return a if method == "beta" else [a[0], a[0], a[1] if method == "platt" else 0.0]


def case(name, s, truth, inner):
    keep = truth >= 0
    y, p = truth[keep], s[keep]
    maps = {}
    for method in ("platt", "temperature", "beta"):
        x, t = terms(method, p), targets(y)
        maps[method] = as_map(method, regression(x, t) if inner else bounded(method, x, t))
    if inner:
        a, b = _sigmoid_calibration(terms("temperature", p)[:, 0], y)
        assert np.allclose([-a, -b], [maps["platt"][0], maps["platt"][2]], atol=2e-4), (a, b, maps["platt"])
    print(json.dumps(dict(name=name, scores=[float(v) for v in s], truth=truth.tolist(), maps=maps)))


def classes(name, samples, strength):
    """Each class drawn towards the pooled fit."""
    out = {}
    for method in ("platt", "temperature", "beta"):
        kept = [(s[y >= 0], y[y >= 0]) for s, y in samples]
        p, y = np.concatenate([k[0] for k in kept]), np.concatenate([k[1] for k in kept])
        x = terms(method, p)
        centre = regression(x, targets(y))
        q = expit(x @ centre)
        h = (x * (q * (1 - q))[:, None]).T @ x / len(x)
        fits = []
        for s, t in kept:
            xs, ts = terms(method, s), np.where(t == 1, targets(y)[y == 1][0], targets(y)[y == 0][0])  # the targets of all
            f = lambda theta: loss(theta, xs, ts) + strength / 2 * (theta - centre) @ h @ (theta - centre)
            fits.append(as_map(method, minimize(f, centre, method="Nelder-Mead", options=dict(xatol=1e-10, fatol=1e-13, maxiter=20000, maxfev=20000)).x))
        out[method] = dict(pooled=as_map(method, centre), classes=fits)
    print(json.dumps(dict(name=name, strength=strength, samples=[dict(scores=[float(v) for v in s], truth=y.tolist()) for s, y in samples], fits=out)))


case("too sure", *draw(120, 0.5, 1.8, 0.3), inner=True)
case("too shy, rare", *draw(200, 0.2, 0.5, 0.5), inner=True)
case("upside down", *draw(60, 0.5, -1.0, 0.0), inner=False)
case("separable", np.array([0.1, 0.2, 0.3, 0.7, 0.8], np.float32), np.array([0, 0, 0, 1, 1]), inner=False)
s, y = draw(150, 0.4, 1.0, 0.0)
case("one end bends down", (s ** 4).astype(np.float32), y, inner=False)
classes("many, few, none present", [draw(150, 0.5, 1.6, 0.2), draw(18, 0.4, 1.0, -0.5), (np.array([0.2, 0.4, 0.1], np.float32), np.array([0, 0, 0]))], 20.0)
