"""Noise: gaussian_noise, shot_noise, impulse_noise, speckle_noise.

Every function takes uint8 images (sample, 3, y, x) and a `Task` and returns uint8 images of the
same shape. x stands for an image in [0, 1], c for the severity's constant.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from geowidgets.corruptions.randomness import WORDS, normal_table
from geowidgets.corruptions.task import Task, to_uint8

_COLUMN_BITS = 9


def gaussian_noise(images: Tensor, task: Task) -> Tensor:
    """Sum x + N(0, c²), independent for every value (low light, electronics)."""
    table = normal_table(deviation=255 * task.constants).to(torch.float32)
    noise = task.draws.lookup(table, tuple(images.shape[1:]))
    return to_uint8(noise.add_(images))


def speckle_noise(images: Tensor, task: Task) -> Tensor:
    """Product x · (1 + N(0, c²)): noise that grows with the brightness."""
    table = normal_table(mean=1, deviation=task.constants).to(torch.float32)
    factor = task.draws.lookup(table, tuple(images.shape[1:]))
    return to_uint8(factor.mul_(images))


def impulse_noise(images: Tensor, task: Task) -> Tensor:
    """A share c of the values becomes black or white, half and half (faulty bits)."""
    words = task.draws.words(tuple(images.shape[1:]))
    half = round(task.constants * WORDS / 2)
    result = images.masked_fill(words < half, 0)
    return result.masked_fill_(words >= WORDS - half, 255)


def shot_noise(images: Tensor, task: Task) -> Tensor:
    """Poisson(x·c) / c: c is the number of photons at full intensity.

    The 256 distributions (one a level) are sampled by Walker's alias method: a column is chosen
    with equal chances, and one comparison decides between its two values.
    """
    table = shot_table(task.constants).to(images.device)
    bits = task.draws.signed(tuple(images.shape[1:]))
    column = bits.bitwise_right_shift(32 - _COLUMN_BITS).add_(1 << (_COLUMN_BITS - 1))
    cell = column.add_(images.to(torch.int32).bitwise_left_shift_(_COLUMN_BITS))
    entry = table.index_select(0, cell.flatten()).view(cell.shape)
    own = (bits & ((1 << (32 - _COLUMN_BITS)) - 1)) < entry.bitwise_right_shift(16)
    return torch.where(own, entry & 255, (entry >> 8) & 255).to(torch.uint8)


@lru_cache(maxsize=16)
def shot_table(photons: float) -> Tensor:
    """Alias table of the 256 levels: int64 (level · column,), threshold · 2¹⁶ + other · 2⁸ + own.

    `own` and `other` are the resulting levels, threshold the chance of `own` in 2⁻²³.
    """
    columns = 1 << _COLUMN_BITS
    rate = np.arange(256)[:, None] / 255 * photons
    count = np.maximum(np.floor(rate - columns / 2), 0) + np.arange(columns)
    chance, other = _alias(_poisson(count, rate))
    level = np.floor(np.clip(count / photons, 0, 1) * 255).astype(np.int64)
    threshold = np.round(chance * 2 ** (32 - _COLUMN_BITS)).astype(np.int64)
    packed = (threshold << 16) | (np.take_along_axis(level, other, axis=1) << 8) | level
    return torch.from_numpy(packed.ravel())


def _poisson(count: np.ndarray, rate: np.ndarray) -> np.ndarray:
    log_factorial = torch.lgamma(torch.from_numpy(count + 1)).numpy()
    safe = np.maximum(rate, 1e-300)
    return np.exp(count * np.log(safe) - rate - log_factorial)


def _alias(probability: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    # Vose's construction, all rows at once: `light` is the column to be filled next, from the
    # rarest on, `heavy` the one that fills it, from the likeliest on; a heavy column that has
    # given away too much is the next light one.
    rows, columns = probability.shape
    row = np.arange(rows)
    order = np.argsort(probability, axis=1, kind="stable")
    weight = np.take_along_axis(probability, order, axis=1)
    weight *= columns / weight.sum(axis=1, keepdims=True)
    chance, other = np.ones((rows, columns)), np.tile(np.arange(columns), (rows, 1))
    light, fresh = np.zeros(rows, int), np.ones(rows, int)
    heavy = np.full(rows, columns - 1)
    for _ in range(columns - 1):
        chance[row, light], other[row, light] = weight[row, light], heavy
        weight[row, heavy] -= 1 - weight[row, light]
        spent = weight[row, heavy] < 1
        light = np.where(spent, heavy, fresh)
        fresh = np.where(spent, fresh, fresh + 1)
        heavy = np.where(spent, heavy - 1, heavy)
    unsorted_chance, unsorted_other = np.empty_like(chance), np.empty_like(other)
    np.put_along_axis(unsorted_chance, order, chance, axis=1)
    np.put_along_axis(unsorted_other, order, np.take_along_axis(order, other, axis=1), axis=1)
    return np.clip(unsorted_chance, 0, 1), unsorted_other
