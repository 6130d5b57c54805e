"""Writes the expected values of golden_test.go for a small picture of uint8.

Run: /usr/bin/python3 golden.py > golden.json     (torchvision, numpy, scipy 1.10)

Torchvision where it defines the operation; numpy and scipy for contrast, autocontrast, shear and Sobel, which the
original defines otherwise. Results that are levels of uint8 are written as such.
"""
import json
import numpy as np, torch
import torchvision.transforms.functional as F
from scipy import ndimage
from torchvision.transforms import RandomResizedCrop
from torchvision.transforms.autoaugment import _apply_op
from torchvision.transforms.functional import InterpolationMode as M

b = torch.from_numpy(np.random.default_rng(4).integers(0, 256, (3, 9, 8)).astype(np.uint8))
t = b.double() / 255
x = t.permute(1, 2, 0).numpy()
m = x.mean((0, 1), keepdims=True)
d = x - x.mean()
yy, xx = np.mgrid[0:9, 0:8].astype(float)
s, r = 0.3, -0.2
at = [r * xx + yy - 9 * r / 2, xx + s * yy - 8 * s / 2]
k = np.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]], float)
edge = np.mean([np.mean([ndimage.correlate(x[..., c], q, mode="mirror") for q in (k, k.T)], 0) for c in range(3)], 0)
edge = (edge - edge.min()) / (edge.max() - edge.min())
real = {
    "brightness": F.adjust_brightness(t, 1.4), "contrast_grey": F.adjust_contrast(t, 0.6),
    "saturation": F.adjust_saturation(t, 1.7), "hue": F.adjust_hue(t, 0.17), "hue_down": F.adjust_hue(t, -0.3),
    "blur": F.gaussian_blur(t, [7, 7], [1.3, 1.3]),
    "crop_bilinear": F.resized_crop(t, 2, 1, 6, 7, [5, 4], M.BILINEAR, antialias=True),
    "crop_bicubic": F.resized_crop(t, 2, 1, 6, 7, [5, 4], M.BICUBIC, antialias=True),
    "sharpness": F.adjust_sharpness(t, 1.8), "stretch": F.autocontrast(t),
}
res = {n: v.permute(1, 2, 0).numpy() for n, v in real.items()}
res["contrast"] = np.clip((x - m) * 1.6 + m, 0, 1)
res["autocontrast"] = np.clip(d / (d.max() + 0.01), 0, 1)
res["shear"] = np.stack([ndimage.map_coordinates(x[..., c], at, order=1, mode="reflect") for c in range(3)], -1)
res["sobel"] = np.repeat(edge[..., None], 3, -1)
level = {
    "input": b, "equalize": F.equalize(b.repeat(1, 8, 1))[:, :9], "posterize": F.posterize(b, 3), "solarize": F.solarize(b, 102),
    "translate": F.affine(b, 0, [3, -2], 1, [0, 0]),
    "ShearX": _apply_op(b, "ShearX", 0.27, M.NEAREST, None), "ShearY": _apply_op(b, "ShearY", -0.17, M.NEAREST, None),
    "Rotate": _apply_op(b, "Rotate", 23.0, M.NEAREST, None),
}
out = {n: [round(float(a), 6) for a in v.ravel()] for n, v in res.items()}
out |= {n: v.permute(1, 2, 0).ravel().tolist() for n, v in level.items()}
# Shares of fallbacks, mean width, height, x and y of torchvision's crops of a wide picture, where many attempts fail.
torch.manual_seed(1)
wide = torch.zeros(1, 100, 400)
got = np.array([RandomResizedCrop.get_params(wide, [0.08, 1.0], [3 / 4, 4 / 3]) for _ in range(20000)])
fell = np.all(got == [0, 133, 100, 133], 1).mean()
out["crop"] = [round(float(v), 5) for v in [fell, *got.mean(0)[[3, 2, 1, 0]]]]
res["crop"] = None
print(json.dumps({"real": {n: out[n] for n in res}, "level": {n: out[n] for n in level}}, separators=(",", ":")))
