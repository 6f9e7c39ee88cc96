"""Prune–accuracy curves: accuracy against the measured ratio, over repeats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from geowidgets.evaluation.families import TOLERANCE, Family, pruned_families
from geowidgets.suggest import nearest

if TYPE_CHECKING:
    import xarray as xr

    from geowidgets.store import GeometryStore


def prune_accuracy(
    store: GeometryStore,
    *,
    samples: np.ndarray | Sequence[int] | None = None,
    set: str | None = None,
    benchmarks: Sequence[str] | None = None,
    tolerance: float = TOLERANCE,
) -> xr.Dataset:
    """Accuracy, and its difference to the dense parent, of every family, level and repeat.

    A family is all models of one architecture and method, a repeat those of one seed, level 0 the
    dense parent; measured ratios of several repeats within `tolerance` are one level. Differences
    are taken within a repeat, before any mean.

    Args:
        store: the models and their parents (`potential.dense_parents`).
        samples: indices or a boolean mask `(sample,)`; all by default.
        set: sample set; the first by default.
        benchmarks: names; all of the set by default.
        tolerance: fraction of weights.

    Returns:
        Dataset over `family`, `level`, `repeat`, `benchmark`: `ratio` (family, level, repeat),
        measured fraction of weights removed; `accuracy` and `difference` (family, level, repeat,
        benchmark), fractions; over repeats `ratio_mean` (family, level), `accuracy_mean`,
        `accuracy_std`, `difference_mean`, `difference_std` (n − 1 in the denominator, NaN for one
        repeat) and `repeats`, how many, (family, level, benchmark); `n`, samples. NaN: no such
        model, or not computed.

    Raises:
        ValueError: an unknown benchmark.
        StoreError: an unknown set.

    Source: Liebenwein et al. 2021, "Lost in Pruning", §5.2 and Fig. 6a and 9.

    >>> curve = prune_accuracy(store).isel(family=0).sel(benchmark="clean")  # doctest: +SKIP
    >>> curve.swap_dims(level="ratio_mean").difference_mean.to_series()      # doctest: +SKIP
    """
    import xarray as xr

    accuracy = chosen_benchmarks(store.accuracy(samples, set=set), benchmarks)
    values = accuracy.values
    families = pruned_families(store.models, tolerance)
    repeats = sorted({m.repeat for family in families for m in family.members})
    levels = 1 + max((m.level for family in families for m in family.members), default=0)
    shape = (len(families), levels, len(repeats))
    ratio = np.full(shape, np.nan)
    own, parents = (np.full((*shape, values.shape[1]), np.nan) for _ in range(2))
    for f, family in enumerate(families):
        for level, repeat, model, parent, removed in _points(family):
            place = f, level, repeats.index(repeat)
            ratio[place] = removed
            own[place], parents[place] = values[model], values[parent]
    mean = ("family", "level", "benchmark")
    whole = ("family", "level", "repeat", "benchmark")
    spread = {"accuracy": own, "difference": own - parents}
    return xr.Dataset(
        {
            "ratio": (whole[:3], ratio, {"units": "fraction of weights removed"}),
            "ratio_mean": (whole[:2], mean_known(ratio, axis=2)),
            **{name: (whole, one, {"units": "fraction"}) for name, one in spread.items()},
            **{f"{name}_mean": (mean, mean_known(one, 2)) for name, one in spread.items()},
            **{f"{name}_std": (mean, std_known(one, 2)) for name, one in spread.items()},
            "repeats": (mean, np.isfinite(own).sum(axis=2)),
        },
        coords={
            "family": [family.name for family in families],
            "architecture": ("family", [family.architecture for family in families]),
            "method": ("family", [family.method for family in families]),
            "level": np.arange(levels),
            "repeat": repeats,
            "benchmark": accuracy.benchmark.values,
            "n": int(accuracy.n),
        },
        attrs={"std": "over repeats, n - 1 in the denominator"},
    )


def _points(family: Family) -> list[tuple[int, int, int, int, float]]:
    """(level, repeat, model, parent, ratio), the dense parents at level 0 first."""
    dense = [(0, repeat, parent, parent, 0.0) for repeat, parent in family.parents.items()]
    return dense + [(m.level, m.repeat, m.model, m.parent, m.ratio) for m in family.members]


def chosen_benchmarks(accuracy: xr.DataArray, names: Sequence[str] | None) -> xr.DataArray:
    """The benchmarks of these names, in this order; all for None.

    Raises:
        ValueError: an unknown name.
    """
    if names is None:
        return accuracy
    known = accuracy.benchmark.values.tolist()
    for name in names:
        if name not in known:
            raise ValueError(f"unknown benchmark {name!r}; {nearest(name, known)}")
    return accuracy.sel(benchmark=list(names))


def mean_known(values: np.ndarray, axis: int) -> np.ndarray:
    """Mean over what is not NaN; NaN, without a warning, where there is nothing."""
    known = np.isfinite(values)
    count = known.sum(axis=axis)
    return np.where(known, values, 0).sum(axis=axis) / np.where(count > 0, count, np.nan)


def std_known(values: np.ndarray, axis: int) -> np.ndarray:
    """Standard deviation, n − 1 in the denominator, over what is not NaN; NaN below two."""
    known = np.isfinite(values)
    count = known.sum(axis=axis)
    centred = np.where(known, values - np.expand_dims(mean_known(values, axis), axis), 0)
    return np.sqrt((centred**2).sum(axis=axis) / np.where(count > 1, count - 1, np.nan))
