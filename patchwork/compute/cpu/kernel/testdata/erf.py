"""Fits the rational function of erf(x) = x P(x^2) / Q(x^2), |x| <= 3.925, that gen/elementwise.go holds.

Run: /usr/bin/python3 erf.py > erf.txt (needs numpy)
Iteratively reweighted least squares for the smallest relative error. Prints the coefficients of P and Q, highest power
first, and the largest relative error of the fit.
"""
import math

import numpy as np

LIMIT, DEGREE_P, DEGREE_Q, NODES, ROUNDS = 3.925, 5, 5, 1200, 60

k = np.arange(NODES)
x = np.maximum(LIMIT * (0.5 - 0.5 * np.cos((k + 0.5) * np.pi / NODES)), 1e-4)
y = np.array([math.erf(v) for v in x]) / x
u = (x / LIMIT) ** 2  # scaled to [0, 1], where the powers are less alike
powers_p, powers_q = u[:, None] ** np.arange(DEGREE_P + 1), u[:, None] ** np.arange(DEGREE_Q + 1)

weight, q_before, best = np.ones(NODES), np.ones(NODES), None
for _ in range(ROUNDS):
    scale = weight / (y * q_before)
    columns = np.concatenate([powers_p, -y[:, None] * powers_q[:, 1:]], 1)
    c = np.linalg.lstsq(columns * scale[:, None], y * scale, rcond=None)[0]
    p, q = c[: DEGREE_P + 1], np.concatenate([[1], c[DEGREE_P + 1 :]])
    q_before = powers_q @ q
    error = np.abs(powers_p @ p / q_before / y - 1)
    if best is None or error.max() < best[0]:
        best = error.max(), p / LIMIT ** (2 * np.arange(DEGREE_P + 1)), q / LIMIT ** (2 * np.arange(DEGREE_Q + 1))
    weight *= (0.2 + error / error.max()) ** 0.5
    weight /= weight.mean()

for name, values in ("P", best[1]), ("Q", best[2]):
    print(name, *(f"{v:.9g}" for v in reversed(values)))
print("largest relative error", f"{best[0]:.3g}")
