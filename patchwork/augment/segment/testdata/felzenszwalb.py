"""Segments of small images by scikit-image, for felzenszwalb_test.go.

Run: /usr/bin/python3 felzenszwalb.py > felzenszwalb.jsonl    (Python 3.11, scikit-image 0.19.3, SciPy 1.10.1, NumPy 1.24.2)

One line an image: its PNG and, for each choice of options, the labels as 16-bit little-endian numbers, deflated.
"""
import base64
import io
import json
import warnings
import zlib

import numpy as np
from PIL import Image
from skimage.segmentation import felzenszwalb

warnings.simplefilter("ignore")
rng = np.random.default_rng(4)


def noise(h, w):
    return rng.integers(0, 256, (h, w, 3)).astype(np.uint8)


def few(h, w):
    """Few values, so that many edges cost the same."""
    return (rng.integers(0, 3, (h, w, 3)) * 100).astype(np.uint8)


def gradient(h, w):
    y, x = np.mgrid[:h, :w]
    return np.stack([x * 255 // (w - 1), y * 255 // (h - 1), (x + y) * 255 // (w + h - 2)], -1).astype(np.uint8)


def shapes(h, w):
    y, x = np.mgrid[:h, :w]
    im = np.full((h, w, 3), (30, 90, 160), np.uint8)
    im[(x - w / 3) ** 2 + (y - h / 2) ** 2 < (h / 4) ** 2] = (220, 60, 40)
    im[h // 5 : h // 2, w // 2 : w - 4] = (240, 230, 80)
    im[h - 9 : h - 6, 3 : w - 3] = (10, 10, 10)
    return im


def checks(h, w):
    """A pattern that repeats: every cost comes many times."""
    y, x = np.mgrid[:h, :w]
    return np.repeat(((x // 3 + y // 3) % 2 * 80 + 40)[..., None], 3, -1).astype(np.uint8)


def scene(h, w):
    """Sky, field, a road and houses, with grain."""
    y, x = np.mgrid[:h, :w]
    im = gradient(h, w) // 4 + np.array((90, 120, 170))
    im[y > h * 0.45 + 3 * np.sin(x / 5)] = (70, 120, 50)
    im[abs(x - w / 2 - (y - h / 2) / 3) < (y - h / 2) / 3] = (110, 105, 100)
    for k in range(4):
        im[h // 2 - 4 : h // 2 + 5, 4 + k * w // 4 : 11 + k * w // 4] = (150 + 20 * k, 90, 70)
    return np.clip(im + rng.normal(0, 6, (h, w, 3)), 0, 255).astype(np.uint8)


IMAGES = {
    "noise": noise(24, 31),
    "few values": few(37, 40),
    "gradient": gradient(40, 33),
    "shapes": shapes(48, 64),
    "checks": checks(45, 45),
    "scene": scene(72, 96),
    "one row": noise(1, 40),
    "one column": noise(33, 1),
    "one pixel": noise(1, 1),
    "narrower than the blur": noise(2, 3),
}
OPTIONS = [(1, 0.8, 20), (100, 0.8, 20), (20, 0.9, 2), (1000, 2.0, 1), (30, 0, 1), (200, 0, 10), (500, 5.3, 100)]

for name, im in IMAGES.items():
    png = io.BytesIO()
    Image.fromarray(im).save(png, "PNG")
    runs = []
    for scale, sigma, least in OPTIONS:
        labels = felzenszwalb(im, scale=scale, sigma=sigma, min_size=least).astype("<u2")
        packed = base64.b64encode(zlib.compress(labels.tobytes(), 9)).decode()
        runs.append({"scale": scale, "sigma": sigma, "min_size": least, "labels": packed})
    print(json.dumps({"name": name, "png": base64.b64encode(png.getvalue()).decode(), "runs": runs}))
