"""Fits the polynomial P of erf(x) = x P(x^2), |x| <= 1, that gen/elementwise.go holds.

Run: python3 erf.py > erf.txt
Needs only the standard library. Prints the coefficients, highest power first, and the largest relative error.
"""
import math

DEGREE, NODES = 6, 200


def target(z):
    x = math.sqrt(z)
    return math.erf(x) / x


# Chebyshev coefficients from the values at the nodes of [0, 1].
angles = [math.pi * (i + 0.5) / NODES for i in range(NODES)]
values = [target((math.cos(a) + 1) / 2) for a in angles]
cheb = [2 / NODES * sum(v * math.cos(k * a) for v, a in zip(values, angles)) for k in range(DEGREE + 1)]
cheb[0] /= 2


def times(p, q):
    r = [0.0] * (len(p) + len(q) - 1)
    for i, a in enumerate(p):
        for j, b in enumerate(q):
            r[i + j] += a * b
    return r


# The same in powers of z; T_k in powers of 2z - 1, lowest power first.
before, now, powers = [1.0], [-1.0, 2.0], [0.0] * (DEGREE + 1)
for k in range(DEGREE + 1):
    t = before if k == 0 else now
    for i, a in enumerate(t):
        powers[i] += cheb[k] * a
    if k > 0:
        after = [2 * a for a in times([-1.0, 2.0], now)]
        for i, a in enumerate(before):
            after[i] -= a
        before, now = now, after

worst = 0.0
for i in range(1, 20001):
    z = i / 20000
    p = 0.0
    for a in reversed(powers):
        p = p * z + a
    worst = max(worst, abs(p / target(z) - 1))
print(*reversed(powers), sep="\n")
print("largest relative error", worst)
