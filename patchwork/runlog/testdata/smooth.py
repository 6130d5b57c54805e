"""Golden values of Smooth: pandas' exponentially weighted mean.

/usr/bin/python3 testdata/smooth.py > testdata/smooth.json
"""
import json

import numpy as np
import pandas as pd

values = [3.0, 2.5, float("nan"), 2.75, -1.0, 0.125, 4.0]
series = pd.Series(values)
out = {"values": [None if np.isnan(v) else v for v in values], "smooth": {}}
for weight in ["0.1", "0.6", "0.95"]:
    mean = series.ewm(alpha=1 - float(weight), ignore_na=True).mean()
    out["smooth"][weight] = [None if np.isnan(v) else float(m) for v, m in zip(values, mean)]
print(json.dumps(out, indent=1))
