"""The points of a similarity map: which pairs there are, and their numbers as one matrix."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geowidgets.evaluation.progress import Report
from geowidgets.schema import StoreError
from geowidgets.suggest import nearest

if TYPE_CHECKING:
    from geowidgets.store import GeometryStore

BLOCKS = ("true_angle", "length", "margin")
SCALES = ("rms", "rank", "none")
LENGTHS = ("shared", "per_model")
IN_MEMORY = 1 << 29  # bytes of numbers above which they lie in a temporary file
_SAME = 1e-4  # of a block's RMS: what other batches or devices change


@dataclass(frozen=True)
class Pairs:
    """Complete pairs of one sample set, model after model.

    Attributes:
        set: name of the sample set.
        model: positions in `store.models`, (point,).
        benchmark: positions in `store.benchmarks`, (point,).
    """

    set: str
    model: np.ndarray
    benchmark: np.ndarray

    def __len__(self) -> int:
        return len(self.model)

    def __getitem__(self, chosen: np.ndarray) -> Pairs:
        return Pairs(self.set, self.model[chosen], self.benchmark[chosen])


def pairs_of(
    store: GeometryStore,
    models: Sequence[str | int] | None,
    benchmarks: Sequence[str | int] | None,
    set: str | None,
) -> Pairs:
    """The complete pairs of the chosen models and benchmarks.

    Raises:
        StoreError: an unknown name or set, a benchmark of another set, or no complete pair.
    """
    infos = store.benchmarks
    columns = _positions(benchmarks, [b.name for b in infos], "benchmark")
    if set is None:
        set = infos[columns[0]].set if benchmarks is not None and columns else store.sets[0]
    if set not in store.sets:
        raise StoreError(f"unknown sample set {set!r}; {nearest(set, store.sets)}")
    other = [infos[j].name for j in columns if infos[j].set != set]
    if benchmarks is not None and other:
        raise StoreError(
            f"benchmark {other[0]!r} has other samples than set {set!r}: points of one map must "
            f"be measured on the same samples"
        )
    columns = [j for j in columns if infos[j].set == set]
    rows = _positions(models, [m.name for m in store.models], "model")
    votes = [k for k in rows if store.models[k].members]
    if models is not None and votes:
        raise StoreError(
            f"{store.models[votes[0]].name!r} is an ensemble: it has no geometry to compare"
        )
    rows = [k for k in rows if k not in votes]
    done = store.done[np.ix_(rows, columns)]
    at = np.argwhere(done)
    if not len(at):
        raise StoreError(
            f"{store.path} has no complete pair among {len(rows)} models × {len(columns)} "
            f"benchmarks of set {set!r}: run GeometryStore.compute(study, path) to fill them"
        )
    return Pairs(set, np.array(rows)[at[:, 0]], np.array(columns)[at[:, 1]])


def _positions(chosen: Sequence[str | int] | None, names: list[str], what: str) -> list[int]:
    if chosen is None:
        return list(range(len(names)))
    if isinstance(chosen, str):
        raise StoreError(f"{what}s must be a list of names or positions, got {chosen!r}")
    found = []
    for one in chosen:
        if isinstance(one, str):
            if one not in names:
                raise StoreError(f"unknown {what} {one!r}; {nearest(one, names)}")
            one = names.index(one)
        if not 0 <= int(one) < len(names):
            raise StoreError(f"{what} {one!r} is out of range: expected 0 … {len(names) - 1}")
        found.append(int(one))
    return sorted({*found})


def read(store: GeometryStore, pairs: Pairs, report: Report) -> np.ndarray:
    """The raw numbers, float32 (point, block · sample): true angles, lengths, margins."""
    samples = store.size(pairs.set)
    matrix = _matrix(len(pairs), len(BLOCKS) * samples)
    data = store.to_dataset(pairs.set)
    for model, points in by_model(pairs):
        matrix[points] = model_rows(store, data, pairs, model, points)
        report("reading", points.stop / len(pairs))
    return matrix


def model_rows(
    store: GeometryStore, data: Any, pairs: Pairs, model: int, points: slice
) -> np.ndarray:
    """The raw numbers of one model's points, float32 (point, block · sample)."""
    own = [j for j, b in enumerate(store.benchmarks) if b.set == pairs.set]
    column = {j: position for position, j in enumerate(own)}
    wanted = [column[int(j)] for j in pairs.benchmark[points]]
    return np.concatenate([data[name][model, wanted].values for name in BLOCKS], axis=1)


