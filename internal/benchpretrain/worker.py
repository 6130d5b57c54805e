"""The PyTorch side of benchpretrain: says hello in a line of JSON, then answers every line that asks for a round of SimCLR steps."""
import json, os, sys, time

try:
    import torch, torch.nn as nn, torch.nn.functional as F, torchvision
except ImportError as e:
    print(json.dumps({"error": str(e)}), flush=True)
    sys.exit()

torch.set_num_threads(len(os.sched_getaffinity(0)))
torch.manual_seed(1)
print(json.dumps({"about": f"torch {torch.__version__}, {torch.get_num_threads()} threads"}), flush=True)


class Block(nn.Module):
    def __init__(self, before, after, stride):
        super().__init__()
        self.a, self.na = nn.Conv2d(before, after, 3, stride, 1, bias=False), nn.BatchNorm2d(after)
        self.b, self.nb = nn.Conv2d(after, after, 3, 1, 1, bias=False), nn.BatchNorm2d(after)
        same = before == after and stride == 1
        self.short = nn.Identity() if same else nn.Sequential(nn.Conv2d(before, after, 1, stride, bias=False), nn.BatchNorm2d(after))

    def forward(self, x):
        y = self.nb(self.b(F.relu(self.na(self.a(x)))))
        return F.relu(self.short(x) + y)


def resnet_tiny():
    stem = [nn.Conv2d(3, 64, 4, 4, bias=False), nn.BatchNorm2d(64), nn.ReLU()]
    blocks = [Block(64, 64, 1), Block(64, 128, 2), Block(128, 256, 2)]
    return nn.Sequential(*stem, *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten()), 256


def resnet18():
    net = torchvision.models.resnet18()
    net.fc = nn.Identity()
    return net, 512


def nt_xent(z, temperature):
    z = F.normalize(z)
    s = z @ z.T / temperature
    n = len(z) // 2
    s.fill_diagonal_(float("-inf"))
    return F.cross_entropy(s, torch.cat([torch.arange(n, 2 * n), torch.arange(n)]))


def trained(network, batch, side, layout):
    net, width = {"resnet-tiny": resnet_tiny, "resnet18": resnet18}[network]()
    head = nn.Sequential(nn.Linear(width, 512, bias=False), nn.BatchNorm1d(512), nn.ReLU(), nn.Linear(512, 128, bias=False), nn.BatchNorm1d(128))
    both = nn.Sequential(net, head).to(memory_format=layout)
    adam = torch.optim.Adam(both.parameters(), 1e-3)
    x = torch.rand(2 * batch, 3, side, side).to(memory_format=layout)

    def step():
        adam.zero_grad(set_to_none=True)
        loss = nt_xent(both(x), 0.1)
        loss.backward()
        adam.step()
        return loss.item()
    return step


ready = {}
for line in sys.stdin:
    row = json.loads(line)
    answer = {}
    for name, layout in {"contiguous": torch.contiguous_format, "channels last": torch.channels_last}.items():
        key = (row["network"], row["batch"], name)
        if key not in ready:
            ready[key] = trained(row["network"], row["batch"], row["side"], layout)
            ready[key]()
        ready[key]()
        began = time.perf_counter()
        for _ in range(row["steps"]):
            ready[key]()
        answer[name] = row["batch"] * row["steps"] / (time.perf_counter() - began)
    print(json.dumps(answer), flush=True)
