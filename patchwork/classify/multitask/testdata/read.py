"""Writes read.json: features, and the answers that numpy computes for them from the bytes of small.safetensors.

Independent of the Go code: json and numpy on the file, as the safetensors format describes it.
Run: /usr/bin/python3 read.py > read.json        (Python 3.11, numpy 1.24)
"""
import json

import numpy as np

data = open("small.safetensors", "rb").read()
length = int.from_bytes(data[:8], "little")
header, body = json.loads(data[8:8 + length]), data[8 + length:]
a = {k: np.frombuffer(body[slice(*v["data_offsets"])], "<f4").reshape(v["shape"]).astype(float)
     for k, v in header.items() if k != "__metadata__"}
features = np.random.default_rng(1).normal(size=(5, 6)).round(3)
x = (features - a["standard/mean"]) * a["standard/scale"]
x = np.maximum(x @ a["trunk/1/kernel"] + a["trunk/1/bias"], 0)
answers = []
for t, _ in enumerate(json.loads(header["__metadata__"]["info"])["tasks"]):
    z = np.exp(x @ a[f"out{t}/kernel"] + a[f"out{t}/bias"])
    answers.append(z / z.sum(1, keepdims=True))
print(json.dumps(dict(x=features.tolist(), want=np.concatenate(answers, 1).tolist())))
