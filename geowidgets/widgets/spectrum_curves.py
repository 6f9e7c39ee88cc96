"""What `Spectrum` draws, as arrays: densities, random laws, residuals and their elbow."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from geowidgets.redundancy import Spectrum

BINS = 64
LAW_POINTS = 240
BEYOND_EDGE = 1.6  # the near view ends at so many times the random edge
LEAST_RANKS = 60


class Residual(NamedTuple):
    """What projections to rank k = 0, 1, … leave out.

    Attributes:
        share: ‖W − W_k‖_F / ‖W‖_F in [0, 1], `(rank,)`; 0 everywhere for W = 0.
        kept: 100·‖W_k‖_F / ‖W‖_F, percent, `(rank,)`.
        elbow: k, see `redundancy.elbow`.
    """

    share: np.ndarray
    kept: np.ndarray
    elbow: int


def bin_edges(spectra: list[Spectrum], near: bool) -> np.ndarray:
    """Edges of the bins that all spectra share, `(bin + 1,)`.

    Near: from 0 to 1.6 times the larger random edge, at PyTorch's initialisation or at the scale of
    the median eigenvalue, which outliers do not move, evenly; else from the least to the largest
    positive eigenvalue of all, by ratios.

    Example:
        >>> from geowidgets.redundancy import spectrum
        >>> bin_edges([spectrum(np.eye(3, 5))], near=True)[[0, -1]].round(2).tolist()
        [0.0, 5.04]
    """
    high = max(one.support().high for one in spectra)
    for one in spectra:
        if (middle := float(np.median(one.eigenvalues))) > 0:
            high = max(high, one.support(middle).high)
    if near:
        return np.linspace(0.0, BEYOND_EDGE * high, BINS + 1)
    # Rounding leaves zeros of about 1e-16 of the largest; they are no eigenvalues to look at.
    floors = [1e-12 * max(float(one.eigenvalues[0]), high) for one in spectra]
    positive = np.concatenate(
        [one.eigenvalues[one.eigenvalues > f] for one, f in zip(spectra, floors, strict=True)]
    )
    low, top = (positive.min(), max(positive.max(), high)) if positive.size else (high / 10, high)
    return np.geomspace(0.9 * low, 1.1 * top, BINS + 1)


def steps(found: Spectrum, edges: np.ndarray, near: bool) -> tuple[np.ndarray, np.ndarray]:
    """The density as the outline of its bars: x and y `(2·bin + 2,)`, from 0 back to 0.

    Near it is the density of λ, else that of ln λ; either integrates to the share of the
    eigenvalues that lie between the edges.

    Example:
        >>> from geowidgets.redundancy import spectrum
        >>> x, y = steps(spectrum(np.eye(3, 5)), np.array([0.5, 1.5, 2.5]), near=True)
        >>> x.tolist(), y.tolist()
        ([0.5, 0.5, 1.5, 1.5, 2.5, 2.5], [0.0, 1.0, 1.0, 0.0, 0.0, 0.0])
    """
    counts, _ = np.histogram(found.eigenvalues, edges)
    widths = np.diff(edges if near else np.log(edges))
    density = counts / (len(found.eigenvalues) * widths)
    return np.repeat(edges, 2), np.concatenate([[0.0], np.repeat(density, 2), [0.0]])


def law(
    found: Spectrum, scale: float, edges: np.ndarray, near: bool
) -> tuple[np.ndarray, np.ndarray]:
    """The Marchenko–Pastur density of random weights of that shape: x and y `(point,)`.

    Points lie between the law's own edges, so that it begins and ends at 0 where it is cut by
    neither the view nor a pole at 0.

    Example:
        >>> from geowidgets.redundancy import spectrum
        >>> x, y = law(spectrum(np.eye(3, 5)), 1.0, np.array([0.0, 9.0]), near=True)
        >>> bool(abs(np.trapezoid(y, x) - 1) < 0.01)
        True
    """
    from geowidgets.redundancy import marchenko_pastur, marchenko_pastur_support

    low, high, _ = marchenko_pastur_support(found.units, found.inputs, scale)
    # Points crowd at both edges, where the law rises like a square root.
    turn = (1 - np.cos(np.linspace(0, np.pi, LAW_POINTS))) / 2
    x = low + (high - low) * turn
    x = x[(x >= edges[0]) & (x <= edges[-1])]
    y = marchenko_pastur(x, found.units, found.inputs, scale)
    if near and low < 1e-9 * high:
        x, y = x[1:], y[1:]  # the pole, of which ρ(0) = 0 would make a spike
    return x, y if near else x * y


def outside(found: Spectrum, edges: np.ndarray) -> int:
    """How many eigenvalues the view leaves out."""
    inside = (found.eigenvalues >= edges[0]) & (found.eigenvalues <= edges[-1])
    return int(len(inside) - np.count_nonzero(inside))


def residual(found: Spectrum) -> Residual:
    """The residual curve from the eigenvalues alone: ‖W − W_k‖²_F = Σ_{i > k} λ_i.

    Example:
        >>> from geowidgets.redundancy import spectrum
        >>> residual(spectrum(np.diag([3.0, 4.0, 0.0]))).share.tolist()
        [1.0, 0.6, 0.0, 0.0]
    """
    from geowidgets.redundancy import elbow

    values = found.eigenvalues[: min(found.units, found.inputs)]
    energy = np.append(np.cumsum(values[::-1])[::-1], 0.0)
    whole = energy[0] or 1.0
    share = np.sqrt(energy / whole)
    kept = 100 * np.sqrt(np.clip(1 - energy / whole, 0, 1)) if energy[0] else np.zeros(len(energy))
    return Residual(share, kept, elbow(np.sqrt(energy)))


def last_rank(elbow: int, ranks: int, near: bool, measured: int = 0) -> int:
    """The last rank that is drawn: all, or near the elbow and all measured ones."""
    if not near:
        return ranks
    return min(ranks, max(LEAST_RANKS, measured, 3 * elbow))
