"""Makes the TIFF files of this folder and golden.json, which says what is in them.

Run: /usr/bin/python3 fixtures.py    (Python 3.11, GDAL 3.6.2, libtiff 4.5.0 (tiffcp), tifffile 2023.2.3, Pillow 9.4.0)
On Debian: apt-get install python3-gdal libtiff-tools python3-tifffile python3-pil

The stored value at column x, line y, band b is a formula of n = 7x + 13y + 31b + xy (FORMULAS below, by name, again in
golden_test.go), so that the test knows every number without the writer. Lossy files and pictures that are converted come
with a PNG of what Pillow or GDAL decodes.
"""
import json
import os
import struct
import subprocess
import zlib

import numpy as np
import tifffile
from osgeo import gdal, osr
from PIL import Image

gdal.UseExceptions()
os.chdir(os.path.dirname(os.path.abspath(__file__)))
W, H = 37, 29
golden = []

FORMULAS = {
    "u8": (np.uint8, lambda n: n % 251), "i8": (np.int8, lambda n: n % 250 - 125),
    "u16": (np.uint16, lambda n: n * 53 % 65521), "i16": (np.int16, lambda n: n * 53 % 65521 - 32760),
    "u32": (np.uint32, lambda n: n * 1999993 % 4294967291), "i32": (np.int32, lambda n: n * 1999993 % 4294967291 - 2147483640),
    "u64": (np.uint64, lambda n: n * 5000000007), "i64": (np.int64, lambda n: n * 5000000007 - 4000000000000),
    "f16": (np.float32, lambda n: n % 251 / 4 - 20), "f32": (np.float32, lambda n: n / 8 - 100),
    "f64": (np.float64, lambda n: n / 8 - 100),
} | {f"bits{k}": (np.uint16 if k > 8 else np.uint8, lambda n, k=k: n % 2 ** k) for k in (1, 2, 4, 5, 10, 12)}


def values(kind, bands, w=W, h=H):
    """[bands, h, w]"""
    b, y, x = np.mgrid[0:bands, 0:h, 0:w].astype(np.int64)
    dtype, f = FORMULAS[kind]
    return f(7 * x + 13 * y + 31 * b + x * y).astype(dtype)


def expect(name, kind, bands, **more):
    golden.append({"file": name, "kind": kind, "bands": bands, "w": W, "h": H} | more)


def by_gdal(name, array, *options, before=None):
    driver = gdal.GetDriverByName("GTiff")
    code = {"uint8": gdal.GDT_Byte, "int8": gdal.GDT_Byte, "uint16": gdal.GDT_UInt16, "int16": gdal.GDT_Int16,
            "uint32": gdal.GDT_UInt32, "int32": gdal.GDT_Int32, "uint64": gdal.GDT_UInt64, "int64": gdal.GDT_Int64,
            "float32": gdal.GDT_Float32, "float64": gdal.GDT_Float64}[str(array.dtype)]
    bands, h, w = array.shape
    ds = driver.Create(name, w, h, bands, code, list(options))
    if before:
        before(ds)
    for i in range(bands):
        ds.GetRasterBand(i + 1).WriteArray(array[i].view(np.uint8) if array.dtype == np.int8 else array[i])
    ds = None


TILED = ["TILED=YES", "BLOCKXSIZE=16", "BLOCKYSIZE=16"]
STRIPS = ["BLOCKYSIZE=8"]
PLANES, BIG = ["INTERLEAVE=BAND"], ["ENDIANNESS=BIG"]
PIXELS = ["INTERLEAVE=PIXEL"]


def pack(how, predictor=1):
    return [f"COMPRESS={how}"] + ([f"PREDICTOR={predictor}"] if predictor > 1 else [])


