"""What the geometry accepts: every check is named after the property that it demands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from geowidgets.suggest import did_you_mean


def as_tensor(value: Any) -> Tensor:
    """`value` (torch, numpy or nested lists) as a tensor; memory is shared where torch can."""
    if isinstance(value, Tensor):
        return value.detach()
    flags = getattr(value, "flags", None)
    # torch warns when it shares a read-only numpy array (memory-mapped stores give those).
    if flags is not None and not flags.writeable:
        value = value.copy()
    return torch.as_tensor(value)


def result_dtype(dtype: torch.dtype) -> torch.dtype:
    """float64 stays float64; everything else is reported in float32."""
    return torch.float64 if dtype == torch.float64 else torch.float32


def one_of(name: str, value: Any, allowed: Sequence[str]) -> None:
    """Raise unless `value` is one of the strings in `allowed`; suggest the nearest."""
    if isinstance(value, str) and value in allowed:
        return
    hint = did_you_mean(value, allowed)
    raise ValueError(f"{name} must be one of {', '.join(map(repr, allowed))}, got {value!r}{hint}")


def matrix(name: str, value: Tensor, axes: str) -> None:
    """Raise unless `value` is a real matrix with at least one column."""
    if value.ndim != 2 or value.shape[1] == 0:
        raise ValueError(f"{name} must have shape ({axes}), got {tuple(value.shape)}")
    if value.is_complex():
        raise TypeError(f"{name} must be real numbers, got dtype {value.dtype}")


def same_shape(name: str, value: Tensor, expected: tuple[int, ...], axes: str) -> None:
    """Raise unless `value` has the `expected` shape, whose axes are called `axes`."""
    if tuple(value.shape) != expected:
        raise ValueError(f"{name} must have shape ({axes}) = {expected}, got {tuple(value.shape)}")


def class_indices(labels: Tensor, samples: int, classes: int) -> Tensor:
    """`labels` as int64, after checking length, type and range.

    Labels on the CPU are checked there, so that a GPU is not made to wait for the answer.
    """
    if labels.is_floating_point() or labels.is_complex() or labels.dtype == torch.bool:
        raise TypeError(f"labels must be integer class indices, got dtype {labels.dtype}")
    same_shape("labels", labels, (samples,), "sample,")
    labels = labels.to(torch.int64)
    if samples:
        low, high = (int(value) for value in torch.aminmax(labels))
        if low < 0 or high >= classes:
            wrong = low if low < 0 else high
            where = int((labels == wrong).nonzero()[0])
            raise ValueError(f"labels must lie in 0..{classes - 1}, got {wrong} at sample {where}")
    return labels
