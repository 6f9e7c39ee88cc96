"""`corrupt`: one corruption at one severity, for a batch of images."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from operator import index as as_integer
from typing import Any, TypeVar, cast

import numpy as np
import torch
from torch import Tensor

from geowidgets.corruptions.constants import SETS, SMALL_SIDE
from geowidgets.corruptions.randomness import Draws
from geowidgets.corruptions.registry import find
from geowidgets.corruptions.task import Task

Images = TypeVar("Images", np.ndarray, Tensor)

SMALLEST_SIDE = 8
_CHANNELS = (1, 3)
_VALUES_ON_CPU, _VALUES_ON_GPU = 1 << 21, 1 << 26
GREY, LAST, FIRST = "(sample, y, x)", "(sample, y, x, channel)", "(sample, channel, y, x)"


def corrupt(
    images: Images,
    name: str,
    severity: int,
    seed: int = 0,
    *,
    indices: Sequence[int] | np.ndarray | Tensor | None = None,
    constants: str = "auto",
    frost_textures: str | None = None,
) -> Images:
    """Corrupt images as CIFAR-10-C and ImageNet-C do.

    The randomness of a sample depends on (seed, name, severity, its number) alone: any block of a
    set, in any order, on any device gives the same images. The result is truncated to uint8, as
    in the original.

    Args:
        images: uint8, numpy or torch, (sample, y, x, channel), (sample, channel, y, x) or grey
            (sample, y, x); 1 or 3 channels, sides of at least 8 pixels. Grey images are
            corrupted as three equal channels, whose mean is returned.
        name: one of `CORRUPTIONS`.
        severity: 1 (mild) to 5.
        seed: any integer, counted modulo 2⁶⁴.
        indices: numbers of the samples in the whole set, integers ≥ 0; by default 0, 1, 2, …
        constants: "cifar", "imagenet", or "auto": cifar up to sides of 64 pixels.
        frost_textures: folder with photographs of frost for `frost`; by default procedural
            textures (`frost_texture_name` tells which).

    Returns:
        Corrupted images: type, shape, dtype and device of `images`.

    Raises:
        ValueError: what is wrong with an argument, and what was expected.

    Source: Hendrycks and Dietterich, ICLR 2019, section 3 and the published programs.

    Example:
        >>> images = np.full((2, 32, 32, 3), 100, np.uint8)
        >>> corrupt(images, "brightness", 4)[0, 0, 0].tolist()
        [151, 151, 151]
    """
    corruption = find(name)
    severity = _checked_severity(severity)
    layout = layout_of(images)
    numbers = _checked_indices(indices, len(images))
    chosen = _constant_set(constants, layout, images)
    device = images.device if isinstance(images, Tensor) else torch.device("cpu")
    result = torch.empty(tuple(images.shape), dtype=torch.uint8, device=device)
    draws = Draws.of(_checked_seed(seed), name, severity, numbers, device)
    row = SETS[chosen][name][severity - 1]
    step = _samples_at_once(images.shape, device)
    for first in range(0, len(images), step):
        block = slice(first, first + step)
        task = Task(row, draws.part(first, first + step), chosen, frost_textures)
        planes = corruption.apply(_planes(images[block], layout), task)
        result[block] = _from_planes(planes, layout, tuple(images.shape))
    return cast("Images", result.numpy() if isinstance(images, np.ndarray) else result)


def layout_of(images: Any) -> str:
    """`GREY`, `LAST` or `FIRST`: where the channels are; a `ValueError` for anything else."""
    if not isinstance(images, (np.ndarray, Tensor)):
        raise ValueError(
            f"images are of type {type(images).__name__}, expected a numpy array or a torch tensor"
        )
    if images.dtype not in (np.uint8, torch.uint8):
        raise ValueError(f"images have dtype {images.dtype}{_nan(images)}, expected uint8")
    shape = tuple(images.shape)
    sides = {
        GREY: shape[1:] if len(shape) == 3 else (),
        LAST: shape[1:3] if len(shape) == 4 and shape[3] in _CHANNELS else (),
        FIRST: shape[2:] if len(shape) == 4 and shape[1] in _CHANNELS else (),
    }
    for layout, side in sides.items():
        if side and min(side) >= SMALLEST_SIDE:
            return layout
    raise ValueError(
        f"images have shape {shape}, expected {LAST}, {FIRST} or "
        f"{GREY} with 1 or 3 channels and sides of at least {SMALLEST_SIDE} pixels"
    )


def _nan(images: Any) -> str:
    values = torch.as_tensor(images) if images.dtype not in (object, np.object_) else None
    if values is None or not values.dtype.is_floating_point or not bool(values.isnan().any()):
        return ""
    return " and hold NaN"


def _checked_severity(severity: Any) -> int:
    if isinstance(severity, bool) or not hasattr(severity, "__index__"):
        raise ValueError(f"severity is {severity!r}, expected an integer 1 to 5")
    if not 1 <= as_integer(severity) <= 5:
        raise ValueError(f"severity is {severity!r}, expected an integer 1 to 5")
    return as_integer(severity)


def _checked_seed(seed: Any) -> int:
    if isinstance(seed, bool) or not hasattr(seed, "__index__"):
        raise ValueError(f"seed is {seed!r}, expected an integer")
    return as_integer(seed)


def _checked_indices(indices: Any, count: int) -> Tensor:
    if indices is None:
        return torch.arange(count)
    numbers = torch.as_tensor(np.asarray(indices) if not isinstance(indices, Tensor) else indices)
    if numbers.dtype.is_floating_point or numbers.dtype in (torch.bool, torch.complex64):
        raise ValueError(f"indices have dtype {numbers.dtype}, expected integers")
    if tuple(numbers.shape) != (count,):
        raise ValueError(f"indices have shape {tuple(numbers.shape)}, expected ({count},)")
    if count and int(numbers.min()) < 0:
        raise ValueError(f"indices contain {int(numbers.min())}, expected numbers of at least 0")
    return numbers


def _constant_set(constants: str, layout: str, images: Any) -> str:
    if constants in SETS:
        return constants
    if constants != "auto":
        raise ValueError(f"constants are {constants!r}, expected 'auto', 'cifar' or 'imagenet'")
    side = max(images.shape[2:] if layout == FIRST else images.shape[1:3])
    return "cifar" if side <= SMALL_SIDE else "imagenet"


def _samples_at_once(shape: Sequence[int], device: torch.device) -> int:
    # Blocks that stay in the cache of a CPU, and keep a GPU busy.
    values = _VALUES_ON_CPU if device.type == "cpu" else _VALUES_ON_GPU
    return max(1, values // (3 * prod(shape[1:])))


def _planes(images: Any, layout: str) -> Tensor:
    # A copy of a numpy block, because torch warns of read-only memory (a memory-mapped file).
    block = images if isinstance(images, Tensor) else torch.from_numpy(np.array(images))
    if layout == GREY:
        block = block[:, None]
    elif layout == LAST:
        block = block.permute(0, 3, 1, 2)
    return block.expand(-1, 3, -1, -1).contiguous()


def _from_planes(planes: Tensor, layout: str, shape: Sequence[int]) -> Tensor:
    if layout == GREY or shape[3 if layout == LAST else 1] == 1:
        # (2·sum + 3) / 6 is the mean of three, rounded to the nearest.
        mean = planes.sum(dim=1, dtype=torch.int32).mul_(2).add_(3).floor_divide_(6)
        planes = mean[:, None].to(torch.uint8)
    if layout == GREY:
        return planes[:, 0]
    return planes.permute(0, 2, 3, 1) if layout == LAST else planes
