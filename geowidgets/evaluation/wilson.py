"""Wilson's interval: how sure a share of samples is."""

from __future__ import annotations

import math
from statistics import NormalDist


def wilson_interval(count: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Score interval of a binomial share p = count / n.

    (p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n), z the normal quantile of (1 + level)/2.

    Args:
        count: successes, 0..n.
        n: trials; NaN for 0.
        level: in (0, 1).

    Raises:
        ValueError: a count outside of 0..n, or a level outside of (0, 1).

    Source: Wilson 1927, "Probable inference, the law of succession, and statistical inference".

    >>> [round(end, 4) for end in wilson_interval(8, 10)]
    [0.4902, 0.9433]
    """
    if not 0 <= count <= n:
        raise ValueError(f"count must lie in 0..{n}, got {count!r}")
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, got {level!r}")
    if n == 0:
        return math.nan, math.nan
    z, p = NormalDist().inv_cdf((1 + level) / 2), count / n
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    middle, scale = p + z * z / (2 * n), 1 + z * z / n
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)
