"""Makes the image files of this folder and golden.json, with Pillow and numpy.

Run: /usr/bin/python3 fixtures.py    (Python 3.11, Pillow 9.4.0, numpy 1.24.2)

Made with Python 3.11, Pillow 9.4.0, numpy 1.24.2. The picture is 6 x 4 squares of 8 pixels, every one of another
colour, so that each of the eight orientations is told from the others. golden.json gives for each file its width and
height and the colour in the middle of each square, row by row, as Pillow decodes it (after turning it upright, and
with the alpha channel cut off), and how far a decoder may be off.
"""

import json
import os
import struct
import zlib

import numpy as np
from PIL import Image, ImageOps

os.chdir(os.path.dirname(os.path.abspath(__file__)))
CELL = 8
rng = np.random.default_rng(5)
colours = rng.integers(20, 236, (4, 6, 3)).astype(np.uint8)
colours[0, 0] = (230, 30, 40)
colours[0, 5] = (30, 200, 60)
colours[3, 0] = (40, 60, 220)
picture = Image.fromarray(colours.repeat(CELL, 0).repeat(CELL, 1))
golden = {}


def squares(image):
    image = image.convert("RGB")
    return [image.getpixel((x + CELL // 2, y + CELL // 2))
            for y in range(0, image.height, CELL) for x in range(0, image.width, CELL)]


def expect(name, image, tolerance):
    golden[name] = {"width": image.width, "height": image.height, "tolerance": tolerance, "squares": squares(image)}


def save(name, image, tolerance=1, want=None, **options):
    image.save(name, **options)
    expect(name, want or ImageOps.exif_transpose(Image.open(name)), tolerance)


def exif(orientation):
    e = Image.Exif()
    e[0x0112] = orientation
    return e.tobytes()


# JPEG
save("rgb.jpg", picture, 4, quality=95, subsampling=0)
save("progressive.jpg", picture, 4, quality=95, progressive=True, subsampling=0)
save("grey.jpg", picture.convert("L"), 4, quality=95)
save("cmyk.jpg", picture.convert("CMYK"), 6, quality=95)
for o in range(1, 9):
    save(f"exif{o}.jpg", picture, 4, quality=95, subsampling=0, exif=exif(o))
big = b"MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"
save("exif6_bigendian.jpg", picture, 4, quality=95, subsampling=0, exif=b"Exif\x00\x00" + big)

# PNG
alpha = Image.fromarray(np.linspace(0, 255, picture.width * picture.height).astype(np.uint8)
                        .reshape(picture.height, picture.width))
rgba = picture.copy()
rgba.putalpha(alpha)
save("rgb.png", picture)
save("rgba.png", rgba, want=picture)
save("grey.png", picture.convert("L"))
save("grey_alpha.png", Image.merge("LA", (picture.convert("L"), alpha)), want=picture.convert("L"))
palette = picture.quantize(24)
save("palette.png", palette)
save("palette_transparent.png", palette, transparency=3, want=palette)
save("bilevel.png", picture.convert("1", dither=Image.Dither.NONE))
save("exif8.png", picture, exif=exif(8))


def png16(name, array, colour_type, want):
    """Writes a 16-bit PNG, which Pillow cannot."""
    rows = b"".join(b"\x00" + row.astype(">u2").tobytes() for row in array)

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", array.shape[1], array.shape[0], 16, colour_type, 0, 0, 0)
    with open(name, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
    expect(name, want, 1)


pixels = np.array(picture)
png16("rgb16.png", pixels.astype(np.uint16) * 257 + 100, 2, picture)
png16("rgba16.png", np.dstack([pixels, np.array(alpha)]).astype(np.uint16) * 257, 6, picture)
grey = np.array(picture.convert("L"))
png16("grey16.png", grey.astype(np.uint16) * 257, 0, Image.fromarray(grey))

# GIF: plain, with a transparent colour, two frames of which the first counts
save("palette.gif", palette)
palette.save("transparent.gif", transparency=palette.getpixel((4, 4)))
expect("transparent.gif", palette, 1)
palette.save("animated.gif", save_all=True, append_images=[picture.rotate(180).quantize(24)])
expect("animated.gif", palette, 1)

# BMP
save("rgb.bmp", picture)
save("palette.bmp", palette)
save("grey.bmp", picture.convert("L"))
save("rgba.bmp", rgba, want=picture)

# TIFF
save("rgb.tif", picture)
save("lzw.tif", picture, compression="tiff_lzw")
save("deflate.tif", picture, compression="tiff_adobe_deflate")
save("grey.tif", picture.convert("L"))
save("palette.tif", palette)
save("rgba.tif", rgba, want=picture)
Image.fromarray(grey.astype(np.uint16) * 257).save("grey16.tif")
expect("grey16.tif", Image.fromarray(grey), 1)
save("orientation3.tif", picture, tiffinfo={0x0112: 3}, want=picture.rotate(180))
# Four bands of which the fourth is infrared: ExtraSamples (338) is 0, unspecified.
data = bytearray(open("rgba.tif", "rb").read())
at = struct.unpack("<I", data[4:8])[0]
for i in range(struct.unpack("<H", data[at:at + 2])[0]):
    field = at + 2 + 12 * i
    if struct.unpack("<H", data[field:field + 2])[0] == 338:
        data[field + 8:field + 10] = struct.pack("<H", 0)
open("infrared.tif", "wb").write(data)
expect("infrared.tif", picture, 1)

# WebP
save("lossy.webp", picture, 8, quality=95)
save("lossless.webp", picture, lossless=True)
save("lossy_alpha.webp", rgba, 8, quality=95, exact=True, want=picture)
save("lossless_alpha.webp", rgba, lossless=True, exact=True, want=picture)
save("exif6.webp", picture, 8, quality=95, exif=exif(6))
picture.save("animated.webp", save_all=True, append_images=[picture.rotate(180)], lossless=True)
expect("animated.webp", picture, 1)

# Resizing: a picture with coarse and fine detail, and what Pillow's bilinear filter makes of it.
y, x = np.mgrid[0:90, 0:120]
waves = np.stack([np.sin(x / 3.0 + y / 17.0), np.cos(x * y / 300.0), np.sin(y / 1.7)], -1)
detail = np.clip(128 + 70 * waves + rng.normal(0, 35, (90, 120, 3)), 0, 255).astype(np.uint8)
source = Image.fromarray(detail)
source.save("resize_source.png")
for w, h in [(32, 32), (60, 45), (119, 91), (200, 150), (7, 130), (1, 1)]:
    source.resize((w, h), Image.Resampling.BILINEAR).save(f"resize_{w}x{h}.png")

with open("golden.json", "w") as f:
    f.write("{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in golden.items()) + "\n}\n")
