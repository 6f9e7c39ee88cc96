"""Colour images for the studies: JPEG-recompressed CIFAR-10 training images, split by number."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch
from PIL import Image

import geowidgets as gw

MEAN, DEVIATION = (0.491, 0.482, 0.447), (0.247, 0.243, 0.262)


def normalise(images: torch.Tensor) -> torch.Tensor:
    """Float images `(sample, channel, y, x)` in [0, 1] → what the nets take."""
    mean, deviation = (torch.tensor(v, device=images.device) for v in (MEAN, DEVIATION))
    scaled = (images - mean[:, None, None]) / deviation[:, None, None]
    return scaled.contiguous(memory_format=torch.channels_last)


def halved(images: np.ndarray) -> np.ndarray:
    """Means of 2 × 2 pixels, uint8 `(sample, y, x, channel)`: most of what JPEG left goes too."""
    samples, height, width, channels = images.shape
    blocks = images.reshape(samples, height // 2, 2, width // 2, 2, channels)
    return np.rint(blocks.mean((2, 4))).astype(np.uint8)


def load(
    path: Path, numbers: Iterable[int], split: str, first: int | None = None
) -> gw.datasets.Samples:
    """The images of these numbers of each class, from a zip of class/number.jpg.

    The classes come in turn, so that the first images of a store are not of one class only.

    Args:
        path: of the zip.
        numbers: places in each class's sorted list; negative ones count from the end.
        split: named in the samples' name.
        first: so many classes, in the order of their names; all by default.
    """
    wanted = list(numbers)
    with zipfile.ZipFile(path) as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(".jpg"))
        classes = sorted({name.split("/")[0] for name in names})[:first]
        members = {name: [n for n in names if n.startswith(f"{name}/")] for name in classes}
        images, labels = [], []
        for number in wanted:
            for label, name in enumerate(classes):
                with Image.open(io.BytesIO(archive.read(members[name][number]))) as picture:
                    images.append(np.asarray(picture.convert("RGB")))
                labels.append(label)
    return gw.datasets.Samples(
        np.stack(images), np.array(labels), tuple(classes), f"cifar10-{split}", "JPEG-recompressed"
    )
