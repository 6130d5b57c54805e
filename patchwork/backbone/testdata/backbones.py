"""Writes backbones.json: what small networks make of some pictures, by torch in float64.

Independent of the Go code: torch's own layers on NCHW (convolutions, transposed convolutions, poolings, normalisations,
TransformerEncoderLayer), put together after the papers and torchvision's and the authors' code. Weights are noise that
depends on the name of a variable alone, so that they need not be written down; only their names and the order of their axes
are those of the Go code: maps [batch, height, width, channels], kernels [height, width, in, out].
Run: /usr/bin/python3 backbones.py > backbones.json        (Python 3.11, torch 1.13, numpy 1.24)
"""
import json
import math
import zlib

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


def noise(name, n):
    with np.errstate(over="ignore"):
        u = np.arange(n, dtype=np.uint32) * np.uint32(2654435761) + np.uint32(zlib.crc32(name.encode()))
        u ^= u >> np.uint32(16)
        u *= np.uint32(0x45D9F3B)
        u ^= u >> np.uint32(16)
        u *= np.uint32(0x45D9F3B)
        u ^= u >> np.uint32(16)
    return u.astype(np.float64) / 2**31 - 1


def filling(path, *dims):
    base, spread = 0, 0.1
    what = path.split("/")[-1]
    if what == "kernel":
        spread = 2 / math.sqrt(np.prod(dims[:-1]))
    elif what in ("gain", "scale", "variance"):
        base, spread = 1, 0.3
    values = base + spread * noise(path, int(np.prod(dims)))
    return torch.from_numpy(values.astype(np.float32).astype(np.float64)).reshape(dims)


def put(parameter, values):
    assert parameter.shape == values.shape, (parameter.shape, values.shape)
    parameter.data.copy_(values)


