"""Geometry of the feature space itself: random angles by dimension, and linear CKA."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from geowidgets.geometry import checks
from geowidgets.geometry.angle import CHUNK_BYTES, projected_angles, working_device

# U(0,1) vectors all lie in one orthant: their mean angle tends to arccos(3/4) = 41.4°.
DISTRIBUTIONS = ("uniform", "normal", "positive")


class RandomAngles(NamedTuple):
    """Angles between random vectors; all fields `(dimension,)`, mean and std in degrees."""

    dimension: Tensor
    mean: Tensor
    std: Tensor


def random_pair_angles(
    dimensions: Sequence[int],
    pairs: int = 10_000,
    *,
    distribution: str = "uniform",
    seed: int = 0,
) -> RandomAngles:
    """Mean and standard deviation of the angle of random pairs of vectors, by dimension.

    Two independent directions become orthogonal: the mean tends to 90° and the standard
    deviation to 180/(π √d) ≈ 57.3°/√d, so an angle says more the further it is from 90° in
    units of that.

    Args:
        dimensions: numbers of features d, each at least 1.
        pairs: number of independent pairs, at least 2.
        distribution: of every component: `"uniform"` U(−1, 1), which is what the figure must
            mean, `"normal"` N(0, 1), or `"positive"` U(0, 1), which stays near 41°.
        seed: of a generator of its own.

    Returns:
        `RandomAngles`, float64 mean and std. Working memory: `CHUNK_BYTES`.

    Raises:
        ValueError: unknown distribution, dimension below 1 or fewer than 2 pairs.

    Source: Li et al., "Understanding Robustness Lottery", §9.3 and Fig. 11 (top).

    Example:
        >>> found = random_pair_angles([2, 200])
        >>> found.std.round().tolist()
        [52.0, 4.0]
    """
    checks.one_of("distribution", distribution, DISTRIBUTIONS)
    if pairs < 2:
        raise ValueError(f"pairs must be at least 2, got {pairs}")
    if wrong := [d for d in dimensions if d < 1]:
        raise ValueError(f"dimensions must be at least 1, got {wrong[0]}")
    generator = torch.Generator().manual_seed(seed)
    drawn = [_pair_angles(d, pairs, distribution, generator) for d in dimensions]
    return RandomAngles(
        torch.tensor(list(dimensions), dtype=torch.int64),
        torch.stack([angles.mean() for angles in drawn]),
        torch.stack([angles.std() for angles in drawn]),
    )


def _pair_angles(d: int, pairs: int, distribution: str, generator: torch.Generator) -> Tensor:
    step = max(1, CHUNK_BYTES // (4 * 8 * d))
    parts = []
    for size in torch.arange(pairs).split(step):
        shape = (2, len(size), d)
        if distribution == "normal":
            x, y = torch.randn(shape, generator=generator, dtype=torch.float64)
        else:
            x, y = torch.rand(shape, generator=generator, dtype=torch.float64)
            if distribution == "uniform":
                x, y = 2.0 * x - 1.0, 2.0 * y - 1.0
        dots = (x * y).sum(dim=1) / torch.linalg.vector_norm(y, dim=1)
        parts.append(projected_angles(dots[:, None], torch.linalg.vector_norm(x, dim=1))[:, 0])
    return torch.cat(parts)


@torch.no_grad()
def cka(features: Sequence[Any], *, debiased: bool = False) -> Tensor:
    """Linear centred kernel alignment between all pairs of representations of the same samples.

    With X and Y centred over the samples,
    CKA = ‖XᵀY‖²_F / (‖XᵀX‖_F ‖YᵀY‖_F), in [0, 1], invariant to rotations and to one scale.
    `debiased` replaces each product by the unbiased estimate of HSIC, which does not grow with
    the width for few samples and may be slightly negative.

    Args:
        features: one `(sample, feature)` matrix a model; widths may differ, samples may not.
        debiased: use the unbiased estimate; needs at least 4 samples.

    Returns:
        `(model, model)`, float64, symmetric, on the first matrix's device; ones on the diagonal,
        NaN for a representation without variance.

    Raises:
        ValueError: fewer than 2 (4) samples, or numbers of samples that differ.

    Source: Kornblith et al. 2019, §3 and eq. 4; Song et al. 2012, eq. 5 (unbiased HSIC);
    comparator of Li et al., "Understanding Robustness Lottery", §7.1.

    Example:
        >>> x = torch.randn(50, 3)
        >>> cka([x, 2 * x.flip(1)]).round(decimals=6)
        tensor([[1., 1.],
                [1., 1.]], dtype=torch.float64)
    """
    if not features:
        raise ValueError("features must hold at least one (sample, feature) matrix, got none")
    matrices = [checks.as_tensor(matrix) for matrix in features]
    for matrix in matrices:
        checks.matrix("features", matrix, "sample, feature")
    samples, device = len(matrices[0]), matrices[0].device
    if any(len(matrix) != samples for matrix in matrices):
        raise ValueError(
            f"features must have the same samples, got {[len(matrix) for matrix in matrices]}"
        )
    least = 4 if debiased else 2
    if samples < least:
        raise ValueError(f"features must have at least {least} samples, got {samples}")
    centred = [_centred(matrix.to(working_device(device), torch.float64)) for matrix in matrices]
    products = centred[0].new_empty(len(centred), len(centred))
    for i, x in enumerate(centred):
        for j, y in enumerate(centred[: i + 1]):
            products[i, j] = products[j, i] = _alignment(x, y, debiased)
    norms = products.diagonal().sqrt()
    return (products / (norms[:, None] * norms)).to(device)


def _centred(x: Tensor) -> Tensor:
    """Centred features with the same Gram matrix, at most as wide as there are samples."""
    size = torch.linalg.vector_norm(x)
    x = x - x.mean(dim=0)
    if torch.linalg.vector_norm(x) <= 1e-13 * size:  # what rounding leaves of constant features
        x = torch.zeros_like(x)
    return torch.linalg.qr(x.T, mode="r").R.T if x.shape[1] > x.shape[0] else x


def _alignment(x: Tensor, y: Tensor, debiased: bool) -> Tensor:
    """tr(K L) of the centred Gram matrices K = XXᵀ, L = YYᵀ, or its unbiased counterpart."""
    product = (x.T @ y).square().sum()
    if not debiased:
        return product
    n = len(x)
    # Song et al. leave out the diagonals of K and L; centred rows sum to zero, so that only
    # the diagonals themselves remain to be corrected for.
    a, b = x.square().sum(dim=1), y.square().sum(dim=1)
    return product - n / (n - 2) * (a @ b) + a.sum() * b.sum() / ((n - 1) * (n - 2))


def expected_spread(dimension: int) -> float:
    """Asymptotic standard deviation of a random pair's angle, 180/(π √d) degrees.

    Example:
        >>> round(expected_spread(100), 2)
        5.73
    """
    if dimension < 1:
        raise ValueError(f"dimension must be at least 1, got {dimension}")
    return 180.0 / (math.pi * math.sqrt(dimension))