# Every compression, layout, predictor, byte order and type, though not each with each.
for name, kind, bands, options in [
    ("u8_none", "u8", 3, STRIPS), ("u8_none_tiles", "u8", 3, TILED), ("u8_planes", "u8", 3, STRIPS + PLANES),
    ("u8_big", "u8", 3, ["BIGTIFF=YES"] + STRIPS), ("u8_lzw", "u8", 3, pack("LZW")),
    ("u8_lzw_2", "u8", 3, TILED + pack("LZW", 2)), ("u8_lzw_2_planes", "u8", 3, TILED + PLANES + pack("LZW", 2)),
    ("u8_deflate_2", "u8", 4, pack("DEFLATE", 2)), ("u8_packbits", "u8", 2, TILED + PIXELS + pack("PACKBITS")),
    ("i8", "i8", 1, ["PIXELTYPE=SIGNEDBYTE"]), ("u8_grey_2", "u8", 1, STRIPS + pack("DEFLATE", 2)),
    ("u16_none", "u16", 1, STRIPS), ("u16_be", "u16", 2, STRIPS + BIG + PIXELS),
    ("u16_be_lzw_2", "u16", 3, TILED + BIG + pack("LZW", 2)),
    ("u16_big_be", "u16", 3, ["BIGTIFF=YES", "PHOTOMETRIC=RGB"] + BIG + PLANES + pack("DEFLATE", 2)),
    ("u16_bands", "u16", 6, TILED + PIXELS + pack("DEFLATE", 2)), ("i16_lzw_2", "i16", 1, pack("LZW", 2)),
    ("u32_be_2", "u32", 1, BIG + pack("DEFLATE", 2)), ("i32_2", "i32", 2, PIXELS + pack("DEFLATE", 2)),
    ("u64_2", "u64", 1, pack("DEFLATE", 2)), ("i64_be", "i64", 1, BIG + pack("DEFLATE")),
    ("i64_be_2", "i64", 2, BIG + PIXELS + pack("DEFLATE", 2)),
    ("f32_none", "f32", 1, STRIPS), ("f32_lzw_3", "f32", 3, PIXELS + pack("LZW", 3)),
    ("f32_3", "f32", 2, TILED + PIXELS + pack("DEFLATE", 3)), ("f32_be_2", "f32", 1, BIG + pack("DEFLATE", 2)),
    ("f32_planes", "f32", 5, PLANES + pack("DEFLATE", 3)),
    ("f64_3", "f64", 1, pack("DEFLATE", 3)), ("f64_be", "f64", 1, BIG + pack("DEFLATE")),
    ("f16", "f16", 1, ["NBITS=16"]), ("f16_3", "f16", 2, ["NBITS=16"] + PIXELS + pack("DEFLATE", 3)),
    ("bits1_two", "bits1", 2, ["NBITS=1"] + PIXELS), ("bits2", "bits2", 1, ["NBITS=2"] + TILED), ("bits4", "bits4", 3, ["NBITS=4"]),
    ("bits5", "bits5", 1, ["NBITS=5"] + pack("LZW")), ("bits10", "bits10", 2, ["NBITS=10"] + PIXELS),
    ("bits12", "bits12", 3, ["NBITS=12", "PHOTOMETRIC=RGB"]), ("bits12_be", "bits12", 1, ["NBITS=12"] + BIG),
]:
    a = values(kind, bands)
    by_gdal(name + ".tif", a, *options)
    back = gdal.Open(name + ".tif").ReadAsArray().reshape(a.shape)
    assert np.array_equal(back.view(np.int8) if kind == "i8" else back, a), name
    expect(name + ".tif", kind, bands)


# tifffile writes other shapes of files: one strip for all, its own order of fields, and SubIFDs.
a = values("u16", 4)
tifffile.imwrite("tifffile_planes.tif", a, photometric="minisblack", planarconfig="separate", metadata=None)
expect("tifffile_planes.tif", "u16", 4)
a = np.moveaxis(values("u8", 5), 0, -1)
tifffile.imwrite("tifffile_bands.tif", a, photometric="rgb", bigtiff=True, byteorder=">", tile=(16, 32), metadata=None,
                 compression="zlib")
expect("tifffile_bands.tif", "u8", 5)
f = values("f16", 1)[0].astype(np.float16)
tifffile.imwrite("tifffile_half.tif", f, byteorder=">", rowsperstrip=5, metadata=None)
expect("tifffile_half.tif", "f16", 1)
with tifffile.TiffWriter("pages.tif") as t:
    for page in range(3):
        small = values("u8", 1)[0] + page
        t.write(small, subifds=1 if page < 2 else 0, metadata=None, rowsperstrip=10, description=f"page {page}")
        if page < 2:
            t.write(small[::2, ::2], subfiletype=1, metadata=None)
expect("pages.tif", "u8", 1, images=3, overviews=1)

