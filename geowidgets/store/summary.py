"""What a table needs of every pair, packed small: derived from the pairs and rebuilt from them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import numpy as np

from geowidgets.schema import SUMMARY_BINS, SUMMARY_METRICS, Index, summary_dtype
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


def as_bytes(record: np.ndarray) -> np.ndarray:
    """A record as the uint8 row that lies on disk."""
    return np.frombuffer(record.tobytes(), np.uint8)


def as_records(rows: np.ndarray, samples: int) -> np.ndarray:
    """Rows (…, byte) as records (…)."""
    dtype = summary_dtype(samples)
    flat = np.ascontiguousarray(rows).reshape(-1, dtype.itemsize)
    return flat.view(dtype).reshape(rows.shape[:-1])


def correct_counts(bits: np.ndarray, mask: np.ndarray | None = None) -> np.ndarray:
    """Number of correct samples, of all or of those in a packed mask, over the last axis."""
    chosen = bits if mask is None else bits & mask
    return np.bitwise_count(chosen).sum(axis=-1, dtype=np.int64)


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
    root = place.root("r")
    array: Any = root[f"summary/{name}"]
    benchmarks, models = done.shape[1], done.shape[0]
    records = as_records(array[:benchmarks, :models], len(labels)).T.copy()
    whole = done.all(axis=2)
    records[~whole] = np.zeros((), records.dtype)
    group: Any = root[f"sets/{name}"]
    stale = np.argwhere(whole & (records["digest"] == 0))
    for model, benchmark in stale:
        values = {v: group[v][model, benchmark] for v in (*SUMMARY_METRICS, "prediction")}
        digest = _whole_digest(group["digest"][model, benchmark])
        records[model, benchmark] = summarise(values, labels, digest)
    if len(stale):
        _write_back(place, name, records, stale)
    rows = [m.slot for m in index.live_models]
    columns = [b.slot for b in index.live_benchmarks if b.set == name]
    return records[np.ix_(rows, columns)]


def _whole_digest(digests: np.ndarray) -> int:
    """Digest of a pair from those of its blocks; of one block, its own."""
    return int(np.bitwise_xor.reduce(digests)) or 1


def _write_back(place: Place, name: str, records: np.ndarray, stale: np.ndarray) -> None:
    """Keep what was rebuilt; a store that cannot be written is rebuilt at every opening."""
    with suppress(OSError, ValueError):
        array: Any = place.root("r+")[f"summary/{name}"]
        for benchmark in np.unique(stale[:, 1]):
            models = stale[stale[:, 1] == benchmark, 0]
            rows = np.stack([as_bytes(records[model, benchmark]) for model in models])
            array.oindex[int(benchmark), models] = rows
