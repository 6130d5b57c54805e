"""Integrated gradients of a small network, in float64 by PyTorch's own gradients: writes attribution.json.

The network: 3x3 convolution with stride 2 and zeros around, tanh, 3x3 convolution with zeros around, softplus, mean over places, dense layer.
Weights and images are sines, so that the test makes the same ones. Run with /usr/bin/python3 (PyTorch 1.13, numpy 1.24).
"""

import json
import pathlib

import numpy as np
import torch

H, W = 12, 10


def sines(count, step, size, shift=0.0):
    return shift + size * np.sin(step * np.arange(count, dtype=np.float64))


def images_last(values, *shape):  # [h, w, in, out] as GoMLX has kernels
    return torch.tensor(values.reshape(shape)).permute(3, 2, 0, 1)


conv1 = images_last(sines(3 * 3 * 3 * 6, 0.7, 0.4), 3, 3, 3, 6)
conv2 = images_last(sines(3 * 3 * 6 * 8, 1.3, 0.3), 3, 3, 6, 8)
dense = torch.tensor(sines(8 * 4, 0.9, 1.0).reshape(8, 4))
direction = torch.tensor([-0.5, 0.0, 1.0, 0.25], dtype=torch.float64)


def score(x):  # [n, H, W, 3] -> [n]
    y = torch.tanh(torch.nn.functional.conv2d(x.permute(0, 3, 1, 2), conv1, stride=2, padding=1))
    y = torch.nn.functional.softplus(torch.nn.functional.conv2d(y, conv2, padding=1))
    return y.mean(dim=(2, 3)) @ dense @ direction


image = torch.tensor(sines(H * W * 3, 0.37, 0.5, 0.5).reshape(H, W, 3))
baselines = {"black": torch.zeros(H, W, 3, dtype=torch.float64), "grey": torch.full((H, W, 3), 0.3, dtype=torch.float64)}


def integrated(baseline, at, weight):
    total = torch.zeros_like(image)
    for a, w in zip(at, weight):
        x = (baseline + a * (image - baseline)).clone().requires_grad_(True)
        score(x[None]).sum().backward()
        total += w * x.grad
    return (image - baseline) * total


def gauss(m):
    x, w = np.polynomial.legendre.leggauss(m)
    return (x + 1) / 2, w / 2


def trapezoid(m):
    w = np.full(m + 1, 1 / m)
    w[[0, -1]] /= 2
    return np.linspace(0, 1, m + 1), w


cases = []
for name, rule, m in [("black", "gauss", 20), ("grey", "gauss", 3), ("black", "trapezoid", 5), ("grey", "trapezoid", 40)]:
    at, weight = (gauss if rule == "gauss" else trapezoid)(m)
    values = integrated(baselines[name], at, weight)
    high, low = score(image[None]).item(), score(baselines[name][None]).item()
    cases.append({"baseline": name, "rule": rule, "steps": m, "score": high, "baseline_score": low,
                  "gap": values.sum().item() - (high - low), "values": values.flatten().tolist()})

rules = {str(m): [list(part) for part in gauss(m)] for m in (1, 2, 5, 50)}
out = {"cases": cases, "gauss": rules}
rounded = json.loads(json.dumps(out), parse_float=lambda s: float(f"{float(s):.9g}"))
pathlib.Path(__file__).with_name("attribution.json").write_text(json.dumps(rounded) + "\n")
