"""Patches of the two photographs that scikit-learn ships (china.jpg, flower.jpg)."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from sklearn.datasets import load_sample_images


@lru_cache(maxsize=4)
def patches(count: int, side: int, width: int = 320) -> np.ndarray:
    """`count` patches in a fixed order, uint8 (sample, y, x, channel).

    The photographs are shrunk to `width` pixels first, so that a patch of 32 pixels has about as
    much structure as a small natural image. Patches alternate between the two photographs and
    overlap no more than needed.
    """
    found = []
    for image in load_sample_images().images:
        height = round(image.shape[0] * width / image.shape[1])
        small = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
        across = int(np.ceil(np.sqrt(count / 2 * width / height)))
        down = int(np.ceil(count / 2 / across))
        rows = np.linspace(0, height - side, down).astype(int)
        columns = np.linspace(0, width - side, across).astype(int)
        found.append([small[y : y + side, x : x + side] for y in rows for x in columns])
    return np.stack([patch for pair in zip(*found, strict=True) for patch in pair][:count])