# GDAL's overviews and mask, in one file.
by_gdal("overviews.tif", values("u8", 1), *TILED, "COMPRESS=LZW")
gdal.SetConfigOption("GDAL_TIFF_INTERNAL_MASK", "YES")
ds = gdal.Open("overviews.tif", gdal.GA_Update)
ds.CreateMaskBand(gdal.GMF_PER_DATASET)
ds.BuildOverviews("NEAREST", [2, 4])
ds = None
expect("overviews.tif", "u8", 1, images=1, overviews=2)

# libtiff's other order of bits, and a fax.
for how, file in (("lzw", "u8_lzw.tif"), ("packbits", "u8_packbits.tif"), ("none", "u8_none.tif"), ("zip", "u8_deflate_2.tif")):
    subprocess.run(["tiffcp", "-f", "lsb2msb", "-c", how, file, f"fillorder_{how}.tif"], check=True)
    expect(f"fillorder_{how}.tif", "u8", {"packbits": 2, "zip": 4}.get(how, 3))
by_gdal("bilevel.tif", values("bits1", 1), "NBITS=1")
expect("bilevel.tif", "bits1", 1, bilevel=True)
for name, options in (("bilevel_white", ["-c", "none"]), ("fax4", ["-c", "g4"]), ("fax3", ["-c", "g3"]),
                      ("fax4_lsb", ["-c", "g4", "-f", "lsb2msb"])):
    by_gdal("white.tif", values("bits1", 1), "NBITS=1", "PHOTOMETRIC=MINISWHITE")
    subprocess.run(["tiffcp", "-r", "10", *options, "white.tif", name + ".tif"], check=True)
    expect(name + ".tif", "bits1", 1, bilevel=True, white=True)
os.remove("white.tif")
by_gdal("fax4_black.tif", values("bits1", 1), "NBITS=1", "COMPRESS=CCITTFAX4")
expect("fax4_black.tif", "bits1", 1, bilevel=True)


# No-data, sparse files and places on the earth.
def placed(transform, code, nodata=None, point=False):
    def before(ds):
        reference = osr.SpatialReference()
        reference.ImportFromEPSG(code)
        ds.SetProjection(reference.ExportToWkt())
        ds.SetGeoTransform(transform)
        if point:
            ds.SetMetadataItem("AREA_OR_POINT", "Point")
        if nodata is not None:
            ds.GetRasterBand(1).SetNoDataValue(nodata)
        for i in range(ds.RasterCount):
            ds.GetRasterBand(i + 1).SetDescription(["blue", "", "near <infrared>"][i])
    return before


north, turned = (500000.0, 10.0, 0.0, 4100000.0, 0.0, -10.0), (7.5, 0.25, 0.125, 47.0, -0.125, -0.25)
for name, kind, bands, transform, code, nodata, point in [
    ("geo", "u16", 3, north, 32633, 53 * 7, False), ("geo_point", "i16", 1, north, 3857, -32760, True),
    ("geo_turned", "f32", 1, turned, 4326, -99.125, False), ("geo_turned_point", "f64", 1, turned, 4326, -99.125, True),
    ("nodata_nan", "f32", 1, north, 32633, float("nan"), False), ("nodata_i32", "i32", 1, north, 32633, -2147483640 + 7 * 1999993, False),
]:
    by_gdal(name + ".tif", values(kind, bands), "COMPRESS=DEFLATE", *PIXELS, before=placed(transform, code, nodata, point))
    assert gdal.Open(name + ".tif").GetGeoTransform() == transform
    expect(name + ".tif", kind, bands, nodata=str(nodata), affine=transform, epsg=code, point=point)

for name, nodata in (("sparse", None), ("sparse_nodata", 9)):
    ds = gdal.GetDriverByName("GTiff").Create(name + ".tif", W, H, 1, gdal.GDT_Byte, TILED + ["SPARSE_OK=TRUE", "COMPRESS=LZW"])
    if nodata is not None:
        ds.GetRasterBand(1).SetNoDataValue(nodata)
    ds.GetRasterBand(1).WriteArray(values("u8", 1)[0][:16, 16:32], 16, 0)
    ds = None
    expect(name + ".tif", "u8", 1, sparse=True, nodata="None" if nodata is None else str(nodata))


# Pictures whose colours are converted, beside a PNG of what the reference shows.
def shown(name, tolerance, picture=None):
    (picture or Image.open(name + ".tif").convert("RGB")).save(name + ".png", optimize=True)
    golden.append({"file": name + ".tif", "w": W, "h": H, "png": name + ".png", "tolerance": tolerance})


