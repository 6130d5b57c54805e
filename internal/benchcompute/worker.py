"""The worker of PyTorch: the same work as operations, networks and contrast in Go. See protocol.go and doc.go.

Pictures come as [batch, height, width, channels], kernels as [height, width, in, out]; PyTorch sees them as
[batch, channels, height, width] and [out, in, height, width], in one of two memory formats.
"""
import json
import math
import os
import statistics
import sys
import threading
import time

answers = sys.stdout
sys.stdout = sys.stderr  # so that nothing else gets between the answers


def say(**answer):
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


try:
    import numpy as np
    import torch
    import torch.nn as nn
    import torch.nn.functional as F
except Exception as e:  # not installed, or not for this processor
    say(error=f"{sys.executable} has no PyTorch: {e}")
    sys.exit(0)

FORMATS = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}


# Numbers, as in noise.go and digest.go.

def noise(seed, n):
    """The states come in doubling blocks: k steps ahead is again state → a·state + c."""
    mask = 0xFFFFFFFF
    out = np.empty(max(n, 1), np.uint32)
    out[0] = (1664525 * seed + 1013904223) & mask
    a, c, done = 1664525, 1013904223, 1
    while done < n:
        more = min(done, n - done)
        out[done:done + more] = out[:more] * np.uint32(a) + np.uint32(c)
        a, c, done = a * a & mask, (a * c + c) & mask, done + more
    return (out[:n] >> 8).astype(np.float32) / np.float32(1 << 23) - np.float32(1)


def operand(o):
    x = noise(o["seed"], math.prod(o["dims"])) * np.float32(o["scale"])
    x = torch.from_numpy(x.reshape(o["dims"]))
    return {"picture": lambda: x.permute(0, 3, 1, 2), "kernel": lambda: x.permute(3, 2, 0, 1)}.get(o["kind"], lambda: x)()


def digest(x, kind):
    back = {"picture": (0, 2, 3, 1), "kernel": (2, 3, 1, 0)}.get(kind)
    x = x.detach().permute(back) if back else x.detach()
    x = x.contiguous().numpy().ravel().astype(np.float64)
    return [float(x.sum()), float(x @ x), float(x @ noise(99, x.size))]


# Single operations.

