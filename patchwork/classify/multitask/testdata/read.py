"""Prints, as JSON, the answers of a saved network with one dense layer in its trunk for the features on standard input.

Independent of the Go code: json and numpy on the bytes of the file, as the safetensors format describes them.
Run: /usr/bin/python3 read.py MODEL.safetensors < features.json        (Python 3.11, numpy 1.24)
"""
import json
import sys

import numpy as np

data = open(sys.argv[1], "rb").read()
length = int.from_bytes(data[:8], "little")
header, body = json.loads(data[8:8 + length]), data[8 + length:]
a = {k: np.frombuffer(body[slice(*v["data_offsets"])], "<f4").reshape(v["shape"]).astype(float)
     for k, v in header.items() if k != "__metadata__"}
x = (np.array(json.load(sys.stdin)) - a["standard/mean"]) * a["standard/scale"]
x = np.maximum(x @ a["trunk/1/kernel"] + a["trunk/1/bias"], 0)
out = []
for t, _ in enumerate(json.loads(header["__metadata__"]["info"])["tasks"]):
    z = np.exp(x @ a[f"out{t}/kernel"] + a[f"out{t}/bias"])
    out += (z / z.sum()).tolist()
print(json.dumps(out))