y, x = np.mgrid[0:H, 0:W].astype(float)
smooth = np.stack([128 + 100 * np.sin(x / 9 + y / 11), 3 * x + 4 * y, 200 - 2 * y + 20 * np.cos(x / 5)]).round().astype(np.uint8)
picture = Image.fromarray(np.moveaxis(smooth, 0, -1))
gentle = np.stack([128 + 60 * np.sin(x / 25 + y / 30), 2 * x + 2 * y, 200 - 2 * y + 20 * np.cos(x / 20)]).round().astype(np.uint8)
for name, options in [
    ("jpeg_ycbcr", ["PHOTOMETRIC=YCBCR", "BLOCKYSIZE=16"]), ("jpeg_ycbcr_tiles", ["PHOTOMETRIC=YCBCR"] + TILED),
    ("jpeg_rgb", ["PHOTOMETRIC=RGB"] + TILED), ("jpeg_no_tables", ["PHOTOMETRIC=YCBCR", "JPEGTABLESMODE=0"]),
    ("jpeg_planes", ["PHOTOMETRIC=RGB"] + PLANES + TILED), ("jpeg_both_tables", ["PHOTOMETRIC=YCBCR", "JPEGTABLESMODE=3"]),
]:
    by_gdal(name + ".tif", gentle, "COMPRESS=JPEG", "JPEG_QUALITY=90", *options)
    # libjpeg interpolates colours that were subsampled, also with what fills a tile up; Go's library repeats them.
    shown(name, 14 if "ycbcr_tiles" in name else 10 if "ycbcr" in name or "tables" in name else 3, Image.fromarray(np.moveaxis(gdal.Open(name + ".tif").ReadAsArray(), 0, -1)))
by_gdal("jpeg_grey.tif", smooth[:1], "COMPRESS=JPEG", "JPEG_QUALITY=90", *TILED)
shown("jpeg_grey", 2, Image.fromarray(gdal.Open("jpeg_grey.tif").ReadAsArray()).convert("RGB"))
by_gdal("jpeg_rgba.tif", np.concatenate([smooth, smooth[:1]]), "COMPRESS=JPEG", "JPEG_QUALITY=90", "PHOTOMETRIC=RGB", "ALPHA=YES")
shown("jpeg_rgba", 2, Image.fromarray(np.moveaxis(gdal.Open("jpeg_rgba.tif").ReadAsArray()[:3], 0, -1)))
cmyk = np.concatenate([smooth, (y * 4).astype(np.uint8)[None]])
Image.fromarray(np.moveaxis(cmyk, 0, -1), mode="CMYK").save("cmyk.tif", compression="tiff_lzw")
shown("cmyk", 1)
by_gdal("cmyk_jpeg.tif", cmyk, "COMPRESS=JPEG", "JPEG_QUALITY=95", "PHOTOMETRIC=CMYK")
raw = np.moveaxis(gdal.Open("GTIFF_RAW:cmyk_jpeg.tif").ReadAsArray(), 0, -1)
if raw.shape[2] == 4 and not np.abs(raw[..., :3].astype(int) - smooth.transpose(1, 2, 0)).mean() < 6:
    raise SystemExit("GDAL did not give the inks")
shown("cmyk_jpeg", 3, Image.fromarray(np.ascontiguousarray(raw), mode="CMYK").convert("RGB"))
by_gdal("cmyk_planes.tif", cmyk, "COMPRESS=DEFLATE", "PHOTOMETRIC=CMYK", *PLANES, *TILED)
shown("cmyk_planes", 1, Image.fromarray(np.moveaxis(cmyk, 0, -1), mode="CMYK").convert("RGB"))
picture.quantize(200).save("palette.tif", compression="packbits")
shown("palette", 0)
picture.convert("1").save("pillow_1.tif", compression="group4")
shown("pillow_1", 0)
Image.fromarray(255 - smooth[0]).save("white_u8.tif", compression="tiff_deflate", tiffinfo={262: 0})
shown("white_u8", 0, Image.fromarray(255 - smooth[0]).convert("RGB"))
alpha = Image.fromarray(smooth[1])
Image.merge("RGBA", (*picture.split(), alpha)).save("rgba.tif", compression="tiff_lzw")
shown("rgba", 0, picture)
Image.merge("LA", (picture.split()[0], alpha)).save("la.tif")
shown("la", 0, picture.split()[0].convert("RGB"))
six = np.moveaxis(smooth.astype(np.uint16) * 257, 0, -1)
tifffile.imwrite("rgb16.tif", six, photometric="rgb", byteorder=">", metadata=None, planarconfig="contig")
shown("rgb16", 0, picture)


