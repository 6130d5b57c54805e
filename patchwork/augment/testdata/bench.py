"""Images per second on one core of torchvision's SimCLR chain from a picture of 256x256: float tensors and Pillow."""
import time
import numpy as np, torch
from PIL import Image
from torchvision import transforms as T

torch.set_num_threads(1)
pixels = np.random.default_rng(1).random((256, 256, 3)).astype(np.float32)
tensor, pil = torch.from_numpy(pixels).permute(2, 0, 1).contiguous(), Image.fromarray((pixels * 255).astype(np.uint8))
for side in (64, 128, 224):
    kernel = 2 * (side // 20) + 1
    chain = [T.RandomResizedCrop(side), T.RandomHorizontalFlip(), T.ColorJitter(0.8, 0.8, 0.8, 0.2),
             T.RandomGrayscale(0.2), T.RandomApply([T.GaussianBlur(kernel, (0.1, 2.0))], 0.5)]
    for name, image, run in (("tensor", tensor, T.Compose(chain)), ("pillow", pil, T.Compose(chain + [T.ToTensor()]))):
        run(image)
        n, start = 0, time.perf_counter()
        while time.perf_counter() - start < 1:
            run(image)
            n += 1
        print(side, name, round(n / (time.perf_counter() - start)), "images/s")
