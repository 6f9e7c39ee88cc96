"""95 % intervals of accuracies, of means and of their differences; `js/lib/table_intervals.js`."""

from __future__ import annotations

import numpy as np

Z = 1.959963984540054  # two-sided 95 % quantile of the standard normal distribution


def wilson(k: float, n: int) -> tuple[float, float]:
    """Wilson's 95 % score interval of the proportion k / n (Wilson 1927); NaN for n = 0.

    (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n), p = k / n

    >>> [round(bound, 4) for bound in wilson(81, 263)]
    [0.2553, 0.3662]
    """
    if n == 0:
        return np.nan, np.nan
    p = k / n
    centre = p + Z**2 / (2 * n)
    half = Z * np.sqrt(p * (1 - p) / n + Z**2 / (4 * n**2))
    scale = 1 + Z**2 / n
    return (
        0.0 if k == 0 else float((centre - half) / scale),
        1.0 if k == n else float((centre + half) / scale),
    )


def subset_difference(k: float, n: int, whole_k: float, whole_n: int) -> tuple[float, float, float]:
    """Accuracy on a subset minus accuracy on the whole set that holds it, with its 95 % interval.

    With the rest R = W − S: p_S − p_W = (1 − n_S / n_W)(p_S − p_R), and S and R share no sample;
    the interval is Newcombe's hybrid score interval (Newcombe 1998, method 10), scaled alike.

    Args:
        k: correct predictions in the subset.
        n: samples in the subset.
        whole_k: correct predictions in the whole set.
        whole_n: samples in the whole set.

    Returns:
        (difference, low, high), fractions; NaN for an empty subset.

    >>> [round(150 / 80 * bound, 4) for bound in subset_difference(56, 70, 104, 150)]
    [0.2, 0.0524, 0.3339]
    """
    if n == 0:
        return np.nan, np.nan, np.nan
    rest = whole_n - n
    if rest == 0:
        return 0.0, 0.0, 0.0
    p, q = k / n, (whole_k - k) / rest
    (p_low, p_high), (q_low, q_high) = wilson(k, n), wilson(whole_k - k, rest)
    share = rest / whole_n
    low = share * (p - q - np.hypot(p - p_low, q_high - q))
    high = share * (p - q + np.hypot(p_high - p, q - q_low))
    return share * (p - q), float(low), float(high)


def mean_interval(n: float, mean: float, variance: float) -> tuple[float, float]:
    """95 % interval of a mean, mean ± z √(variance / n); NaN for fewer than 2 samples.

    >>> mean_interval(100, 5.0, 4.0)[0].__round__(3)
    4.608
    """
    half = Z * np.sqrt(variance / n) if n > 1 else np.nan
    return float(mean - half), float(mean + half)


def mean_difference(
    part: tuple[float, float, float], whole: tuple[float, float, float]
) -> tuple[float, float, float]:
    """Mean on a subset minus mean on the whole set that holds it, with its 95 % interval.

    As in `subset_difference`, with the rest R = W − S: m_S − m_W = (n_R / n_W)(m_S − m_R), and
    the interval is ± z (n_R / n_W) √(s²_S / n_S + s²_R / n_R).

    Args:
        part: (n, mean, variance with n − 1) of the subset.
        whole: the same of the whole set.

    Returns:
        (difference, low, high), in the metric's unit; NaN for an empty subset.
    """
    n, mean, variance = part
    whole_n, whole_mean, whole_variance = whole
    if not n > 0:
        return np.nan, np.nan, np.nan
    rest_n = whole_n - n
    if rest_n <= 0:
        return 0.0, 0.0, 0.0
    rest_mean = (whole_n * whole_mean - n * mean) / rest_n
    between = n * rest_n / whole_n * (mean - rest_mean) ** 2
    within = (n - 1) * variance if n > 1 else 0.0
    rest_square = max(0.0, (whole_n - 1) * whole_variance - within - between)
    difference = float(mean - whole_mean)
    if n <= 1 or rest_n <= 1:
        return difference, np.nan, np.nan
    error = np.sqrt(variance / n + rest_square / (rest_n - 1) / rest_n)
    half = float(Z * rest_n / whole_n * error)
    return difference, difference - half, difference + half
