"""Golden values for the tests of package layout.

Run: /usr/bin/python3 layout.py > layout.json    (numpy 1.24.2, scikit-learn 1.2.1, umap-learn 0.5.3)

120 vectors of 7 numbers in three heaps, of which two are the same vector. "pca" by sklearn.decomposition.PCA; "fuzzy" by
umap.umap_.fuzzy_simplicial_set from the exact neighbours (umap counts a point as its own first neighbour); "curve" by
umap.umap_.find_ab_params; "affinity" by scikit-learn's _joint_probabilities_nn; "tsne" by its _kl_divergence, exact and in
float64, at places drawn at random; "som" is the formula of the batch map in plain numpy.
"""
import json
import warnings

import numpy as np

warnings.filterwarnings("ignore")
from scipy.sparse import csr_matrix
from scipy.spatial.distance import squareform
from sklearn.decomposition import PCA
from sklearn.manifold import _t_sne
from sklearn.neighbors import NearestNeighbors
from umap.umap_ import find_ab_params, fuzzy_simplicial_set

rng = np.random.default_rng(3)
n, dim, k = 120, 7, 12
x = np.round(rng.normal(size=(n, dim)) * [1, 2, 1, 0.5, 1, 3, 1] + np.repeat(rng.normal(size=(3, dim)) * 3, 40, axis=0), 3).astype(np.float32)
x[17] = x[5]
x64 = x.astype(np.float64)

pca = PCA(3, svd_solver="full").fit(x64)
axes = [a * np.sign(a[np.argmax(np.abs(a))]) for a in pca.components_]

distance, index = NearestNeighbors(n_neighbors=k + 1).fit(x64).kneighbors(x64)
for i in range(n):  # itself first, also where another is at the same place
    at = list(index[i]).index(i)
    index[i, [0, at]] = index[i, [at, 0]]
graph, _, _ = fuzzy_simplicial_set(x64, k + 1, np.random.RandomState(0), "euclidean", knn_indices=index, knn_dists=distance.astype(np.float32))
fuzzy = graph.toarray()

sparse = csr_matrix((distance[:, 1:].ravel() ** 2, index[:, 1:].ravel(), np.arange(0, n * k + 1, k)), shape=(n, n))
affinity = _t_sne._joint_probabilities_nn(sparse, 4.0, 0).toarray()

places = rng.normal(size=(n, 2)) * 3
dense = (affinity + affinity.T) / 2
kl, gradient = _t_sne._kl_divergence(places.ravel(), np.maximum(squareform(dense, checks=False), 1e-12), 1, n, 2)

# The batch map: 4 by 3 cells, two rounds.
width, height, rounds, radius = 4, 3, 2, 2.0
cells = np.zeros((height, width, dim))
for r in range(height):
    for c in range(width):
        cells[r, c] = x64.mean(axis=0)
        for j, t in enumerate((4 * c / (width - 1) - 2, 4 * r / (height - 1) - 2)):
            cells[r, c] += t * np.sqrt(pca.explained_variance_[j]) * axes[j]
cells = cells.reshape(-1, dim)
where = np.array([(u % width, u // width) for u in range(width * height)], dtype=float)
between = ((where[:, None] - where[None]) ** 2).sum(-1)
for t in range(rounds):
    r = radius * (0.5 / radius) ** (t / (rounds - 1))
    best = ((x64[:, None] - cells[None]) ** 2).sum(-1).argmin(1)
    h = np.exp(-between[:, best] / (2 * r * r))
    cells = h @ x64 / h.sum(1, keepdims=True)

print(json.dumps(dict(
    x=x64.tolist(), axes=[a.tolist() for a in axes], variance=pca.explained_variance_.tolist(), total=float(x64.var(axis=0, ddof=1).sum()),
    k=k, index=index[:, 1:].tolist(), distance=distance[:, 1:].tolist(), fuzzy=np.round(fuzzy, 8).tolist(),
    curves=[dict(minDist=d, spread=s, a=float(find_ab_params(s, d)[0]), b=float(find_ab_params(s, d)[1])) for d, s in ((0.1, 1), (0.5, 1), (0.01, 1), (0.3, 2))],
    affinity=np.round(dense, 10).tolist(), places=places.tolist(), gradient=gradient.reshape(n, 2).tolist(), kl=float(kl),
    som=np.round(cells, 8).tolist(), best=((x64[:, None] - cells[None]) ** 2).sum(-1).argmin(1).tolist(),
)))
