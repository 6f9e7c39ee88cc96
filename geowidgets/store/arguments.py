"""What callers pass, made plain: settings of a store, and samples as a mask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from geowidgets.schema import Settings, StoreError
from geowidgets.suggest import nearest

READINGS = ("predicted", "true", "signed")


def settings_of(
    margin: str,
    use_bias: bool,
    angles: str | Sequence[int] | None,
    images: str | None,
    classes: int,
) -> Settings:
    """Checked settings; arguments as in `GeometryStore.compute`."""
    if margin not in READINGS:
        raise ValueError(f"unknown margin {margin!r}; {nearest(margin, READINGS)}")
    if images not in ("full", "thumbnails", None):
        raise ValueError(f"images must be 'full', 'thumbnails' or None, got {images!r}")
    return Settings(margin, bool(use_bias), _angles(angles, classes), images)


def _angles(angles: str | Sequence[int] | None, classes: int) -> str | tuple[int, ...] | None:
    if angles is None:
        return None
    if isinstance(angles, str) and angles == "all":
        return "all"
    wrong = [c for c in angles if not (isinstance(c, int | np.integer) and 0 <= c < classes)]
    if isinstance(angles, str) or wrong:
        raise ValueError(
            f"angles must be 'all', None or class indices 0 … {classes - 1}, got {angles!r}"
        )
    return tuple(int(c) for c in angles)


def sample_mask(samples: Any, size: int) -> np.ndarray:
    """Indices or a mask as a boolean mask (sample,); all samples for None."""
    if samples is None:
        return np.ones(size, bool)
    chosen = np.asarray(samples)
    if chosen.dtype == bool:
        if chosen.shape != (size,):
            raise StoreError(f"a sample mask must have shape ({size},), got {chosen.shape}")
        return chosen
    if chosen.size and chosen.dtype.kind not in "iu":
        raise StoreError(f"samples must be indices or a boolean mask, got {chosen.dtype}")
    chosen = chosen.astype(int)
    if chosen.size and (chosen.min() < 0 or chosen.max() >= size):
        raise StoreError(
            f"sample {int(chosen.min() if chosen.min() < 0 else chosen.max())} is out of range: "
            f"expected 0 … {size - 1}"
        )
    mask = np.zeros(size, bool)
    mask[chosen] = True
    return mask
