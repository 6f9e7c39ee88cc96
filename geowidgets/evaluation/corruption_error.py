"""Mean corruption error: errors on corrupted images, relative to a baseline model's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from geowidgets.suggest import nearest

if TYPE_CHECKING:
    import xarray as xr

    from geowidgets.store import GeometryStore


def corruption_error(
    store: GeometryStore,
    baseline: str,
    *,
    samples: np.ndarray | Sequence[int] | None = None,
    set: str | None = None,
) -> xr.Dataset:
    """Corruption errors CE and their mean mCE, relative to a baseline model.

    CE_c^f = Σ_s E^f_{s,c} / Σ_s E^base_{s,c}, with E the top-1 error of model f on corruption c
    at severity s, over the severities that the store holds; mCE^f is the mean of CE_c^f over the
    corruptions. The baseline's own mCE is 1; below 1 is better than the baseline. Severities that
    are missing for a model or the baseline make its CE NaN, and so its mCE. A corruption on which
    the baseline makes no error has no CE and stays out of every model's mean.

    Args:
        store: corrupted benchmarks; the clean one does not count.
        baseline: name of the model to divide by.
        samples: indices or a boolean mask `(sample,)`; all by default.
        set: sample set; the first by default.

    Returns:
        Dataset of fractions: `ce` `(model, corruption)` and `mce` `(model,)`; 1 is written 100 %
        in the paper.

    Raises:
        ValueError: an unknown baseline, or a set without corrupted benchmarks.

    Source: Hendrycks & Dietterich 2019, "Benchmarking Neural Network Robustness to Common
    Corruptions and Perturbations", section 4.1.

    >>> corruption_error(store, baseline="dense").mce.sel(model="magnitude-90")  # doctest: +SKIP
    """
    import xarray as xr

    accuracy = store.accuracy(samples, set=set)
    models = accuracy.model.values.tolist()
    if baseline not in models:
        raise ValueError(f"unknown baseline {baseline!r}; {nearest(baseline, models)}")
    kinds = accuracy.corruption.values
    corruptions = list(dict.fromkeys(kind for kind in kinds.tolist() if kind))
    if not corruptions:
        raise ValueError(f"the set {set or store.sets[0]!r} holds no corrupted benchmark")
    errors = 1 - accuracy.values
    sums = np.stack([errors[:, kinds == kind].sum(axis=1) for kind in corruptions], axis=1)
    base = sums[models.index(baseline)]
    with np.errstate(divide="ignore", invalid="ignore"):
        ce = np.where(base == 0, np.nan, sums / base)
    defined = ~(base == 0)
    mce = ce[:, defined].mean(axis=1) if defined.any() else np.full(len(models), np.nan)
    return xr.Dataset(
        {"ce": (("model", "corruption"), ce), "mce": (("model",), mce)},
        coords={"model": models, "corruption": corruptions},
        attrs={"baseline": baseline},
    )
