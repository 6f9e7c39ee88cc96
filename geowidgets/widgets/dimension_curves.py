"""`DimensionCurves`: the curse of dimensionality as two curves (Fig. 11)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from geowidgets.widgets import bqplot_chart as chart
from geowidgets.widgets import chart_plain
from geowidgets.widgets.bqplot_ticks import apart
from geowidgets.widgets.chart_colors import COLORS
from geowidgets.widgets.chart_page import Frames

if TYPE_CHECKING:
    import pandas as pd

Shown = tuple[str, "pd.DataFrame", dict[str, str]]
"""Title, table, and colours of the kinds by their columns' prefix."""
LEFT, RIGHT = "Random pairs", "Samples and their class direction"


class DimensionCurves(chart.ChartBox):
    """Mean angle ± one standard deviation over the dimension: random pairs, and trained nets.

    Left, pairs of uniform random vectors; right, samples and their class direction in nets whose
    last feature layer has so many units, after training (blue) and before (grey). Dimensions are
    on a logarithmic axis, angles in degrees.

    Args:
        random: Table of `redundancy.random_angles`: `mean` and `std` by `dimension`.
        widths: Table of `redundancy.angles_by_width`, which has `untrained_mean` and
            `untrained_std`, too; None draws the left alone.

    Raises:
        TypeError: an unknown option.
        ValueError: a table that lacks a column, or without a row.

    Source: Li et al., "Understanding Robustness Lottery", §9.3, Fig. 11.

    >>> DimensionCurves(random_angles([2, 10, 100]))                 # doctest: +SKIP
    """

    def __init__(
        self, random: pd.DataFrame, widths: pd.DataFrame | None = None, **unknown: Any
    ) -> None:
        chart.check_options("DimensionCurves", unknown, ("random", "widths"))
        _check("random", random, ("mean", "std"))
        if widths is not None:
            _check("widths", widths, ("mean", "std", "untrained_mean", "untrained_std"))
        super().__init__([], "dimension")
        self._shown: list[Shown] = [(LEFT, random, {"": "now"})]
        legend = [[COLORS["now"], "line", "mean"], [COLORS["now"], "area", "± std"]]
        words = [_words("random pairs", random)]
        if widths is not None:
            self._shown.append((RIGHT, widths, {"untrained_": "before", "": "now"}))
            legend.append([COLORS["before"], "line", "before training"])
            words.append(_words("trained nets", widths))
        self._figures.children = self._draw(chart)
        self._frame.legend = legend
        self._frame.words = "; ".join(words) + "."

    def _draw(self, pen: Any) -> list[Any]:
        """The figures, made by `bqplot_chart` or `chart_plain`."""
        top = _top(self._shown)
        return [_drawn(pen, one, top) for one in self._shown]

    def _contents(self, include: Any, now: bool) -> tuple[dict[str, Any], dict[str, int]]:
        if include is not None:
            raise ValueError(f"include: these curves are always whole, got {include!r}")
        frames = Frames()
        facts = {"words": self._frame.words, "legend": self._frame.legend}
        frames.add("", self._draw(chart_plain), **facts)
        return frames.chart("dimension", []), {}


def _check(name: str, table: Any, columns: tuple[str, ...]) -> None:
    lacking = [one for one in columns if one not in getattr(table, "columns", ())]
    if lacking:
        raise ValueError(f"{name}: expected a table with {', '.join(columns)}, lacks {lacking[0]}")
    if len(table) == 0 or min(table.index) < 1:
        raise ValueError(f"{name}: expected dimensions of at least 1, got {list(table.index)[:5]}")


def _drawn(pen: Any, shown: Shown, top: float) -> Any:
    """One figure: for each kind, by its columns' prefix, the mean in its band."""
    title, table, kinds = shown
    made = pen.figure(title, "dimension", "angle, °", log=True)
    at = np.asarray(table.index, np.float64)
    for prefix, color in kinds.items():
        mean, std = table[f"{prefix}mean"].to_numpy(), table[f"{prefix}std"].to_numpy()
        pen.put_band(pen.band(made, color), at, mean - std, mean + std)
        pen.put(pen.line(made, color), at, mean)
        tip = ("dimension", "mean, °"), ("", ".1f")
        pen.put(pen.dots(made, color, size=30, tip=tip), at, mean)
    low, high = at.min() / 1.1, at.max() * 1.1
    pen.ranges(made, (low, high), (0, top))
    pen.put_ticks(made, apart(sorted({float(one) for one in at}), low, high))
    return made


def _top(shown: Sequence[Shown]) -> float:
    """End of the angles' axis, the same for both figures."""
    highest = [
        float(np.nanmax(table[f"{prefix}mean"] + table[f"{prefix}std"]))
        for _, table, kinds in shown
        for prefix in kinds
    ]
    return min(180.0, max(100.0, 1.05 * max(highest)))


def _words(what: str, table: pd.DataFrame) -> str:
    first, last = table.iloc[0], table.iloc[-1]
    return (
        f"{what}: {first['mean']:.1f} ± {first['std']:.1f}° at dimension {table.index[0]}, "
        f"{last['mean']:.1f} ± {last['std']:.1f}° at {table.index[-1]}"
    )
