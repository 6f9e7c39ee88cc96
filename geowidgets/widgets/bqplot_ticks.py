"""Round ticks of logarithmic axes, which bqplot would crowd or write as 2e+0."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

MOST = 9
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def put_ticks(chart: Any, values: Sequence[float]) -> None:
    """Put the ticks of a figure's horizontal axis at these values, in words that people write."""
    axis = chart.axes[0]
    with axis.hold_sync():
        axis.tick_labels = {_in_javascript(value): words(value) for value in values}
        axis.tick_values = np.asarray(values, np.float64)


def round_values(low: float, high: float) -> list[float]:
    """1, 2 and 5 times powers of ten between two positive numbers, or the powers alone.

    >>> round_values(0.06, 0.9)
    [0.1, 0.2, 0.3, 0.5]
    >>> round_values(0.5, 2e5)
    [1.0, 10.0, 100.0, 1000.0, 10000.0, 100000.0]
    """
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    for digits in ((1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9), (1, 2, 3, 5), (1, 2, 5), (1, 3), (1,)):
        # By way of text: 3 * 10**-1 is not 0.3, and the labels are found by the number.
        powers = range(first, last + 1)
        found = [float(f"{digit}e{power}") for power in powers for digit in digits]
        found = [value for value in found if low <= value <= high]
        near = min(np.diff(np.log(found)), default=math.inf) / math.log(high / low)
        if near >= 1 / MOST:
            return found
    return found[:: math.ceil(len(found) / MOST)]


def apart(values: Sequence[float], low: float, high: float, least: float = 0.055) -> list[float]:
    """Those of some sorted positive numbers that lie far enough from the one before for a label.

    >>> apart([2, 8, 9, 100], 2, 100)
    [2, 8, 100]
    """
    kept = [values[0]]
    for value in values[1:]:
        if math.log(value / kept[-1]) >= least * math.log(high / low):
            kept.append(value)
    return kept


def words(value: float) -> str:
    """A tick's label.

    >>> words(2), words(0.05), words(1000), words(1e-7)
    ('2', '0.05', '1,000', '10⁻⁷')
    """
    power = math.log10(value)
    if not -3 <= power < 5 and power == round(power):
        return "10" + str(round(power)).translate(SUPERSCRIPTS)
    return f"{value:,g}"


def _in_javascript(value: float) -> str:
    """The number as JavaScript writes it, by which bqplot finds a label."""
    if 1e-6 <= value < 1e21:
        return np.format_float_positional(value, trim="-")
    return repr(float(value)).replace("e-0", "e-")
