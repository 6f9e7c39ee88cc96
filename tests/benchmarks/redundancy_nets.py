"""The nets of the redundancy studies: LeNet-300-100 on digits, Conv-2 on colour images.

Trained once and kept in a folder; a training that was interrupted goes on.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from geowidgets import datasets, zoo
from geowidgets.redundancy import project, resampled
from geowidgets.training import accuracy, recipe, to_input, train

MEAN, DEVIATION = 0.1307, 0.3081  # of MNIST's training pixels in [0, 1]
DIGITS, COLOURS = 30_000, 10_000  # training images, whatever the number of classes
TESTED = 2_000
TASKS = {
    5: "the first five classes",
    10: "all ten classes",
    20: "ten classes, every second image altered and a class of its own",
}


@dataclass
class Trained:
    """One net before and after training, and what it is tested on."""

    initial: nn.Module
    net: nn.Module
    images: np.ndarray
    labels: np.ndarray
    normalise: object
    words: str

    def accuracy(self, net: nn.Module) -> float:
        """Fraction of the test images, on the CPU."""
        return accuracy(net, self.images, self.labels, transform=self.normalise, device="cpu")  # type: ignore[arg-type]

    def linear_part(self) -> Trained:
        """Conv-2's linear layers, tested on what they are given: convolutions run once only."""
        net: Any = self.net
        head = nn.Sequential()
        for name, module in (
            ("fc1", net.fc1), ("r1", nn.ReLU()), ("fc2", net.fc2), ("r2", nn.ReLU()),
            ("fc3", net.fc3),
        ):  # fmt: skip
            head.add_module(name, module)
        with torch.no_grad():
            parts = [
                net.features(to_input(self.images[start : start + 250])).flatten(1)
                for start in range(0, len(self.images), 250)
            ]
        return replace(self, net=head, images=torch.cat(parts).numpy(), normalise=None)

    def cheapest_rank(self, layer: str, whole: float) -> int:
        """The smallest rank whose projection loses less than a point of `whole`, by halving."""
        low, high = 1, len(dict(self.net.named_modules())[layer].weight)  # type: ignore[arg-type]
        while low < high:
            middle = (low + high) // 2
            if whole - self.accuracy(project(self.net, layer, middle)) < 0.01:
                high = middle
            else:
                low = middle + 1
        return low


def normalise(batch: torch.Tensor) -> torch.Tensor:
    """Grey pixels in [0, 1] as the report's nets take them."""
    return (batch - MEAN) / DEVIATION


def task(samples: datasets.Samples, classes: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Images and labels of a task of 5, 10 or 20 classes, evenly drawn in the set's own order.

    With 20, every second image of a class is altered, grey ones inverted and colour ones turned
    upside down, and has a class of its own.
    """
    known = min(classes, 10)
    each = count // known
    chosen = np.concatenate([np.flatnonzero(samples.labels == c)[:each] for c in range(known)])
    images, labels = samples.images[chosen].copy(), samples.labels[chosen].copy()
    if classes == 20:
        second = np.arange(len(labels)) % 2 == 1
        odd = images[second]
        images[second] = 255 - odd if images.shape[3] == 1 else odd[:, ::-1]
        labels[second] += 10
    return images, labels


def lenet300(data: Path, folder: Path, classes: int = 10, seed: int = 0) -> Trained:
    """LeNet-300-100 after 20 epochs of 30,000 digits, at the report's settings."""
    train_set = task(datasets.load_npz(data, "train"), classes, DIGITS)
    test_set = task(datasets.load_npz(data, "test"), classes, 8_000 if classes != 5 else 4_000)
    net = zoo.lenet300_100(classes, 1, 28, seed=seed)
    settings = recipe("lenet300_100", epochs=20)
    return _trained(
        net, train_set, test_set, folder / f"lenet300-{classes}-{seed}.pt", settings, seed,
        normalise, "LeNet-300-100, SGD 3e-3, momentum 0.9, batch 64, 20 epochs of 30,000 digits",
    )  # fmt: skip


def lenet5(data: Path, folder: Path, seed: int = 0, classifier: int | None = None) -> Trained:
    """LeNet-5 after 5 epochs of 30,000 digits; `classifier` as for Conv-2."""
    train_set = task(datasets.load_npz(data, "train"), 10, DIGITS)
    test_set = task(datasets.load_npz(data, "test"), 10, 8_000)
    net = zoo.lenet5(10, 1, 28, seed=seed)
    kept = f"lenet5-{seed}.pt"
    if classifier is not None:
        net = resampled(net, ["fc1", "fc2", "fc3"], seed=classifier)
        kept = f"lenet5-{seed}-{classifier}.pt"
    settings = {"epochs": 5, "optimizer": "adam", "lr": 2e-3, "weight_decay": 0.0}
    return _trained(
        net, train_set, test_set, folder / kept, settings, seed, normalise,
        "LeNet-5, Adam 2e-3 with a cosine schedule, batch 128, 5 epochs of 30,000 digits",
    )  # fmt: skip


def conv2(
    data: Path, folder: Path, classes: int = 10, seed: int = 0, classifier: int | None = None
) -> Trained:
    """Conv-2 after 6 epochs of 10,000 JPEG-recompressed colour images.

    With `classifier`, a seed, the linear layers are drawn again ("re-sampled classifier").
    """
    limit = 2_500 if classes == 5 else 1_600
    train_set = task(datasets.load_image_zip(data, "train", limit=limit), classes, COLOURS)
    test_set = task(datasets.load_image_zip(data, "test", limit=limit), classes, TESTED)
    net = zoo.conv2(classes, 3, 32, seed=seed)
    kept = f"conv2-{classes}-{seed}.pt"
    if classifier is not None:
        net = resampled(net, ["fc1", "fc2", "fc3"], seed=classifier)
        kept = f"conv2-{classes}-{seed}-{classifier}.pt"
    settings = recipe("conv2", epochs=6, lr=1e-3, schedule="cosine")
    return _trained(
        net, train_set, test_set, folder / kept, settings, seed, None,
        "Conv-2, Adam 1e-3 with a cosine schedule, batch 64, 6 epochs of 10,000 "
        "JPEG-recompressed CIFAR-10 images (report: Adam 2e-4, 26 epochs of 50,000)",
    )  # fmt: skip


def _trained(net, train_set, test_set, kept: Path, settings, seed, transform, words) -> Trained:
    initial = copy.deepcopy(net)
    kept.parent.mkdir(parents=True, exist_ok=True)
    train(
        net, *train_set, seed=seed, device="cpu", transform=transform, label=kept.stem,
        checkpoint=kept, **settings,
    )  # fmt: skip
    return Trained(initial, net, *test_set, transform, words)
