#!/usr/bin/python3
"""Expected values of contrast_test.go, from scikit-image (0.19.3 made the committed ones).

Run: /usr/bin/python3 golden.py > golden.json
"""
import json

import numpy as np
from skimage import exposure


def picture(w, h, c):
    """The made-up picture of contrast_test.go: a ramp, waves and a dark corner, in float32 as a rounded 16-bit number."""
    y, x = np.mgrid[0:h, 0:w].astype(np.float64)
    out = []
    for k in range(c):
        v = 0.25 + 0.3 * x / w + 0.12 * np.sin(0.37 * x + k) * np.cos(0.23 * y - k) + 0.02 * ((x * 7 + y * 13 + k * 5) % 11) / 11
        v = np.where((x < w / 3) & (y < h / 3), v * 0.3, v)
        out.append(np.round(v * 65535) / 65535)
    return np.stack(out, -1)


def rounded(a):
    return [int(v) for v in np.round(a.ravel() * 9999)]


cases = []
for w, h, c in [(323, 250, 1), (120, 88, 1), (60, 45, 3), (13, 7, 1)]:
    p = picture(w, h, c)
    p1, p99 = zip(*[np.percentile(p[..., k], (1, 99)) for k in range(c)])
    stretched = np.stack([exposure.rescale_intensity(p[..., k], in_range=(p1[k], p99[k]), out_range=(0, 1)) for k in range(c)], -1)
    clahe = exposure.equalize_adapthist(p[..., 0] if c == 1 else p)
    step = {323: 41, 120: 7, 60: 5}.get(w, 1)  # some of them are enough
    cases.append({"width": w, "height": h, "channels": c, "step": step,
                  "stretch": rounded(stretched)[::step], "clahe": rounded(clahe)[::step]})
print(json.dumps({"cases": cases}, separators=(",", ":")))
