"""Writes step.json: the weights of a small network of two tasks before and after three steps, by torch in float64.

Independent of the Go code: torch's linear layers, cross_entropy, kl_div, Adam (eps 1e-7) and autograd. Labels of -1 are
unknown. In the second step nothing is known of the second task.
Run: /usr/bin/python3 step.py > step.json        (Python 3.11, torch 1.13, numpy 1.24)
"""
import json

import numpy as np
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
CATEGORIES = (3, 2)


def case(name, weighting, manual, balance, distill, decay, rate):
    rng = np.random.default_rng(3)
    t = lambda *shape: (rng.normal(size=shape) * 0.5).round(3)
    first = {"/trunk/1/kernel": t(4, 5), "/trunk/1/bias": t(5), "/standard/mean": t(4), "/standard/scale": np.full(4, 1.5)}
    for k, c in enumerate(CATEGORIES):
        first |= {f"/head{k}/1/kernel": t(5, 6), f"/head{k}/1/bias": t(6), f"/out{k}/kernel": t(6, c), f"/out{k}/bias": t(c)}
    w = {k: torch.tensor(v, requires_grad=not k.startswith("/standard")) for k, v in first.items()}
    s = torch.ones(2, requires_grad=True)
    steps = []
    trained = [v for v in w.values() if v.requires_grad] + ([s] if weighting == "adaptive" else [])
    adam = torch.optim.Adam(trained, lr=rate, eps=1e-7)
    for step in range(3):
        x = t(7, 4)
        y = np.stack([rng.integers(-1, c, size=7) for c in CATEGORIES], 1)
        if step == 1:
            y[:, 1] = -1
        q = [rng.dirichlet(np.ones(c), size=7) for c in CATEGORIES]
        h = F.relu((torch.tensor(x) - w["/standard/mean"]) * w["/standard/scale"] @ w["/trunk/1/kernel"] + w["/trunk/1/bias"])
        aim = decay / 2 * sum((v ** 2).sum() for k, v in w.items() if k.endswith("kernel"))
        for k in range(2):
            z = F.relu(h @ w[f"/head{k}/1/kernel"] + w[f"/head{k}/1/bias"]) @ w[f"/out{k}/kernel"] + w[f"/out{k}/bias"]
            if (y[:, k] >= 0).any():
                ce = F.cross_entropy(z, torch.tensor(y[:, k]), weight=torch.tensor(balance[k]), ignore_index=-1)
                aim = aim + (torch.exp(-s[k]) * ce + s[k] / 2 if weighting == "adaptive" else manual[k] * ce)
            aim = aim + distill * F.kl_div(F.log_softmax(z, -1), torch.tensor(q[k]), reduction="batchmean")
        adam.zero_grad()
        aim.backward()
        adam.step()
        steps.append(dict(x=x.tolist(), y=y.tolist(), q=np.concatenate(q, 1).tolist()))
    pack = lambda d: {k: dict(dims=list(v.shape), values=v.ravel().tolist()) for k, v in d.items()}
    return dict(name=name, weighting=weighting, manual=manual, balance=balance, distill=distill, decay=decay, rate=rate, steps=steps,
                first=pack(first), last=pack({k: v.detach().numpy() for k, v in w.items()}), log_variance=s.tolist())


ONES = [[1.0] * c for c in CATEGORIES]
print(json.dumps([
    case("equal", "equal", [1.0, 1.0], ONES, 0, 0, 0.01),
    case("manual with balance and decay", "manual", [3.0, 0.25], [[0.5, 2, 1.25], [4, 0.6]], 0, 0.1, 0.01),
    case("adaptive with a teacher", "adaptive", [1.0, 1.0], ONES, 0.7, 0.02, 0.03),
]))
