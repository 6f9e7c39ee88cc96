"""The frame potential: how clustered the directions of a layer's units are."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from geowidgets.redundancy.layers import Source, unit_rows, weight_matrix


class FramePotential(NamedTuple):
    """How clustered the units of one layer are.

    Attributes:
        value: FP(Ŵ).
        least: max(m, m²/n) for the m units of nonzero norm: no configuration goes below it.
        most: m²: all units on one line.
        contributions: c_i = Σ_j ⟨ŵ_i, ŵ_j⟩², `(unit,)`; they sum to `value`.
    """

    value: float
    least: float
    most: float
    contributions: np.ndarray


def frame_potential(source: Source, layer: str | nn.Module | None = None) -> FramePotential:
    """FP(Ŵ) = Σ_ij ⟨ŵ_i, ŵ_j⟩² = ‖ŴŴᵀ‖²_F of the normalised rows; rows of zeros count 0.

    It is smallest for a unit-norm tight frame, where it equals m²/n (m ≥ n), and for orthogonal
    rows, where it equals m (m ≤ n); it is m² when all rows lie on one line.

    Args:
        source: a matrix `(unit, …)`, a layer, or a model.
        layer: name of the layer in the model.

    Returns:
        `FramePotential`: the value, its bounds, and every unit's part in it.

    Raises:
        ValueError: an unknown layer, or weights that are not finite.

    Source: "Sources of redundancy", §3.1; Benedetto and Fickus 2003, "Finite normalized tight
    frames", Theorem 6.2 (the bound).

    Example:
        >>> found = frame_potential(torch.eye(3))
        >>> found.value, found.contributions.tolist()
        (3.0, [1.0, 1.0, 1.0])
    """
    weight = weight_matrix(source, layer)
    unit = unit_rows(weight)
    contributions = (unit @ unit.T).square().sum(dim=1)
    m = int(torch.count_nonzero(weight.abs().sum(dim=1)))
    return FramePotential(
        float(contributions.sum()),
        float(max(m, m * m / weight.shape[1])),
        float(m * m),
        contributions.cpu().numpy(),
    )
