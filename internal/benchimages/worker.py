"""The Python side of benchimages: says hello in a line of JSON, then answers every line that asks for a round."""
import json, pathlib, sys, time

try:
    import numpy as np, PIL, torch, torchvision
    from PIL import Image
    from torchvision import transforms as T
except ImportError as e:
    print(json.dumps({"error": str(e)}), flush=True)
    sys.exit()

torch.set_num_threads(1)
print(json.dumps({"about": f"torchvision {torchvision.__version__}, torch {torch.__version__}, Pillow {PIL.__version__}"}), flush=True)


def chains(paths, side):
    pictures = [Image.open(p).convert("RGB") for p in paths]
    tensors = [T.functional.to_tensor(p).contiguous() for p in pictures]
    steps = [T.RandomResizedCrop(side), T.RandomHorizontalFlip(), T.ColorJitter(0.8, 0.8, 0.8, 0.2), T.RandomGrayscale(0.2),
             T.RandomApply([T.GaussianBlur(2 * (side // 20) + 1, (0.1, 2.0))], 0.5)]
    on_tensors, on_pictures = T.Compose(steps), T.Compose(steps + [T.ToTensor()])
    return {"tensor": lambda: [on_tensors(x) for x in tensors], "pillow": lambda: [on_pictures(x) for x in pictures]}


def decoding(paths, side):
    def one(path):
        return np.asarray(Image.open(path).convert("RGB").resize((side, side), Image.BILINEAR), np.float32) / 255
    return {"pillow": lambda: [one(p) for p in paths]}


ready = {}
for line in sys.stdin:
    row = json.loads(line)
    name = row["name"]
    if name not in ready:
        ready[name] = (chains if row["chain"] else decoding)(sorted(pathlib.Path(row["dir"]).iterdir()), row["side"])
        for run in ready[name].values():
            run()
    seconds = {}
    for variant, run in ready[name].items():
        times, start = [], time.perf_counter()
        while not times or time.perf_counter() - start < row["seconds"]:
            before = time.perf_counter()
            run()
            times.append(time.perf_counter() - before)
        seconds[variant] = times
    print(json.dumps({"seconds": seconds}), flush=True)
