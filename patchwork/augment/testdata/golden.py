"""Writes golden.json: torchvision's functional operations on a small picture, and numpy where the definition differs.

Run: /usr/bin/python3 golden.py    (Python 3.11, torch 1.13, torchvision 0.14, numpy 1.24)
"""
import json, pathlib
import numpy as np, torch
import torchvision.transforms.functional as F

x = np.random.default_rng(4).random((16, 14, 3)).astype(np.float32)
t = torch.from_numpy(x).permute(2, 0, 1)
m = x.mean((0, 1), keepdims=True)
out = {
    "brightness": F.adjust_brightness(t, 1.4), "contrast_grey": F.adjust_contrast(t, 0.6),
    "saturation": F.adjust_saturation(t, 1.7), "hue": F.adjust_hue(t, 0.17), "hue_down": F.adjust_hue(t, -0.3),
    "blur": F.gaussian_blur(t, [7, 7], [1.3, 1.3]), "solarize": F.solarize(t, 0.4),
    "crop_bilinear": F.resized_crop(t, 3, 2, 11, 10, [8, 9], F.InterpolationMode.BILINEAR, antialias=True),
    "crop_bicubic": F.resized_crop(t, 3, 2, 11, 10, [8, 9], F.InterpolationMode.BICUBIC, antialias=True),
}
res = {k: v.permute(1, 2, 0).numpy() for k, v in out.items()}
res["contrast"] = np.clip((x - m) * 1.6 + m, 0, 1)
d = x - x.mean()
res["autocontrast"] = np.clip(d / (d.max() + 0.01), 0, 1)
res["input"] = x
b = (t * 255).round().to(torch.uint8)
res["equalize"] = (F.equalize(b.repeat(1, 2, 2))[:, :16, :14].float() / 255).permute(1, 2, 0).numpy()
res["posterize"] = (F.posterize(b, 3).float() / 255).permute(1, 2, 0).numpy()
for k, v in {"sharpness": F.adjust_sharpness(t, 1.8), "stretch": F.autocontrast(t), "translate": F.affine(t, 0, [3, -2], 1, [0, 0])}.items():
    res[k] = v.permute(1, 2, 0).numpy()
name = pathlib.Path(__file__).with_name("golden.json")
name.write_text(json.dumps({k: [round(float(a), 5) for a in v.ravel()] for k, v in res.items()}) + "\n")
