"""Golden values for TestDefaultAgainstNumpy.

Run: /usr/bin/python3 default.py > default.json    (numpy 1.24.2)

The embedded extractor written down a second time, from its documentation, in float64 with plain numpy: patches cut one
by one, filters turned with rot90, histograms with triangles, waves by complex numbers and every map made anew from the image. Written with numpy 1.24.2.
"""
import json
import os
import numpy as np

SIZE, SIDE, BASE, SEED = 128, 4, 24, 20110411
STEPS = (0.5, 1.5, 3)


def pcg(seed):
    """Uniform numbers of Go's math/rand/v2 PCG (128-bit, DXSM output), by its definition."""
    mask, state = (1 << 128) - 1, seed << 64
    while True:
        state = (state * ((2549297995355413924 << 64) | 4865540595714422341) + ((6364136223846793005 << 64) | 1442695040888963407)) & mask
        hi, lo, m64, cheap = state >> 64, state & ((1 << 64) - 1), (1 << 64) - 1, 0xDA942042E4DD58B5
        hi ^= hi >> 32
        hi = hi * cheap & m64
        hi ^= hi >> 48
        hi = hi * (lo | 1) & m64
        yield (hi & ((1 << 53) - 1)) / (1 << 53)


def bank():
    n = SIDE * SIDE * 3
    place = [(i // 3 // SIDE, i // 3 % SIDE, i % 3) for i in range(n)]
    c = np.array([[0.95 ** np.hypot(a[0] - b[0], a[1] - b[1]) * (1 if a[2] == b[2] else 0.93) for b in place] for a in place])
    m = np.eye(n) - 1 / n
    c = m @ c @ m
    c *= n / np.trace(c)
    values, vectors = np.linalg.eigh(c)
    white = vectors @ np.diag((values + 0.1) ** -0.5) @ vectors.T
    uniform, filters = pcg(SEED), []
    for _ in range(BASE):
        g = np.array([np.sqrt(-2 * np.log(1 - next(uniform))) * np.cos(2 * np.pi * next(uniform)) for _ in range(n)])
        f = m @ (white @ g)
        f = (f / np.sqrt(f @ c @ f)).reshape(SIDE, SIDE, 3)
        filters.append([np.rot90(h, q) for h in (f, f[:, ::-1]) for q in range(4)])
    return np.array(filters)  # [base, 8, side, side, 3]


def unit(v):
    v = v - v.mean()
    return v / np.linalg.norm(v)


def rooted(v):
    return unit(np.sign(v) * np.sqrt(np.abs(v)))


def texture(x, apart, filters):
    r = []
    for i in range(0, x.shape[0] - SIDE + 1, apart):
        for j in range(0, x.shape[1] - SIDE + 1, apart):
            p = x[i : i + SIDE, j : j + SIDE]
            p = (p - p.mean()) / np.sqrt(p.var() + (10 / 255) ** 2)
            r.append((filters * p).sum((2, 3, 4)))
    r = np.array(r)  # [places, base, 8]
    above = np.array([np.maximum(r - t, 0).mean(0) for t in STEPS])  # [steps, base, 8]
    below = np.array([np.maximum(-r - t, 0).mean(0) for t in STEPS])
    even, odd = above + below, above - below
    return [
        rooted(np.concatenate([even.mean(2).ravel(), even.std(2).ravel()])),
        0.3 * rooted(odd.std(2).ravel()),
        0.1 * rooted(odd.mean(2).ravel()),
    ]


def morlet(angle):
    """The wavelet whose wave runs along angle, on 7×7 pixels."""
    y, x = np.mgrid[-3:4, -3:4]
    u, v = np.cos(angle) * x + np.sin(angle) * y, np.cos(angle) * y - np.sin(angle) * x
    gauss = np.exp(-(u**2 + v**2 / 4) / (2 * 0.8**2)) * 0.5 / (2 * np.pi * 0.8**2)
    wave = np.exp(2j * np.pi * u * 3 / 8)
    return gauss * (wave - (gauss * wave).sum() / gauss.sum())


PSI = [morlet(np.pi * d / 8) for d in range(8)]
SMOOTH = np.array([1, 5, 10, 10, 5, 1]) / 32


def windows(x, side, before, after):
    return np.lib.stride_tricks.sliding_window_view(np.pad(x, (before, after), mode="symmetric"), (side, side))


def waves(x):
    """Strength of the waves on a map in each direction."""
    w = windows(x, 7, 3, 3)
    return [np.sqrt(np.abs(np.einsum("ijyx,yx->ij", w, psi)) ** 2 + 1e-10) for psi in PSI]


def coarser(x, times=1):
    for _ in range(times):
        x = np.einsum("ijyx,y,x->ij", windows(x, 6, 2, 2)[::2, ::2][: x.shape[0] // 2, : x.shape[1] // 2], SMOOTH, SMOOTH)
    return x


def angles(table, strength):
    """Mean and spread over the first direction, for each angle between it and the last: table[first][last]."""
    turned = np.array([[table[d][(d + turn) % 8] for turn in range(8)] for d in range(8)]) / strength
    out = []
    for v in (turned.mean(0), turned.std(0)):
        out += [v[0], (v[1] + v[7]) / 2, (v[2] + v[6]) / 2, (v[3] + v[5]) / 2, v[4]]
    return out


def scattered(x, sizes, third):
    first, second, thirds = [], [], []
    for j in range(sizes):
        u = waves(coarser(x, j))
        means = np.array([m.mean() for m in u])
        strength = means.mean() + 1e-4
        first += [means.mean(), means.std(), np.sqrt(np.mean([(m**2).mean() for m in u])) / strength]
        for k in range(j + 1, sizes):
            v = [waves(coarser(m, k - j)) for m in u]
            second += angles([[m.mean() for m in row] for row in v], strength)
            for turn in (0, 4) if third else ():
                some = [v[d][(d + turn) % 8] for d in range(8)]
                before = np.mean([m.mean() for m in some]) + 1e-4
                for l in range(k + 1, sizes):
                    thirds += angles([[m.mean() for m in waves(coarser(s, l - k))] for s in some], before)
    return [np.log(np.array(first) + 1e-4), np.log(np.array(second) + 1e-3)] + ([np.log(np.array(thirds) + 1e-3)] if third else [])


def colours(x):
    r, g, b = x[..., 0], x[..., 1], x[..., 2]
    out = []
    for v, lo, hi, n in (((r + g + b) / 3, 0, 1, 16), ((r - g) / 2**0.5, -0.3, 0.3, 12), ((r + g - 2 * b) / 6**0.5, -0.3, 0.3, 12)):
        centres = np.linspace(lo, hi, n)
        v = np.clip(v, lo, hi)[..., None]
        out.append(np.maximum(0, 1 - np.abs(v - centres) / (centres[1] - centres[0])).mean((0, 1)))
    return unit(np.log(np.concatenate(out) + 1e-3))


y, x, c = np.meshgrid(np.arange(SIZE), np.arange(SIZE), np.arange(3), indexing="ij")
image = ((3 * x * x + 5 * y * y + x * y * (c + 1) + 40 * c) % 256) / 255 * 0.5 + x / 256  # as in the test
middle = image.reshape(64, 2, 64, 2, 3).mean((1, 3))
small = middle.reshape(32, 2, 32, 2, 3).mean((1, 3))
red = scattered((middle[..., 0] - middle[..., 1]) / 2, 4, False)
yellow = scattered((middle[..., 0] + middle[..., 1]) / 4 - middle[..., 2] / 2, 4, False)
blocks = scattered(image.mean(2), 5, True)
blocks += [np.concatenate([red[i], yellow[i]]) for i in (0, 1)]
blocks += [np.concatenate(texture(small, 1, bank())), colours(small)]
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "reference.json")) as f:
    reference = json.load(f)
raw = np.concatenate(blocks)
weights = np.concatenate([np.full(len(b), w / np.sqrt(len(b))) for b, w in zip(blocks, (0.13, 0.3, 0.25, 0.12, 0.12, 0.375, 0.2))])
out = np.clip((raw - np.array(reference["mean"])) / np.array(reference["scale"]), -4, 4) * weights
print(json.dumps([round(float(v), 7) for v in out]))
