"""Crops of feature maps: what has changed around a region, and the untouched map around it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from geowidgets.attribution.steps import Sliding


@dataclass
class Cached:
    """A map of the untouched image, ready to be read row by row.

    Attributes:
        rows: `(y · x, channel)`.
        shape: The map's `(y, x)`.
    """

    rows: Tensor
    shape: tuple[int, int]
    _padded: dict[float, Tensor] = field(default_factory=dict)

    @classmethod
    def of(cls, maps: Tensor) -> Cached:
        """From `(1, channel, y, x)`."""
        rows = maps[0].permute(1, 2, 0).flatten(0, 1).clone()  # a later step may work in place
        return cls(rows, (maps.shape[2], maps.shape[3]))

    def padded(self, pad: float) -> Tensor:
        """Rows of the map with one more pixel of `pad` on each side."""
        if pad not in self._padded:
            height, width = self.shape
            maps = self.rows.reshape(height, width, -1)
            self._padded[pad] = functional.pad(maps, (0, 0, 1, 1, 1, 1), value=pad).flatten(0, 1)
        return self._padded[pad]


@dataclass
class Crop:
    """The part of a map that regions may change; beyond the map it holds anything.

    All crops of a batch have one size, and the same distance to those of other maps.

    Attributes:
        values: `(region, channel, y, x)`, channels last in memory.
        top: First row in the map, `(region,)`; may lie outside.
        left: First column.
    """

    values: Tensor
    top: np.ndarray
    left: np.ndarray

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.values.shape[2], self.values.shape[3]

    def __getitem__(self, regions: slice) -> Crop:
        """The crops of some of the regions."""
        return Crop(self.values[regions], self.top[regions], self.left[regions])


def reach(crop: Crop, sliding: Sliding) -> tuple[np.ndarray, np.ndarray, int, int]:
    """Where the outputs lie that depend on a crop: top, left `(region,)`, rows, columns.

    Outputs o with o·s − p ≤ last and o·s − p + d (k − 1) ≥ first.
    """
    starts, sizes = [], []
    for axis, first in enumerate((crop.top, crop.left)):
        last = first + crop.size[axis] - 1
        span = sliding.dilation[axis] * (sliding.kernel[axis] - 1)
        stride, padding = sliding.stride[axis], sliding.padding[axis]
        start = -((span - padding - first) // stride)
        starts.append(start)
        # Where strides skip the whole crop, one output stands for none.
        sizes.append(max(1, int(((last + padding) // stride - start + 1)[0])))
    return starts[0], starts[1], sizes[0], sizes[1]


def window(
    crop: Crop, cached: Cached, top: np.ndarray, left: np.ndarray, size: tuple[int, int], pad: float
) -> Tensor:
    """The changed map in other windows: `(region, channel, y, x)`, `pad` beyond the map."""
    down, right = int(crop.top[0] - top[0]), int(crop.left[0] - left[0])
    (height, width), (rows, columns) = size, crop.size
    # Part of the window that the crop fills.
    a, c = max(down, 0), max(right, 0)
    b, d = max(a, min(down + rows, height)), max(c, min(right + columns, width))
    source = crop.values.permute(0, 2, 3, 1)[:, a - down : b - down, c - right : d - right]
    beyond = _beyond(crop, cached, a - down, b - down, c - right, d - right)
    if (a, b, c, d) == (0, height, 0, width):
        result = source if beyond is None else source.contiguous().clone()
        a = c = 0
    else:
        index = _index(top, height, cached.shape[0])[:, :, None] * (cached.shape[1] + 2)
        index = (index + _index(left, width, cached.shape[1])[:, None, :]).to(source.device)
        found = cached.padded(pad).index_select(0, index.flatten())
        result = found.reshape(*index.shape, -1)
        result[:, a:b, c:d].copy_(source)
    if beyond is not None:
        region, y, x = beyond
        at = (region * height + y + a) * width + x + c
        result.flatten(0, 2).index_fill_(0, torch.from_numpy(at).to(source.device), pad)
    return result.permute(0, 3, 1, 2)


def _index(start: np.ndarray, length: int, side: int) -> Tensor:
    """Positions in a map with one pixel more on each side, `(region, length)`."""
    at = start[:, None] + np.arange(length)
    return torch.from_numpy((at.clip(-1, side) + 1).astype(np.int32))


def _beyond(
    crop: Crop, cached: Cached, a: int, b: int, c: int, d: int
) -> tuple[np.ndarray, ...] | None:
    """Region, row and column of the pixels in a part of the crop that lie beyond the map."""
    masks = []
    for start, first, stop, side in (
        (crop.top, a, b, cached.shape[0]),
        (crop.left, c, d, cached.shape[1]),
    ):
        at = start[:, None] + np.arange(first, stop)
        masks.append((at < 0) | (at >= side))
    if not (masks[0].any() or masks[1].any()):
        return None
    return np.nonzero(masks[0][:, :, None] | masks[1][:, None, :])


def whole(crop: Crop, cached: Cached) -> Tensor:
    """The changed map in full, `(region, channel, y, x)`."""
    (height, width), (rows, columns) = cached.shape, crop.size
    count = len(crop.top)
    y = np.arange(height) - crop.top[:, None]
    x = np.arange(width) - crop.left[:, None]
    filled = ((y >= 0) & (y < rows))[:, :, None] & ((x >= 0) & (x < columns))[:, None, :]
    first = len(cached.rows) + np.arange(count)[:, None] * (rows * columns) + y * columns
    own = first[:, :, None] + x[:, None, :]
    untouched = np.arange(height)[:, None] * width + np.arange(width)
    index = torch.from_numpy(np.where(filled, own, untouched)).to(crop.values.device)
    source = torch.cat([cached.rows, crop.values.permute(0, 2, 3, 1).flatten(0, 2)])
    found = source.index_select(0, index.flatten())
    return found.reshape(count, height, width, -1).permute(0, 3, 1, 2)


def union(crops: list[Crop]) -> tuple[np.ndarray, np.ndarray, tuple[int, int]]:
    """The smallest window around crops of one map: top, left, size."""
    top = np.minimum.reduce([crop.top for crop in crops])
    left = np.minimum.reduce([crop.left for crop in crops])
    bottom = max(int(crop.top[0]) + crop.size[0] for crop in crops)
    right = max(int(crop.left[0]) + crop.size[1] for crop in crops)
    return top, left, (bottom - int(top[0]), right - int(left[0]))
