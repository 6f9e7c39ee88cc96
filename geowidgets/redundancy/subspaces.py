"""Row spaces: the angles between two, and how much of a unit lies outside of one."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from geowidgets.redundancy.decomposition import thin_svd
from geowidgets.redundancy.layers import Source, check_rank, weight_matrix


def row_space(source: Source, rank: int, layer: Any = None) -> Tensor:
    """V_k: the k leading right singular vectors of W, float64 `(rank, input)`, orthonormal rows.

    Raises:
        ValueError: a rank out of 1..min(m, n), or one above the rank of W, whose further
            directions would be arbitrary.

    Example:
        >>> row_space(torch.tensor([[0.0, 2.0, 0.0], [1.0, 0.0, 0.0]]), 1).abs().tolist()
        [[0.0, 1.0, 0.0]]
    """
    weight = weight_matrix(source, layer)
    check_rank(rank, min(weight.shape))
    _, values, rows = thin_svd(weight)
    true_rank = int((values > values[0] * max(weight.shape) * 2.3e-16).sum())
    if rank > true_rank:
        raise ValueError(f"rank: expected at most {true_rank}, the rank of the weights, got {rank}")
    return rows[:rank]


def principal_angles(first: Source, second: Source, rank: int, layer: Any = None) -> np.ndarray:
    """Angles between the row spaces that two layers' projections to rank k span.

    With orthonormal bases V_k, V'_k: cos θ_i = σ_i(V_k V'_kᵀ), the angles of Björck and Golub;
    small ones are computed from their sines, so that equal spaces give 0 and not 1e-6.

    Args:
        first: a matrix `(unit, …)`, a layer, or a model (then with `layer`).
        second: likewise; with as many inputs, and any number of units.
        rank: k, up to the smaller rank of the two.
        layer: name of the layer in both models.

    Returns:
        float64 `(rank,)`, degrees in [0, 90], largest first, as the report lists them.

    Raises:
        ValueError: inputs that differ in number, or a rank out of range.

    Source: Björck and Golub 1973; "Sources of redundancy", §3.2 (Fig. 5: 39.9 … 31.1° between
    Conv-2's first linear layers after the classifier was drawn again).

    Example:
        >>> principal_angles(torch.eye(2, 3), torch.eye(3)[1:], 2).round(6).tolist()
        [90.0, 0.0]
    """
    from scipy.linalg import subspace_angles

    a, b = row_space(first, rank, layer), row_space(second, rank, layer)
    if a.shape[1] != b.shape[1]:
        raise ValueError(f"expected as many inputs in both, got {a.shape[1]} and {b.shape[1]}")
    return np.degrees(subspace_angles(a.T.cpu().numpy(), b.T.cpu().numpy()))


def subspace_residual(source: Source, basis: Tensor, layer: Any = None) -> np.ndarray:
    """The share of every unit's norm that lies outside of a subspace.

    r_i = ‖w_i − w_i VᵀV‖ / ‖w_i‖: 0 for a unit inside, 1 for one orthogonal to it; a random
    direction has about √(1 − k/n).

    Args:
        source: a matrix `(unit, …)`, a layer, or a model.
        basis: V, orthonormal rows `(rank, input)`, such as `row_space(trained, 10)`.
        layer: name of the layer in the model.

    Returns:
        float64 `(unit,)` in [0, 1]; NaN for units of norm 0.

    Raises:
        ValueError: a basis of another width.

    Source: "Sources of redundancy", §3.2 (units "not pushed towards … the low-rank subspace").

    Example:
        >>> subspace_residual(torch.tensor([[3.0, 4.0], [2.0, 0.0]]), torch.eye(2)[:1]).tolist()
        [0.8, 0.0]
    """
    weight = weight_matrix(source, layer)
    basis = torch.as_tensor(basis).to(weight)
    if basis.ndim != 2 or basis.shape[1] != weight.shape[1]:
        raise ValueError(
            f"basis: expected (rank, {weight.shape[1]}), got shape {tuple(basis.shape)}"
        )
    outside = torch.linalg.vector_norm(weight - (weight @ basis.T) @ basis, dim=1)
    share = outside / torch.linalg.vector_norm(weight, dim=1)
    return share.clamp(max=1).cpu().numpy()
