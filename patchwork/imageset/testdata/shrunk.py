"""Makes JPEGs that are large beside what they are shrunk to, and what Pillow makes of them.

Run: /usr/bin/python3 shrunk.py

Made with Python 3.11, Pillow 9.4.0, numpy 1.24.2. shrunk_<picture>_<mode>_<filter>_<size>.png is what Image.resize
(stretch), ImageOps.fit (crop) and ImageOps.pad (fit, on the ground 128) make of the full picture, turned upright. The
pictures are smooth and rough ground with hard shapes and thin lines, in sides that are not multiples of 8:
shrunk_colour.jpg has a quarter of the samples for colour, shrunk_half.jpg half of them and orientation 6, shrunk_grey.jpg
no colour.
"""

import os

import numpy as np
from PIL import Image, ImageDraw, ImageOps

os.chdir(os.path.dirname(os.path.abspath(__file__)))
filters = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}


def picture(w, h, seed):
    r = np.random.default_rng(seed)
    coarse = Image.fromarray(r.integers(30, 226, (h // 60, w // 60, 3)).astype(np.uint8)).resize((w, h), filters["bicubic"])
    rough = np.asarray(coarse, np.float32)
    rough[:, : w // 3] += r.normal(0, 12, (h, w // 3, 1))
    image = Image.fromarray(rough.clip(0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for _ in range(40):
        x, y, s = int(r.integers(w)), int(r.integers(h)), int(r.integers(4, 70))
        colour = tuple(int(v) for v in r.integers(0, 256, 3))
        if r.random() < 0.5:
            draw.rectangle([x, y, x + s, y + s // 2], fill=colour)
        else:
            draw.line([x, y, x + s, y + 2 * s], fill=colour, width=int(r.integers(1, 4)))
    return image


exif = Image.Exif()
exif[0x0112] = 6
picture(643, 487, 1).save("shrunk_colour.jpg", quality=85, subsampling=2)
picture(403, 331, 2).save("shrunk_half.jpg", quality=85, subsampling=1, exif=exif.tobytes())
picture(331, 259, 3).convert("L").save("shrunk_grey.jpg", quality=85)
for name, sizes in {"colour": [(60, 50), (32, 24), (20, 15), (150, 100)], "half": [(33, 40), (16, 20), (10, 12)], "grey": [(30, 20), (16, 16), (8, 8)]}.items():
    source = ImageOps.exif_transpose(Image.open(f"shrunk_{name}.jpg")).convert("RGB")
    for size in sizes:
        for label, f in filters.items():
            end = f"{label}_{size[0]}x{size[1]}.png"
            source.resize(size, f).save(f"shrunk_{name}_stretch_{end}")
            ImageOps.fit(source, size, f).save(f"shrunk_{name}_crop_{end}")
            ImageOps.pad(source, size, f, color=(128, 128, 128)).save(f"shrunk_{name}_fit_{end}")
