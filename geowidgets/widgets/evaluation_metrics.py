"""Means of a metric over samples, per (model, benchmark): what the table shows beside accuracy."""

from __future__ import annotations

import re
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from geowidgets.widgets import bits
from geowidgets.widgets._base import nearest

MEANS = ("angle", "length", "margin", "probability")
METRICS = ("accuracy", *MEANS, "ece")
CACHE_BYTES = 256 * 2**20
_KEY = re.compile(
    r"(?:samples/(?P<samples>\w+)|moments/(?P<moments>\w+)/(?P<mask>[^/]+))/(?P<set>.+)"
)
_cache: weakref.WeakKeyDictionary[Any, dict[tuple[str, str], tuple[Any, np.ndarray]]]
_cache = weakref.WeakKeyDictionary()


def is_key(key: str) -> bool:
    """Whether `read` answers a key of `Columns`."""
    return key.partition("/")[0] in ("samples", "moments")


def read(store: Any, key: str) -> np.ndarray:
    """The numbers behind a key.

    Args:
        store: where they are.
        key: `samples/<metric>/<set>`: float32 `(model, benchmark of the set, sample)`;
            `moments/<metric>/<mask>/<set>`: float64 `(model, benchmark of the set, 3)`, see
            `moments`, with the mask `all` or base64 of its bits in which `_` stands for `/`.

    Raises:
        KeyError: no such key, metric, set or mask.
    """
    found = _KEY.fullmatch(key)
    if not found:
        raise KeyError(
            f"{key!r:.80}: expected samples/<metric>/<set> or moments/<metric>/<mask>/<set>"
        )
    name = found["set"]
    if name not in store.sets:
        raise KeyError(f"unknown sample set {name!r}.{nearest(name, list(store.sets))}")
    metric = found["samples"] or found["moments"]
    known = MEANS if found["samples"] else METRICS[1:]
    if metric not in known:
        raise KeyError(f"unknown metric {metric!r}.{nearest(metric, known)}")
    if found["samples"]:
        return samples(store, metric, name)
    if found["mask"] == "all":
        return moments(store, metric, name)
    try:
        mask = bits.decode(found["mask"].replace("_", "/"), store.size(name))
    except ValueError as error:
        raise KeyError(str(error)) from None
    return moments(store, metric, name, mask)


def samples(store: Any, metric: str, name: str) -> np.ndarray:
    """A metric of every sample, float32 `(model, benchmark of the set, sample)`, NaN where none."""
    return _stacked(store, metric, name, lambda m, b: store.column(metric, m, b))


def moments(store: Any, metric: str, name: str, mask: np.ndarray | None = None) -> np.ndarray:
    """Samples with a value, their mean and their variance (n − 1) of every pair of a set.

    For `"ece"` the mean is the expected calibration error on those samples
    (`evaluation.calibration`), and there is no variance.

    Args:
        store: where the numbers are.
        metric: one of `METRICS` but accuracy.
        name: sample set.
        mask: bool `(sample,)`; all by default.

    Returns:
        float64 `(model, benchmark of the set, 3)`; NaN where a pair is not computed.
    """
    if metric == "ece":
        if not hasattr(store, "head"):
            raise KeyError("ece: this store keeps no classifiers, of which it is computed")
        return _calibration(store, name, mask)
    values = samples(store, metric, name)
    out = np.full((*values.shape[:2], 3), np.nan)
    for m, row in enumerate(values):
        chosen = (row if mask is None else row[:, mask]).astype(np.float64)
        for k, column in enumerate(chosen):
            out[m, k] = _moments_of(column[np.isfinite(column)])
    out[~_done(store, name)] = np.nan
    return out


def _moments_of(values: np.ndarray) -> tuple[float, float, float]:
    n = len(values)
    mean = values.mean() if n else np.nan
    return n, mean, values.var(ddof=1) if n > 1 else np.nan


def _calibration(store: Any, name: str, mask: np.ndarray | None) -> np.ndarray:
    from geowidgets.evaluation.calibration import calibration_error, confidence

    sure = _stacked(store, "confidence", name, lambda m, b: confidence(store, m, b))
    n = store.size(name)
    right = np.unpackbits(store.correct(name), axis=-1, bitorder="little", count=n).astype(bool)
    chosen = slice(None) if mask is None else mask
    out = np.full((*sure.shape[:2], 3), np.nan)
    for m, k in np.argwhere(_done(store, name)):
        column = sure[m, k][chosen]
        error = calibration_error(column, right[m, k][chosen])
        out[m, k] = np.isfinite(column).sum(), error, np.nan
    return out


def _own(store: Any, name: str) -> list[int]:
    return [k for k, benchmark in enumerate(store.benchmarks) if benchmark.set == name]


def _done(store: Any, name: str) -> np.ndarray:
    return np.asarray(store.done)[:, _own(store, name)]


def _stacked(
    store: Any, metric: str, name: str, column: Callable[[int, int], np.ndarray]
) -> np.ndarray:
    """All columns of a metric as one array; kept while the store stays the same, if it fits."""
    state = (store.revision, np.asarray(store.done).tobytes())
    kept = _cache.setdefault(store, {})
    known = kept.get((metric, name))
    if known and known[0] == state:
        return known[1]
    own = _own(store, name)
    values = np.full((len(store.models), len(own), store.size(name)), np.nan, np.float32)
    for m, k in np.argwhere(_done(store, name)):
        values[m, k] = column(int(m), own[k])
    held = sum(array.nbytes for _, array in kept.values())
    if held + values.nbytes > CACHE_BYTES:
        kept.clear()
    if values.nbytes <= CACHE_BYTES:
        kept[metric, name] = (state, values)
    return values
