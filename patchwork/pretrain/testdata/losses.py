"""Writes losses.json: losses of self-supervised methods and their gradients by the inputs, computed by torch in float64.

Independent of the Go code: each loss is written from its paper, view by view where the paper sums over views, and differentiated by
torch.
Run: /usr/bin/python3 losses.py > losses.json        (Python 3.11, torch 1.13, numpy 1.24)
"""
import json
import math

import numpy as np
import torch
import torch.nn.functional as F

rng = np.random.default_rng(3)
n, d, k = 5, 4, 7


def draw(*shape):
    return rng.normal(size=shape).round(3)


A, B, QUEUE = draw(n, d), draw(n, d), draw(k, d)
cases = []


def case(name, settings, inputs, loss):
    x = {key: torch.tensor(v, requires_grad=True) for key, v in inputs.items()}
    value = loss(**x)
    value.backward()
    cases.append(dict(name=name, settings=settings, inputs=[v.tolist() for v in inputs.values()], loss=value.item(),
                      gradients=[(t.grad if t.grad is not None else torch.zeros_like(t)).tolist() for t in x.values()]))


def unit(x):
    return F.normalize(x, dim=-1)


def views(a, b):
    """Each view with its positive and its negatives, as cosines."""
    z = unit(torch.cat([a, b]))
    for i in range(2 * n):
        j = (i + n) % (2 * n)
        yield (z[i] @ z[j]), torch.stack([z[i] @ z[m] for m in range(2 * n) if m not in (i, j)])


def simclr(t):
    def f(a, b):
        return torch.stack([-torch.log(torch.exp(p / t) / (torch.exp(p / t) + torch.exp(s / t).sum())) for p, s in views(a, b)]).mean()
    return f


def ifm(t, eps):
    def f(a, b):
        worse = torch.stack([-torch.log(torch.exp((p - eps) / t) / (torch.exp((p - eps) / t) + torch.exp((s + eps) / t).sum()))
                             for p, s in views(a, b)]).mean()
        return (simclr(t)(a, b) + worse) / 2
    return f


def rince(t, q, lam):
    def f(a, b):
        return torch.stack([-torch.exp(q * p / t) / q + (lam * (torch.exp(p / t) + torch.exp(s / t).sum())) ** q / q
                            for p, s in views(a, b)]).mean()
    return f


def dcl(t, sigma):
    def f(a, b):
        all_ = list(views(a, b))
        e = torch.stack([torch.exp(p / sigma) for p, _ in all_]).detach()
        w = 2 - e / e.mean()
        return torch.stack([-w[i] * p / t + torch.log(torch.exp(s / t).sum()) for i, (p, s) in enumerate(all_)]).mean()
    return f


def dcl_plain(t):
    def f(a, b):
        return torch.stack([-p / t + torch.log(torch.exp(s / t).sum()) for p, s in views(a, b)]).mean()
    return f


def hcl(t, beta, tau):
    def f(a, b):
        out = []
        for p, s in views(a, b):
            pos, neg = torch.exp(p / t), torch.exp(s / t)
            imp = neg ** beta
            reweighted = (imp * neg).sum() / imp.mean()
            count = 2 * n - 2
            ng = torch.clamp((-tau * count * pos + reweighted) / (1 - tau), min=count * math.exp(-1 / t))
            out.append(-torch.log(pos / (pos + ng)))
        return torch.stack(out).mean()
    return f


def moco(t, alpha):
    def f(q, key, queue):
        q, key, queue = unit(q), unit(key).detach(), unit(queue).detach()
        out = []
        for i in range(n):
            p, s = torch.exp(q[i] @ key[i] / t), torch.exp(queue @ q[i] / t)
            out.append(-torch.log(p / (p + (alpha or k) / k * s.sum())))
        return torch.stack(out).mean()
    return f


def nnclr(t):
    def f(a, b, queue):
        a, b, queue = unit(a), unit(b), unit(queue).detach()

        def one(z, p):
            out = []
            for i in range(n):
                nearest = queue[torch.argmax(queue @ z[i].detach())]
                out.append(-F.log_softmax(nearest @ p.T / t, dim=0)[i])
            return torch.stack(out).mean()
        return (one(a, b) + one(b, a)) / 2
    return f


def byol(p, z):
    return ((unit(p) - unit(z).detach()) ** 2).sum(-1).mean()


def simsiam(p, z):
    return -F.cosine_similarity(p, z.detach(), dim=-1).mean()


