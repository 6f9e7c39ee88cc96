"""What became of every unit in training: its norm, its turn, its neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from geowidgets.redundancy.layers import Source, unit_rows, weight_matrix
from geowidgets.redundancy.similarity_graph import cosine_similarity
from geowidgets.redundancy.subspaces import row_space, subspace_residual

if TYPE_CHECKING:
    import pandas as pd


def unit_table(
    initial: Source,
    trained: Source,
    layer: str | None = None,
    *,
    rank: int = 10,
    unmoved: float = 0.9,
    close: float = 0.95,
) -> pd.DataFrame:
    """Every unit's norm, turn, distance to the trained subspace and nearest unit.

    A unit is called *removable* where training hardly turned it, cos(w_i(0), w_i) ≥ `unmoved`,
    and it is no longer than the median unit; and *repeated* where another unit has a direction of
    cosine ≥ `close`. A unit of norm 0 is removable and not repeated.

    Args:
        initial: the weights before training: a matrix `(unit, …)`, a layer, or a model.
        trained: those after training, of the same shape.
        layer: name of the layer in both models.
        rank: k of the trained subspace, the k leading right singular vectors of the trained W.
        unmoved: limit of "removable".
        close: limit of "repeated".

    Returns:
        A row a unit: `initial_norm`, `norm` (weight units), `cosine` to the initial weight,
        `residual` to the trained subspace in [0, 1] (`subspace_residual`), `nearest` (unit) and
        `nearest_cosine`, `removable`, `repeated`. NaN (nearest: −1) where a norm is 0 or there is
        one unit only.

    Raises:
        ValueError: shapes that differ, or a rank out of range.

    Source: "Sources of redundancy", §3.2, Observations; Casper et al. 2019 (removable and
    repeated units).

    Example:
        >>> start = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
        >>> end = torch.tensor([[1.0, 0.1], [3.0, 0.0], [2.9, 0.0]])
        >>> table = unit_table(start, end, rank=1)
        >>> table.removable.tolist(), table.repeated.tolist()
        ([True, False, False], [True, True, True])
    """
    import pandas as pd

    before, after = weight_matrix(initial, layer), weight_matrix(trained, layer)
    after = after.to(before.device)
    if before.shape != after.shape:
        raise ValueError(
            f"expected equal shapes before and after training, got {tuple(before.shape)} and "
            f"{tuple(after.shape)}"
        )
    norm = torch.linalg.vector_norm(after, dim=1).cpu().numpy()
    cosine = cosine_to(before, after)
    nearest, nearest_cosine = nearest_units(after)
    return pd.DataFrame(
        {
            "initial_norm": torch.linalg.vector_norm(before, dim=1).cpu().numpy(),
            "norm": norm,
            "cosine": cosine,
            "residual": subspace_residual(after, row_space(after, rank)),
            "nearest": nearest,
            "nearest_cosine": nearest_cosine,
            "removable": (norm == 0) | ((cosine >= unmoved) & (norm <= np.median(norm))),
            "repeated": nearest_cosine >= close,
        },
        index=pd.RangeIndex(len(norm), name="unit"),
    )


def cosine_to(before: torch.Tensor, after: torch.Tensor) -> np.ndarray:
    """cos(w_i, w'_i) of the same unit in two matrices `(unit, input)`; NaN where a norm is 0."""
    found = (unit_rows(before) * unit_rows(after)).sum(dim=1).clamp(-1, 1)
    still = (before != 0).any(dim=1) & (after != 0).any(dim=1)
    return torch.where(still, found, torch.nan).cpu().numpy()


def nearest_units(source: Source, layer: str | None = None) -> tuple[np.ndarray, np.ndarray]:
    """For every unit the other one of the largest cosine, and that cosine; −1 and NaN for none."""
    similarity = cosine_similarity(source, layer)
    # Hidden units (NaN) neither have a neighbour nor are one.
    known = np.where(np.isnan(similarity), -np.inf, similarity)
    np.fill_diagonal(known, -np.inf)
    best = known.argmax(axis=1)
    cosine = known[np.arange(len(known)), best]
    none = np.isneginf(cosine)
    return np.where(none, -1, best), np.where(none, np.nan, cosine)