def table():
    t = gdal.ColorTable()
    for i in range(16):
        t.SetColorEntry(i, (i * 17, 255 - i * 17, 48, 255))
    return t


by_gdal("palette4.tif", (smooth[:1] >> 4), "NBITS=4", before=lambda ds: ds.GetRasterBand(1).SetColorTable(table()))
i = smooth[0] >> 4
shown("palette4", 0, Image.fromarray(np.stack([i * 17, 255 - i * 17, np.full_like(i, 48)], -1).astype(np.uint8)))


# Files that no writer here makes: written field by field.
def by_hand(name, fields, strips, order="<"):
    """Fields are (tag, type, values); the strips follow the directory."""
    fields = sorted(fields + [(273, 4, [0] * len(strips)), (279, 4, [len(s) for s in strips])])
    letter = {3: "H", 4: "I", 5: "I", 12: "d"}
    entry = 12 * len(fields) + 6
    after, offset = b"", 8 + entry
    for s in strips:
        after += s
    positions = np.cumsum([0] + [len(s) for s in strips])[:-1] + offset
    extra, body, at = b"", b"", offset + len(after)
    for tag, kind, v in fields:
        v = [int(p) for p in positions] if tag == 273 else v
        data = struct.pack(order + letter[kind] * len(v), *v)
        count = len(v) // 2 if kind == 5 else len(v)
        if len(data) > 4:
            body += struct.pack(order + "HHII", tag, kind, count, at + len(extra))
            extra += data
        else:
            body += struct.pack(order + "HHI", tag, kind, count) + data.ljust(4, b"\0")
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    open(name, "wb").write(head + struct.pack(order + "H", len(fields)) + body + b"\0" * 4 + after + extra)


def old_lzw(data):
    """The LZW of old writers: codes with the lowest bit first, which grow one code later than in TIFF 6.0."""
    table, width, out, acc, have = {bytes([i]): i for i in range(256)}, 9, bytearray(), 0, 0

    def put(code):
        nonlocal acc, have
        acc |= code << have
        have += width
        while have >= 8:
            out.append(acc & 255)
            acc >>= 8
            have -= 8

    put(256)
    size, s = 258, b""
    for c in data:
        if s + bytes([c]) in table:
            s += bytes([c])
            continue
        put(table[s])
        table[s + bytes([c])] = size
        size += 1
        if size > 2 ** width:
            width += 1
        if size == 4094:
            put(256)
            table, size, width = {bytes([i]): i for i in range(256)}, 258, 9
        s = bytes([c])
    put(table[s])
    put(257)
    out.append(acc & 255)
    return bytes(out)


a = np.moveaxis(values("u8", 3), 0, -1)
by_hand("old_lzw.tif", [(256, 3, [W]), (257, 3, [H]), (258, 3, [8, 8, 8]), (259, 3, [5]), (262, 3, [2]), (277, 3, [3]), (278, 3, [20])],
        [old_lzw(a[:20].tobytes()), old_lzw(a[20:].tobytes())])
assert np.array_equal(np.moveaxis(gdal.Open("old_lzw.tif").ReadAsArray(), 0, -1), a)
expect("old_lzw.tif", "u8", 3)

# More codes than the table of LZW has places.
a = values("u8", 1, 120, 60)
by_gdal("lzw_long.tif", a, "COMPRESS=LZW", "BLOCKYSIZE=60")
expect("lzw_long.tif", "u8", 1, w=120, h=60)
by_hand("old_lzw_long.tif", [(256, 3, [120]), (257, 3, [60]), (258, 3, [8]), (259, 3, [5]), (262, 3, [1]), (277, 3, [1]), (278, 3, [60])],
        [old_lzw(a.tobytes())])
assert np.array_equal(gdal.Open("old_lzw_long.tif").ReadAsArray(), a[0])
expect("old_lzw_long.tif", "u8", 1, w=120, h=60)


def predicted(line):
    """A line of big-endian floats [w, bands] as predictor 3 stores it."""
    w, bands = line.shape
    planes = line.reshape(-1).view(np.uint8).reshape(w * bands, -1).T.reshape(-1).astype(int)
    planes[bands:] -= planes[:-bands].copy()
    return (planes % 256).astype(np.uint8).tobytes()


