"""Finds nearest neighbours with scikit-learn: python3 worker.py FOLDER K. Prints seconds and agreement as JSON.

FOLDER holds x.npy [n, dim] and index.npy [n, K], the neighbours that patchwork found.
"""
import json
import sys
import time

import numpy as np
import sklearn
from sklearn.neighbors import NearestNeighbors

folder, k = sys.argv[1], int(sys.argv[2])
x, ours = np.load(folder + "/x.npy"), np.load(folder + "/index.npy").astype(int)
unit = x / np.linalg.norm(x, axis=1, keepdims=True)
out = []
for metric, data in (("cosine", x), ("euclidean", unit)):
    begun = time.perf_counter()
    index = NearestNeighbors(n_neighbors=k, metric=metric, algorithm="brute").fit(data).kneighbors(return_distance=False)
    seconds = time.perf_counter() - begun
    same = np.mean([len(set(a) & set(b)) for a, b in zip(index, ours)]) / k
    about = f"scikit-learn {sklearn.__version__}, brute force, {metric}" + (" of vectors of length one" if data is unit else "")
    out.append(dict(about=about, seconds=seconds, same=same))
print(json.dumps(out))
