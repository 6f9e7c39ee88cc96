"""Blur: gaussian_blur and defocus_blur; the other three are in `glass.py` and `motion.py`.

Every function takes uint8 images (sample, 3, y, x) and a `Task` and returns uint8 images of the
same shape.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from torch import Tensor

from geowidgets.corruptions import filters
from geowidgets.corruptions.task import Task, to_uint8


def gaussian_blur(images: Tensor, task: Task) -> Tensor:
    """Gaussian filter of σ = c, cut at 4σ, edges replicated."""
    return to_uint8(filters.gaussian(images, task.constants))


def defocus_blur(images: Tensor, task: Task) -> Tensor:
    """Average over a disk, the image of a point out of focus; borders mirrored."""
    return to_uint8(filters.correlate(images, disk(*task.constants), "mirror"))


@lru_cache(maxsize=16)
def disk(radius: float, sigma: float) -> np.ndarray:
    """A disk of sum one whose edge is softened by a small Gaussian, cut to its support.

    The disk stands on a grid of 17 × 17 with a 3 × 3 Gaussian up to radius 8, on one of
    (2·radius + 1)² with a 5 × 5 Gaussian above. What the Gaussian carries over the grid's edge is
    mirrored back, so a disk as wide as its grid stays as wide.
    """
    half, size = (8, 3) if radius <= 8 else (round(radius), 5)
    axis = np.arange(-half, half + 1)
    kernel = (axis[:, None] ** 2 + axis**2 <= radius**2).astype(float)
    offset = np.arange(size) - size // 2
    weights = np.exp(-0.5 * (offset / sigma) ** 2)
    place = filters.bounded(axis[:, None] + half + offset, len(axis), "mirror")
    for _ in range(2):
        kernel = (kernel[place] * (weights / weights.sum())[:, None]).sum(axis=1).T
    kernel /= kernel.sum()
    kept = int(np.abs(axis[kernel.max(axis=0) * filters.ONE_PASS >= 0.5]).max())
    return kernel[half - kept : half + kept + 1, half - kept : half + kept + 1]
