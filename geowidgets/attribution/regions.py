"""What is occluded at a time: sliding windows or any masks, and the average of their values."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor


class Regions(Protocol):
    """Sets of pixels, each occluded once."""

    @property
    def boxes(self) -> np.ndarray:
        """int `(region, 4)`: first row, row after the last, first column, column after."""
        ...

    def __len__(self) -> int: ...

    def masks(self, indices: np.ndarray) -> Tensor:
        """bool `(region, y, x)` of some of the regions; true = occluded."""
        ...

    def average(self, values: np.ndarray) -> np.ndarray:
        """`(metric, region)` → `(metric, y, x)`: mean over the regions that hold a pixel."""
        ...


class Windows:
    """Rectangles at (0, 0), (0, stride), …: the last ones are cut at the border.

    Positions are i·s for i = 0 … ⌈(side − w)/s⌉, with w the window's and s the stride's length
    on an axis, so that every pixel is covered where s ≤ w (as in captum's `Occlusion`).

    Args:
        shape: The image's `(y, x)`.
        window: Height and width, pixels; one number for both; None = an eighth of the side.
        stride: Step on each axis, pixels; None = half of the window. Above the window it
            leaves gaps.

    Raises:
        ValueError: below 1, or a window larger than the image.

    Example:
        >>> len(Windows((6, 5), 4, 3)), Windows((6, 5), 4, 3).boxes.tolist()[-1]
        (4, [3, 6, 3, 5])
    """

    def __init__(self, shape: tuple[int, int], window: Any = None, stride: Any = None) -> None:
        self.shape = shape
        eighth = tuple(max(1, round(side / 8)) for side in shape)
        self.window = eighth if window is None else _pair("window", window)
        half = tuple(max(1, length // 2) for length in self.window)
        self.stride = half if stride is None else _pair("stride", stride)
        if any(w > side for w, side in zip(self.window, shape, strict=True)):
            raise ValueError(f"window: {self.window} does not fit the image of {shape} pixels")
        self._starts = [
            np.arange(-(-(side - w) // s) + 1) * s
            for side, w, s in zip(shape, self.window, self.stride, strict=True)
        ]
        self._covers = [
            _cover(side, starts, w)
            for side, starts, w in zip(shape, self._starts, self.window, strict=True)
        ]

    def __len__(self) -> int:
        return len(self._starts[0]) * len(self._starts[1])

    @property
    def boxes(self) -> np.ndarray:
        """See `Regions`."""
        top, left = (grid.ravel() for grid in np.meshgrid(*self._starts, indexing="ij"))
        bottom = np.minimum(top + self.window[0], self.shape[0])
        return np.stack([top, bottom, left, np.minimum(left + self.window[1], self.shape[1])], 1)

    def masks(self, indices: np.ndarray) -> Tensor:
        """See `Regions`."""
        row, column = np.divmod(indices, len(self._starts[1]))
        rows, columns = self._covers
        return torch.from_numpy(rows[row][:, :, None] & columns[column][:, None, :])

    def average(self, values: np.ndarray) -> np.ndarray:
        """See `Regions`."""
        rows, columns = (cover.astype(np.float64) for cover in self._covers)
        grid = values.reshape(len(values), len(rows), len(columns))
        total = np.einsum("mij,iy,jx->myx", grid, rows, columns, optimize=True)
        return _over(total, np.outer(rows.sum(0), columns.sum(0)))


class Masks:
    """Regions of any shape.

    Args:
        masks: bool `(region, y, x)`, true = occluded.
        shape: The image's `(y, x)`.

    Raises:
        ValueError: another shape or type, or a region without a pixel.
    """

    def __init__(self, masks: Any, shape: tuple[int, int]) -> None:
        array: Any = masks.cpu().numpy() if isinstance(masks, Tensor) else np.asarray(masks)
        if array.dtype != bool or array.ndim != 3 or array.shape[1:] != shape or not len(array):
            raise ValueError(
                f"masks: expected bool (region, y, x) = (…, {shape[0]}, {shape[1]}), "
                f"got {array.dtype} {array.shape}"
            )
        self._masks = array
        rows, columns = array.any(2), array.any(1)
        if not rows.any(1).all():
            raise ValueError(f"masks: region {int(np.argmin(rows.any(1)))} holds no pixel")
        ends = [
            edge
            for line in (rows, columns)
            for edge in (line.argmax(1), line.shape[1] - line[:, ::-1].argmax(1))
        ]
        self.boxes = np.stack(ends, 1)

    def __len__(self) -> int:
        return len(self._masks)

    def masks(self, indices: np.ndarray) -> Tensor:
        """See `Regions`."""
        return torch.from_numpy(self._masks[indices])

    def average(self, values: np.ndarray) -> np.ndarray:
        """See `Regions`."""
        count, *shape = self._masks.shape
        flat = self._masks.reshape(count, -1).astype(np.float64)
        return _over((values @ flat).reshape(-1, *shape), flat.sum(0).reshape(shape))


def _cover(side: int, starts: np.ndarray, length: int) -> np.ndarray:
    """bool `(window, pixel)`: which pixels of one axis a window holds."""
    at, first = np.arange(side), starts[:, None]
    return (first <= at) & (at < first + length)


def _over(total: np.ndarray, count: np.ndarray) -> np.ndarray:
    """The mean; NaN where nothing was counted."""
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _pair(what: str, value: Any) -> tuple[int, int]:
    pair = (value, value) if np.ndim(value) == 0 else tuple(value)
    if len(pair) != 2 or any(int(v) != v or v < 1 for v in pair):
        raise ValueError(f"{what}: expected pixels >= 1, one number or (y, x), got {value!r}")
    return int(pair[0]), int(pair[1])
