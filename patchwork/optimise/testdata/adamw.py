"""Writes adamw.json: weights after some steps of AdamW, and of Adam with clipped gradients, computed by torch in float64.

Independent of the Go code: torch.optim.AdamW, torch.optim.Adam, torch.nn.utils.clip_grad_norm_.
Run: /usr/bin/python3 adamw.py > adamw.json        (Python 3.11, torch 1.13, numpy 1.24)
"""
import json

import numpy as np
import torch

rng = np.random.default_rng(7)
x, y = rng.normal(size=(6, 3)).round(3), rng.normal(size=(6, 2)).round(3)
w0, b0 = rng.normal(size=(3, 2)).round(3), rng.normal(size=2).round(3)
rates = [0.1, 0.2, 0.05, 0.3, 0.1]
X, Y = torch.tensor(x), torch.tensor(y)


def case(kind, decay, clip):
    w, b = torch.tensor(w0, requires_grad=True), torch.tensor(b0, requires_grad=True)
    if kind == "adamw":
        o = torch.optim.AdamW([{"params": [w], "weight_decay": decay}, {"params": [b], "weight_decay": 0}], lr=1, eps=1e-7)
    else:
        o = torch.optim.Adam([w, b], lr=1, eps=1e-7)
    norms = []
    for r in rates:
        o.zero_grad()
        ((X @ w + b - Y) ** 2).sum().backward()
        if clip:
            norms.append(torch.nn.utils.clip_grad_norm_([w, b], clip).item())
        for group in o.param_groups:
            group["lr"] = r
        o.step()
    return dict(optimiser=kind, decay=decay, clip=clip, w=w.tolist(), b=b.tolist(), norms=norms)


print(json.dumps(dict(x=x.tolist(), y=y.tolist(), w=w0.tolist(), b=b0.tolist(), rates=rates,
                      cases=[case("adamw", 0.3, 0), case("adam", 0, 2), case("adamw", 0, 0)])))
