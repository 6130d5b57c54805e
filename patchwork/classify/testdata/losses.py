"""Writes losses.jsonl: each loss of the registry and its gradient, computed by torch in float64.

Independent of the Go code: probabilities and logarithms are written out as in the papers, or taken from torch.nn.functional;
autograd gives the gradients.
Run: /usr/bin/python3 losses.py > losses.jsonl        (Python 3.11, torch 1.13, numpy 1.24)
"""
import json

import numpy as np
import torch
import torch.nn.functional as F

rng = np.random.default_rng(23)
FLOOR = 1e-7


def case(name, loss, logits, labels, function, priors=None, groups=None, **options):
    z = torch.tensor(logits, dtype=torch.float64, requires_grad=True)
    y = torch.tensor(labels, dtype=torch.float64)
    value = function(z, y, options)
    value.backward()
    print(json.dumps(dict(name=name, options=dict(loss=loss, **options), priors=priors, groups=groups, logits=logits,
                          labels=labels, value=value.item(), gradient=z.grad.tolist())))


def mean(each, weight):
    return (each * weight).sum() / (weight.sum() + FLOOR)


def soft(y, o):
    e = o.get("smoothing", 0.0)
    return torch.where(y > 0, 1 - e / 2, torch.full_like(y, e / 2))


def bce(z, target):
    return F.binary_cross_entropy_with_logits(z, target, reduction="none")


def focal(z, y, o):
    p, t, g, a = torch.sigmoid(z), soft(y, o), o["gamma"], o.get("alpha", 0.0)
    wp, wa = (a, 1 - a) if a else (1.0, 1.0)
    each = -t * wp * (1 - p) ** g * F.logsigmoid(z) - (1 - t) * wa * p ** g * F.logsigmoid(-z)
    return mean(each, (y >= 0).double())


def asymmetric(z, y, o):
    p, t = torch.sigmoid(z), soft(y, o)
    pm = torch.clamp(p - o["margin"], min=0)
    # torch differentiates 0 ** gamma well for gamma >= 1
    each = -t * (1 - p) ** o.get("gamma_present", 0.0) * F.logsigmoid(z) - (1 - t) * pm ** o["gamma_absent"] * torch.log1p(-pm)
    return mean(each, (y >= 0).double())


def adjusted(priors):
    def f(z, y, o):
        pi = torch.tensor(priors, dtype=torch.float64)
        return mean(bce(z + o["adjust"] * torch.logit(pi), soft(y, o)), (y >= 0).double())
    return f


def weak(z, y, o):
    w = torch.where(y >= 0, 1.0, torch.tensor(o["unknown_weight"], dtype=torch.float64))
    return mean(bce(z, soft(torch.clamp(y, min=0), o)), w)


def expected(z, y, o):
    n, c = z.shape
    known = (y >= 0).double()
    first = mean(bce(z, soft(y, o)), known)
    k = torch.sigmoid(z).sum() / n
    share = known.sum() / (known.sum() + FLOOR)
    return first + share * o["expected_weight"] * ((k - o["expected"]) / c) ** 2


def softmax(groups):
    def f(z, y, o):
        """Enumerates the outcomes of a group one by one."""
        total, count = 0 * z.sum(), 0.0
        grouped = {c for g in groups for c in g}
        for i in range(z.shape[0]):
            for c in set(range(z.shape[1])) - grouped:
                if y[i, c] >= 0:
                    total, count = total + bce(z[i, c], soft(y, o)[i, c]), count + 1
            for g in groups:
                if all(y[i, c] < 0 for c in g):
                    continue
                p = torch.softmax(torch.cat([z[i, g], torch.zeros(1, dtype=torch.float64)]), 0)
                present = [k for k, c in enumerate(g) if y[i, c] == 1]
                left = present or [k for k, c in enumerate(g) if y[i, c] != 0] + [len(g)]
                total, count = total - torch.log(sum(p[k] for k in left)), count + 1
        return total / (count + FLOOR)
    return f


def random(n, c, spread=2.0):
    return (rng.normal(size=(n, c)) * spread).round(3).tolist(), rng.integers(-1, 2, size=(n, c)).tolist()


NONE = ([[0.7, -1.1], [0.2, 3.0]], [[-1, -1], [-1, -1]])
FAR = ([[30.0, -30.0, 20.0, -20.0]], [[0, 1, 1, 0]])
for name, (z, y) in {"random": random(6, 4), "nothing known": NONE, "far out": FAR}.items():
    case(f"focal, {name}", "focal", z, y, focal, gamma=2.0)
    case(f"focal with alpha, {name}", "focal", z, y, focal, gamma=1.5, alpha=0.25, smoothing=0.1)
    case(f"asymmetric, {name}", "asymmetric", z, y, asymmetric, gamma_absent=4.0, margin=0.05)
    case(f"asymmetric both, {name}", "asymmetric", z, y, asymmetric, gamma_present=1.0, gamma_absent=2.0, margin=0.2, smoothing=0.2)
    priors = [0.01, 0.5, 0.9, 0.3][:len(z[0])]
    case(f"adjusted, {name}", "adjusted", z, y, adjusted(priors), priors=priors, adjust=1.0)
    case(f"adjusted by half, {name}", "adjusted", z, y, adjusted(priors), priors=priors, adjust=0.5, smoothing=0.1)
    case(f"weak, {name}", "weak", z, y, weak, unknown_weight=0.05)
    case(f"weak and smoothed, {name}", "weak", z, y, weak, unknown_weight=0.3, smoothing=0.1)
    case(f"expected, {name}", "expected", z, y, expected, expected=1.0, expected_weight=1.0)
    case(f"expected more, {name}", "expected", z, y, expected, expected=2.5, expected_weight=3.0, smoothing=0.1)
case("focal of gamma next to 0 is cross-entropy", "focal", *random(5, 3), lambda z, y, o: mean(bce(z, soft(y, o)), (y >= 0).double()), gamma=1e-12)
for name, z, y, groups in [
    ("a group and a class beside it", *random(8, 4), [[0, 2, 3]]),
    ("two groups", *random(9, 5), [[4, 1], [0, 2]]),
    ("one of the group is present", [[0.3, 2.0, -1.0]], [[-1, 1, -1]], [[0, 1, 2]]),
    ("one is absent", [[0.3, 2.0, -1.0]], [[-1, 0, -1]], [[0, 1, 2]]),
    ("none of them", [[0.3, 2.0, -1.0]], [[0, 0, 0]], [[0, 1, 2]]),
    ("two are present", [[0.3, 2.0, -1.0]], [[1, 1, 0]], [[0, 1, 2]]),
    ("nothing known", *NONE, [[0, 1]]),
    ("far out", *FAR, [[0, 1]]),
]:
    case(f"softmax, {name}", "softmax", z, y, softmax(groups), groups=groups, smoothing=0.1 if "beside" in name else 0.0)
