"""Correct predictions of large stores: bits of some rows, and counts of rows on a mask."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from geowidgets.widgets import bits
from geowidgets.widgets._base import nearest

_ROWS = re.compile(r"correct/(?P<set>.+)/(?P<first>\d+)-(?P<last>\d+)")
_COUNTS = re.compile(r"counts/(?P<mask>[^/]+)/(?P<set>.+)/(?P<first>\d+)-(?P<last>\d+)")
WORD = 4  # bytes: rows arrive on the boundaries on which the browser counts
PIECE = 32 << 20  # bytes of bits counted at a time


def is_key(store: Any, key: str) -> bool:
    """Whether `read` answers a key of `Columns`; a set may be named like a range of rows."""
    head, _, rest = key.partition("/")
    if head == "correct":
        return rest not in store.sets and _ROWS.fullmatch(key) is not None
    return head == "counts"


def read(store: Any, key: str) -> np.ndarray:
    """The numbers behind a key.

    Args:
        store: where they are.
        key: `correct/<set>/<first>-<last>`: packed bits of some models, `last` included, uint8
            `(model, benchmark of the set, byte)` with zeros up to whole words of 32 bits;
            `counts/<mask>/<set>/<first>-<last>`: correct predictions of the same models among the
            samples of a mask, int32 `(model, benchmark of the set)`; the mask is base64 of its
            bits with `_` for `/`.

    Raises:
        KeyError: no such key, set, row or mask.
    """
    found = _ROWS.fullmatch(key) or _COUNTS.fullmatch(key)
    if not found:
        raise KeyError(
            f"{key!r:.80}: expected correct/<set>/<first>-<last> or "
            f"counts/<mask>/<set>/<first>-<last>"
        )
    name = found["set"]
    if name not in store.sets:
        raise KeyError(
            f"{key!r:.80}: unknown sample set {name!r}.{nearest(name, list(store.sets))}"
        )
    first, last = int(found["first"]), int(found["last"])
    if found.re is _ROWS:
        return rows(store, name, first, last)
    try:
        mask = bits.decode(found["mask"].replace("_", "/"), store.size(name))
    except ValueError as error:
        raise KeyError(str(error)) from None
    return counts(store, name, mask, first, last)


def rows(store: Any, name: str, first: int, last: int) -> np.ndarray:
    """Packed bits of the models `first … last`; see `read`.

    Raises:
        KeyError: models that the store does not have.
    """
    found = _some(store, name, first, last)
    whole = -(-found.shape[-1] // WORD) * WORD
    out = np.zeros((*found.shape[:-1], whole), np.uint8)
    out[..., : found.shape[-1]] = found
    return out


def counts(
    store: Any, name: str, mask: np.ndarray, first: int = 0, last: int | None = None
) -> np.ndarray:
    """Correct predictions of pairs among the samples of `mask`, bool `(sample,)`.

    Returns:
        int32 `(model, benchmark of the set)` of the models `first … last`; all by default.

    Raises:
        KeyError: models that the store does not have.
    """
    packed = np.packbits(mask, bitorder="little")
    live = np.flatnonzero(packed)
    found = _some(store, name, first, len(store.models) - 1 if last is None else last)
    out = np.zeros(found.shape[:-1], np.int32)
    # In pieces: the bits that are left of a mask are as large as the bits themselves.
    each = max(1, PIECE // max(1, found.shape[1] * len(packed)))
    sparse = 4 * len(live) < len(packed)
    for start in range(0, len(found), each):
        some = found[start : start + each]
        chosen = some[..., live] & packed[live] if sparse else some & packed
        out[start : start + each] = np.bitwise_count(chosen).sum(axis=-1, dtype=np.int32)
    return out


def _some(store: Any, name: str, first: int, last: int) -> np.ndarray:
    models = len(store.models)
    if not first <= last < models:
        raise KeyError(f"{name}/{first}-{last}: expected first <= last < {models}")
    return store.correct(name)[first : last + 1]