class Conv(nn.Conv2d):
    def __init__(self, path, cin, cout, k, stride=1, pad=None, bias=False, groups=1):
        super().__init__(cin, cout, k, stride, k // 2 if pad is None else pad, bias=bias, groups=groups)
        put(self.weight, filling(path + "/kernel", k, k, cin // groups, cout).permute(3, 2, 0, 1))
        if bias:
            put(self.bias, filling(path + "/bias", cout))


class Dense(nn.Linear):
    def __init__(self, path, cin, cout):
        super().__init__(cin, cout)
        put(self.weight, filling(path + "/kernel", cin, cout).T)
        put(self.bias, filling(path + "/bias", cout))


class Norm(nn.Module):
    """One of the three, of NCHW."""

    def __init__(self, path, kind, c):
        super().__init__()
        self.kind, self.path = kind, path
        if kind == "batch":
            self.norm = nn.BatchNorm2d(c)
            put(self.norm.running_mean, filling(path + "/mean", c))
            put(self.norm.running_var, filling(path + "/variance", c))
        elif kind == "group":
            groups = 32
            while groups > 1 and (c % groups or c == groups):
                groups //= 2
            self.norm = nn.GroupNorm(groups, c)
        else:
            self.norm = nn.LayerNorm(c, eps=1e-6)
        put(self.norm.weight, filling(path + "/gain", c))
        put(self.norm.bias, filling(path + "/shift", c))

    def forward(self, x):
        if self.kind == "layer":
            return self.norm(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        return self.norm(x)


class Residual(nn.Module):
    def __init__(self, path, kind, cin, width, stride, bottleneck):
        super().__init__()
        sizes = [1, 3, 1] if bottleneck else [3, 3]
        strides = [1, stride, 1] if bottleneck else [stride, 1]
        outs = [width, width, 4 * width] if bottleneck else [width, width]
        self.layers, c = nn.ModuleList(), cin
        for i, (k, s, out) in enumerate(zip(sizes, strides, outs)):
            self.layers.append(nn.Sequential(Conv(f"{path}/conv{i + 1}", c, out, k, s), Norm(f"{path}/norm{i + 1}", kind, out)))
            c = out
        self.short = nn.Identity()
        if stride != 1 or cin != c:
            self.short = nn.Sequential(Conv(path + "/short/conv", cin, c, 1, stride), Norm(path + "/short/norm", kind, c))
        self.out = c

    def forward(self, x):
        y = x
        for layer in self.layers[:-1]:
            y = F.relu(layer(y))
        return F.relu(self.layers[-1](y) + self.short(x))


def resnet(blocks, widths, kind, stem, bottleneck=False):
    c = widths[0]
    if stem == "small":
        layers = [Conv("stem/conv", 3, c, 3), Norm("stem/norm", kind, c), nn.ReLU()]
    elif stem == "large":
        layers = [Conv("stem/conv", 3, c, 7, 2), Norm("stem/norm", kind, c), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    else:
        layers = [Conv("stem/conv", 3, c, stem, stem, 0), Norm("stem/norm", kind, c), nn.ReLU()]
    for stage, (n, width) in enumerate(zip(blocks, widths)):
        for i in range(n):
            block = Residual(f"stage{stage + 1}/block{i + 1}", kind, c, width, 2 if stage and not i else 1, bottleneck)
            layers.append(block)
            c = block.out
    return nn.Sequential(*layers)


class Wide(nn.Module):
    def __init__(self, path, cin, out, stride):
        super().__init__()
        self.norm1, self.norm2 = Norm(path + "/norm1", "batch", cin), Norm(path + "/norm2", "batch", out)
        self.conv1, self.conv2 = Conv(path + "/conv1", cin, out, 3, stride), Conv(path + "/conv2", out, out, 3)
        self.short = None if cin == out and stride == 1 else Conv(path + "/short/conv", cin, out, 1, stride)

    def forward(self, x):
        a = F.relu(self.norm1(x))
        y = self.conv2(F.relu(self.norm2(self.conv1(a))))
        return y + (x if self.short is None else self.short(a))


def wide_resnet(blocks, widths):
    layers, c = [Conv("stem/conv", 3, widths[0], 3)], widths[0]
    for stage, width in enumerate(widths[1:]):
        for i in range(blocks):
            layers.append(Wide(f"stage{stage + 1}/block{i + 1}", c, width, 2 if stage and not i else 1))
            c = width
    return nn.Sequential(*layers, Norm("norm", "batch", c), nn.ReLU())


class NeXt(nn.Module):
    def __init__(self, path, c, version):
        super().__init__()
        self.depthwise = Conv(path + "/depthwise", c, c, 7, bias=True, groups=c)
        self.norm = Norm(path + "/norm", "layer", c)
        self.widen, self.narrow = Dense(path + "/widen", c, 4 * c), Dense(path + "/narrow", 4 * c, c)
        self.version = version
        if version == 1:
            self.scale = filling(path + "/layer/scale", c)
        else:
            self.gamma, self.beta = filling(path + "/response/gain", 4 * c), filling(path + "/response/shift", 4 * c)

    def forward(self, x):
        y = F.gelu(self.widen(self.norm(self.depthwise(x)).permute(0, 2, 3, 1)))
        if self.version == 2:
            g = torch.norm(y, p=2, dim=(1, 2), keepdim=True)
            y = self.gamma * (y * (g / (g.mean(dim=-1, keepdim=True) + 1e-6))) + self.beta + y
        y = self.narrow(y)
        if self.version == 1:
            y = self.scale * y
        return x + y.permute(0, 3, 1, 2)


def convnext(blocks, widths, patch, version):
    layers, c = [Conv("stem/conv", 3, widths[0], patch, patch, 0, bias=True), Norm("stem/norm", "layer", widths[0])], widths[0]
    for stage, (n, width) in enumerate(zip(blocks, widths)):
        at = f"stage{stage + 1}"
        if stage:
            layers += [Norm(at + "/down/norm", "layer", c), Conv(at + "/down/conv", c, width, 2, 2, 0, bias=True)]
            c = width
        layers += [NeXt(f"{at}/block{i + 1}", width, version) for i in range(n)]
    return nn.Sequential(*layers, Norm("norm", "layer", c))


class Sum(nn.Sequential):
    def forward(self, x):
        return x + super().forward(x)


def convmixer(c, depth, k, patch):
    layers = [Conv("stem/conv", 3, c, patch, patch, 0, bias=True), nn.GELU(), Norm("stem/norm", "batch", c)]
    for i in range(depth):
        at = f"block{i + 1}"
        layers.append(Sum(Conv(at + "/depthwise", c, c, k, bias=True, groups=c), nn.GELU(), Norm(at + "/norm1", "batch", c)))
        mix = Conv(at + "/unused", c, c, 1, bias=True)
        put(mix.weight, filling(at + "/mix/kernel", c, c).T[:, :, None, None])
        put(mix.bias, filling(at + "/mix/bias", c))
        layers += [mix, nn.GELU(), Norm(at + "/norm2", "batch", c)]
    return nn.Sequential(*layers)


class Transformer(nn.Module):
    """With torch's own encoder layer, which joins query, key and value."""

    def __init__(self, d, heads, patch):
        super().__init__()
        self.patch, self.blocks = Conv("stem/conv", 3, d, patch, patch, 0, bias=True), nn.ModuleList()
        self.token = filling("class/token", d)
        for i in range(12):
            at = f"block{i + 1}"
            layer = nn.TransformerEncoderLayer(d, heads, 4 * d, 0, "gelu", 1e-6, batch_first=True, norm_first=True)
            parts = ["query", "key", "value"]
            put(layer.self_attn.in_proj_weight, torch.cat([filling(f"{at}/attention/{p}/kernel", d, d).T for p in parts]))
            put(layer.self_attn.in_proj_bias, torch.cat([filling(f"{at}/attention/{p}/bias", d) for p in parts]))
            put(layer.self_attn.out_proj.weight, filling(at + "/attention/out/kernel", d, d).T)
            put(layer.self_attn.out_proj.bias, filling(at + "/attention/out/bias", d))
            layer.linear1, layer.linear2 = Dense(at + "/widen", d, 4 * d), Dense(at + "/narrow", 4 * d, d)
            for norm, name in ((layer.norm1, "norm1"), (layer.norm2, "norm2")):
                put(norm.weight, filling(f"{at}/{name}/gain", d))
                put(norm.bias, filling(f"{at}/{name}/shift", d))
            self.blocks.append(layer)
        self.norm = nn.LayerNorm(d, eps=1e-6)
        put(self.norm.weight, filling("norm/gain", d))
        put(self.norm.bias, filling("norm/shift", d))

    def forward(self, x):
        x = self.patch(x)
        n, d, h, w = x.shape
        omega = 1 / 10000 ** (torch.arange(d // 4) / (d / 4))
        row, col = torch.meshgrid(torch.arange(h), torch.arange(w), indexing="ij")
        angles = [torch.outer(place.flatten().double(), omega) for place in (col, row)]
        places = torch.cat([f(a) for a in angles for f in (torch.sin, torch.cos)], 1)
        x = x.flatten(2).transpose(1, 2) + places
        x = torch.cat([self.token.expand(n, 1, d), x], 1)
        for block in self.blocks:
            x = block(x)
        return self.norm(x)[:, 1:].transpose(1, 2).reshape(n, d, h, w)


def vgg(layers, widths, kind, unpooled):
    parts, c = [], 3
    for stage, (n, width) in enumerate(zip(layers, widths)):
        for i in range(n):
            at = f"stage{stage + 1}/block{i + 1}"
            parts += [Conv(at + "/conv", c, width, 3), Norm(at + "/norm", kind, width), nn.ReLU()]
            c = width
        if stage >= unpooled:
            parts.append(nn.MaxPool2d(2))
    return nn.Sequential(*parts)


def alexnet(widths):
    parts, c = [], 3
    for i, (width, k, s, pool) in enumerate(zip(widths, [11, 5, 3, 3, 3], [4, 1, 1, 1, 1], [1, 1, 0, 0, 1])):
        parts += [Conv(f"layer{i + 1}/conv", c, width, k, s, bias=True), nn.ReLU(), Norm(f"layer{i + 1}/norm", "batch", width)]
        parts += [nn.MaxPool2d(3, 2, 1)] * pool
        c = width
    return nn.Sequential(*parts)


def context_encoder(widths):
    parts, c = [], 3
    for i, width in enumerate(widths):
        parts += [Conv(f"layer{i + 1}/conv", c, width, 4, 2, 1, bias=True), nn.LeakyReLU(0.2), Norm(f"layer{i + 1}/norm", "batch", width)]
        c = width
    return nn.Sequential(*parts)


def decoder(c, widths, out):
    parts = []
    for i, width in enumerate(widths):
        at = f"layer{i + 1}"
        up = nn.ConvTranspose2d(c, width, 4, 2, 1)
        # [s, t, in, a, b, out] lies at row 3-2s-a and column 3-2t-b
        phases = filling(at + "/conv/kernel", 2, 2, c, 4 * width).reshape(2, 2, c, 2, 2, width)
        for s in range(2):
            for t in range(2):
                for a in range(2):
                    for b in range(2):
                        up.weight.data[:, :, 3 - 2 * s - a, 3 - 2 * t - b] = phases[s, t, :, a, b]
        put(up.bias, filling(at + "/conv/bias", width))
        parts += [up, nn.ReLU(), Norm(at + "/norm", "batch", width)]
        c = width
    return nn.Sequential(*parts, Conv("image/conv", c, out, 3, bias=True), nn.Sigmoid())


class Bottleneck(nn.Module):
    def __init__(self, h, w, c):
        super().__init__()
        self.places = [nn.Linear(h * w, h * w) for _ in range(c)]
        kernels, biases = filling("places/kernel", c, h * w, h * w), filling("places/bias", h * w, c)
        for i, layer in enumerate(self.places):
            put(layer.weight, kernels[i].T)
            put(layer.bias, biases[:, i])
        self.mix = Dense("mix", c, c)

    def forward(self, x):
        y = torch.stack([F.relu(layer(x[:, i].flatten(1))).reshape(x[:, i].shape) for i, layer in enumerate(self.places)], -1)
        return self.mix(y).permute(0, 3, 1, 2)


class Discriminator(nn.Module):
    def __init__(self, widths):
        super().__init__()
        parts, c = [], 3
        for i, width in enumerate(widths):
            parts += [Conv(f"layer{i + 1}/conv", c, width, 4, 2, 1, bias=True), nn.ReLU(), Norm(f"layer{i + 1}/norm", "batch", width)]
            c = width
        self.body, self.out = nn.Sequential(*parts), Dense("out", c, 1)

    def forward(self, x):
        return self.out(self.body(x).amax((2, 3)))[:, :, None, None]


def case(name, module, options=None, side=16, batch=2, channels=3, training=False):
    pixels = (noise(f"pictures {side}", batch * side * side * channels).astype(np.float32).astype(np.float64) + 1) / 2
    x = torch.from_numpy(pixels).reshape(batch, side, side, channels).permute(0, 3, 1, 2)
    if options is not None:
        x = (x - torch.tensor(MEAN)[:, None, None]) / torch.tensor(STD)[:, None, None]
    module.train(training)
    y = module(x).permute(0, 2, 3, 1).detach().numpy()
    flat = y.flatten()
    sampled = flat[:: max(1, len(flat) // 60)]
    averages = {}
    if training:
        for m in module.modules():
            if isinstance(m, Norm) and m.kind == "batch" and len(averages) < 6:
                averages[m.path + "/mean"] = [round(v, 9) for v in m.norm.running_mean.tolist()]
                averages[m.path + "/variance"] = [round(v, 9) for v in m.norm.running_var.tolist()]
    return {"name": name, "options": options or {}, "side": side, "batch": batch, "channels": channels, "training": training,
            "dims": list(y.shape), "map": [round(v, 9) for v in sampled.tolist()], "averages": averages}


W = [8, 16, 32, 64]
CASES = [
    case("resnet18", resnet([2, 2, 2, 2], W, "batch", "large"), {"width": 0.125}, 48),
    case("resnet18", resnet([2, 2, 2, 2], W, "batch", "small"), {"width": 0.125, "stem": "small"}, 16, 3, training=True),
    case("resnet50", resnet([3, 4, 6, 3], W, "group", "small", True), {"width": 0.125, "stem": "small", "norm": "group"}, 16),
    case("resnet-tiny", resnet([1, 1, 1], W[:3], "batch", 4), {"width": 0.125}, 32, training=True),
    case("wrn-16-1", wide_resnet(2, [8, 8, 16, 32]), {"width": 0.5}, 12, training=True),
    case("convnext-atto", convnext([2, 2, 6, 2], W, 4, 1), {"width": 0.2}, 32),
    case("convnextv2-atto", convnext([2, 2, 6, 2], W, 2, 2), {"width": 0.2, "stem": "small"}, 32),
    case("convmixer-24-2", convmixer(24, 2, 5, 2), {"stem": "small"}, 12, training=True),
    case("vit-tiny", Transformer(128, 2, 4), {"width": 2 / 3, "stem": "small", "class_token": True}, 12),
    case("vgg13", vgg([2, 2, 2, 2, 2], [8, 16, 32, 64, 64], "layer", 2), {"width": 0.125, "stem": "small", "norm": "layer"}, 16),
    case("bnalexnet", alexnet([24, 64, 96, 96, 64]), {"width": 0.25}, 64),
    case("context-encoder", context_encoder([8, 16, 32, 64, 128]), {"width": 0.25}, 64, training=True),
    case("decoder", decoder(6, [8, 5], 3), None, 4, channels=6, training=True),
    case("bottleneck", Bottleneck(4, 4, 6), None, 4, channels=6),
    case("discriminator", Discriminator([6, 8]), None, 16),
]
print("[")
print(",\n".join(json.dumps(c) for c in CASES))
print("]")
