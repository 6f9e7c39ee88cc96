"""Linear filters whose result does not depend on the order of the sum.

Pixels are integers 0 … 255 and weights are rounded to multiples of a power of two, with sum one.
Then every product and every partial sum is a number that floating point holds exactly, and any
batch size, library or device gives the same bits; the rounding of the weights moves a pixel by
less than 0.02 levels. Two passes (rows, then columns) need float64, one pass fits float32.
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import pad

ONE_PASS = 2.0**16
"""Weights of filters in one pass are multiples of 1 / ONE_PASS: 8 + 16 bits fit float32."""

TWO_PASSES = 2.0**18
"""Weights of filters in two passes: 16 + 18 + 18 bits fit float64."""


def rounded(weights: np.ndarray, grid: float, total: float = 1.0) -> np.ndarray:
    """`weights` as multiples of 1/grid, the largest one taking what the sum lacks to `total`."""
    steps = np.round(weights * grid)
    steps.flat[np.argmax(weights)] += round(total * grid) - steps.sum()
    return steps / grid


def bounded(index: np.ndarray, length: int, border: str) -> np.ndarray:
    """Fold indices outside 0 … length − 1 back, for one of three kinds of border.

    `edge` a a | a b c d | d d, `reflect` b a | a b c d | d c, `mirror` c b | a b c d | c b.

    Example:
        >>> bounded(np.arange(-2, 3), 4, "reflect").tolist()
        [1, 0, 0, 1, 2]
    """
    if border == "edge":
        return np.clip(index, 0, length - 1)
    period = 2 * length if border == "reflect" else max(2 * length - 2, 1)
    index = index % period
    return np.where(index < length, index, period - (border == "reflect") - index)


def gaussian_weights(sigma: float, truncate: float = 4.0) -> np.ndarray:
    """exp(−i²/2σ²) for |i| ≤ int(truncate·σ + ½), normalised, as `scipy.ndimage` has it."""
    radius = int(truncate * sigma + 0.5)
    if not radius:
        return np.ones(1)
    offset = np.arange(-radius, radius + 1)
    weights = np.exp(-0.5 * (offset / sigma) ** 2)
    return rounded(weights / weights.sum(), TWO_PASSES)


@lru_cache(maxsize=64)
def gaussian_matrix(
    length: int, sigma: float, border: str = "edge", truncate: float = 4.0
) -> Tensor:
    """The Gaussian filter of one axis as a float64 matrix (to, from)."""
    weights = gaussian_weights(sigma, truncate)
    radius = len(weights) // 2
    matrix = np.zeros((length, length))
    for offset, weight in zip(range(-radius, radius + 1), weights, strict=True):
        to = np.arange(length)
        np.add.at(matrix, (to, bounded(to + offset, length, border)), weight)
    return torch.from_numpy(matrix)


@lru_cache(maxsize=256)
def zoom_places(length: int, factor: float) -> tuple[np.ndarray, np.ndarray]:
    """Zoom into the centre of one axis by linear interpolation.

    The central ⌈length / factor⌉ pixels are stretched to round(that · factor), ends on ends, and
    the central `length` of these are kept, as ImageNet-C's `clipped_zoom` does with
    `scipy.ndimage.zoom`.

    Returns:
        For every pixel the one on its left in the source, and the share of that one's right
        neighbour.
    """
    crop = ceil(length / factor)
    first = (length - crop) // 2
    stretched = round(crop * factor)
    place = (np.arange(length) + (stretched - length) // 2) * ((crop - 1) / (stretched - 1))
    left = np.minimum(np.floor(place).astype(int), crop - 2)
    return first + left, np.round((place - left) * TWO_PASSES) / TWO_PASSES


def zoom_matrix(length: int, factor: float) -> Tensor:
    """`zoom_places` as a float64 matrix (to, from)."""
    left, share = zoom_places(length, factor)
    matrix = np.zeros((length, length))
    matrix[np.arange(length), left] = 1 - share
    matrix[np.arange(length), left + 1] += share
    return torch.from_numpy(matrix)


def zoom(images: Tensor, axis: int, factor: float) -> Tensor:
    """`zoom_places` applied to one of the last two axes of float64 images."""
    left, share = (
        torch.from_numpy(part).to(images.device) for part in zoom_places(images.shape[axis], factor)
    )
    near, far = images.index_select(axis, left), images.index_select(axis, left + 1)
    return near + (far - near) * (share[:, None] if axis == -2 else share)


def separable(images: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Product rows · image · columnsᵀ of every image (…, y, x), in float64."""
    rows, columns = rows.to(images.device), columns.to(images.device)
    return rows @ (images.to(torch.float64) @ columns.T)


def gaussian(images: Tensor, sigma: float, border: str = "edge", truncate: float = 4.0) -> Tensor:
    """Gaussian filter of the last two axes (y, x), in float64."""
    if len(gaussian_weights(sigma, truncate)) == 1:
        return images.to(torch.float64)
    height, width = images.shape[-2:]
    return separable(
        images,
        gaussian_matrix(height, sigma, border, truncate),
        gaussian_matrix(width, sigma, border, truncate),
    )


def padded(images: Tensor, margins: tuple[int, int, int, int], border: str) -> Tensor:
    """Float images (…, channel, y, x) with more pixels above, below, left, right, in this order."""
    if border == "edge":
        return pad(images, (*margins[2:], *margins[:2]), mode="replicate")
    for axis, (before, after) in ((-2, margins[:2]), (-1, margins[2:])):
        length = images.shape[axis]
        index = bounded(np.arange(-before, length + after), length, border)
        images = images.index_select(axis, torch.from_numpy(index).to(images.device))
    return images


def correlate(images: Tensor, kernel: np.ndarray, border: str) -> Tensor:
    """Correlation of uint8 images (…, y, x) with a small odd square kernel of sum one, float32.

    A sum of shifted images and not a convolution layer: those may use transforms (Winograd,
    Fourier) or TF32, which round.
    """
    kernel = rounded(kernel, ONE_PASS)
    radius = len(kernel) // 2
    height, width = images.shape[-2:]
    source = padded(images.to(torch.float32), (radius, radius, radius, radius), border)
    result = torch.zeros(images.shape, device=images.device)
    for y, x in np.argwhere(kernel):
        result.add_(source[..., y : y + height, x : x + width], alpha=float(kernel[y, x]))
    return result