def vicreg(lam, mu, nu):
    def f(a, b):
        std = sum(torch.relu(1 - torch.sqrt(z.var(0) + 1e-4)).mean() for z in (a, b)) / 2
        cov = 0
        for z in (a, b):
            z = z - z.mean(0)
            c = z.T @ z / (n - 1)
            cov = cov + (c ** 2).sum() / d - (torch.diagonal(c) ** 2).sum() / d
        return lam * F.mse_loss(a, b) + mu * std + nu * cov
    return f


def barlow(lam):
    def f(a, b):
        bn = torch.nn.BatchNorm1d(d, affine=False, dtype=torch.float64)
        c = bn(a).T @ bn(b) / n
        on = ((torch.diagonal(c) - 1) ** 2).sum()
        off = (c ** 2).sum() - (torch.diagonal(c) ** 2).sum()
        return on + lam * off
    return f


def supcon(t):
    def f(a, b, labels):
        labels = labels.detach()
        z, y = unit(torch.cat([a, b])), labels.long().squeeze(1).tolist() * 2
        out = []
        for i in range(2 * n):
            others = [m for m in range(2 * n) if m != i]
            same = [m for m in others if m == (i + n) % (2 * n) or (y[i] >= 0 and y[m] == y[i])]
            below = torch.stack([torch.exp(z[i] @ z[m] / t) for m in others]).sum()
            out.append(-torch.stack([torch.log(torch.exp(z[i] @ z[m] / t) / below) for m in same]).mean())
        return torch.stack(out).mean()
    return f


def iic(extra):
    def f(a, b):
        a, b = a.softmax(-1), b.softmax(-1)
        p = sum(torch.outer(a[i], b[i]) for i in range(n)) / n
        p = (p + p.T) / 2
        r, c = p.sum(1, keepdim=True), p.sum(0, keepdim=True)
        return -(p * (torch.log(p) - (1 + extra) * torch.log(r) - (1 + extra) * torch.log(c))).sum()
    return f


def dino(t, sharp):
    def f(logits, seen):
        """Six views of two pictures; the first two views are large."""
        targets = ((seen - seen.mean(0)) / sharp).softmax(-1).detach()
        out = []
        for i in range(2):
            for v in range(6):
                if v != i:
                    out.append((-targets[2 * i:2 * i + 2] * F.log_softmax(logits[2 * v:2 * v + 2] / t, -1)).sum(-1).mean())
        return torch.stack(out).mean()
    return f


def adco(t):
    def f(q, key, bank):
        q, key, bank = unit(q), unit(key).detach(), unit(bank)
        logits = torch.cat([(q * key).sum(-1, keepdim=True), q @ bank.T], 1) / t
        return F.cross_entropy(logits, torch.zeros(n, dtype=torch.long))
    return f


def rotation(logits, turned):
    return F.cross_entropy(logits, turned.detach().long().squeeze(1))


def detcon(t):
    def f(a, b, ids, valid):
        ids, valid = ids.detach().squeeze(1).tolist() * 2, valid.detach().squeeze(1).tolist() * 2
        z = unit(torch.cat([a, b]))
        out = []
        for i in range(2 * n):
            if valid[i]:
                p = torch.exp(z[i] @ z[(i + n) % (2 * n)] / t)
                others = [torch.exp(z[i] @ z[m] / t) for m in range(2 * n) if ids[m] != ids[i] and valid[m]]
                out.append(-torch.log(p / (p + torch.stack(others).sum())))
        return torch.stack(out).mean()
    return f


def mae(normalise):
    def f(painted, patches, shown):
        """Two pictures of three patches of four numbers."""
        target, hidden = patches.detach(), 1 - shown.detach().squeeze(1)
        if normalise:
            target = (target - target.mean(-1, keepdim=True)) / (target.var(-1, keepdim=True) + 1e-6) ** 0.5
        return (((painted - target) ** 2).mean(-1) * hidden).sum() / hidden.sum()
    return f


def deepcluster(logits, clusters):
    return F.cross_entropy(logits, clusters.detach().long().squeeze(1))


def autoencoder(x, painted):
    return F.l1_loss(painted, x)


def context(painting, adversary):
    def f(x, painted, box, judged=None):
        """The difference in the box over the whole picture, and to be taken for a picture by the second network."""
        box = box.detach()
        loss = painting * F.l1_loss(painted * box, x * box)
        if judged is not None:
            loss = loss + adversary * F.binary_cross_entropy_with_logits(judged, torch.ones_like(judged))
        return loss
    return f