OPERATIONS = {
    "matmul": lambda w, x, y: x @ y,
    "conv": lambda w, x, k: F.conv2d(x, k, stride=w["stride"], padding=w["kernel"] // 2, groups=w["groups"]),
    "batchnorm": lambda w, x, g, b: F.batch_norm(x, None, None, g, b, training=True, eps=1e-5),
    "layernorm": lambda w, x, g, b: F.layer_norm(x, x.shape[-1:], g, b, eps=1e-5),
    "gelu": lambda w, x: F.gelu(x),
    "softmax": lambda w, x: F.softmax(x, -1),
    "maxpool": lambda w, x: F.max_pool2d(x, w["kernel"], w["stride"], 0 if w["kernel"] == w["stride"] else w["kernel"] // 2),
    "meanpool": lambda w, x: F.avg_pool2d(x, w["kernel"]),
}


def single(w):
    """Returns the variants of one operation and the kinds of their results."""
    op, kinds, variants = OPERATIONS[w["op"]], [o["kind"] for o in w["operands"]], {}
    pictures = "picture" in kinds
    for name, form in FORMATS.items() if pictures else [("", None)]:
        xs = [operand(o) for o in w["operands"]]
        xs = [x.contiguous(memory_format=form) if x.dim() == 4 else x.contiguous() for x in xs]
        if w["pass"] == "both":
            *xs, g = xs
            for x in xs:
                x.requires_grad_()

            def run(xs=xs, g=g):
                y = op(w, *xs)
                return (y, *torch.autograd.grad(y, xs, g))
        else:
            def run(xs=xs):
                with torch.inference_mode():
                    return (op(w, *xs),)
        variants[name] = run
    return variants, [kinds[0], *kinds[:-1]] if w["pass"] == "both" else [kinds[0]]


# Networks.

class Block(nn.Module):
    def __init__(self, i, o, stride):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(i, o, 3, stride, 1, bias=False), nn.BatchNorm2d(o), nn.ReLU(inplace=True),
            nn.Conv2d(o, o, 3, 1, 1, bias=False), nn.BatchNorm2d(o))
        self.short = nn.Identity() if stride == 1 else nn.Sequential(nn.Conv2d(i, o, 1, stride, bias=False), nn.BatchNorm2d(o))

    def forward(self, x):
        return F.relu(self.body(x) + self.short(x), inplace=True)


def resnet(size):
    parts = [nn.Conv2d(3, 32, 3, 1, 1, bias=False), nn.BatchNorm2d(32), nn.ReLU(inplace=True)]
    for stage, (i, o) in enumerate([(32, 32), (32, 64), (64, 128)]):
        parts += [Block(i, o, 2 if stage else 1), Block(o, o, 1)]
    return nn.Sequential(*parts, nn.AdaptiveAvgPool2d(1), nn.Flatten()), 128


class ChannelNorm(nn.LayerNorm):
    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class ConvNextBlock(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.depthwise = nn.Conv2d(c, c, 7, padding=3, groups=c)
        self.rest = nn.Sequential(nn.LayerNorm(c, eps=1e-5), nn.Linear(c, 4 * c), nn.GELU(), nn.Linear(4 * c, c))

    def forward(self, x):
        return x + self.rest(self.depthwise(x).permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


def convnext(size):
    parts = [nn.Conv2d(3, 64, 2, 2), ChannelNorm(64)]
    for stage, blocks in enumerate([2, 2, 4]):
        c = 64 << stage
        if stage:
            parts += [ChannelNorm(c // 2), nn.Conv2d(c // 2, c, 2, 2)]
        parts += [ConvNextBlock(c) for _ in range(blocks)]
    return nn.Sequential(*parts, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.LayerNorm(256)), 256


class Layer(nn.Module):
    def __init__(self, c, heads):
        super().__init__()
        self.heads, self.before, self.between = heads, nn.LayerNorm(c), nn.LayerNorm(c)
        self.qkv, self.out = nn.Linear(c, 3 * c), nn.Linear(c, c)
        self.mlp = nn.Sequential(nn.Linear(c, 4 * c), nn.GELU(), nn.Linear(4 * c, c))

    def forward(self, x):
        b, t, c = x.shape
        q, k, v = self.qkv(self.before(x)).reshape(b, t, 3, self.heads, -1).permute(2, 0, 3, 1, 4).unbind(0)
        weights = ((q * q.shape[-1] ** -0.5) @ k.transpose(-2, -1)).softmax(-1)
        x = x + self.out((weights @ v).transpose(1, 2).reshape(b, t, c))
        return x + self.mlp(self.between(x))


class Vit(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.patches = nn.Conv2d(3, 192, 4, 4)
        self.places = nn.Parameter(0.02 * torch.randn(1, (size // 4) ** 2, 192))
        self.layers = nn.Sequential(*[Layer(192, 3) for _ in range(6)], nn.LayerNorm(192))

    def forward(self, x):
        return self.layers(self.patches(x).flatten(2).transpose(1, 2) + self.places).mean(1)


def mobilenet(size):
    import torchvision
    net = torchvision.models.MobileNetV2(width_mult=0.35)
    return nn.Sequential(net.features, nn.AdaptiveAvgPool2d(1), nn.Flatten()), 1280


NETWORKS = {"resnet": resnet, "convnext": convnext, "vit": lambda size: (Vit(size), 192), "mobilenet": mobilenet}


def training(w, form):
    """Returns a step of Adam on NT-Xent at temperature 0.1; rows 2i and 2i+1 are two views."""
    net, width = NETWORKS[w["op"]](w["size"])
    net = nn.Sequential(net, nn.Linear(width, 128), nn.ReLU(inplace=True), nn.Linear(128, 128)).to(memory_format=form).train()
    adam = torch.optim.Adam(net.parameters(), lr=1e-3)
    x = operand(w["operands"][0]).contiguous(memory_format=form)
    n = len(x)
    partner, self_ = torch.arange(n) ^ 1, torch.eye(n, dtype=torch.bool)

    def run():
        z = F.normalize(net(x))
        loss = F.cross_entropy((z @ z.t() / 0.1).masked_fill(self_, -1e9), partner)
        adam.zero_grad(set_to_none=True)
        loss.backward()
        adam.step()
        return (loss,)
    return run


def inference(w):
    """Yields a network's variants: as written, as a frozen script, and optimised as PyTorch can."""
    for name, form in FORMATS.items():
        net = NETWORKS[w["op"]](w["size"])[0].to(memory_format=form).eval()
        x = operand(w["operands"][0]).contiguous(memory_format=form)

        def plain(net=net, x=x):
            with torch.inference_mode():
                return (net(x),)
        yield name, plain
        for kind, make in [("frozen", torch.jit.freeze), ("optimized", torch.jit.optimize_for_inference)]:
            try:
                with torch.no_grad():
                    quick = make(torch.jit.script(net))
                    for _ in range(3):
                        quick(x)
            except Exception as e:
                print(f"{w['op']}, {name}, {kind}: {e}", file=sys.stderr)
                continue

            def run(quick=quick, x=x):
                with torch.no_grad():
                    return (quick(x),)
            yield f"{name}, {kind}", run


def build(w):
    torch.manual_seed(42)
    if w["pass"] == "train":
        return {name: training(w, form) for name, form in FORMATS.items()}, []
    if w["pass"] == "infer":
        return dict(inference(w)), []
    return single(w)


# Answering.

def once(run):
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun


def timed(run, seconds, fresh):
    first = once(run)
    if first < 0.1 or fresh and first < 1:
        once(run)
    out, total = [], 0.0
    while total < seconds or not out:
        out.append(once(run))
        total += out[-1]
    return out


def peak():
    try:
        with open("/proc/self/status") as f:
            return next(int(line.split()[1]) / 1024 for line in f if line.startswith("VmHWM"))
    except OSError:
        return 0


class Worker:
    def __init__(self):
        self.name, self.variants, self.kinds, self.best, self.rounds = None, {}, [], {}, 0

    def answer(self, r):
        w, fresh = r["work"], r["name"] != self.name
        if r.get("steps"):  # a fresh process, for its memory: nothing but the one variant
            run = training(w, FORMATS[r["choice"]])
            return {"seconds": {r["choice"]: [once(run) for _ in range(r["steps"])]}, "peak": peak()}
        if fresh:
            self.name, self.variants, self.best, self.rounds = None, {}, {}, 0
            self.variants, self.kinds = build(w)
            self.name = r["name"]
        a = {}
        if r.get("check"):
            out = next(iter(self.variants.values()))()
            if w["pass"] == "train":
                loss = float(out[0].detach())
                if not math.isfinite(loss):
                    raise ValueError(f"the loss is {loss}")
                a["loss"] = loss
            elif w["pass"] != "infer":
                a["digests"] = [digest(y, kind) for y, kind in zip(out, self.kinds)]
        self.rounds += 1
        a["seconds"] = {}
        for name, run in self.variants.items():
            if self.rounds > 1 and self.best[name] > (2 if self.rounds == 2 else 1.5) * min(self.best.values()):
                continue  # it will not be the best
            times = timed(run, r["seconds"], fresh)
            self.best[name] = min(self.best.get(name, math.inf), statistics.median(times))
            a["seconds"][name] = times
        a["peak"] = peak()
        return a


def requests():
    """Yields the lines of the input; the process ends with it, even in the middle of a run."""
    lines, there = [], threading.Semaphore(0)

    def read():
        for line in sys.stdin:
            lines.append(line)
            there.release()
        os._exit(0)
    threading.Thread(target=read, daemon=True).start()
    while True:
        there.acquire()
        yield lines.pop(0)


torch.set_num_threads(int(sys.argv[1]))
say(about=f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads")
worker = Worker()
for line in requests():
    try:
        say(**worker.answer(json.loads(line)))
    except Exception as e:
        worker.name = None
        say(error=f"{type(e).__name__}: {e}")
