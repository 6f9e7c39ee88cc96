"""Products and convolutions in whole float32, whatever else a notebook asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch

_lock = threading.Lock()
_inside = 0
_before: tuple[tuple[str, bool] | None, list[str]] = None, []


@contextmanager
def full_precision() -> Iterator[None]:
    """Neither TF32 nor bfloat16 inside of float32 operations, afterwards as it was.

    CUDA convolutions take TF32 unless they are told otherwise: 10 bits of mantissa, by which angles
    move by tenths of a degree between a CPU and a GPU. The setting is one of the whole process: of
    several threads the first that enters changes it and the last that leaves puts it back.

    Example:
        >>> with full_precision():
        ...     torch.backends.cudnn.allow_tf32
        False
    """
    global _inside, _before
    with _lock:
        if not _inside:
            _before = _turn_on()
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if not _inside:
                _put_back(*_before)


def _turn_on() -> tuple[tuple[str, bool] | None, list[str]]:
    """Set whole float32; what was set."""
    each = [one.fp32_precision for one in _operations()]
    try:
        whole = torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32
    except RuntimeError:  # torch refuses to tell, where they were set one by one
        _set_each(["ieee"] * len(each))
        return None, each
    _set_whole("highest", False)
    return whole, each


def _put_back(whole: tuple[str, bool] | None, each: Sequence[str]) -> None:
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
