"""The evaluation table's numbers as records: one a pair, or one for all repeats of a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from geowidgets.widgets.evaluation_intervals import (
    mean_difference,
    mean_interval,
    subset_difference,
    wilson,
)
from geowidgets.widgets.evaluation_metrics import moments

NAMES = (
    "model",
    "architecture",
    "method",
    "ratio",
    "seed",
    "benchmark",
    "corruption",
    "severity",
    "family",
    "set",
)
SAME_RATIO = 0.02  # repeats measure slightly different ratios; see js/lib/table_repeats.js
_ONES = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).sum(1, dtype=np.uint8)


def columns_of(metric: str, repeats: str) -> list[str]:
    """Names of the frame's columns."""
    counted = ["correct"] if metric == "accuracy" else []
    spread = ["repeats", "std"] if repeats == "mean" else []
    whole = ["n", *counted, metric, *spread, "low", "high"]
    subset = ["subset_n", *[f"subset_{name}" for name in counted], f"subset_{metric}"]
    return [*NAMES, *whole, *subset, "difference", "difference_low", "difference_high"]


def group_repeats(models: Sequence[Any]) -> list[list[int]]:
    """Positions of models that differ by seed only, each group in ascending seed.

    Models of one architecture and method are repeats when their measured ratios lie within two
    points of each other; a group holds a seed once. Dense nets (ratio 0) stand apart from pruned.
    Groups are in the order in which the store names their architecture and method, then by ratio.
    """
    rows: dict[tuple[str, str], list[int]] = {}
    for k, model in enumerate(models):
        rows.setdefault((model.architecture, model.method), []).append(k)
    return [group for row in rows.values() for group in _groups(models, row)]


def _groups(models: Sequence[Any], row: list[int]) -> list[list[int]]:
    groups: list[list[int]] = []
    for k in sorted(row, key=lambda k: (models[k].ratio, models[k].seed, k)):
        last = groups[-1] if groups else None
        if last and _joins(models, last, k):
            last.append(k)
        else:
            groups.append([k])
    return [sorted(group, key=lambda k: models[k].seed) for group in groups]


def _joins(models: Sequence[Any], group: list[int], k: int) -> bool:
    first = models[group[0]].ratio
    return (
        models[k].ratio - first <= SAME_RATIO
        and (models[k].ratio > 0 or first == 0)
        and models[k].seed not in [models[other].seed for other in group]
    )


def records(
    store: Any, name: str, metric: str, chosen: np.ndarray | None, repeats: str
) -> list[dict[str, Any]]:
    """One record for each computed pair of a set, or for each group of repeats.

    Args:
        store: where the numbers are.
        name: sample set.
        metric: as in `EvaluationTable`.
        chosen: bool `(sample,)`, or None where no clause speaks of the set.
        repeats: `"single"` or `"mean"`.
    """
    make = _accuracies if metric == "accuracy" else _means
    cell = make(store, name, metric, chosen)
    own = [k for k, entry in enumerate(store.benchmarks) if entry.set == name]
    groups = [[k] for k in range(len(store.models))]
    if repeats == "mean":
        groups = group_repeats(store.models)
    found = []
    for group in groups:
        for column, b in enumerate(own):
            done = [m for m in group if store.done[m, b]]
            if not done:
                continue
            row = _names([store.models[m] for m in done], store.benchmarks[b])
            row |= cell([(m, column) for m in done])
            if repeats == "mean":
                single = [cell([(m, column)])[metric] for m in done]
                row |= {"repeats": len(done), "std": _spread(single)}
            found.append(row)
    return found


def _spread(values: list[float]) -> float:
    return float(np.std(values, ddof=1)) if len(values) > 1 else np.nan


def _names(models: list[Any], benchmark: Any) -> dict[str, Any]:
    first, several = models[0], len(models) > 1
    ratio = float(np.mean([model.ratio for model in models])) if several else first.ratio
    name = ", ".join(model.name for model in models)
    values = [name, first.architecture, first.method, ratio, None if several else first.seed]
    values += [benchmark.name, benchmark.corruption, benchmark.severity, benchmark.family]
    return dict(zip(NAMES, [*values, benchmark.set], strict=True))


def _accuracies(store: Any, name: str, metric: str, chosen: np.ndarray | None) -> Any:
    packed, n = np.asarray(store.correct(name)), int(store.size(name))
    correct = _ONES[packed].sum(-1, dtype=np.int64)
    if chosen is not None:
        bits = np.packbits(chosen, bitorder="little")
        part = _ONES[packed & bits].sum(-1, dtype=np.int64)
        size = int(chosen.sum())

    def cell(pairs: list[tuple[int, int]]) -> dict[str, Any]:
        k, count = sum(int(correct[pair]) for pair in pairs), len(pairs)
        # Repeats see the same images: the interval takes the mean count and n images.
        low, high = wilson(k / count, n)
        whole = {"n": n * count, "correct": k, metric: k / (n * count) if n else np.nan}
        row = whole | {"low": low, "high": high}
        if chosen is None:
            return row
        own = sum(int(part[pair]) for pair in pairs)
        share = own / (size * count) if size else np.nan
        row |= {"subset_n": size * count, "subset_correct": own, f"subset_{metric}": share}
        return row | _difference(subset_difference(own / count, size, k / count, n))

    return cell


def _means(store: Any, name: str, metric: str, chosen: np.ndarray | None) -> Any:
    whole = moments(store, metric, name)
    part = None if chosen is None else moments(store, metric, name, chosen)

    def cell(pairs: list[tuple[int, int]]) -> dict[str, Any]:
        n, mean, variance = np.mean([whole[pair] for pair in pairs], axis=0)
        low, high = mean_interval(n, mean, variance)
        row = {"n": int(n * len(pairs)), metric: mean, "low": low, "high": high}
        if part is None:
            return row
        own = np.mean([part[pair] for pair in pairs], axis=0)
        row |= {"subset_n": int(own[0] * len(pairs)), f"subset_{metric}": own[1]}
        return row | _difference(mean_difference(tuple(own), (n, mean, variance)))

    return cell


def _difference(ends: tuple[float, float, float]) -> dict[str, float]:
    return dict(zip(("difference", "difference_low", "difference_high"), ends, strict=True))
