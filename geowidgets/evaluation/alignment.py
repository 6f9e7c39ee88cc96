"""Linear CKA between models on a store's features: the usual comparator, one pair at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from geowidgets.schema import StoreError

if TYPE_CHECKING:
    import xarray as xr

    from geowidgets.store import GeometryStore


def model_cka(
    store: GeometryStore,
    benchmark: str | int,
    *,
    models: Sequence[str | int] | None = None,
    debiased: bool = False,
) -> xr.DataArray:
    """Linear CKA between the features of models on one benchmark.

    CKA(X, Y) = ‖XᵀY‖²_F / (‖XᵀX‖_F ‖YᵀY‖_F) of features centred over the samples
    (`geometry.cka`): 1 for features equal up to rotation and scale. It sees the whole latent
    space and no classifier; `similarity` sees each sample against the class directions.

    Args:
        store: computed with `features="float16"`, at least for these models.
        benchmark: name or position.
        models: names or positions; all by default.
        debiased: the unbiased estimate, for few samples and wide features.

    Returns:
        (model, model_b) float64 in [0, 1], named; NaN for features without variance.

    Raises:
        StoreError: features of a model were not kept; names the two ways out. Unknown names.

    Source: Kornblith et al. 2019, eq. 4; the comparator in Li et al., "Understanding Robustness
    Lottery", §7.1.

    Example:
        >>> model_cka(store, "clean").sel(model="dense")  # doctest: +SKIP
    """
    import xarray as xr

    from geowidgets.geometry import cka

    single = [k for k, model in enumerate(store.models) if not model.members]
    wanted = single if models is None else list(models)
    if not wanted:
        raise StoreError("models must name at least one model, got an empty list")
    features = [store.features_matrix(model, benchmark) for model in wanted]
    names = [m if isinstance(m, str) else store.models[m].name for m in wanted]
    values = cka(features, debiased=debiased).cpu().numpy()
    return xr.DataArray(
        values, coords={"model": names, "model_b": names}, dims=("model", "model_b"), name="cka"
    )
