"""Golden values for TestDefaultAgainstNumpy.

Run: /usr/bin/python3 default.py > default.json    (numpy 1.24.2)

The embedded extractor written down a second time, from its documentation, in float64 with plain numpy: patches cut one
by one, filters turned with rot90, histograms with triangles. Written with numpy 1.24.2.
"""
import json
import numpy as np

SIZE, SIDE, BASE, SEED = 64, 4, 24, 20110411
STEPS, EDGES = (0.5, 1.5, 3), (0.01, 0.03, 0.06, 0.12, 0.2)


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


def edges(x):
    g = x.mean(2)
    right, down = (g[1:-1, 2:] - g[1:-1, :-2]) / 2, (g[2:, 1:-1] - g[:-2, 1:-1]) / 2
    e = np.array([[np.maximum(np.cos(a) * right + np.sin(a) * down - t, 0).mean() for a in np.arange(8) * np.pi / 4] for t in EDGES])
    return np.concatenate([e.mean(1), e.std(1), e.max(1) - e.min(1)])


def colours(x):
    r, g, b = x[..., 0], x[..., 1], x[..., 2]
    out = []
    for v, lo, hi, n in (((r + g + b) / 3, 0, 1, 16), ((r - g) / 2**0.5, -0.3, 0.3, 12), ((r + g - 2 * b) / 6**0.5, -0.3, 0.3, 12)):
        centres = np.linspace(lo, hi, n)
        v = np.clip(v, lo, hi)[..., None]
        out.append(np.maximum(0, 1 - np.abs(v - centres) / (centres[1] - centres[0])).mean((0, 1)))
    return unit(np.log(np.concatenate(out) + 1e-3))


y, x, c = np.meshgrid(np.arange(SIZE), np.arange(SIZE), np.arange(3), indexing="ij")
image = ((3 * x * x + 5 * y * y + x * y * (c + 1) + 40 * c) % 256) / 255 * 0.5 + x / 128  # as in the test
small = image.reshape(32, 2, 32, 2, 3).mean((1, 3))
f = bank()
parts = texture(image, 2, f) + texture(small, 1, f)
parts += [0.2 * rooted(np.concatenate([edges(image), edges(small)])), 0.3 * colours(small)]
print(json.dumps([round(float(v), 7) for v in np.concatenate(parts)]))
