"""Golden values for TestDistilGolden.

Run: /usr/bin/python3 distil.py > distil.json    (torch 1.13, float64)

T²·mean of BCE(σ(logit(t)/T), σ(z/T)) over the cells of which the teacher says something, and its gradient by z.
"""
import json

import numpy as np
import torch

rng = np.random.default_rng(2)
cases = []
for temperature in (1.0, 3.0):
    z = torch.tensor(np.round(rng.normal(0, 3, (4, 3)), 3), requires_grad=True)
    t = np.round(rng.uniform(0.01, 0.99, (4, 3)), 3)
    known = rng.uniform(size=(4, 3)) < 0.7
    target = torch.sigmoid(torch.logit(torch.tensor(t)) / temperature)
    loss = torch.nn.functional.binary_cross_entropy_with_logits(z / temperature, target, reduction="none")
    loss = temperature ** 2 * (loss * torch.tensor(known)).sum() / known.sum()
    loss.backward()
    cases.append(dict(temperature=temperature, logits=z.tolist(), teacher=[[v if k else None for v, k in zip(a, b)] for a, b in zip(t.tolist(), known.tolist())], loss=float(loss), gradient=z.grad.tolist()))
print(json.dumps(cases))
