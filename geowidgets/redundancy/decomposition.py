"""Singular values and vectors of long matrices, by way of their triangular factor."""

from __future__ import annotations

import torch
from torch import Tensor


def thin_svd(weight: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """U `(unit, k)`, σ `(k,)`, Vᵀ `(k, input)` with W = U diag(σ) Vᵀ and k = min(m, n).

    A matrix of many more inputs than units is first factored, Wᵀ = QR, so that only the square R
    is decomposed: a third of the time for 512 × 4,608, and as exact.

    Example:
        >>> u, s, vt = thin_svd(torch.ones(2, 8))
        >>> u.shape, s.shape, vt.shape
        (torch.Size([2, 2]), torch.Size([2]), torch.Size([2, 8]))
    """
    units, inputs = weight.shape
    if inputs < 2 * units:
        return tuple(torch.linalg.svd(weight, full_matrices=False))  # type: ignore[return-value]
    q, r = torch.linalg.qr(weight.T)
    u, s, vt = torch.linalg.svd(r.T, full_matrices=False)
    return u, s, vt @ q.T


def singular_values(weight: Tensor) -> Tensor:
    """σ `(min(m, n),)`, largest first."""
    units, inputs = weight.shape
    return torch.linalg.svdvals(weight.T.contiguous() if inputs > units else weight)
