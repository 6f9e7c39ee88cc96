"""Masks as text: one bit an item, little bit order, base64; the counterpart of `js/lib/bits.js`."""

from __future__ import annotations

import base64
import binascii

import numpy as np


def encode(mask: np.ndarray) -> str:
    """Base64 of a boolean array's bits, first item in the lowest bit of the first byte.

    Args:
        mask: bool `(item,)`; other shapes are read in C order.

    Returns:
        Text of `4 * ceil(ceil(n / 8) / 3)` characters.

    >>> encode(np.array([True, False, True]))
    'BQ=='
    """
    packed = np.packbits(np.asarray(mask, dtype=bool).ravel(), bitorder="little")
    return base64.b64encode(packed.tobytes()).decode("ascii")


def decode(text: object, n: int, what: str = "mask") -> np.ndarray:
    """The boolean array `(item,)` of length `n` that `text` encodes.

    Raises:
        ValueError: not base64, another length than `ceil(n / 8)` bytes, or bits beyond the last.

    >>> decode("BQ==", 3).tolist()
    [True, False, True]
    """
    if not isinstance(text, str):
        raise ValueError(f"{what}: expected base64 text, got {type(text).__name__}")
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"{what}: expected base64, got {text[:20]!r}") from None
    size = (n + 7) // 8
    if len(raw) != size:
        raise ValueError(f"{what}: expected {size} bytes for {n} bits, got {len(raw)}")
    if n % 8 and raw[-1] >> (n % 8):
        raise ValueError(f"{what}: bits beyond the last of {n} are set")
    bits = np.unpackbits(np.frombuffer(raw, np.uint8), bitorder="little", count=n)
    return bits.astype(bool)
