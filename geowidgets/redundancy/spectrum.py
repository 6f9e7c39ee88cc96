"""Empirical spectral density of WWᵀ, and what Marchenko and Pastur expect of random weights."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from geowidgets.redundancy.layers import Source, weight_matrix

# PyTorch draws from U(±1/√n), whose variance is 1/(3n), so that nσ² = 1/3 for every layer.
DEFAULT_SCALE = 1.0 / 3.0


class Support(NamedTuple):
    """Where the Marchenko–Pastur law has its mass.

    Attributes:
        low: lower edge of the continuous part, nσ²(1 − √(m/n))².
        high: upper edge, nσ²(1 + √(m/n))².
        atom: mass at 0: 1 − Q where Q = n/m < 1, else 0.
    """

    low: float
    high: float
    atom: float


class Spectrum(NamedTuple):
    """The eigenvalues of X = WWᵀ of one layer.

    Attributes:
        eigenvalues: λ, `(unit,)`, largest first, ≥ 0; where m > n the last m − n are exactly 0.
        units: m.
        inputs: n.
        scale: nσ², with σ² the mean square of the entries, which is also the mean eigenvalue
            tr(X)/m: that of a random matrix with as large a Frobenius norm.
    """

    eigenvalues: np.ndarray
    units: int
    inputs: int
    scale: float

    @property
    def aspect_ratio(self) -> float:
        """Q = n/m."""
        return self.inputs / self.units

    def support(self, scale: float = DEFAULT_SCALE) -> Support:
        """Edges for random weights of this shape; by default at PyTorch's initialisation."""
        return marchenko_pastur_support(self.units, self.inputs, scale)

    def outliers(self, scale: float = DEFAULT_SCALE) -> int:
        """How many eigenvalues lie above the upper edge."""
        return int(np.count_nonzero(self.eigenvalues > self.support(scale).high))

    def density(self, bins: int | np.ndarray = 50) -> tuple[np.ndarray, np.ndarray]:
        """The empirical spectral density: ρ(λ) `(bin,)` and the bins' edges `(bin + 1,)`.

        ρ integrates to 1 over the bins (where they hold all eigenvalues), the zeros included.
        """
        counts, edges = np.histogram(self.eigenvalues, bins)
        return counts / (len(self.eigenvalues) * np.diff(edges)), edges


def spectrum(source: Source, layer: str | nn.Module | None = None) -> Spectrum:
    """Eigenvalues of X = WWᵀ, from the smaller of the two Gram matrices, in float64.

    Args:
        source: a matrix `(unit, …)`, a layer, or a model.
        layer: name of the layer in the model.

    Returns:
        `Spectrum`; eigenvalues are right to about 1e-15 of the largest.

    Raises:
        ValueError: an unknown layer, or weights that are not finite.

    Source: "Sources of redundancy", §3.3; Martin and Mahoney 2018, §2.

    Example:
        >>> spectrum(torch.tensor([[3.0, 0.0], [0.0, 2.0], [0.0, 0.0]])).eigenvalues.tolist()
        [9.0, 4.0, 0.0]
    """
    weight = weight_matrix(source, layer)
    m, n = weight.shape
    gram = weight @ weight.T if m <= n else weight.T @ weight
    found = torch.linalg.eigvalsh(gram).flip(0).clamp(min=0).cpu().numpy()
    values = np.zeros(m)
    values[: len(found)] = found
    return Spectrum(values, m, n, float(weight.square().sum()) / m)


def marchenko_pastur_support(units: int, inputs: int, scale: float = DEFAULT_SCALE) -> Support:
    """Edges nσ²(1 ∓ √(m/n))² of the spectrum of WWᵀ for independent entries of variance σ².

    Args:
        units: m.
        inputs: n.
        scale: nσ²; by default 1/3, that of PyTorch's default initialisation of linear layers and
            convolutions.

    Returns:
        `Support`. For Q = n/m < 1 the continuous part has mass Q and 0 has the mass 1 − Q.

    Raises:
        ValueError: sizes below 1, or a scale that is not positive.

    Source: Marchenko and Pastur 1967; "Sources of redundancy", §3.3, Figs. 6 and 7.

    Example:
        >>> [round(edge, 4) for edge in marchenko_pastur_support(256, 16_384)[:2]]  # Conv-2 fc1
        [0.2552, 0.4219]
    """
    if units < 1 or inputs < 1:
        raise ValueError(f"expected at least 1 unit and 1 input, got {units} and {inputs}")
    if not (scale > 0 and np.isfinite(scale)):
        raise ValueError(f"scale: expected a positive nσ², got {scale!r}")
    root = np.sqrt(units / inputs)
    atom = max(0.0, 1.0 - inputs / units)
    return Support(float(scale * (1 - root) ** 2), float(scale * (1 + root) ** 2), atom)


def marchenko_pastur(
    eigenvalues: np.ndarray | float, units: int, inputs: int, scale: float = DEFAULT_SCALE
) -> np.ndarray:
    """Limiting density of the eigenvalues of WWᵀ for independent entries of variance σ².

    ρ(λ) = Q / (2π nσ² λ) · √((λ₊ − λ)(λ − λ₋)) between the edges λ∓ = nσ²(1 ∓ √(m/n))², else 0,
    with Q = n/m. It integrates to min(1, Q); the rest, 1 − Q, is an atom at 0 (`Support.atom`),
    which no density shows.

    Args:
        eigenvalues: λ, of any shape.
        units: m.
        inputs: n.
        scale: nσ².

    Returns:
        ρ, float64, of the same shape; ρ(0) is 0 also where Q = 1, whose density has a pole there.

    Source: Marchenko and Pastur 1967; Martin and Mahoney 2018, eq. 8.

    Example:
        >>> marchenko_pastur(np.array([0.1, 1.0, 5.0]), 100, 100, 1.0).round(3).tolist()
        [0.994, 0.276, 0.0]
    """
    low, high, _ = marchenko_pastur_support(units, inputs, scale)
    value = np.asarray(eigenvalues, dtype=np.float64)
    inside = np.clip((high - value) * (value - low), 0, None)
    with np.errstate(divide="ignore", invalid="ignore"):
        density = inputs / units / (2 * np.pi * scale * value) * np.sqrt(inside)
    return np.where(value > 0, np.nan_to_num(density), 0.0)
