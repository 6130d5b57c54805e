"""Writes network.json: outputs, gradients and running averages of small networks, by torch in float64.

Independent of the Go code: torch's convolutions, poolings and normalisations on NCHW, its autograd for the gradients. Only
the order of axes is that of the Go code: maps [batch, height, width, channels], kernels [height, width, in, out].
Run: /usr/bin/python3 network.py > network.json        (Python 3.11, torch 1.13, numpy 1.24)
"""
import json

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)


def net(layers, channels, k, norm, separable):
    """A list of (path, module, relu before, relu after, residual start or end)."""
    units, width = [], channels

    def unit(path, out, normed):
        if k == 0:
            parts = [("kernel", nn.Linear(width, out, bias=not normed))]
        elif separable:
            parts = [("depthwise", nn.Conv2d(width, width, k, padding="same", groups=width, bias=False)),
                     ("kernel", nn.Conv2d(width, out, 1, bias=not normed))]
        else:
            parts = [("kernel", nn.Conv2d(width, out, k, padding="same", bias=not normed))]
        if normed:
            bn = (nn.BatchNorm1d if k == 0 else nn.BatchNorm2d)(out, eps=1e-3, momentum=None)  # None: plain mean of all steps
            nn.init.uniform_(bn.weight, 0.5, 1.5)
            nn.init.uniform_(bn.bias, -0.5, 0.5)
            parts.append(("norm", bn))
        return path, parts

    for i, item in enumerate(layers.split(",")):
        if item == "p":
            units.append((item, None))
        elif item == "r":
            units.append((item, [unit(f"{i + 1}/first", width, norm), unit(f"{i + 1}/second", width, False)]))
        else:
            units.append((item, [unit(f"{i + 1}", int(item), norm)]))
            width = int(item)
    return units


def forward(units, x, pooling):
    def run(parts, x):
        for _, m in parts:
            x = m(x)
        return x

    for item, list_ in units:
        if item == "p":
            x = F.max_pool2d(x, 2, 2)
        elif item == "r":
            x = F.relu(x + run(list_[1][1], F.relu(run(list_[0][1], F.relu(x)))))
        else:
            x = F.relu(run(list_[0][1], x))
    if x.ndim == 4:
        x = {"max": lambda: x.amax((2, 3)), "average": lambda: x.mean((2, 3)),
             "flatten": lambda: x.permute(0, 2, 3, 1).flatten(1), "keep": lambda: x.permute(0, 2, 3, 1)}[pooling]()
    return x


def ours(name, p):
    """The axes of the Go code."""
    p = p.detach().numpy() if not isinstance(p, np.ndarray) else p
    if p.ndim == 4:
        return p.transpose(2, 3, 1, 0)
    return p.T if p.ndim == 2 else p


def variables(units, grad):
    out = {}
    for _, list_ in units:
        for path, parts in list_ or []:
            for kind, m in parts:
                names = dict(weight="gain", bias="shift") if kind == "norm" else dict(weight=kind, bias="bias")
                for n, p in m.named_parameters():
                    out[f"{path}/{names[n]}"] = ours(n, p.grad if grad else p)
    return out


def short(x):
    return [float(f"{v:.12g}") for v in np.asarray(x).ravel()]


def pack(arrays):
    return {k: dict(dims=list(v.shape), values=short(v)) for k, v in arrays.items()}


def case(layers, shape, batch=3, kernel=3, norm=False, separable=False, pooling="max"):
    torch.manual_seed(len(layers) + 7 * kernel)
    vector = len(shape) == 1
    units = net(layers, shape[-1], 0 if vector else kernel, norm, separable)
    modules = [m for _, l in units for _, parts in l or [] for _, m in parts]
    batches = [torch.randn(batch, *shape).mul(1000).round().div(1000) for _ in range(2)]
    to = lambda x: x if vector else x.permute(0, 3, 1, 2)
    seen = {}  # variances that a normalisation met; torch's own running one is divided by n - 1
    for m in modules:
        m.train()
        for p in m.parameters():
            p.data = p.data.mul(1000).round().div(1000)
        if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d)):
            m.register_forward_pre_hook(lambda m, x: seen.setdefault(m, []).append(
                x[0].detach().var([i for i in range(x[0].ndim) if i != 1], unbiased=False)))
    weights = pack(variables(units, False))
    trained = []
    for x in batches:  # outputs and averages of two steps in training
        y = forward(units, to(x), pooling)
        trained.append(y.detach())
    (y * y).sum().backward()  # of the last batch
    gradient = pack(variables(units, True))
    averages = {}
    for _, l in units:
        for path, parts in l or []:
            for kind, m in parts:
                if kind == "norm":
                    averages[f"{path}/mean"] = m.running_mean.numpy()
                    m.running_var = torch.stack(seen[m]).mean(0)
                    averages[f"{path}/variance"] = m.running_var.numpy()
    for m in modules:
        m.eval()
    y = forward(units, to(batches[0]), pooling).detach()
    return dict(layers=layers, shape=list(shape), kernel=kernel, norm=norm, separable=separable, pooling=pooling,
                batches=[short(x) for x in batches], batch=batch, weights=weights,
                trained=[short(t) for t in trained], gradient=gradient, averages=pack(averages),
                inference=short(y),
                parameters=sum(p.numel() for m in modules for p in m.parameters()))


print(json.dumps([
    case("6,p,4", (5, 6, 3)),
    case("6,p,4", (4, 4, 3), kernel=1, pooling="average"),
    case("4,r,p,5", (6, 5, 3), pooling="flatten"),
    case("4,r", (3, 4, 2), kernel=5, pooling="keep"),
    case("r,6", (4, 4, 3), norm=True),
    case("6,p,r", (6, 6, 2), norm=True, separable=True, pooling="average"),
    case("5,3", (5, 5, 4), kernel=7, separable=True),
    case("8,r,3", (7,), batch=6),
    case("8,r,3", (7,), batch=6, norm=True),
]))
