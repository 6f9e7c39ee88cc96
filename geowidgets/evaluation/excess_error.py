"""Excess error: what a shift costs a pruned net on top of what it costs the dense one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from geowidgets.evaluation.bootstrap import DRAWS, LEVEL, bootstrap_interval
from geowidgets.evaluation.distributions import SEVERITY, nominal_benchmarks, shifted_benchmarks
from geowidgets.evaluation.prune_accuracy import prune_accuracy
from geowidgets.schema import StoreError

if TYPE_CHECKING:
    import xarray as xr

    from geowidgets.store import GeometryStore


def excess_error(
    store: GeometryStore,
    *,
    nominal: Sequence[str] | None = None,
    shifted: Sequence[str] | None = None,
    severity: int = SEVERITY,
    leave_out: Sequence[str] = (),
    samples: np.ndarray | Sequence[int] | None = None,
    draws: int = DRAWS,
    seed: int = 0,
    level: float = LEVEL,
) -> xr.Dataset:
    """Difference in excess error ê − e of every pruned net, and its slope over the ratio.

    e(θ, D′) = err(θ, D′) − err(θ, D), with err(θ, D′) the mean error over the benchmarks of the
    test distribution; ê is the pruned net's, e its dense parent's. The line ê − e = β r through
    the origin, by least squares over all points (ratio, repeat) of a family:
    β = Σ r (ê − e) / Σ r². The band resamples the points.

    Args:
        store: the models, their parents, clean and shifted benchmarks of one sample set.
        nominal: D; the clean images of the first set by default.
        shifted: D′; by default the corruptions at `severity` (`distributions`).
        severity: of the corruptions.
        leave_out: benchmarks that do not count, such as one that leaves grey images as they are.
        samples: indices or a boolean mask `(sample,)`; all by default.
        draws: resamples of the points.
        seed: of the resamples.
        level: of the band.

    Returns:
        Dataset with `ratio` and `difference` (family, level, repeat), `excess` (the same, ê, with
        the dense e at level 0): fractions; `slope`, its ends `slope_low` and `slope_high`
        (family,), fraction of errors per fraction of weights; `points` (family,), how many; and
        `nominal` and `shifted`, the benchmarks' names, as attributes. The band at ratio r is
        [r · slope_low, r · slope_high]. NaN: not computed, or no points.

    Raises:
        StoreError: an unknown benchmark, none at that severity, or one of another sample set.

    Source: Liebenwein et al. 2021, "Lost in Pruning", Definition 2, §5.1 and App. D.5.

    >>> excess_error(store).slope.to_series()                        # doctest: +SKIP
    """
    import xarray as xr

    inside = nominal_benchmarks(store, nominal)
    outside = shifted_benchmarks(
        store, shifted, nominal=inside, severity=severity, other_sets=False, leave_out=leave_out
    )
    home = _one_set(store, [*inside, *outside])
    curve = prune_accuracy(store, samples=samples, set=home)
    error = 1 - curve.accuracy
    excess = error.sel(benchmark=outside).mean("benchmark", skipna=False)
    excess = (excess - error.sel(benchmark=inside).mean("benchmark", skipna=False)).rename("excess")
    difference = excess - excess.sel(level=0)
    found = np.array(
        [
            _slope(r.ravel(), d.ravel(), draws, seed, level)
            for r, d in zip(curve.ratio.values[:, 1:], difference.values[:, 1:], strict=True)
        ]
    ).reshape(-1, 4)
    per_family = {
        name: (("family",), column)
        for name, column in zip(("slope", "slope_low", "slope_high"), found.T, strict=False)
    }
    fraction = {"units": "fraction of errors"}
    return xr.Dataset(
        {
            "ratio": curve.ratio,
            "excess": excess.assign_attrs(fraction),
            "difference": difference.assign_attrs(fraction),
            **per_family,
            "points": (("family",), found[:, 3].astype(int)),
        },
        attrs={
            "nominal": inside,
            "shifted": outside,
            "unit of slope": "fraction of errors per fraction of weights removed",
            "interval": f"{100 * level:g} % percentile bootstrap over points, {draws} draws, "
            f"seed {seed}",
        },
    ).drop_vars("benchmark", errors="ignore")


def _one_set(store: GeometryStore, names: Sequence[str]) -> str:
    sets = {b.set for b in store.benchmarks if b.name in names}
    if len(sets) > 1:
        raise StoreError(
            f"excess errors compare benchmarks of one sample set, got benchmarks of {sorted(sets)}"
        )
    return sets.pop()


def _slope(
    ratio: np.ndarray, difference: np.ndarray, draws: int, seed: int, level: float
) -> tuple[float, float, float, int]:
    """β with its interval, and the number of points."""
    known = np.isfinite(ratio) & np.isfinite(difference)
    r, d = ratio[known], difference[known]
    if not (r**2).sum():
        return np.nan, np.nan, np.nan, len(r)

    def beta(counts: np.ndarray) -> np.ndarray:
        squares = counts @ r**2
        return counts @ (r * d) / np.where(squares > 0, squares, np.nan)

    low, high = bootstrap_interval(beta, len(r), draws, seed, level)
    return float(beta(np.ones((1, len(r))))[0]), float(low), float(high), len(r)
