"""Units and spectra over a training: from a record of weights to labelled arrays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np
import torch

from geowidgets.redundancy.layers import weight_matrix
from geowidgets.redundancy.spectrum import spectrum
from geowidgets.redundancy.subspaces import row_space, subspace_residual
from geowidgets.redundancy.units import cosine_to
from geowidgets.training.record import WeightRecord

if TYPE_CHECKING:
    import xarray as xr

# A record, or pairs (epoch, W) in order, which may be read once for every pass.
Weights = WeightRecord | Iterable[tuple[int, torch.Tensor]]


def over_epochs(record: Weights, layer: str | None) -> Iterator[tuple[int, torch.Tensor]]:
    """Pairs (epoch, W `(unit, input)` float64) of one layer.

    Raises:
        ValueError: a record without a layer's name where it holds several, or an unknown one.
    """
    if isinstance(record, WeightRecord):
        names = record.layers
        if layer is None and len(names) != 1:
            raise ValueError(f"layer: expected one of {names}, got None")
        pairs = record.over_epochs(names[0] if layer is None else layer)
    else:
        pairs = iter(record)
    for epoch, weight in pairs:
        yield epoch, weight_matrix(weight)


def unit_history(record: WeightRecord, layer: str | None = None, *, rank: int = 10) -> xr.Dataset:
    """Norm, turn and distance to the trained subspace of every unit after every epoch.

    Args:
        record: weights over the epochs, from `training.train(…, record=record)`.
        layer: which layer; may be left out where the record holds one.
        rank: k of the subspace of the last epoch's weights.

    Returns:
        Dataset `(epoch, unit)`: `norm` in weight units, `cosine` to the first kept epoch's weight
        in [−1, 1], `residual` to the trained subspace in [0, 1]; NaN where a norm is 0. It holds
        what Fig. 3's nodes show, and the norm distribution of every epoch.

    Raises:
        ValueError: an empty record, an unknown layer, or a rank out of range.

    Source: "Sources of redundancy", §3.2, Observations.

    Example:
        >>> unit_history(record, "fc1").norm.sel(epoch=0).mean()         # doctest: +SKIP
    """
    import xarray as xr

    if not record.epochs:
        raise ValueError(f"record: expected at least one epoch, got {record.epochs}")
    name = record.layers[0] if layer is None and len(record.layers) == 1 else layer
    first: torch.Tensor | None = None
    trained = row_space(record.weights(name or "", record.epochs[-1]), rank)
    epochs, norm, cosine, residual = [], [], [], []
    for epoch, weight in over_epochs(record, name):
        first = weight if first is None else first
        epochs.append(epoch)
        norm.append(torch.linalg.vector_norm(weight, dim=1).numpy())
        cosine.append(cosine_to(first, weight))
        residual.append(subspace_residual(weight, trained))
    dims = ("epoch", "unit")
    return xr.Dataset(
        {
            "norm": (dims, np.stack(norm), {"unit": "weight units"}),
            "cosine": (dims, np.stack(cosine), {"text": "to the first epoch's weight"}),
            "residual": (dims, np.stack(residual), {"text": "share outside of the subspace"}),
        },
        coords={"epoch": epochs, "unit": np.arange(len(norm[0]))},
        attrs={"layer": name or "", "rank": rank},
    )


def spectrum_history(record: WeightRecord, layer: str | None = None) -> xr.DataArray:
    """Eigenvalues of WWᵀ after every epoch, largest first.

    Args:
        record: weights over the epochs.
        layer: which layer; may be left out where the record holds one.

    Returns:
        `(epoch, rank)` float64, rank from 0; attributes `units` and `inputs`.

    Raises:
        ValueError: an empty record or an unknown layer.

    Source: "Sources of redundancy", §3.3, Fig. 6.

    Example:
        >>> spectrum_history(record, "fc1").sel(epoch=0).max()           # doctest: +SKIP
    """
    import xarray as xr

    found = [(epoch, spectrum(weight)) for epoch, weight in over_epochs(record, layer)]
    if not found:
        raise ValueError(f"record: expected at least one epoch, got {record.epochs}")
    return xr.DataArray(
        np.stack([one.eigenvalues for _, one in found]),
        dims=("epoch", "rank"),
        name="eigenvalue",
        coords={"epoch": [epoch for epoch, _ in found]},
        attrs={"units": found[0][1].units, "inputs": found[0][1].inputs},
    )
