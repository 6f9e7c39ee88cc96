"""Correlation of two columns of samples, with an interval and its rank counterpart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geowidgets.evaluation.bootstrap import DRAWS, LEVEL, bootstrap_interval


@dataclass(frozen=True)
class Correlation:
    """Pearson's r with its bootstrap interval, Spearman's ρ, and the number of samples."""

    pearson: float
    low: float
    high: float
    spearman: float
    n: int


def correlate(
    x: np.ndarray, y: np.ndarray, *, draws: int = DRAWS, seed: int = 0, level: float = LEVEL
) -> Correlation:
    """Pearson's r in float64 with a percentile bootstrap interval, and Spearman's ρ beside it.

    r = Σ (x_i − x̄)(y_i − ȳ) / √(Σ (x_i − x̄)² Σ (y_i − ȳ)²); ρ is r of the average ranks.

    Args:
        x: numbers `(sample,)`; samples where either is not finite are left out.
        y: numbers `(sample,)`.
        draws: resamples of the samples.
        seed: of the resamples.
        level: of the interval.

    Returns:
        `Correlation`; NaN where a column is constant or fewer than 2 samples are left.

    Raises:
        ValueError: columns of different lengths.

    >>> found = correlate(np.arange(5), np.array([1.0, 3.0, 2.0, 5.0, 4.0]))
    >>> round(found.pearson, 6), round(found.spearman, 6), found.n
    (0.8, 0.8, 5)
    """
    x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
    if x.shape != y.shape or x.ndim != 1:
        raise ValueError(f"expected two columns (sample,), got shapes {x.shape} and {y.shape}")
    known = np.isfinite(x) & np.isfinite(y)
    x, y = x[known], y[known]
    n = len(x)
    if n < 2 or min(np.ptp(x), np.ptp(y)) == 0:
        return Correlation(np.nan, np.nan, np.nan, np.nan, n)
    x, y = _standardised(x), _standardised(y)
    moments = np.stack([x, y, x * x, y * y, x * y], axis=1)

    def pearson(counts: np.ndarray) -> np.ndarray:
        mx, my, xx, yy, xy = (counts @ moments / n).T
        with np.errstate(divide="ignore", invalid="ignore"):
            # A resample of equal values has variance 0 but for rounding.
            spread = np.sqrt(np.clip(xx - mx**2, 0, None) * np.clip(yy - my**2, 0, None))
            return np.where(spread > 1e-12, (xy - mx * my) / spread, np.nan)

    low, high = bootstrap_interval(pearson, n, draws, seed, level)
    rank_x, rank_y = (_standardised(pd.Series(c).rank().to_numpy()) for c in (x, y))
    return Correlation(_product(x, y), float(low), float(high), _product(rank_x, rank_y), n)


def _standardised(values: np.ndarray) -> np.ndarray:
    """Mean 0 and mean square 1, so that sums of products lose no digits."""
    centred = values - values.mean()
    return centred / np.sqrt((centred**2).mean())


def _product(x: np.ndarray, y: np.ndarray) -> float:
    return float(np.clip((x * y).mean(), -1, 1))
