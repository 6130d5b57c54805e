# What a map's page and Go say to each other in bytes, worked out by numpy, with colours by hand from the eight of viridis.
# Run: python3 widgets/testdata/scatter.py > widgets/testdata/scatter.json
import base64, json
import numpy as np

points = [0.5, -1.25, None, None, 3, 1e-3, -2, 0.0625]
# Counts of steps from the least x and y, 65,534 on the longer side and 65,535 for nowhere; what a page reads from them.
xy = np.array([np.nan if v is None else v for v in points], "<f4").reshape(-1, 2)
least = np.nanmin(xy, 0)
step = np.float32((np.nanmax(xy, 0) - least).astype(float).max() / 65534)
counts = np.nan_to_num(np.rint((xy.astype(float) - least) / float(step)), nan=65535).astype("<u2")
floats = np.concatenate([least, [step]]).astype("<f4").tobytes() + counts.tobytes()
read = np.where(np.isnan(xy), np.nan, (least.astype(float) + counts * float(step)).astype("<f4"))
rows = []
for chosen, n in [([], 3), ([0], 1), ([0, 1, 7, 8, 19], 20), (list(range(0, 100, 3)), 100)]:
    bits = np.zeros(n, np.uint8)
    bits[chosen] = 1
    packed = np.packbits(bits, bitorder="little").tobytes()
    rows.append({"rows": chosen, "of": n, "bits": base64.b64encode(packed).decode()})
eight = ["#3e4989", "#31688e", "#26828e", "#1f9e89", "#35b779", "#6ece58", "#b5de2b", "#fde725"]
table = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in eight], float)
values = [0, 1, 0.5, 0.123, 0.199, 0.2031, 0.7, 0.9, None]
codes, groups, colors = [], [], []
for v in values:
    if v is None:
        codes.append(255), groups.append(5), colors.append("#9aa0a8")
        continue
    code = int(np.floor(254 * v + 0.5))
    rgb = [int(np.floor(np.interp(code / 254 * 7, np.arange(8), table[:, i]) + 0.5)) for i in range(3)]
    codes.append(code), groups.append(min(4, code // 51)), colors.append("#%02x%02x%02x" % tuple(rgb))
print(json.dumps({
    "about": "Places, sets of rows and a scale as they go between Go and a map's page. Written by scatter.py; read by scatter_test.go and scatter.test.mjs.",
    "points": {"values": points, "base64": base64.b64encode(floats).decode(), "read": [None if np.isnan(v) else float(v) for v in read.ravel()]},
    "rows": rows,
    "scale": {"values": values, "codes": codes, "groups": groups, "colors": colors},
}, indent=1))
