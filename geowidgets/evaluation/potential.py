"""Prune potential: how far a net can be pruned before it errs more than its dense parent."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from geowidgets.suggest import nearest

if TYPE_CHECKING:
    import xarray as xr

    from geowidgets.store import GeometryStore


def allowed_errors(delta: float, n: int) -> int:
    """Errors that a margin leaves on n samples: ⌊δn + 1e-9⌋, so that 0.005 · 600 gives 3.

    >>> allowed_errors(0.005, 600), allowed_errors(0.005, 599)
    (3, 2)
    """
    return math.floor(delta * n + 1e-9)


def dense_parents(models: Sequence[Any]) -> list[int | None]:
    """Position of the dense net that each model is compared with, or None where there is none.

    It is the root of the model's chain of parents. A pruned model (ratio above 0) that names no
    parent, or one that is not among the models, is compared with the one model of ratio 0 of its
    architecture and seed, else of its architecture, where there is exactly one. The dense nets
    themselves have none.

    Args:
        models: `ModelInfo`s or whatever has `name architecture ratio parent seed`.
    """
    places = {model.name: k for k, model in enumerate(models)}
    return [_dense_parent(models, places, k) for k in range(len(models))]


def _dense_parent(models: Sequence[Any], places: dict[str, int], place: int) -> int | None:
    seen, root = {place}, place
    while models[root].parent in places and places[models[root].parent] not in seen:
        root = places[models[root].parent]
        seen.add(root)
    if root != place:
        return root
    own = models[place]
    if own.ratio <= 0:
        return None
    dense = [k for k, m in enumerate(models) if m.architecture == own.architecture and m.ratio <= 0]
    same = [k for k in dense if models[k].seed == own.seed]
    alone = same if len(same) == 1 else dense
    return alone[0] if len(alone) == 1 else None


def prune_potential(
    store: GeometryStore,
    delta: float = 0.005,
    *,
    samples: np.ndarray | Sequence[int] | None = None,
    set: str | None = None,
    benchmarks: Sequence[str] | None = None,
) -> xr.DataArray:
    """Prune potential P(θ, D) of every pruned family on every benchmark, one value a repeat.

    P(θ, D) = max {r : err(θ_r, D) ≤ err(θ, D) + δ}, the largest measured ratio r anywhere on
    the curve (curves are not monotone) at which the pruned net θ_r makes at most ⌊δn + 1e-9⌋ more
    errors on the n samples of D than its dense parent θ; 0 where no ratio does. A family is all
    models of one architecture and method, a repeat those of one seed. Take the mean and the
    standard deviation of the result over `"repeat"`; never the potential of a mean curve.

    Args:
        store: the models and their parents (`dense_parents`).
        delta: δ, a fraction in [0, 1]; the paper's is 0.005.
        samples: indices or a boolean mask `(sample,)`; all by default.
        set: sample set; the first by default.
        benchmarks: names; all of the set by default.

    Returns:
        `(family, repeat, benchmark)` float64 in [0, 1), with coordinates `architecture` and
        `method` (family), `repeat` (the seed), and `n`, the number of samples. NaN: the family has
        no such repeat, its parent is unknown or not computed, or none of its models is.

    Raises:
        ValueError: δ outside of [0, 1], or an unknown benchmark.
        StoreError: an unknown set.

    Source: Liebenwein et al. 2021, "Lost in Pruning", Definition 1 and section 5.1.

    >>> found = prune_potential(store, delta=0.005)                      # doctest: +SKIP
    >>> found.mean("repeat").mean("benchmark"), found.std("repeat", ddof=1)  # doctest: +SKIP
    """
    import xarray as xr

    if not 0 <= delta <= 1:
        raise ValueError(f"delta must be a fraction in [0, 1], got {delta!r}")
    accuracy = store.accuracy(samples, set=set)
    if benchmarks is not None:
        known = accuracy.benchmark.values.tolist()
        for name in benchmarks:
            if name not in known:
                raise ValueError(f"unknown benchmark {name!r}; {nearest(name, known)}")
        accuracy = accuracy.sel(benchmark=list(benchmarks))
    n = int(accuracy.n)
    errors = np.round(n * (1 - accuracy.values))
    families, repeats, values = potentials(store.models, errors, n, delta)
    return xr.DataArray(
        values,
        dims=("family", "repeat", "benchmark"),
        name="prune_potential",
        coords={
            "family": [" / ".join(family) for family in families],
            "architecture": ("family", [architecture for architecture, _ in families]),
            "method": ("family", [method for _, method in families]),
            "repeat": repeats,
            "benchmark": accuracy.benchmark.values,
            "n": n,
        },
        attrs={"delta": delta, "unit": "fraction of weights removed"},
    )


def potentials(
    models: Sequence[Any], errors: np.ndarray, n: int, delta: float
) -> tuple[list[tuple[str, str]], list[int], np.ndarray]:
    """Prune potentials from counts of errors, whatever they were counted on.

    Args:
        models: `ModelInfo`s or whatever has `name architecture method ratio parent seed`.
        errors: whole numbers `(model, benchmark)`, NaN where not known.
        n: samples that the errors were counted on.
        delta: δ, a fraction.

    Returns:
        The families (architecture, method), the repeats (seeds), and P `(family, repeat,
        benchmark)` as in `prune_potential`.
    """
    parents = dense_parents(models)
    pruned = [k for k, parent in enumerate(parents) if parent is not None]
    families = list(dict.fromkeys((models[k].architecture, models[k].method) for k in pruned))
    repeats = sorted({models[k].seed for k in pruned})
    values = np.full((len(families), len(repeats), errors.shape[1]), np.nan)
    for k in pruned:
        model = models[k]
        family = families.index((model.architecture, model.method))
        cell = values[family, repeats.index(model.seed)]
        more = errors[k] - errors[parents[k]]
        held = np.where(more <= allowed_errors(delta, n), model.ratio, 0.0)
        # fmax leaves a NaN, an error count that is not known, out of the maximum.
        cell[:] = np.fmax(cell, np.where(np.isnan(more), np.nan, held))
    return families, repeats, values
