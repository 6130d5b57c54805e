"""Writes optimisers.json: weights after some steps of each optimiser on a small problem, computed by torch in float64.

Independent of the Go code: torch's own Adam; momentum and LARS by the formulas of the original around torch's gradient.
Run: /usr/bin/python3 optimisers.py > optimisers.json        (Python 3.11, torch 1.13, numpy 1.24)
"""
import json

import numpy as np
import torch
import torch.nn.functional as F

rng = np.random.default_rng(31)
n, d, c = 8, 3, 2
x, y = rng.normal(size=(n, d)).round(3), rng.integers(0, 2, size=(n, c))
w0, b0 = rng.normal(size=(d, c)).round(3), rng.normal(size=c).round(3)
rates, decay = [0.1, 0.2, 0.3, 0.05, 0.1, 0.4], 0.1
X, Y = torch.tensor(x), torch.tensor(y).double()


def steps(kind, factor):
    w, b = torch.tensor(w0, requires_grad=True), torch.tensor(b0, requires_grad=True)
    losses = []
    if kind == "adam":
        o = torch.optim.Adam([w, b], lr=1, eps=1e-7)
    velocity = [torch.zeros_like(w), torch.zeros_like(b)]
    for r in rates:
        r *= factor
        loss = F.binary_cross_entropy_with_logits(X @ w + np.sqrt(d) * b, Y, reduction="sum") / (n * c + 1e-7)
        losses.append(loss.item())
        w.grad = b.grad = None
        (loss + decay / 2 * (w ** 2).sum()).backward()
        if kind == "adam":
            o.param_groups[0]["lr"] = r
            o.step()
            continue
        with torch.no_grad():
            for i, p in enumerate((w, b)):
                ratio = 1.0
                if kind == "lars" and i == 0 and p.norm() > 0 and p.grad.norm() > 0:
                    ratio = 0.001 * p.norm() / p.grad.norm()
                velocity[i] = 0.9 * velocity[i] + r * ratio * p.grad
                p -= velocity[i]
    return dict(name=kind, factor=factor, weights=w.tolist(), bias=b.tolist(), losses=losses)


print(json.dumps(dict(features=x.tolist(), labels=y.tolist(), weights=w0.tolist(), bias=b0.tolist(), rates=rates, decay=decay,
                      after=[steps("adam", 0.1), steps("momentum", 1), steps("lars", 20)])))
