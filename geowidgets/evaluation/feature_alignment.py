"""Linear CKA between the models of a store: the comparator that experts use today."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from geowidgets.evaluation.kept_features import features_of
from geowidgets.store.arguments import sample_mask

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr

    from geowidgets.store import GeometryStore


def cka(
    store: GeometryStore,
    benchmark: str | None = None,
    *,
    models: Sequence[str] | None = None,
    samples: np.ndarray | Sequence[int] | None = None,
    debiased: bool = False,
) -> xr.DataArray:
    """Linear centred kernel alignment between all pairs of models on one benchmark's features.

    CKA = ‖XᵀY‖²_F / (‖XᵀX‖_F ‖YᵀY‖_F) with X, Y centred, in float64 (`geometry.cka`).

    Args:
        store: with features (`GeometryStore.compute(…, features="float16")`).
        benchmark: name; the first by default.
        models: names; all whose features are kept by default.
        samples: indices or a boolean mask `(sample,)`; all by default.
        debiased: use the unbiased estimate of HSIC.

    Returns:
        `(model, other)` float64 in [0, 1] (a debiased one may be slightly negative), symmetric,
        with coordinate `n`, samples. NaN: features without variance.

    Raises:
        StoreError: an unknown name, or no features; names the ways out.
        ValueError: fewer than 2 samples, 4 for the debiased estimate.

    Source: Kornblith et al. 2019, §3 and eq. 4; comparator of Li et al., "Understanding
    Robustness Lottery", §7.1.

    >>> cka(store, "clean").sel(model="dense").to_series()           # doctest: +SKIP
    """
    import xarray as xr

    from geowidgets import geometry

    place, found = features_of(store, benchmark, models)
    if samples is not None:
        mask = sample_mask(samples, len(next(iter(found.values()))))
        found = {name: features[mask] for name, features in found.items()}
    values = geometry.cka(list(found.values()), debiased=debiased).numpy()
    names = list(found)
    return xr.DataArray(
        values,
        dims=("model", "other"),
        name="cka",
        coords={
            "model": names,
            "other": names,
            "benchmark": place,
            "n": len(next(iter(found.values()))),
        },
        attrs={"debiased": debiased},
    )
