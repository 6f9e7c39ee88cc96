"""motion_blur and zoom_blur: averages along a line of shifts, or of zooms into the centre."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from geowidgets.corruptions import filters
from geowidgets.corruptions.task import Task, to_uint8

_LARGEST_OPERATOR = 40 * 40


def motion_blur(images: Tensor, task: Task) -> Tensor:
    """Average along a line of random direction, −45° to 45° from the horizontal.

    Args:
        images: uint8 (sample, 3, y, x).
        task: constants (radius, σ).
    """
    radius, sigma = task.constants
    angles = task.draws.scalars(1, 0)[:, 0] * 90 - 45
    return to_uint8(along_line(images, radius, sigma, angles))


def along_line(images: Tensor, radius: int, sigma: float, angles: Tensor) -> Tensor:
    """Σᵢ wᵢ · image shifted by i pixels along the angle, wᵢ ∝ exp(−i²/2σ²), i = 0 … 2·radius.

    The kernel is one-sided, shifts are rounded to whole pixels and edges are replicated.

    Args:
        images: integers 0 … 255, (sample, channel, y, x).
        radius: half the length of the line in pixels.
        sigma: standard deviation of the weights in pixels.
        angles: float64 (sample,) in degrees, on the CPU.

    Returns:
        float32 (sample, channel, y, x), exact sums.
    """
    order = torch.argsort(angles, stable=True)
    weights, shifts = line(radius, sigma, angles[order].numpy())
    height, width = images.shape[-2:]
    top, left = (-shifts.min(axis=(1, 2))).clip(0).tolist()
    bottom, right = shifts.max(axis=(1, 2)).clip(0).tolist()
    place = order.to(images.device)
    source = images.index_select(0, place).to(torch.float32)
    source = filters.padded(source, (top, bottom, left, right), "edge")
    total = torch.zeros(images.shape, device=images.device)
    for weight, (down, across) in zip(weights, shifts.transpose(1, 0, 2), strict=True):
        # Sorted by angle, the images of one shift stand side by side: plain slices, no gathering.
        change = np.flatnonzero((np.diff(down) != 0) | (np.diff(across) != 0)) + 1
        edges = [0, *change.tolist(), len(down)]
        for first, last in pairwise(edges):
            y, x = top + down[first], left + across[first]
            shifted = source[first:last, :, y : y + height, x : x + width]
            total[first:last].add_(shifted, alpha=float(weight))
    return torch.empty_like(total).index_copy_(0, place, total)


def line(radius: int, sigma: float, angles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights (tap,) and the pixel that each tap reads, relative to its target.

    Returns:
        Weights of sum one on `filters.ONE_PASS`'s grid, those of no weight left out, and integer
        offsets (2, tap, sample), down and to the right, as ImageMagick rounds them.
    """
    step = np.arange(2 * radius + 1)
    weights = np.exp(-0.5 * (step / sigma) ** 2)
    weights = filters.rounded(weights / weights.sum(), filters.ONE_PASS)
    step, weights = step[weights > 0], weights[weights > 0]
    direction = np.stack([np.sin(np.deg2rad(angles)), np.cos(np.deg2rad(angles))])
    offsets = np.ceil(step[None, :, None] * direction[:, None] - 0.5)
    return weights, offsets.astype(int)


def zoom_blur(images: Tensor, task: Task) -> Tensor:
    """Mean of the image and of its zooms by 1, 1 + step, 1 + 2·step, ….

    Args:
        images: uint8 (sample, 3, y, x).
        task: constants (number of zooms, step).
    """
    height, width = images.shape[-2:]
    if height * width > _LARGEST_OPERATOR:
        return to_uint8(_zoomed_one_by_one(images, *task.constants))
    operator = zoom_operator(height, width, *task.constants).to(images.device)
    return to_uint8((images.flatten(-2).to(torch.float32) @ operator).view(images.shape))


@lru_cache(maxsize=8)
def zoom_operator(height: int, width: int, count: int, step: float) -> Tensor:
    """The whole zoom blur as one float32 matrix (from, to) of flat positions."""
    total = np.eye(height * width)
    for factor in zoom_factors(count, step):
        rows, columns = filters.zoom_matrix(height, factor), filters.zoom_matrix(width, factor)
        total += np.kron(rows.numpy(), columns.numpy())
    weights = [filters.rounded(row, filters.ONE_PASS) for row in total / (count + 1)]
    return torch.from_numpy(np.stack(weights, axis=1).astype(np.float32))


def zoom_factors(count: int, step: float) -> list[float]:
    """1, 1 + step, … with the rounding of `numpy.arange`, which decides the sizes of the crops."""
    return [1 + number * step for number in range(count)]


def _zoomed_one_by_one(images: Tensor, count: int, step: float) -> Tensor:
    source = images.to(torch.float64)
    total = source.clone()
    for factor in zoom_factors(count, step):
        zoomed = source
        for axis in (-2, -1):
            zoomed = filters.zoom(zoomed, axis, factor)
        total += zoomed
    return total / (count + 1)
