"""Two readings of "class direction": a classifier's rows, and the middle of a class's samples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from geowidgets.evaluation.kept_features import features_of

if TYPE_CHECKING:
    import xarray as xr

    from geowidgets.store import GeometryStore


def class_direction_table(
    store: GeometryStore,
    benchmark: str | None = None,
    *,
    models: Sequence[str] | None = None,
) -> xr.Dataset:
    """Angle, class by class, between a classifier's row and the mean of its class's features.

    The two readings of "class direction" (W_j, and the middle of the samples of class j), which
    fall together under neural collapse.

    Args:
        store: with features (`GeometryStore.compute(…, features="float16")`).
        benchmark: name; the first by default.
        models: names; all whose features are kept by default.

    Returns:
        Dataset `(model, class)` of `angle` [degree], NaN for a class without samples, and `norm`
        ‖W_j‖ [1 / feature units].

    Raises:
        StoreError: an unknown name, or no features; names the ways out.

    Source: Li et al., "Understanding Robustness Lottery", §5.1 and Fig. 1; Papyan et al. 2020
    (self-duality).

    >>> class_direction_table(store).angle.mean("class")             # doctest: +SKIP
    """
    import xarray as xr

    from geowidgets.geometry import class_directions, direction_angles

    place, found = features_of(store, benchmark, models)
    home = next(b.set for b in store.benchmarks if b.name == place)
    labels = store.labels(home).astype(np.int64)
    angle, norm = [], []
    for model, features in found.items():
        weight, _ = store.head(model)
        means = class_directions(features, labels, len(weight))
        angle.append(direction_angles(weight, means).numpy())
        norm.append(np.linalg.norm(weight.astype(np.float64), axis=1))
    dims = ("model", "class")
    return xr.Dataset(
        {
            "angle": (dims, np.stack(angle), {"units": "degree"}),
            "norm": (dims, np.stack(norm), {"units": "1 / feature units"}),
        },
        coords={"model": list(found), "class": list(store.classes), "benchmark": place},
    )
