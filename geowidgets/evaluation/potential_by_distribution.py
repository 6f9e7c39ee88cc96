"""Prune potential on what a net was trained for, against what it was not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from geowidgets.evaluation.distributions import SEVERITY, nominal_benchmarks, shifted_benchmarks
from geowidgets.evaluation.papers import (
    METHOD_NAMES,
    POTENTIAL,
    POTENTIAL_PROTOCOL,
    of_architecture,
)
from geowidgets.evaluation.potential import prune_potential
from geowidgets.evaluation.prune_accuracy import mean_known, std_known

if TYPE_CHECKING:
    import xarray as xr

    from geowidgets.store import GeometryStore

SIDES = ("train", "test")


def potential_by_distribution(
    store: GeometryStore,
    delta: float = 0.005,
    *,
    nominal: Sequence[str] | None = None,
    shifted: Sequence[str] | None = None,
    severity: int = SEVERITY,
    other_sets: bool = True,
    leave_out: Sequence[str] = (),
    data: str | None = None,
) -> xr.Dataset:
    """Average and minimum prune potential over the train and over the test distribution.

    P is taken per repeat and benchmark (`prune_potential`), averaged or minimised over the
    benchmarks of a distribution, and only then over repeats.

    Args:
        store: the models and their parents.
        delta: δ, a fraction in [0, 1].
        nominal: train distribution; the clean images of the first set by default.
        shifted: test distribution; by default the corruptions at `severity` and the clean images
            of the other sample sets (CIFAR-10.1).
        severity: of the corruptions.
        other_sets: False leaves the other sample sets out.
        leave_out: benchmarks that do not count, such as one that leaves grey images as they are.
        data: `"CIFAR10"` or `"ImageNet"`: the paper's figures stand beside ours in `paper`.

    Returns:
        Dataset over `family`, `side` ("train", "test") and `repeat`: `average` and `minimum`
        (family, side, repeat), their `…_mean` and `…_std` over repeats (family, side; n − 1 in
        the denominator), `repeats` (family, side), `worst` (family), the benchmark of the test
        distribution with the smallest mean potential; `paper_average` and `paper_minimum`
        (family, side), NaN where it prints none. Fractions of weights. NaN: not computed.

    Raises:
        StoreError: an unknown benchmark, or none at that severity.
        ValueError: δ outside of [0, 1], or a data set that the paper does not have.

    Source: Liebenwein et al. 2021, "Lost in Pruning", Definition 1, Table 2, App. D.6 with
    Tables 9 and 10.

    >>> potential_by_distribution(store).average_mean.to_pandas()    # doctest: +SKIP
    """
    import xarray as xr

    inside = nominal_benchmarks(store, nominal)
    outside = shifted_benchmarks(
        store,
        shifted,
        nominal=inside,
        severity=severity,
        other_sets=other_sets,
        leave_out=leave_out,
    )
    table = potentials_over_sets(store, delta, [*inside, *outside])
    parts = [table.sel(benchmark=names).values for names in (inside, outside)]
    average = np.stack([part.mean(axis=2) for part in parts], axis=1)
    minimum = np.stack([part.min(axis=2) for part in parts], axis=1)
    means = mean_known(parts[1], axis=1)
    dims = ("family", "side")
    worst = [outside[k] for k in np.argmin(np.where(np.isnan(means), np.inf, means), axis=1)]
    printed = _printed(table, data)
    return xr.Dataset(
        {
            "average": ((*dims, "repeat"), average),
            "minimum": ((*dims, "repeat"), minimum),
            **{
                f"{name}_{what}": (dims, reduce(values, 2))
                for name, values in (("average", average), ("minimum", minimum))
                for what, reduce in (("mean", mean_known), ("std", std_known))
            },
            "repeats": (dims, np.isfinite(average).sum(axis=2)),
            "worst": (("family",), np.array(worst, dtype=object)),
            "paper_average": (dims, printed[:, :2]),
            "paper_minimum": (dims, printed[:, [0, 2]]),
        },
        coords={**table.coords, "side": list(SIDES)},
        attrs={
            "delta": delta,
            "unit": "fraction of weights removed",
            "nominal": inside,
            "shifted": outside,
            "protocol": POTENTIAL_PROTOCOL,
        },
    ).drop_vars(["benchmark", "n"], errors="ignore")


def potentials_over_sets(store: GeometryStore, delta: float, names: Sequence[str]) -> xr.DataArray:
    """Over the benchmarks of all sets, each set's counted on its own samples."""
    import xarray as xr

    parts = []
    for home in store.sets:
        own = [b.name for b in store.benchmarks if b.set == home and b.name in names]
        if own:
            part = prune_potential(store, delta, set=home, benchmarks=own)
            parts.append(part.drop_vars("n"))
    joined: xr.DataArray = xr.concat(parts, "benchmark", join="exact")  # pyright: ignore
    return joined


def _printed(table: xr.DataArray, data: str | None) -> np.ndarray:
    """The paper's train average, test average and test minimum, (family, 3)."""
    found = np.full((table.sizes["family"], 3), np.nan)
    names = zip(table.architecture.values.tolist(), table.method.values.tolist(), strict=True)
    for row, (architecture, method) in enumerate(names):
        methods = of_architecture(POTENTIAL, data, architecture) or {}
        found[row] = methods.get(_paper_name(method), found[row])
    return found


def _paper_name(method: str) -> str:
    """The paper's WT is both "magnitude" and "magnitude, retrained"."""
    stem = method.split(",")[0].strip()
    return METHOD_NAMES.get(stem, stem)
