"""Golden values for the tests of package semi.

Run: /usr/bin/python3 semi.py > semi.json    (torch 1.13, float64)

"terms": the consistency term, the share that counts and the gradient by the strong logits, by torch. "rules": limits after
batches of answers, by the formulas of the papers as docs/classify.md has them for two sides, written with dictionaries and
loops that share nothing with the Go code.
"""
import json

import numpy as np
import torch

rng = np.random.default_rng(8)
n, classes = 5, 3


def term(weak, strong, unknown, start, sharp, soft):
    z = torch.tensor(strong, requires_grad=True)
    p, u = torch.tensor(weak), torch.tensor(unknown)
    q = (p > 0.5).double()
    conf = torch.maximum(p, 1 - p)
    pick = lambda t: torch.where(q > 0, torch.tensor(t[1]).expand_as(p), torch.tensor(t[0]).expand_as(p))
    gap = torch.clamp(conf - pick(start), max=0)
    w = torch.exp(-pick(sharp) * gap ** 2) if soft else (gap >= 0).double()
    w = w * u
    loss = (w * torch.nn.functional.binary_cross_entropy_with_logits(z, q, reduction="none")).sum() / (u.sum() + 1e-7)
    loss.backward()
    return float(loss), float(w.sum() / (u.sum() + 1e-7)), z.grad.tolist()


terms = []
for soft in (False, True):
    weak, strong = rng.uniform(0, 1, (n, classes)), rng.normal(0, 3, (n, classes))
    unknown = (rng.uniform(size=(n, classes)) < 0.7).astype(float)
    start, sharp = rng.uniform(0.5, 0.9, (2, classes)), rng.uniform(5, 40, (2, classes))
    loss, counted, gradient = term(weak, strong, unknown, start, sharp, soft)
    terms.append(dict(soft=soft, weak=weak.tolist(), strong=strong.tolist(), unknown=unknown.tolist(), limits=start.tolist(), sharp=sharp.tolist(),
                      term=loss, counted=counted, gradient=gradient))

images, tau, m = 12, 0.8, 0.01
known = {(i, c) for i in range(images) for c in range(classes) if rng.uniform() < 0.25}
batches = []
for _ in range(30):
    rows = rng.choice(images, 6, replace=False)
    batches.append(dict(images=[int(r) for r in rows], p=np.round(rng.beta(0.6, 0.6 + np.arange(classes), (6, classes)), 4).tolist()))
rules = {}
sure = {}
g = [0.5, 0.5]
free = np.full((2, classes), 0.5)
soft_mean, soft_var = np.full((2, classes), 0.5), np.full((2, classes), 0.25)
for b in batches:
    conf = {0: [], 1: []}
    for c in range(classes):
        cells = [(i, p[c]) for i, p in zip(b["images"], b["p"]) if (i, c) not in known]
        for i, p in cells:
            sure.pop((i, c), None)
            if max(p, 1 - p) >= tau:
                sure[i, c] = int(p > 0.5)
            conf[int(p > 0.5)].append(max(p, 1 - p))
        if cells:
            free[1, c] = (1 - m) * free[1, c] + m * np.mean([p for _, p in cells])
            free[0, c] = (1 - m) * free[0, c] + m * np.mean([1 - p for _, p in cells])
        for s in (0, 1):
            mine = [max(p, 1 - p) for _, p in cells if int(p > 0.5) == s]
            if mine:
                soft_mean[s, c] = (1 - m) * soft_mean[s, c] + m * np.mean(mine)
            if len(mine) > 1:
                soft_var[s, c] = (1 - m) * soft_var[s, c] + m * np.var(mine, ddof=1)
    for s in (0, 1):
        if conf[s]:
            g[s] = (1 - m) * g[s] + m * np.mean(conf[s])
count = lambda s, c: sum(1 for (_, k), v in sure.items() if v == s and k == c)
unsure = (images * classes - len(known) - len(sure)) // classes
flex = np.zeros((2, classes))
for s in (0, 1):
    for c in range(classes):
        beta = min(1, count(s, c) / max(max(count(s, k) for k in range(classes)), unsure))
        flex[s, c] = 0.5 + beta / (2 - beta) * (tau - 0.5)
rules = dict(fixmatch=np.full((2, classes), tau).tolist(), flexmatch=flex.tolist(),
             freematch=[[max(0.5, g[s] * free[s, c] / free[s].max()) for c in range(classes)] for s in (0, 1)], softmatch=soft_mean.tolist())
print(json.dumps(dict(terms=terms, tau=tau, images=images, known=sorted([list(k) for k in known]), batches=batches, rules=rules, sharp=(4 / (2 * soft_var)).tolist())))
