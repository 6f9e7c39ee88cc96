"""What callers pass, made plain: settings of a store, and samples as a mask."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
    given: list[Any] = list(angles) if isinstance(angles, Iterable) else [angles]
    if not isinstance(angles, Iterable) or not all(_is_index(c, classes) for c in given):
        raise ValueError(
            f"angles must be 'all', None or class indices 0 … {classes - 1}, got {angles!r:.60}"
        )
    if len({*given}) < len(given):
        raise ValueError(f"angles must name each class once, got {angles!r:.60}")
    return tuple(int(c) for c in given)


def _is_index(value: Any, count: int) -> bool:
    return _is_whole(value) and 0 <= int(value) < count


def _is_whole(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def check_fill(study: Any, batch_size: Any, features: Any) -> None:
    """Raise where `compute` was given what it cannot work with, before anything is written.

    Raises:
        TypeError: no study.
        ValueError: names the argument, its value and what was expected.
    """
    from geowidgets.study import Study

    if not isinstance(study, Study):
        raise TypeError(f"study: expected a Study, got {type(study).__name__} {study!r:.60}")
    if batch_size is not None and not (_is_whole(batch_size) and batch_size >= 1):
        raise ValueError(
            f"batch_size: expected a whole number of 1 or more, or None, got {batch_size!r:.60}"
        )
    if features is None or isinstance(features, Iterable):
        return
    raise ValueError(
        f"features must be None, 'float16' or names of the study's models, got {features!r:.60}"
    )


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