def critic(pictures, painted):
    return (F.binary_cross_entropy_with_logits(pictures, torch.ones_like(pictures))
            + F.binary_cross_entropy_with_logits(painted, torch.zeros_like(painted)))


pair = dict(a=A, b=B)
for t in (0.1, 0.5):
    case("simclr", {"temperature": t}, pair, simclr(t))
    case("simclr", {"temperature": t, "eps": 0.2}, pair, ifm(t, 0.2))
    case("simclr", {"temperature": t, "decoupled": True}, pair, dcl(t, 0.5))
    case("simclr", {"temperature": t, "decoupled": True, "sigma": 0}, pair, dcl_plain(t))
    for q in (0.3, 1):
        case("simclr", {"temperature": t, "q": q}, pair, rince(t, q, 0.01))
    case("hcl", {"temperature": t, "beta": 0.5, "tau_plus": 0.1}, pair, hcl(t, 0.5, 0.1))
    case("hcl", {"temperature": t, "beta": 1, "tau_plus": 0}, pair, hcl(t, 1, 0))
    case("moco", {"temperature": t}, dict(q=A, key=B, queue=QUEUE), moco(t, 0))
    case("moco", {"temperature": t, "equivalent": 50}, dict(q=A, key=B, queue=QUEUE), moco(t, 50))
    case("nnclr", {"temperature": t}, dict(a=A, b=B, queue=QUEUE), nnclr(t))
case("byol", {}, dict(p=A, z=B), byol)
case("simsiam", {}, dict(p=A, z=B), simsiam)
case("vicreg", {"invariance": 25, "variance": 25, "covariance": 1}, pair, vicreg(25, 25, 1))
case("vicreg", {"invariance": 1, "variance": 2, "covariance": 3}, pair, vicreg(1, 2, 3))
case("barlow", {"lambda": 0.0051}, pair, barlow(0.0051))
LABELS = np.array([[0.0], [1], [0], [-1], [-1]])
for t in (0.1, 0.5):
    case("supcon", {"temperature": t}, dict(a=A, b=B, labels=LABELS), supcon(t))
    case("adco", {"temperature": t}, dict(q=A, key=B, bank=QUEUE), adco(t))
case("supcon", {"temperature": 0.5}, dict(a=A, b=B, labels=-np.ones((n, 1))), lambda a, b, labels: simclr(0.5)(a, b))  # no label: SimCLR
case("iic", {}, pair, iic(0))
case("iic", {"entropy": 0.5}, pair, iic(0.5))
case("dino", {"temperature": 0.1, "sharp": 0.04}, dict(logits=draw(12, d), seen=draw(4, d)), dino(0.1, 0.04))
case("dino", {"temperature": 0.3, "sharp": 0.2}, dict(logits=draw(12, d), seen=draw(4, d)), dino(0.3, 0.2))
case("rotation", {}, dict(logits=draw(n, 4), turned=np.array([[0.0], [3], [1], [2], [1]])), rotation)
SEGMENTS = dict(a=A, b=B, ids=np.array([[1.0], [2], [2], [3], [4]]), valid=np.array([[1.0], [1], [1], [0], [1]]))
case("detcon", {"temperature": 0.1}, SEGMENTS, detcon(0.1))
case("detcon", {"temperature": 0.5}, SEGMENTS, detcon(0.5))
PATCHES = dict(painted=draw(6, 4), patches=draw(6, 4), shown=np.array([[1.0], [0], [0], [0], [1], [0]]))
case("mae", {}, PATCHES, mae(True))
case("mae", {"normalise": False}, PATCHES, mae(False))
case("deepcluster", {"clusters": 6}, dict(logits=draw(n, 6), clusters=np.array([[5.0], [0], [3], [3], [1]])), deepcluster)
PAINTED = dict(x=draw(3, 8), painted=draw(3, 8))
BOX = np.array([[0.0, 0, 1, 1, 1, 1, 0, 0]] * 3)
case("autoencoder", {}, PAINTED, autoencoder)
case("context", {"adversary": 0, "painting": 2}, dict(PAINTED, box=BOX), context(2, 0))
case("context", {"adversary": 0.3}, dict(PAINTED, box=BOX, judged=draw(3, 1)), context(1, 0.3))
case("context", {}, dict(pictures=draw(n, 1), painted=draw(n, 1)), critic)
print(json.dumps(cases))
