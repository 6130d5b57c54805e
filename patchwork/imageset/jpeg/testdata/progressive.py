"""Makes progressive JPEGs with the encoder of libjpeg-turbo.

Run: /usr/bin/python3 progressive.py    (Python 3.11, numpy 1.24.2, and cjpeg of libjpeg-turbo 2.1.5)

They differ in sampling, restart intervals and the script of scans; all but one refine the coefficients bit by bit.
Expected values are not stored: the tests compare with image/jpeg, and those with restart intervals, which image/jpeg counts
otherwise, with the same without.
"""

import os
import subprocess

import numpy as np

os.chdir(os.path.dirname(os.path.abspath(__file__)))
r = np.random.default_rng(4)
y, x = np.mgrid[:59, :83]
waves = [128 + 70 * np.sin(x * y / a) + 30 * ((x // 9 + y // 7) % 2) for a in (300, 170, 500)]
picture = (np.stack(waves, -1) + r.normal(0, 6, (59, 83, 1))).clip(0, 255).astype(np.uint8)
spectral = "0 1 2: 0-0, 0, 0;\n0: 1-9, 0, 0;\n2: 1-63, 0, 0;\n1: 1-63, 0, 0;\n0: 10-63, 0, 0;\n"
bitwise = ("0: 0-0, 0, 3;\n1 2: 0-0, 0, 1;\n0: 1-63, 0, 4;\n1: 1-63, 0, 1;\n2: 1-63, 0, 1;\n0: 1-63, 4, 3;\n0: 1-63, 3, 2;\n"
           "0: 0-0, 3, 2;\n0: 0-0, 2, 1;\n0 1 2: 0-0, 1, 0;\n0: 1-63, 2, 1;\n1: 1-63, 1, 0;\n2: 1-63, 1, 0;\n0: 1-63, 1, 0;\n")


def save(name, *options, grey=False, script=None):
    data = picture[..., 0] if grey else picture
    header = b"P%d\n%d %d\n255\n" % (5 if grey else 6, data.shape[1], data.shape[0])
    if script:
        with open("script.txt", "w") as f:
            f.write(script)
        options += ("-scans", "script.txt")
    subprocess.run(["cjpeg", "-progressive", *options, "-outfile", name], input=header + data.tobytes(), check=True)
    if script:
        os.remove("script.txt")


save("progressive_420.jpg", "-quality", "90", "-sample", "2x2")
for end, options in {".jpg": [], "_restarts.jpg": ["-restart", "5B"]}.items():
    save("progressive_444" + end, "-quality", "80", "-sample", "1x1", *options)
    save("progressive_422" + end, "-quality", "95", "-sample", "2x1", *options)
save("progressive_440_spectral.jpg", "-quality", "85", "-sample", "1x2", script=spectral)
save("progressive_420_bitwise.jpg", "-quality", "97", "-sample", "2x2", script=bitwise)
save("progressive_grey.jpg", "-quality", "75", grey=True)
save("progressive_low.jpg", "-quality", "12", "-sample", "2x2")
