"""Similarity of models: every (model, benchmark) is a point, near others that behave alike."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from geowidgets.evaluation import distances as numbers
from geowidgets.evaluation import projection
from geowidgets.evaluation.point_similarity import PROJECTION_SEED, VERSION, Similarity, one_of
from geowidgets.evaluation.points import LENGTHS, SCALES, Pairs, degenerate, pairs_of, read
from geowidgets.evaluation.progress import Report, reporting

if TYPE_CHECKING:
    import torch

    from geowidgets.store import GeometryStore

EXACT_POINTS = 10_000


def similarity(
    store: GeometryStore,
    *,
    models: Sequence[str | int] | None = None,
    benchmarks: Sequence[str | int] | None = None,
    set: str | None = None,
    scale: str = "rms",
    length: str = "shared",
    device: str | torch.device = "auto",
    progress: bool | Report = True,
    exact_points: int = EXACT_POINTS,
) -> Similarity:
    """How alike (model, benchmark) pairs are in what they make of every sample.

    A point is a pair; its numbers are its angles to the true class, its lengths and its margins
    over all samples, three blocks `(point, sample)`. Each block is centred (the mean over the
    points is taken from every sample) and divided by one number, its RMS over all points and
    samples, so that each block has the same share in the sum of all squared distances. Distances
    are Euclidean:

        d(p, q)² = Σ_blocks Σ_samples (x_p − x_q)² / RMS²_block

    Missing values (a sample without finite features) count as the mean over the points. Above
    `exact_points` points the numbers are projected at random to 512 dimensions while they are
    read, and the result is `approximate`. Distances are kept in the store under a hash of their
    inputs.

    Args:
        store: with at least one complete pair.
        models: names or positions; all by default.
        benchmarks: names or positions; all of the set by default.
        set: sample set; that of the benchmarks, else the first.
        scale: `"rms"`; `"rank"` (each point's values become their ranks among its samples, in
            (0, 1], which forgets everything monotone); `"none"` (degrees and feature units).
        length: `"per_model"` divides lengths by the model's own RMS length first, so that nets of
            other feature scales can be compared.
        device: where the products are computed: `"auto"` (few of them by numpy, without torch;
            many on the first CUDA device, else the CPU), `"cpu"`, `"cuda:1"`, …
        progress: a tqdm bar, or a function `(stage, done)` with `done` in [0, 1].
        exact_points: up to so many points, all distances are computed.

    Raises:
        StoreError: unknown names, benchmarks of several sets, no complete pair.
        ValueError: unknown scale or length.

    Source: Li et al., "Understanding Robustness Lottery", §6.1 (geometric similarity view).

    Example:
        >>> found = similarity(store, progress=False)  # doctest: +SKIP
        >>> found.redundancy().head(3)  # doctest: +SKIP
    """
    one_of("scale", scale, SCALES)
    one_of("length", length, LENGTHS)
    pairs = pairs_of(store, models, benchmarks, set)
    digest = _digest(store, pairs, scale, length, len(pairs) <= exact_points)
    kept = store.derived.get(f"similarity-{digest}")
    if kept is None:
        with reporting(progress) as report:
            kept = _compute(store, pairs, scale, length, device, exact_points, report)
        store.derived.keep(f"similarity-{digest}", kept)
    chosen = pairs[kept["kept"]]
    gone = np.unique(pairs.benchmark[~kept["kept"]])
    return Similarity(
        set=pairs.set,
        model=chosen.model,
        benchmark=chosen.benchmark,
        distances=kept.get("distances"),
        approximate="projection" in kept,
        degenerate=tuple(store.benchmarks[j].name for j in gone),
        digest=digest,
        _store=store,
        _benchmarks=tuple(b.name for b in store.benchmarks),
        _models=tuple(m.name for m in store.models),
        _projection=kept.get("projection"),
    )


def _digest(store: GeometryStore, pairs: Pairs, scale: str, length: str, exact: bool) -> str:
    own = [j for j, b in enumerate(store.benchmarks) if b.set == pairs.set]
    column = {j: position for position, j in enumerate(own)}
    digests = store.derived.digests(pairs.set)
    models, benchmarks = store.models, store.benchmarks
    points = [
        (models[m].name, benchmarks[b].name, str(digests[m, column[b]]))
        for m, b in zip(pairs.model.tolist(), pairs.benchmark.tolist(), strict=True)
    ]
    how = True if exact else "projected while read"
    text = json.dumps([VERSION, pairs.set, points, scale, length, how])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _compute(
    store: GeometryStore,
    pairs: Pairs,
    scale: str,
    length: str,
    device: str | torch.device,
    exact_points: int,
    report: Report,
) -> dict[str, np.ndarray]:
    if len(pairs) > exact_points:
        made, kept = projection.project(
            store, pairs, scale, length, PROJECTION_SEED, device, report
        )
        return {"kept": kept, "projection": made}
    matrix = read(store, pairs, report)
    same = degenerate(store, pairs, matrix)
    if same.any():
        matrix = matrix[~same]
    matrix = numbers.scale(pairs[~same], matrix, scale, length, report)
    return {"kept": ~same, "distances": numbers.pairwise(matrix, device, report)}
