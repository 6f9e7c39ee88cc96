"""Figures as plain lists and dicts, for pages and pictures that carry no bqplot.

The same functions as in `bqplot_chart`, so that what draws with one draws with the other: `figure`,
`line`, `band`, `dots`, `put`, `put_band`, `put_ticks` and `ranges`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from geowidgets.widgets.bqplot_ticks import round_values, words
from geowidgets.widgets.chart_colors import COLORS

DIGITS = 5  # of every number: a tenth of a pixel in a figure of 3,000


def figure(title: str, x: str, y: str, *, log: bool = False) -> dict[str, Any]:
    """An empty figure; see `bqplot_chart.figure`."""
    return {
        "title": title,
        "x": {"label": x, "range": [1.0, 2.0], "log": log},
        "y": {"label": y, "range": [0.0, 1.0]},
        "marks": [],
    }


def line(
    chart: dict[str, Any],
    color: str,
    *,
    dashed: bool = False,
    filled: bool = False,
    width: float = 2,
) -> dict[str, Any]:
    """A line; see `bqplot_chart.line`."""
    made = {
        "kind": "line", "x": [], "y": [], "color": COLORS[color], "width": width,
        "dash": "dashed" if dashed else "", "fill": "below" if filled else "",
    }  # fmt: skip
    chart["marks"].append(made)
    return made


def band(chart: dict[str, Any], color: str) -> dict[str, Any]:
    """An area between two curves; see `bqplot_chart.band`."""
    made = line(chart, color, width=0.5)
    made |= {"fill": "inside", "fillOpacity": 0.22}
    return made


def dots(
    chart: dict[str, Any], color: str, *, marker: str = "circle", size: int = 40, tip: Any = None
) -> dict[str, Any]:
    """Points; see `bqplot_chart.dots`."""
    made = {
        "kind": "dots", "x": [], "y": [], "color": COLORS[color], "marker": marker, "size": size,
        "tip": None if tip is None else [list(one) for one in tip],
    }  # fmt: skip
    chart["marks"].append(made)
    return made


def put(mark: dict[str, Any], x: Any, y: Any) -> None:
    """Give a mark its points."""
    mark["x"], mark["y"] = _numbers(x), _numbers(y)


def put_band(mark: dict[str, Any], x: Any, low: Any, high: Any) -> None:
    """Give an area its two edges over x; see `bqplot_chart.put_band`."""
    put(mark, np.concatenate([x, x[::-1]]), np.concatenate([low, high[::-1]]))


def put_ticks(chart: dict[str, Any], values: Sequence[float]) -> None:
    """Put the ticks of the horizontal axis at these values; see `bqplot_ticks.put_ticks`."""
    chart["x"]["ticks"] = [[float(value), words(value)] for value in values]


def ranges(chart: dict[str, Any], x: tuple[float, float], y: tuple[float, float]) -> None:
    """Set what the axes show."""
    chart["x"]["range"], chart["y"]["range"] = _numbers(x), _numbers(y)
    if chart["x"]["log"]:
        put_ticks(chart, round_values(*x))


def _numbers(values: Any) -> list[float | None]:
    """Rounded numbers; NaN, which JSON does not know, as None."""
    given = np.asarray(values, np.float64)
    return [float(f"{v:.{DIGITS}g}") if np.isfinite(v) else None for v in given.tolist()]
