"""Writes loss.json: the losses of tasks and their gradients, by torch in float64, and balanced weights by scikit-learn.

Independent of the Go code: torch's cross_entropy with ignore_index and weight, kl_div, autograd.
Run: /usr/bin/python3 loss.py > loss.json        (Python 3.11, torch 1.13, numpy 1.24, scikit-learn 1.2)
"""
import json

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.utils.class_weight import compute_class_weight

rng = np.random.default_rng(5)


def case(name, batch, categories, blank, spread, weights, s, distill):
    z = (rng.normal(size=(batch, categories)) * spread).round(3)
    y = rng.integers(0, categories, size=batch)
    y[rng.random(batch) < blank] = -1
    q = rng.dirichlet(np.full(categories, 0.5), size=batch).round(6)
    q[0] = 0  # certain and wrong in one place, nothing to learn in none
    q[0, -1] = 1
    q = q / q.sum(1, keepdims=True)
    w = np.ones(categories) if weights is None else np.array(weights)
    logits = torch.tensor(z, requires_grad=True)
    log_variance = torch.tensor(float(s), dtype=torch.float64, requires_grad=True)
    target = torch.tensor(y)
    if (y >= 0).any():
        ce = F.cross_entropy(logits, target, weight=torch.tensor(w), ignore_index=-1)
        adaptive = torch.exp(-log_variance) * ce + log_variance / 2
    else:
        ce = (logits * 0).sum()
        adaptive = log_variance * 0 + ce
    kl = F.kl_div(F.log_softmax(logits, -1), torch.tensor(q), reduction="batchmean")
    total = adaptive + distill * kl
    total.backward()
    return dict(name=name, logits=z.tolist(), labels=y.tolist(), teacher=q.tolist(), weights=w.tolist(), s=s, distill=distill,
                loss=ce.item(), adaptive=adaptive.item(), kl=kl.item(), gradient=logits.grad.tolist(), gradient_s=log_variance.grad.item())


balance = []
for counts in [(3, 1), (10, 20, 70), (1, 1, 1, 1), (5, 995)]:
    y = np.repeat(np.arange(len(counts)), counts)
    balance.append(dict(counts=counts, weights=compute_class_weight("balanced", classes=np.arange(len(counts)), y=y).tolist()))

print(json.dumps(dict(
    losses=[
        case("all known", 4, 3, 0, 1, None, 1, 0),
        case("some blank", 7, 3, 0.4, 1, None, 1, 0),
        case("all blank", 3, 4, 1, 1, None, 0.5, 0),
        case("weights and blanks", 8, 3, 0.3, 2, [0.5, 2, 1.25], -0.7, 0),
        case("with a teacher", 6, 5, 0.3, 1, None, 1, 0.8),
        case("far out", 5, 3, 0.2, 60, [1, 3, 0.2], 0, 0.5),
        case("two categories", 9, 2, 0.5, 1.5, None, 2, 2),
    ], balance=balance)))
