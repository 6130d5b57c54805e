"""Numbers and the float16 that numpy makes of them, for half_test.go.

Run: python3 patchwork/features/testdata/half.py > patchwork/features/testdata/half.json
"""

import json

import numpy as np

rng = np.random.default_rng(5)
bits = np.concatenate([
    rng.integers(0, 2**32, 400, dtype=np.uint32),
    # around the largest, the smallest with a leading 1, and the smallest of all; ties on both sides of even
    np.float32([0, -0.0, 65504, 65519.996, 65520, -65520, 2**-14, 2**-24, 2**-25, 2**-25 * 1.0001, 3 * 2**-25, 5 * 2**-25,
                1 + 2**-11, 1 + 3 * 2**-11, 0.1, -1 / 3, 1023.5 * 2**-24, np.inf, -np.inf]).view(np.uint32),
    np.float32(rng.uniform(-2**-13, 2**-13, 200)).view(np.uint32),
    np.float32(rng.normal(0, 100, 200)).view(np.uint32),
])
values = bits.view(np.float32)
bits = bits[~np.isnan(values)]
with np.errstate(over="ignore"):
    half = bits.view(np.float32).astype(np.float16)
print(json.dumps({"float32": bits.tolist(), "float16": half.view(np.uint16).tolist(), "back": half.astype(np.float32).view(np.uint32).tolist()}))
