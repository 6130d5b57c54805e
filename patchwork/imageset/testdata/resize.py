"""Resizes resize_source.png in every mode with Pillow.

Run: /usr/bin/python3 resize.py

Made with Python 3.11, Pillow 9.4.0. mode_<name>.png is what ImageOps.pad (fit, on the ground 128), ImageOps.fit (crop)
and Image.resize (stretch) make of it; the same sources turned into a JPEG of which colour has a quarter of the samples
(mode_source.jpg) are resized from what Pillow decodes.
"""

import os

from PIL import Image, ImageOps

os.chdir(os.path.dirname(os.path.abspath(__file__)))
filters = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}
source = Image.open("resize_source.png").convert("RGB")
for w, h in [(32, 32), (37, 80), (60, 20)]:
    for name, f in filters.items():
        ImageOps.pad(source, (w, h), f, color=(128, 128, 128)).save(f"mode_fit_{name}_{w}x{h}.png")
        ImageOps.fit(source, (w, h), f).save(f"mode_crop_{name}_{w}x{h}.png")
    source.resize((w, h), filters["bicubic"]).save(f"mode_stretch_bicubic_{w}x{h}.png")

smooth = source.resize((91, 69), filters["bicubic"])
smooth.save("mode_source.jpg", quality=90, subsampling=2)
small = source.crop((0, 0, 40, 30))
small.save("mode_small.png")
small.resize((100, 90), filters["bicubic"]).save("mode_enlarge_bicubic_100x90.png")
jpeg = Image.open("mode_source.jpg")
for w, h in [(32, 32), (50, 40), (100, 80)]:
    for name, f in filters.items():
        jpeg.resize((w, h), f).save(f"mode_jpeg_{name}_{w}x{h}.png")
