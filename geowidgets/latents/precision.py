"""Products and convolutions in whole float32, whatever else a notebook asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch


@contextmanager
def full_precision() -> Iterator[None]:
    """Neither TF32 nor bfloat16 inside of float32 operations, afterwards as it was.

    CUDA convolutions take TF32 unless they are told otherwise: 10 bits of mantissa, by which angles
    move by tenths of a degree between a CPU and a GPU. The setting is one of the whole process.

    Example:
        >>> with full_precision():
        ...     torch.backends.cudnn.allow_tf32
        False
    """
    each = [one.fp32_precision for one in _operations()]
    try:
        whole = torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32
    except RuntimeError:  # torch refuses to tell, where they were set one by one
        whole = None
    if whole is None:
        _set_each(["ieee"] * len(each))
    else:
        _set_whole("highest", False)
    try:
        yield
    finally:
        if whole is not None:
            _set_whole(*whole)
        _set_each(each)


def _set_whole(products: str, convolutions: bool) -> None:
    torch.set_float32_matmul_precision(products)
    torch.backends.cudnn.allow_tf32 = convolutions


def _operations() -> list[Any]:
    """What has a setting of its own from torch 2.9 on."""
    known: Any = torch.backends
    return [
        part
        for backend in (known.cudnn, known.mkldnn, known.cuda)
        for name in ("conv", "rnn", "matmul")
        if hasattr(part := getattr(backend, name, None), "fp32_precision")
    ]


def _set_each(values: Sequence[str]) -> None:
    for one, value in zip(_operations(), values, strict=True):
        one.fp32_precision = value
