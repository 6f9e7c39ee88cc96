"""Which benchmarks tell models apart in the same way, as a ranked table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

Between = Callable[[np.ndarray, np.ndarray], np.ndarray]
COLUMNS = ("benchmark_a", "benchmark_b", "score", "mantel", "n_models")


def redundancy_of_benchmarks(
    names: Sequence[str],
    points: Mapping[int, Mapping[int, int]],
    between: Between,
    most: int | None = None,
) -> pd.DataFrame:
    """All pairs of benchmarks, the most redundant first; see `Similarity.redundancy`.

    Args:
        names: of the benchmarks, by position.
        points: benchmark → model → point.
        between: distances between two lists of points, (point, point).
        most: models that are compared at most, evenly spaced; all by default.
    """
    if most is not None:
        points = {b: _thinned(own, points, most) for b, own in points.items()}
    inner = {b: _inner(own, between) for b, own in points.items()}
    ranks = {b: _ranks(distances) for b, distances in inner.items()}
    rows = []
    for a, b in combinations(points, 2):
        common = [m for m in points[a] if m in points[b]]
        own, other = (_chosen(points[x], inner[x], common) for x in (a, b))
        moved = _moved([points[a][m] for m in common], [points[b][m] for m in common], between)
        scores = [_ratio(moved, spread) for spread in (own, other)]
        if scores[1] > scores[0]:
            a, b, own, other, scores = b, a, other, own, scores[::-1]
        # Ranks among all models of a benchmark are those among the common ones, where all are.
        known = [ranks[x] for x in (a, b) if len(points[x]) == len(common)]
        alike = _correlation(*known) if len(known) == 2 else mantel(own, other)
        rows.append((names[a], names[b], scores[0], alike, len(common)))
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.sort_values("score", kind="stable", ignore_index=True, na_position="last")


def _thinned(
    own: Mapping[int, int], points: Mapping[int, Mapping[int, int]], most: int
) -> dict[int, int]:
    models = sorted({m for some in points.values() for m in some})
    places = np.unique(np.linspace(0, len(models) - 1, min(most, len(models))).round().astype(int))
    kept = {models[place] for place in places}
    return {m: point for m, point in own.items() if m in kept}


def _inner(own: Mapping[int, int], between: Between) -> np.ndarray:
    places = np.fromiter(own.values(), np.int64)
    return between(places, places)


def _chosen(own: Mapping[int, int], inner: np.ndarray, models: Sequence[int]) -> np.ndarray:
    """Distances (model, model) of one benchmark among some of its models."""
    if len(models) == len(own):
        return inner
    order = {m: i for i, m in enumerate(own)}
    rows = [order[m] for m in models]
    return inner[np.ix_(rows, rows)]


def _moved(first: list[int], second: list[int], between: Between) -> np.ndarray:
    """Distance of each model's two points, (model,)."""
    step = 32  # only the diagonal is used
    parts = [
        np.diagonal(between(np.array(first[i : i + step]), np.array(second[i : i + step])))
        for i in range(0, len(first), step)
    ]
    return np.concatenate(parts) if parts else np.zeros(0)


def _ratio(moved: np.ndarray, inner: np.ndarray) -> float:
    apart = upper(inner)
    if not len(apart):
        return float("nan")
    typical = float(np.median(apart))
    return float(np.median(moved)) / typical if typical > 0 else float("nan")


def upper(matrix: np.ndarray) -> np.ndarray:
    """The entries above the diagonal, one for each pair of models."""
    return matrix[np.triu_indices(len(matrix), 1)]


def mantel(first: np.ndarray, second: np.ndarray) -> float:
    """Spearman's correlation of two distance matrices over the same models; NaN below 3 models.

    Source: Mantel 1967, in ranks (Dietz 1983).
    """
    return _correlation(_ranks(first), _ranks(second))


def _ranks(matrix: np.ndarray) -> np.ndarray:
    """Ranks of the distances above the diagonal, less their mean, in units of their length."""
    from scipy.stats import rankdata

    apart = upper(matrix)
    if len(apart) < 3:
        return np.full(len(apart), np.nan)
    ranks = rankdata(apart)
    ranks -= ranks.mean()
    size = np.linalg.norm(ranks)
    return ranks / size if size > 0 else np.full(len(apart), np.nan)


def _correlation(first: np.ndarray, second: np.ndarray) -> float:
    return float(first @ second) if len(first) else float("nan")
