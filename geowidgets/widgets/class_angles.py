"""Angles to single classes for the views: with 1,000 classes a whole pair would be 40 MB."""

from __future__ import annotations

import re
import weakref
from typing import Any

import numpy as np

from geowidgets.widgets import bits

CACHE_BYTES = 128 * 2**20
ROWS = 1024  # samples at a time, so that what is computed between stays small
FEW = 64  # kept classes up to which views and saved pages take all of them
_ONE = re.compile(r"angles/(?P<model>\d+)/(?P<benchmark>\d+)/(?P<class>\d+)")
_WHOLE = re.compile(r"(?P<what>nearest|extent)/(?P<model>\d+)/(?P<benchmark>\d+)")
_MOVES = re.compile(
    r"moves/(?P<model>\d+)/(?P<benchmark>\d+)/(?P<other>\d+)/(?P<on>\d+)/(?P<mask>[^/]+)"
)
_cache: weakref.WeakKeyDictionary[Any, dict[tuple[int, int], tuple[Any, np.ndarray]]]
_cache = weakref.WeakKeyDictionary()


def is_key(key: str) -> bool:
    """Whether `read` answers a key of `Columns`."""
    return any(form.fullmatch(key) for form in (_ONE, _WHOLE, _MOVES))


def kept_classes(store: Any) -> list[int]:
    """Classes whose angles a store keeps, in the order of its `"angles"` columns."""
    settings = getattr(store, "settings", None)
    classes = len(store.classes)
    return list(range(classes) if settings is None else settings.angle_classes(classes))


def pair_keys(model: int, benchmark: int, classes: list[int]) -> list[str]:
    """Keys of everything that views ask of a pair's angles to `classes`."""
    pair = f"{model}/{benchmark}"
    return [f"nearest/{pair}", f"extent/{pair}", *(f"angles/{pair}/{c}" for c in classes)]


def read(store: Any, key: str) -> np.ndarray:
    """The numbers behind a key; models, benchmarks and classes are positions.

    Args:
        store: where they are.
        key: `angles/<model>/<benchmark>/<class>`: float32 `(sample,)` [deg];
            `nearest/<model>/<benchmark>`: float32 `(sample,)`, see `nearest_other`;
            `extent/<model>/<benchmark>`: float32 `(2,)`, the least and greatest angle to any kept
            class, NaN where there is none;
            `moves/<model>/<benchmark>/<model′>/<benchmark′>/<mask>`: float64 `(kept class,)`, see
            `mean_moves`, the mask `all` or base64 of its bits in which `_` stands for `/`.

    Raises:
        KeyError: no such key, pair or class, a class whose angles are not kept, or a wrong mask.
    """
    if found := _ONE.fullmatch(key):
        kept, c = kept_classes(store), int(found["class"])
        if c not in kept:
            raise KeyError(
                f"{key!r}: expected one of the {len(kept)} classes whose angles the store keeps"
            )
        return np.ascontiguousarray(
            _angles(store, key, found, "model", "benchmark")[:, kept.index(c)]
        )
    if found := _WHOLE.fullmatch(key):
        angles = _angles(store, key, found, "model", "benchmark")
        if found["what"] == "extent":
            return _extent(angles)
        labels = np.asarray(store.labels(store.benchmarks[int(found["benchmark"])].set))
        return nearest_other(angles, labels, kept_classes(store))
    found = _MOVES.fullmatch(key)
    if not found:
        raise KeyError(f"{key!r:.80}: expected angles/…, nearest/…, extent/… or moves/…")
    first = _angles(store, key, found, "model", "benchmark")
    second = _angles(store, key, found, "other", "on")
    if len(first) != len(second):
        raise KeyError(f"{key!r:.80}: the pairs hold {len(first)} and {len(second)} samples")
    return mean_moves(first, second, _mask(found["mask"], len(first)))


def nearest_other(angles: np.ndarray, labels: np.ndarray, kept: list[int]) -> np.ndarray:
    """Every sample's smallest angle to a kept class other than its own.

    Args:
        angles: `(sample, kept class)` [deg]; a missing one (NaN) is no rival.
        labels: True classes, `(sample,)`.
        kept: Classes of the columns.

    Returns:
        float32 `(sample,)` [deg, 0..180]; NaN where there is no other class.
    """
    columns = np.asarray(kept)
    nearest = np.full(len(angles), np.nan, np.float32)
    for first in range(0, len(angles), ROWS):
        part = slice(first, first + ROWS)
        others = np.where(labels[part, None] == columns, np.nan, angles[part])
        nearest[part] = np.fmin.reduce(others, axis=1, initial=np.nan)
    return nearest


def mean_moves(first: np.ndarray, second: np.ndarray, mask: np.ndarray | None) -> np.ndarray:
    """Mean |angle − angle′| of every class over the samples of `mask` that have both.

    Args:
        first: Angles of one pair, `(sample, class)` [deg].
        second: Those of another on the same samples.
        mask: bool `(sample,)`; None: all.

    Returns:
        float64 `(class,)` [deg]; NaN where no sample has both.
    """
    sums, counts = np.zeros(first.shape[1]), np.zeros(first.shape[1], dtype=np.int64)
    chosen = np.arange(len(first)) if mask is None else np.flatnonzero(mask)
    for start in range(0, len(chosen), ROWS):
        rows = chosen[start : start + ROWS]
        move = np.abs(first[rows].astype(np.float64) - second[rows])
        there = np.isfinite(move)
        sums += np.where(there, move, 0).sum(axis=0)
        counts += there.sum(axis=0)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def _angles(store: Any, key: str, found: re.Match[str], model: str, benchmark: str) -> np.ndarray:
    """A pair's matrix `(sample, kept class)`; the last ones asked for are kept."""
    pair = int(found[model]), int(found[benchmark])
    known = zip(pair, (store.models, store.benchmarks), ("model", "benchmark"), strict=True)
    for place, entries, what in known:
        if place >= len(entries):
            raise KeyError(f"{key!r:.80}: expected a {what} in 0..{len(entries) - 1}, got {place}")
    state = (store.revision, np.asarray(store.done).tobytes())
    kept = _cache.setdefault(store, {})
    if pair in kept and kept[pair][0] == state:
        return kept[pair][1]
    angles = np.asarray(store.column("angles", *pair))
    if sum(one.nbytes for _, one in kept.values()) + angles.nbytes > CACHE_BYTES:
        kept.clear()
    if angles.nbytes <= CACHE_BYTES:
        kept[pair] = (state, angles)
    return angles


def _extent(angles: np.ndarray) -> np.ndarray:
    finite = angles[np.isfinite(angles)]
    ends = (finite.min(), finite.max()) if finite.size else (np.nan, np.nan)
    return np.array(ends, dtype=np.float32)


def _mask(text: str, n: int) -> np.ndarray | None:
    if text == "all":
        return None
    try:
        return bits.decode(text.replace("_", "/"), n)
    except ValueError as error:
        raise KeyError(str(error)) from None
