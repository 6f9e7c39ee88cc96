"""Bootstrap intervals: what a figure would be with other samples of the same kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

DRAWS = 1000
LEVEL = 0.95
CHUNK_BYTES = 16 * 2**20


def resampled_counts(n: int, draws: int = DRAWS, seed: int = 0) -> Iterator[np.ndarray]:
    """How often each of n samples occurs in resamples drawn with replacement, a few at a time.

    Args:
        n: number of samples.
        draws: number of resamples.
        seed: of a generator of its own.

    Yields:
        float64 `(draw, sample)`, `CHUNK_BYTES` at most; every row sums to n.

    >>> [counts.sum(axis=1).tolist() for counts in resampled_counts(5, draws=2)]
    [[5.0, 5.0]]
    """
    generator = np.random.default_rng(seed)
    step = max(1, CHUNK_BYTES // (8 * max(n, 1)))
    for first in range(0, draws, step):
        counts = np.empty((min(step, draws - first), n))
        for row in counts:
            row[:] = np.bincount(generator.integers(0, n, n), minlength=n)
        yield counts


def bootstrap_interval(
    statistic: Callable[[np.ndarray], np.ndarray],
    n: int,
    draws: int = DRAWS,
    seed: int = 0,
    level: float = LEVEL,
) -> tuple[np.ndarray, np.ndarray]:
    """Percentile interval of a weighted statistic over resamples of n samples.

    Args:
        statistic: counts `(draw, sample)` → values `(draw, …)`.
        n: number of samples.
        draws: number of resamples, at least 1; resamples whose value is NaN do not count.
        seed: of a generator of its own.
        level: share of the resamples' values inside, in (0, 1).

    Returns:
        Low and high end, of the shape of one value; NaN where every resample gives NaN.

    Raises:
        ValueError: draws below 1, or a level outside of (0, 1).

    Source: Efron 1979; the percentile method.

    >>> values = np.arange(10.0)
    >>> low, high = bootstrap_interval(lambda counts: counts @ values / 10, 10, seed=1)
    >>> bool(low < 4.5 < high)
    True
    """
    if draws < 1:
        raise ValueError(f"draws must be at least 1, got {draws!r}")
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, got {level!r}")
    chunks = [statistic(counts) for counts in resampled_counts(n, draws, seed)]
    values = np.concatenate(chunks).astype(np.float64)
    known = ~np.isnan(values)
    filled = np.where(known.any(axis=0), values, 0.0)  # nanquantile warns of columns of NaN alone
    ends = np.nanquantile(filled, [(1 - level) / 2, (1 + level) / 2], axis=0)
    low, high = np.where(known.any(axis=0), ends, np.nan)
    return low, high
