"""What a table needs of every pair, packed small: derived from the pairs and rebuilt from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from geowidgets.schema import SUMMARY_BINS, SUMMARY_METRICS, Index, StoreError, summary_dtype
from geowidgets.store.arrays import open_array, read_whole, reading
from geowidgets.store.chunks import write_chunk
from geowidgets.store.disk import Place


def summarise(values: Mapping[str, np.ndarray], labels: np.ndarray, digest: int) -> np.ndarray:
    """The summary record of one complete pair.

    Args:
        values: Variable name → (sample,).
        labels: (sample,).
        digest: Of the pair's data, not 0.
    """
    record = np.zeros((), summary_dtype(len(labels)))
    record["digest"] = digest
    record["missing"] = np.count_nonzero(values["prediction"] < 0)
    record["correct"] = np.packbits(values["prediction"] == labels, bitorder="little")
    for position, metric in enumerate(SUMMARY_METRICS):
        column = values[metric][np.isfinite(values[metric])]
        if not len(column):
            record["mean"][position] = np.nan
            record["range"][position] = np.nan
            continue
        low, high = float(column.min()), float(column.max())
        record["mean"][position] = column.mean(dtype=np.float64)
        record["range"][position] = low, high
        # A constant column has no width of its own: numpy then takes ± 0.5 about it.
        counts, _ = np.histogram(column, SUMMARY_BINS, (low, high))
        record["histogram"][position] = counts
    return record


def as_records(rows: np.ndarray, samples: int) -> np.ndarray:
    """Rows (…, byte) as records (…)."""
    dtype = summary_dtype(samples)
    flat = np.ascontiguousarray(rows).reshape(-1, dtype.itemsize)
    return flat.view(dtype).reshape(rows.shape[:-1])


def correct_counts(bits: np.ndarray, mask: np.ndarray | None = None) -> np.ndarray:
    """Number of correct samples, of all or of those in a packed mask, over the last axis."""
    chosen = bits if mask is None else bits & mask
    return np.bitwise_count(chosen).sum(axis=-1, dtype=np.int64)


def refresh_column(
    root: Any,
    name: str,
    benchmark: int,
    models: Sequence[int],
    labels: np.ndarray,
    known: Mapping[int, np.ndarray] | None = None,
) -> None:
    """Summarise those of a benchmark's pairs that are complete now.

    Args:
        root: The store's root group, writable.
        name: Sample set.
        benchmark: Slot.
        models: Slots.
        labels: (sample,).
        known: Records of models whose numbers were at hand as they were written; the others' are
            read again.
    """
    records = dict(known or {})
    if rest := [model for model in models if model not in records]:
        group = root[f"sets/{name}"]
        records |= {model: _record_of(group, model, benchmark, labels) for model in rest}
    _write_records(root, name, benchmark, {m: r for m, r in records.items() if r["digest"]})


def read_summary(
    place: Place, index: Index, name: str, done: np.ndarray, labels: np.ndarray
) -> np.ndarray:
    """Records (model, benchmark) of live entries; those that lack are rebuilt from their pairs.

    Args:
        place: The store.
        index: Its index.
        name: Sample set.
        done: bool (model slot, benchmark slot, block).
        labels: (sample,).
    """
    root: Any = place.root("r")
    rows = [m.slot for m in index.live_models]
    columns = [b.slot for b in index.live_benchmarks if b.set == name]
    # A benchmark at a time: all of them raw beside all of them as records take twice the memory.
    records = np.zeros((len(rows), len(columns)), summary_dtype(len(labels)))
    for at, benchmark in enumerate(columns):
        found = _stored(root, name, benchmark, index, place.path)
        whole = done[:, benchmark].all(axis=1)
        found[~whole] = np.zeros((), found.dtype)
        stale = [int(m) for m in np.flatnonzero(whole & (found["digest"] == 0))]
        for model in stale:
            with reading(f"a pair of set {name!r}", place.path):
                found[model] = _record_of(root[f"sets/{name}"], model, benchmark, labels)
        if stale:
            # A store that cannot be written is rebuilt at every opening.
            with suppress(OSError, ValueError, KeyError, StoreError):
                _write_records(place.root("r+"), name, benchmark, {m: found[m] for m in stale})
        records[:, at] = found[rows]
    return records


def _stored(root: Any, name: str, benchmark: int, index: Index, path: str) -> np.ndarray:
    """A benchmark's records as they are on disk (model slot,); none where they are damaged."""
    models, size = index.axis(name)[0], index.sets[name].size
    try:
        array = open_array(root, f"summary/{name}", index, path)
        with reading(f"summary/{name}", path):
            return as_records(array[benchmark, :models], size).copy()
    except StoreError:
        return np.zeros(models, summary_dtype(size))


def is_true_record(
    root: Any, name: str, model: int, benchmark: int, index: Index, path: str
) -> bool:
    """Whether a complete pair's record is not there, or what its numbers give."""
    try:
        labels = read_whole(root, f"sets/{name}/label", index, path)
        array = open_array(root, f"summary/{name}", index, path)
        with reading(f"summary/{name}", path):
            stored = as_records(array[benchmark, model], len(labels))
    except StoreError:
        return False
    with suppress(Exception):  # a damaged pair is told of as such
        found = _record_of(root[f"sets/{name}"], model, benchmark, labels)
        return not stored["digest"] or stored.tobytes() == found.tobytes()
    return True


def drop_record(root: Any, name: str, model: int, benchmark: int) -> None:
    """Forget a pair's record, and those of its benchmark where they cannot be read."""
    array = root[f"summary/{name}"]
    try:
        array[benchmark, model] = 0
    except (RuntimeError, ValueError):
        array[benchmark] = 0


def _record_of(group: Any, model: int, benchmark: int, labels: np.ndarray) -> np.ndarray:
    digests = group["digest"][model, benchmark]
    if not digests.all():
        return np.zeros((), summary_dtype(len(labels)))
    values = {v: group[v][model, benchmark] for v in (*SUMMARY_METRICS, "prediction")}
    return summarise(values, labels, int(np.bitwise_xor.reduce(digests)) or 1)


def _write_records(root: Any, name: str, benchmark: int, records: Mapping[int, Any]) -> None:
    if records:
        rows = np.stack([np.frombuffer(r.tobytes(), np.uint8) for r in records.values()])
        array = root[f"summary/{name}"]
        if sorted(records) == [*range(array.shape[1])] and array.shape[1] <= array.chunks[1]:
            # All that there are: nothing of the chunk has to be read first.
            write_chunk(array, (benchmark, 0, 0), rows[np.argsort([*records])])
            return
        try:
            array.oindex[benchmark, list(records)] = rows
        except (RuntimeError, ValueError):  # a chunk that cannot be read cannot be changed
            array[benchmark] = 0
            array.oindex[benchmark, list(records)] = rows
