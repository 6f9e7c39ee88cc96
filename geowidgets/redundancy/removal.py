"""Accuracy while units are removed one after another: the comparison of criteria in Fig. 2."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from torch import nn

from geowidgets.pruning import unit_curve
from geowidgets.pruning.units import CRITERIA
from geowidgets.redundancy.layers import weight_matrix
from geowidgets.suggest import nearest

if TYPE_CHECKING:
    import xarray as xr

LARGEST_SHARE = 0.9


def removal_curves(
    model: nn.Module,
    layer: str,
    evaluate: Callable[[nn.Module], float],
    *,
    counts: Iterable[int] | None = None,
    criteria: Sequence[str] = CRITERIA,
    repeats: int = 5,
    bias: str = "keep",
    seed: int = 0,
) -> xr.Dataset:
    """Accuracy after every removal of a unit from one layer, for each criterion.

    `max_…` keep the measure of what is left high, `min_…` low: the norms (`mag`), the frame
    potential of normalised rows (`fp`), or ‖WWᵀ‖_F², which is both (`gram`); `random_units` is
    repeated and stands as mean ± standard deviation.

    Args:
        model: the net; changed while this runs and restored afterwards.
        layer: name of the layer whose units go.
        evaluate: such as the test accuracy, a fraction; called once a criterion and count.
        counts: numbers of removed units; by default 0, 1, … up to 90 % of the layer.
        criteria: names of `pruning.units.CRITERIA`.
        repeats: runs of `random_units`, seeds `seed`, `seed` + 1, …
        bias: "keep" (the report) or "zero" a removed unit's bias.
        seed: of the first random run.

    Returns:
        Dataset `(criterion, removed)`: `value` (mean) and `std` (over the repeats, ddof 1; 0 where
        there is a single run).

    Raises:
        ValueError: an unknown criterion or layer, a count out of range, no repeat.

    Source: "Sources of redundancy", §3.1, Fig. 2.

    Example:
        >>> removal_curves(net, "fc1", lambda m: accuracy(m, x, y))      # doctest: +SKIP
    """
    import xarray as xr

    units = len(weight_matrix(model, layer))
    wanted = range(round(LARGEST_SHARE * units) + 1) if counts is None else counts
    removed = [int(count) for count in wanted]
    if repeats < 1:
        raise ValueError(f"repeats: expected at least 1, got {repeats}")
    for name in criteria:
        if name not in CRITERIA:
            raise ValueError(f"criteria: unknown name {name!r}; {nearest(name, CRITERIA)}")
    value = np.empty((len(criteria), len(removed)))
    std = np.zeros_like(value)
    for row, name in enumerate(criteria):
        seeds = range(seed, seed + (repeats if name == "random_units" else 1))
        curves = np.array(
            [
                unit_curve(model, layer, name, removed, evaluate, bias=bias, seed=number)
                for number in seeds
            ]
        )
        value[row] = curves.mean(axis=0)
        if len(curves) > 1:
            std[row] = curves.std(axis=0, ddof=1)
    dims = ("criterion", "removed")
    return xr.Dataset(
        {"value": (dims, value), "std": (dims, std)},
        coords={"criterion": list(criteria), "removed": removed},
        attrs={"layer": layer, "units": units, "repeats": repeats},
    )