# libtiff 4.5.0 swaps bytes twice when it writes predictor 3 in a big-endian file; it reads a right one.
for name, dtype in (("f32_be_3", ">f4"), ("f64_be_3", ">f8")):
    a = np.moveaxis(values("f32", 2), 0, -1).astype(dtype)
    by_hand(name + ".tif", [(256, 3, [W]), (257, 3, [H]), (258, 3, [8 * a.itemsize] * 2), (259, 3, [8]), (262, 3, [1]), (277, 3, [2]),
                            (278, 3, [H]), (284, 3, [1]), (317, 3, [3]), (339, 3, [3, 3])],
            [zlib.compress(b"".join(predicted(line) for line in a))], order=">")
    assert np.array_equal(np.moveaxis(gdal.Open(name + ".tif").ReadAsArray(), 0, -1), a), name
    expect(name + ".tif", "f32", 2)


def blocks(ycc, h, v):
    """[H, W, 3] with colours averaged over blocks, in the data units of TIFF 6.0 section 21."""
    full = np.pad(ycc, ((0, -ycc.shape[0] % v), (0, -ycc.shape[1] % h), (0, 0)), mode="edge")
    out = b""
    for r in range(0, full.shape[0], v):
        for c in range(0, full.shape[1], h):
            part = full[r:r + v, c:c + h]
            out += part[..., 0].astype(np.uint8).tobytes()
            out += bytes(int(round(part[..., k].mean())) for k in (1, 2))
    return out


ycc = np.asarray(picture.convert("YCbCr")).astype(float)
for name, h, v in (("ycbcr_11", 1, 1), ("ycbcr_21", 2, 1), ("ycbcr_22", 2, 2), ("ycbcr_42", 4, 2)):
    by_hand(name + ".tif", [(256, 3, [W]), (257, 3, [H]), (258, 3, [8, 8, 8]), (259, 3, [1]), (262, 3, [6]), (277, 3, [3]),
                            (278, 3, [16]), (284, 3, [1]), (530, 3, [h, v]), (532, 5, [0, 1, 255, 1, 128, 1, 255, 1, 128, 1, 255, 1])],
            [blocks(ycc[:16], h, v), blocks(ycc[16:], h, v)])
    shown(name, 1, Image.fromarray(np.moveaxis(gdal.Open(name + ".tif").ReadAsArray()[:3], 0, -1)))
narrow = [16, 1, 235, 1, 128, 1, 240, 1, 128, 1, 240, 1]
# Not all of the range, and other shares of red, green and blue; by the formulas of TIFF 6.0, as libtiff cuts fractions off.
narrow, share = np.array([[16, 235], [128, 240], [128, 240]], float), np.array([0.2126, 0.7152, 0.0722])
by_hand("ycbcr_narrow.tif", [(256, 3, [W]), (257, 3, [H]), (258, 3, [8, 8, 8]), (259, 3, [1]), (262, 3, [6]), (277, 3, [3]),
                             (278, 3, [H]), (284, 3, [1]), (530, 3, [1, 1]), (529, 5, [2126, 10000, 7152, 10000, 722, 10000]),
                             (532, 5, [int(v) for pair in narrow.reshape(-1, 1) for v in (pair[0], 1)])], [blocks(ycc, 1, 1)])
full = (ycc.round() - narrow[:, 0]) * np.array([255, 127, 127]) / (narrow[:, 1] - narrow[:, 0])
red, blue = full[..., 0] + full[..., 2] * (2 - 2 * share[0]), full[..., 0] + full[..., 1] * (2 - 2 * share[2])
green = (full[..., 0] - share[0] * red - share[2] * blue) / share[1]
shown("ycbcr_narrow", 1, Image.fromarray(np.stack([red, green, blue], -1).clip(0, 255).round().astype(np.uint8)))

# What is not read.
for how in ("ZSTD", "WEBP", "LZMA"):
    by_gdal(f"refused_{how.lower()}.tif", smooth, f"COMPRESS={how}", *PIXELS)
subprocess.run(["tiffcp", "-c", "g3:2d", "bilevel_white.tif", "refused_fax2d.tif"], check=True)

for name in os.listdir("."):
    if name.endswith(".aux.xml"):
        os.remove(name)
with open("golden.json", "w") as f:
    f.write("[\n" + ",\n".join(json.dumps(g) for g in golden) + "\n]\n")
