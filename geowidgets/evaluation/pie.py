"""Pruning-identified exemplars: the samples that pruned nets and dense nets see differently."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geowidgets.evaluation.auroc import auroc
from geowidgets.evaluation.bootstrap import DRAWS, LEVEL
from geowidgets.evaluation.families import pruned_families
from geowidgets.evaluation.readings import METRICS, geometry_readings
from geowidgets.evaluation.vulnerability_counts import clean_benchmark
from geowidgets.schema import StoreError
from geowidgets.store.modal import modal_label
from geowidgets.suggest import nearest

if TYPE_CHECKING:
    import xarray as xr

    from geowidgets.store import GeometryStore

# What makes a sample fragile: a large angle, a short feature, a small margin.
SIGNS = {metric: 1 if metric == "angle" else -1 for metric in METRICS}


def pie(
    store: GeometryStore,
    pruned: Sequence[str] | None = None,
    dense: Sequence[str] | None = None,
    *,
    benchmark: str | None = None,
    draws: int = DRAWS,
    seed: int = 0,
    level: float = LEVEL,
) -> xr.Dataset:
    """Pruning-identified exemplars, and how well a dense net's geometry foretells them.

    A sample is an exemplar when the modal label over the K pruned models is not the modal label
    over the K dense models. The AUROC tells members by a large angle, a short feature and a small
    margin; with several dense nets, whose units differ, by the mean over the nets of the samples'
    ranks.

    Args:
        store: the models.
        pruned: names of the pruned models, one group; by default a group for every family
            (architecture and method) and level of ratio, of its repeats.
        dense: names of the dense models; by default the parents of the group's models.
        benchmark: clean or corrupted; by default the first without a corruption.
        draws: resamples of the samples.
        seed: of the resamples.
        level: of the interval.

    Returns:
        Dataset with, over `(group, sample)`: `exemplar` bool, `dense_label`, `pruned_label`
        (class indices, −1 none); over `(group,)`: `exemplars` (how many), `n` (samples), `ratio`
        (mean measured), `repeats` (K pruned), `accuracy_exemplars` and `accuracy_others` of the
        dense label; over `(group, metric)`: `auroc`, its ends `low` and `high`. NaN: no
        exemplars, or nothing else.

    Raises:
        StoreError: an unknown model or benchmark, pairs that are not computed, no pruned model.

    Source: Hooker et al. 2019, "What Do Compressed Deep Neural Networks Forget?", section 3;
    Li et al., "Understanding Robustness Lottery", §7.3.

    >>> found = pie(store)                                           # doctest: +SKIP
    >>> found.auroc.sel(metric="angle").to_series()                  # doctest: +SKIP
    """
    import xarray as xr

    names = [b.name for b in store.benchmarks]
    if benchmark is not None and benchmark not in names:
        raise StoreError(f"unknown benchmark {benchmark!r}; {nearest(benchmark, names)}")
    place = names.index(benchmark) if benchmark else clean_benchmark(store)
    labels = store.labels(store.benchmarks[place].set)
    groups = _groups(store, pruned, dense)
    ranks = {tuple(own): _ranks(store, own, place) for own, _ in groups.values()}
    rows: list[dict[str, object]] = []
    areas = np.full((3, len(groups), len(METRICS)), np.nan)
    per_sample = np.zeros((2, len(groups), len(labels)), np.int16)
    for g, (parents, members) in enumerate(groups.values()):
        said = [_modal(store, own, place) for own in (parents, members)]
        per_sample[:, g] = said
        exemplar = said[0] != said[1]
        rows.append(_counts(exemplar, said[0] == labels, [store.models[k].ratio for k in members]))
        for k, metric in enumerate(METRICS):
            score = SIGNS[metric] * ranks[tuple(parents)][metric]
            areas[:, g, k] = auroc(score, exemplar, draws=draws, seed=seed, level=level)[:3]
    dims = ("group", "sample")
    return xr.Dataset(
        {
            "exemplar": (dims, per_sample[0] != per_sample[1]),
            "dense_label": (dims, per_sample[0]),
            "pruned_label": (dims, per_sample[1]),
            **{name: (("group",), [row[name] for row in rows]) for name in rows[0]},
            **{
                name: (("group", "metric"), values)
                for name, values in zip(("auroc", "low", "high"), areas, strict=True)
            },
        },
        coords={"group": list(groups), "metric": list(METRICS), "label": ("sample", labels)},
        attrs={
            "benchmark": store.benchmarks[place].name,
            "interval": f"{100 * level:g} % percentile bootstrap, {draws} draws, seed {seed}",
        },
    )


def _groups(
    store: GeometryStore, pruned: Sequence[str] | None, dense: Sequence[str] | None
) -> dict[str, tuple[list[int], list[int]]]:
    """Name → positions of the dense and of the pruned models."""
    names = [model.name for model in store.models]
    for name in (*(pruned or ()), *(dense or ())):
        if name not in names:
            raise StoreError(f"unknown model {name!r}; {nearest(name, names)}")
    found: dict[str, tuple[list[int], list[int]]] = {}
    for family in pruned_families(store.models):
        for level in sorted({member.level for member in family.members}):
            own = [m for m in family.members if m.level == level]
            if pruned is not None:
                own = [m for m in own if names[m.model] in pruned]
            if own:
                parents, members = [m.parent for m in own], [m.model for m in own]
                title = f"{family.name} {100 * np.mean([m.ratio for m in own]):.1f} %"
                title += f" ({level})" if title in found else ""
                found[title] = list(dict.fromkeys(parents)), members
    if pruned is not None:
        parents = dict.fromkeys(k for own, _ in found.values() for k in own)
        found = {"pruned": (list(parents), [names.index(name) for name in pruned])}
    if dense is not None:
        own = [names.index(name) for name in dense]
        found = {title: (own, members) for title, (_, members) in found.items()}
    if not found or any(not parents or not members for parents, members in found.values()):
        raise StoreError(
            f"{store.path} holds no pruned models with dense ones to compare with: give pruned= "
            f"and dense=, got {pruned!r} and {dense!r}"
        )
    return found


def _modal(store: GeometryStore, models: Sequence[int], benchmark: int) -> np.ndarray:
    said = np.stack([store.column("prediction", k, benchmark) for k in models])
    return modal_label(said, len(store.classes))


def _ranks(store: GeometryStore, models: Sequence[int], benchmark: int) -> dict[str, np.ndarray]:
    """Mean over models of the samples' ranks in (0, 1], NaN where a model has no value."""
    found = [geometry_readings(store, k, benchmark) for k in models]
    return {
        metric: np.mean([pd.Series(one[metric]).rank(pct=True) for one in found], axis=0)
        for metric in METRICS
    }


def _counts(exemplar: np.ndarray, right: np.ndarray, ratios: Sequence[float]) -> dict[str, object]:
    def share(chosen: np.ndarray) -> float:
        return float(right[chosen].mean()) if chosen.any() else np.nan

    return {
        "exemplars": int(exemplar.sum()),
        "n": len(exemplar),
        "ratio": float(np.mean(ratios)),
        "repeats": len(ratios),
        "accuracy_exemplars": share(exemplar),
        "accuracy_others": share(~exemplar),
    }
