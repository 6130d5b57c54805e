"""A small network as an ONNX file, written field by field as onnx.proto numbers them, and what PyTorch makes of it in float64.

For images of 16x16: a convolution with batch normalisation and ReLU (8 channels), zeros around it by Pad, a depthwise convolution
of stride 2 with Clip (0 to 6), a 1x1 convolution added to it, and the mean of each map; then a product of 8x3, the logits.
small.json holds the maps of two images, and the gradient of the sum of squares of the means by every weight.

Run: /usr/bin/python3 patchwork/features/testdata/small.py
"""

import json
import os
import struct

import numpy as np
import torch

here = os.path.dirname(os.path.abspath(__file__))


def varint(v):
    v &= (1 << 64) - 1
    out = b""
    while v > 127:
        out += bytes([v & 127 | 128])
        v >>= 7
    return out + bytes([v])


def number(field, v):
    return varint(field << 3) + varint(v)


def content(field, *parts):
    data = b"".join(p.encode() if isinstance(p, str) else p for p in parts)
    return varint(field << 3 | 2) + varint(len(data)) + data


def tensor(name, x):
    kind = {np.dtype("float32"): 1, np.dtype("int64"): 7}[x.dtype]
    return b"".join(number(1, d) for d in x.shape) + number(2, kind) + content(8, name) + content(9, x.tobytes())


def value(name, *dims):
    shape = b"".join(content(1, number(1, d) if d > 0 else content(2, "N")) for d in dims)
    return content(1, name) + content(2, content(1, number(1, 1), content(2, shape)))


def ints(name, *v):
    return content(5, content(1, name), b"".join(number(8, x) for x in v), number(20, 7))


def integer(name, v):
    return content(5, content(1, name), number(3, v), number(20, 2))


def real(name, v):
    return content(5, content(1, name), varint(2 << 3 | 5) + struct.pack("<f", v), number(20, 1))


def node(op, ins, out, *attributes):
    return b"".join(content(1, i) for i in ins) + content(2, out) + content(4, op) + b"".join(attributes)


rng = np.random.default_rng(11)
f = lambda *shape: rng.normal(0, 0.5, shape).astype(np.float32)
w = {
    "first_w": f(8, 3, 3, 3), "gain": 1 + f(8) / 4, "shift": f(8) / 2, "mean": f(8) / 4, "variance": 0.5 + rng.random(8).astype(np.float32),
    "around": np.int64([0, 0, 0, 0, 0, 0, 1, 1]), "low": np.float32(0), "high": np.float32(6),
    "deep_w": f(8, 1, 3, 3), "deep_b": f(8), "point_w": f(8, 8, 1, 1), "point_b": f(8), "product": f(8, 3),
}
nodes = [
    node("Conv", ["pixels", "first_w"], "first", ints("kernel_shape", 3, 3), ints("pads", 1, 1, 1, 1)),
    node("BatchNormalization", ["first", "gain", "shift", "mean", "variance"], "norm", real("epsilon", 1e-3)),
    node("Relu", ["norm"], "relu"),
    node("Pad", ["relu", "around", "low"], "padded"),
    node("Conv", ["padded", "deep_w", "deep_b"], "deep", ints("kernel_shape", 3, 3), ints("strides", 2, 2), integer("group", 8)),
    node("Clip", ["deep", "low", "high"], "clip"),
    node("Conv", ["clip", "point_w", "point_b"], "point", ints("kernel_shape", 1, 1)),
    node("Add", ["clip", "point"], "add"),
    node("GlobalAveragePool", ["add"], "pool"),
    node("Flatten", ["pool"], "flat", integer("axis", 1)),
    node("MatMul", ["flat", "product"], "logits"),
]
graph = b"".join(content(1, n) for n in nodes) + content(2, "small") + b"".join(content(5, tensor(k, v)) for k, v in w.items())
graph += content(11, value("pixels", -1, 3, 16, 16)) + content(12, value("logits", -1, 3))
with open(os.path.join(here, "small.onnx"), "wb") as out:
    out.write(number(1, 8) + content(7, graph) + content(8, number(2, 13)))

# the same in PyTorch
images = rng.random((2, 16, 16, 3)).astype(np.float32)
t = {k: torch.tensor(v.astype(np.float64) if v.dtype == np.float32 else v) for k, v in w.items()}
trained = ["first_w", "gain", "shift", "deep_w", "deep_b", "point_w", "point_b"]
for k in trained:
    t[k].requires_grad_(True)
F = torch.nn.functional
x = torch.tensor(images.astype(np.float64)).permute(0, 3, 1, 2)
x = F.conv2d(x, t["first_w"], padding=1)
x = F.batch_norm(x, t["mean"], t["variance"], t["gain"], t["shift"], training=False, eps=1e-3)
relu = F.relu(x)
x = F.pad(relu, (0, 1, 0, 1))
clip = F.conv2d(x, t["deep_w"], t["deep_b"], stride=2, groups=8).clamp(0, 6)
add = clip + F.conv2d(clip, t["point_w"], t["point_b"])
means = add.mean((2, 3))
(means ** 2).sum().backward()
flat = lambda v: [float(f"{u:.7g}") for u in v.detach().numpy().ravel()]
json.dump({
    "images": flat(torch.tensor(images)), "add": flat(add.permute(0, 2, 3, 1)), "means": flat(means), "loss": float((means ** 2).sum()),
    "gradients": {k: flat(t[k].grad) for k in trained},
}, open(os.path.join(here, "small.json"), "w"))