def _matrix(points: int, width: int) -> np.ndarray:
    """Room for the numbers: in memory, or in a temporary file that goes with the array."""
    if points * width * 4 <= IN_MEMORY:
        return np.empty((points, width), np.float32)
    with tempfile.TemporaryFile() as file:
        return np.memmap(file, np.float32, "w+", shape=(points, width))


def by_model(pairs: Pairs) -> Iterator[tuple[int, slice]]:
    """Each model with its run of points."""
    starts = np.flatnonzero(np.r_[True, np.diff(pairs.model) != 0])
    for start, stop in zip(starts, [*starts[1:], len(pairs)], strict=True):
        yield int(pairs.model[start]), slice(int(start), int(stop))


def degenerate(store: GeometryStore, pairs: Pairs, matrix: np.ndarray) -> np.ndarray:
    """bool (point,): points of benchmarks that change no number of any model.

    Such a corruption is the identity on these images, as saturate is on grey ones: its points
    coincide with the clean ones and would be reported as perfectly redundant.
    """
    clean = clean_benchmark(store, pairs)
    seen: dict[int, bool] = {}
    for _, points in by_model(pairs):
        own = pairs.benchmark[points]
        if clean is None or clean not in own:
            continue
        reference = matrix[points.start + int(np.flatnonzero(own == clean)[0])]
        for offset, j in enumerate(own.tolist()):
            if j != clean and seen.get(j, True):
                seen[j] = equal_rows(matrix[points.start + offset], reference)
    return np.isin(pairs.benchmark, [j for j, same in seen.items() if same])


def clean_benchmark(store: GeometryStore, pairs: Pairs) -> int | None:
    """The benchmark of unchanged images among the points, or None."""
    clean = [j for j, b in enumerate(store.benchmarks) if b.family == "clean" and not b.corruption]
    return next((j for j in clean if j in pairs.benchmark), None)


def equal_rows(values: np.ndarray, reference: np.ndarray) -> bool:
    """Whether two points have the same numbers, up to what other batches or devices change."""
    for ours, theirs in zip(
        np.split(values, len(BLOCKS)), np.split(reference, len(BLOCKS)), strict=True
    ):
        known = theirs[np.isfinite(theirs)]
        size = float(np.sqrt(np.mean(np.square(known, dtype=np.float64)))) if len(known) else 1.0
        if not np.allclose(ours, theirs, rtol=0, atol=_SAME * size, equal_nan=True):
            return False
    return True


def prepared(rows: np.ndarray, kind: str, length: str) -> np.ndarray:
    """One model's rows, lengths over their RMS and values as ranks where that is asked for."""
    if length == "per_model":
        samples = rows.shape[1] // len(BLOCKS)
        at = BLOCKS.index("length") * samples
        own = rows[:, at : at + samples]
        own /= _rms(own)
    return _ranks(rows) if kind == "rank" else rows


def _rms(values: np.ndarray) -> np.float32:
    known = values[np.isfinite(values)].astype(np.float64)
    size = np.sqrt(np.mean(np.square(known))) if len(known) else 0.0
    return np.float32(size or 1.0)


def _ranks(rows: np.ndarray) -> np.ndarray:
    from scipy.stats import rankdata

    blocks = np.split(rows, len(BLOCKS), axis=1)
    ranks = [rankdata(block, axis=1, nan_policy="omit") / block.shape[1] for block in blocks]
    return np.concatenate(ranks, axis=1).astype(np.float32)
