"""Writes cosine.json: the loss on cosine logits and its gradients, computed by torch in float64.

Independent of the Go code: torch.nn.functional.normalize and autograd.
Run: /usr/bin/python3 cosine.py > cosine.json        (Python 3.11, torch 1.13, numpy 1.24)
"""
import json

import numpy as np
import torch
import torch.nn.functional as F

rng = np.random.default_rng(7)
n, d, c, scale = 6, 5, 3, 9.0
x, w, b = rng.normal(size=(n, d)).round(4), rng.normal(size=(d, c)).round(4), rng.normal(size=c).round(4)
y = rng.integers(-1, 2, size=(n, c))
mean, by = rng.normal(size=d).round(4), rng.uniform(0.5, 2, size=d).round(4)
W, B = (torch.tensor(v, requires_grad=True) for v in (w, b))
inputs = (torch.tensor(x) - torch.tensor(mean)) * torch.tensor(by)
z = scale * F.normalize(inputs, dim=1) @ F.normalize(W, dim=0) + B
known = torch.tensor(y >= 0).double()
each = F.binary_cross_entropy_with_logits(z, torch.tensor(np.maximum(y, 0)).double(), reduction="none")
loss = (each * known).sum() / (known.sum() + 1e-7)
loss.backward()
print(json.dumps(dict(features=x.tolist(), labels=y.tolist(), weights=w.tolist(), bias=b.tolist(), mean=mean.tolist(), scale=by.tolist(),
                      cosine_scale=scale, loss=loss.item(), weights_gradient=W.grad.tolist(), bias_gradient=B.grad.tolist(),
                      probabilities=torch.sigmoid(z).tolist())))
