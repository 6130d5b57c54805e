"""Scores for the checks of images, by numpy.

Run: /usr/bin/python3 checks.py

Made with Python 3.11, Pillow 9.4.0, numpy 1.24.2. For each picture checks.json holds the 5th and 99th percentile of its
grey copy rounded to whole values (numpy.percentile, inverted_cdf), the variance of its Laplacian without the border,
its Shannon entropy in bits (the formula of skimage.measure.shannon_entropy) and its perceptual hash, with the median and with 0. The copies are
made by Pillow in floating point. The picture "large" is 400 x 300, with the formula below.
"""

import json
import os

import numpy as np
from PIL import Image

os.chdir(os.path.dirname(os.path.abspath(__file__)))


def copy(grey, w, h):
    return np.array(Image.fromarray(grey.astype(np.float32)).resize((w, h), Image.Resampling.BILINEAR), dtype=np.float64)


def scores(rgb):
    grey = rgb.astype(np.float64) @ [0.299, 0.587, 0.114]
    h, w = grey.shape
    g = copy(grey, min(w, 256), min(h, 256))
    whole = np.floor(g + 0.5)
    inner = g[:-2, 1:-1] + g[2:, 1:-1] + g[1:-1, :-2] + g[1:-1, 2:] - 4 * g[1:-1, 1:-1]
    p = np.bincount(whole.astype(int).ravel(), minlength=256) / whole.size
    p = p[p > 0]
    x = np.arange(32)
    basis = np.cos(np.pi * np.arange(8)[:, None] * (2 * x + 1) / 64)
    low = basis @ copy(grey, 32, 32) @ basis.T
    low[np.abs(low) < 0.1] = 0
    bits = (low > np.median(low)).ravel()
    return {
        "low": np.percentile(whole, 5, method="inverted_cdf"), "high": np.percentile(whole, 99, method="inverted_cdf"),
        "sharp": round(inner.var(), 3), "entropy": round(float(-(p * np.log2(p)).sum()), 5),
        "perceptual": "%016x" % sum(1 << i for i, b in enumerate(bits) if b),
        "signs": "%016x" % sum(1 << i for i, v in enumerate(low.ravel()) if v > 0),
    }


y, x = np.mgrid[0:300, 0:400]
large = np.stack([(5 * x + 3 * y) % 256, x * y // 16 % 256, (x + y * y // 8) % 256], -1).astype(np.uint8)
golden = {"large": scores(large)}
for name in ["resize_source.png", "mode_small.png", "rgb.png", "resize_60x45.png", "resize_200x150.png"]:
    golden[name] = scores(np.array(Image.open(name).convert("RGB")))
with open("checks.json", "w") as f:
    f.write("{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in golden.items()) + "\n}\n")
