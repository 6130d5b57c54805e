"""Golden values for TestStepAgainstPyTorch: one step on images with labels, and in two views on images without.

Run: /usr/bin/python3 step.py    (numpy 1.24, torch 1.13, float64)

The network is features/testdata/small.onnx, whose weights are read from the file; the rest is made up here. The loss is written
with PyTorch's own losses and loops over cells, and shares nothing with the Go code:

    mean of BCE over the known labels + weight · Σ over sure unknown cells of BCE(strong, weak's answer) / unknown cells
    + confusion · 2/D · Σ over pairs of subsets of |difference of the mean hidden units|²

Written to step.json: images, labels and the numbers of the head, the loss, what the others add, the share that is sure, the answers, and
the gradient of the sum by the weights of network and head; it does not pass through the weak views.
"""
import json
import os

import numpy as np
import torch

here = os.path.dirname(os.path.abspath(__file__))
F = torch.nn.functional


def fields(data):
    """The fields of a protocol buffer: number and bytes, or an integer."""
    at = 0

    def varint():
        nonlocal at
        v, shift = 0, 0
        while True:
            b = data[at]
            at, v, shift = at + 1, v | (b & 127) << shift, shift + 7
            if b < 128:
                return v

    while at < len(data):
        key = varint()
        if key & 7 == 0:
            yield key >> 3, varint()
        elif key & 7 == 2:
            n = varint()
            yield key >> 3, data[at:at + n]
            at += n
        else:
            yield key >> 3, data[at:at + 4]
            at += 4


weights = {}
with open(os.path.join(here, "../../../features/testdata/small.onnx"), "rb") as f:
    graph = next(v for k, v in fields(f.read()) if k == 7)
for k, v in fields(graph):
    if k == 5:
        parts = list(fields(v))
        dims = [d for n, d in parts if n == 1 and isinstance(d, int)]
        name, raw, kind = (next(d for n, d in parts if n == want) for want in (8, 9, 2))
        if kind == 1:
            weights[name.decode()] = np.frombuffer(raw, np.float32).reshape(dims)

t = {k: torch.tensor(v.astype(np.float64)) for k, v in weights.items()}
trained = ["first_w", "gain", "shift", "deep_w", "deep_b", "point_w", "point_b"]
for k in trained:
    t[k].requires_grad_(True)


def network(pix):
    x = (torch.tensor(pix.astype(np.float64)) - 0.5) / 0.25
    x = F.conv2d(x.permute(0, 3, 1, 2), t["first_w"], padding=1)
    x = F.relu(F.batch_norm(x, t["mean"], t["variance"], t["gain"], t["shift"], training=False, eps=1e-3))
    x = F.conv2d(F.pad(x, (0, 1, 0, 1)), t["deep_w"], t["deep_b"], stride=2, groups=8).clamp(0, 6)
    x = x + F.conv2d(x, t["point_w"], t["point_b"])
    return F.normalize(x.mean((2, 3)), dim=1)


rng = np.random.default_rng(34)
labelled, n, classes, dim, hidden, subsets = 4, 6, 2, 8, 5, 3
small = lambda *shape: rng.normal(0, 1, shape).astype(np.float32)
head = {"/hidden/weights": small(dim, hidden), "/hidden/bias": small(hidden), "/head/weights": 2 * small(hidden, classes),
        "/head/bias": small(classes), "/standard/mean": small(dim) / 4, "/standard/scale": 1 + np.abs(small(dim))}
h = {k: torch.tensor(v.astype(np.float64)) for k, v in head.items()}
tuned = ["/hidden/weights", "/hidden/bias", "/head/weights", "/head/bias"]
for k in tuned:
    h[k].requires_grad_(True)

# a bias is stored divided by the root of the inputs of its layer, so that both learn equally fast
units = lambda x: F.relu((x - h["/standard/mean"]) * h["/standard/scale"] @ h["/hidden/weights"] + dim ** 0.5 * h["/hidden/bias"])
logits = lambda x: units(x) @ h["/head/weights"] + hidden ** 0.5 * h["/head/bias"]

tints = lambda m: rng.random((m, 1, 1, 3)) ** 2 * rng.random((m, 16, 16, 3))  # pictures that differ in more than their noise
pictures = {k: np.round(tints(m), 2).astype(np.float32) for k, m in dict(x=labelled, weak=n, strong=n, domain=n).items()}
y = rng.integers(-1, 2, (labelled, classes))
unknown = (rng.random((n, classes)) < 0.7).astype(int)
limits = rng.uniform(0.6, 0.95, (2, classes)).astype(np.float32)
member = np.eye(subsets, dtype=int)[[0, 1, 0, 0, 1, 1]]  # none of the third
semi_weight, confusion = 0.7, 0.3

z, sure = logits(network(pictures["x"])), []
known = [(i, c) for i in range(labelled) for c in range(classes) if y[i, c] >= 0]
loss = sum(F.binary_cross_entropy_with_logits(z[i, c], torch.tensor(float(y[i, c]), dtype=torch.float64)) for i, c in known) / len(known)
with torch.no_grad():
    p = torch.sigmoid(logits(network(pictures["weak"])))
z = logits(network(pictures["strong"]))
for i in range(n):
    for c in range(classes):
        side = int(p[i, c] > 0.5)
        if unknown[i, c] and max(p[i, c], 1 - p[i, c]) >= limits[side, c]:
            sure.append(F.binary_cross_entropy_with_logits(z[i, c], torch.tensor(float(side), dtype=torch.float64)))
u = units(network(pictures["domain"]))
means = [u[[i for i in range(n) if member[i, k]]].mean(0) for k in range(2)]
more = semi_weight * sum(sure) / unknown.sum() + confusion * 2 / 2 * ((means[0] - means[1]) ** 2).sum()
(loss + more).backward()

flat = lambda v: [float(f"{w:.8g}") for w in np.asarray(v.detach() if torch.is_tensor(v) else v, np.float64).ravel()]
json.dump({
    "pictures": {k: flat(v) for k, v in pictures.items()}, "labels": flat(y), "unknown": flat(unknown), "limits": flat(limits), "member": flat(member),
    "head": {k: flat(v) for k, v in head.items()}, "hidden": hidden, "subsets": subsets, "semi_weight": semi_weight, "confusion": confusion,
    "loss": float(loss), "more": float(more), "sure": len(sure) / float(unknown.sum()), "answers": flat(p),
    "gradients": {k: flat(v.grad) for k, v in list(h.items()) + list(t.items()) if v.grad is not None},
}, open(os.path.join(here, "step.json"), "w"))
print(float(loss), float(more), len(sure), unknown.sum())
