"""Writes loss.jsonl: masked smoothed sigmoid cross-entropy and its gradient, computed by torch in float64.

Independent of the Go code: torch's binary_cross_entropy_with_logits gives the element losses, autograd the gradient.
Run: /usr/bin/python3 loss.py > loss.jsonl        (Python 3.11, torch 1.13, numpy 1.24)
"""
import json

import numpy as np
import torch
import torch.nn.functional as F

rng = np.random.default_rng(11)


def case(name, logits, labels, smoothing):
    z = torch.tensor(logits, dtype=torch.float64, requires_grad=True)
    y = torch.tensor(labels, dtype=torch.float64)
    m = (y >= 0).double()
    target = y * (1 - smoothing) + smoothing / 2
    each = F.binary_cross_entropy_with_logits(z, torch.where(m > 0, target, torch.zeros_like(target)), reduction="none")
    loss = (each * m).sum() / (m.sum() + 1e-7)
    loss.backward()
    print(json.dumps(dict(name=name, logits=logits, labels=labels, smoothing=smoothing, loss=loss.item(),
                          gradient=z.grad.tolist())))


def random(n, c, spread):
    return (rng.normal(size=(n, c)) * spread).round(3).tolist(), rng.integers(-1, 2, size=(n, c)).tolist()


case("complete labels", [[0.3, -1.2], [2.0, 0.1]], [[1, 0], [0, 1]], 0.0)
case("one unknown", [[0.3, -1.2], [2.0, 0.1]], [[1, -1], [0, 1]], 0.0)
case("smoothed", [[0.3, -1.2], [2.0, 0.1]], [[1, -1], [0, 1]], 0.1)
case("nothing known", [[0.3, -1.2]], [[-1, -1]], 0.1)
case("at zero", [[0.0, 0.0, 0.0]], [[1, 0, -1]], 0.2)
case("far out", [[80.0, -80.0, 300.0, -300.0]], [[0, 1, 1, 0]], 0.0)
case("far out and smoothed", [[80.0, -80.0, 300.0, -300.0]], [[0, 1, 1, 0]], 0.25)
case("random", *random(7, 5, 2.0), 0.0)
case("random and smoothed", *random(9, 3, 4.0), 0.05)
