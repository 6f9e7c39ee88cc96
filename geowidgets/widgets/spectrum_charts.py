"""The three figures of `Spectrum`, and what is drawn into them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from geowidgets.widgets import bqplot_chart
from geowidgets.widgets import spectrum_curves as curves

if TYPE_CHECKING:
    import pandas as pd

    from geowidgets.redundancy import Spectrum


class Told(NamedTuple):
    """What the figures hold, for the sentence.

    Attributes:
        residual: of the spectrum shown.
        outside: how many of its eigenvalues lie beyond the axis.
        last: the last rank on the axis.
    """

    residual: curves.Residual
    outside: int
    last: int


class Density:
    """The density of λ near the bulk, or that of ln λ over all eigenvalues.

    Each has a figure of its own: bqplot cannot put logarithms in place of a linear axis without
    drawing once with neither.
    """

    def __init__(self, near: bool, chart: Any) -> None:
        self._near, self._chart = near, chart
        title = "Eigenvalues of WWᵀ"
        label = "density of λ" if near else "density of ln λ"
        self.figure = chart.figure(title, "λ", label, log=not near)
        self._before = chart.line(self.figure, "before", filled=True, width=1)
        self._now = chart.line(self.figure, "now", filled=True, width=1.5)
        self._law = chart.line(self.figure, "strong", width=1.5)
        self._law_now = chart.line(self.figure, "mark", dashed=True, width=2)

    def draw(self, now: Spectrum, before: Spectrum | None) -> int:
        """Draw both spectra and both laws; how many eigenvalues lie beyond the axis."""
        from geowidgets.redundancy.spectrum import DEFAULT_SCALE

        near = self._near
        edges = curves.bin_edges([now] if before is None else [now, before], near)
        nothing = np.zeros(0), np.zeros(0)
        bars = curves.steps(now, edges, near)
        first = nothing if before is None else curves.steps(before, edges, near)
        random = curves.law(now, DEFAULT_SCALE, edges, near)
        same = curves.law(now, now.scale, edges, near) if now.scale > 0 else nothing
        top = max(float(max(y, default=0)) for _, y in (bars, first))
        # A law with a pole must not press everything else flat.
        top = max(top, *(float(np.quantile(y, 0.9)) if len(y) else 0 for _, y in (random, same)))
        self._chart.ranges(self.figure, (edges[0], edges[-1]), (0, 1.08 * top or 1))
        for mark, (x, y) in (
            (self._before, first), (self._now, bars), (self._law, random), (self._law_now, same),
        ):  # fmt: skip
            self._chart.put(mark, x, y)
        return curves.outside(now, edges)


class SpectrumCharts:
    """Density, residual and, where there is an accuracy, the accuracy over the rank.

    Args:
        measured: whether there is an accuracy to draw.
        chart: what draws, `bqplot_chart` or `chart_plain`.
    """

    def __init__(self, measured: bool, chart: Any = bqplot_chart) -> None:
        self._chart = chart
        self._densities = {near: Density(near, chart) for near in (True, False)}
        self._residual = chart.figure("Residual of rank k", "rank k", "share of the norm left out")
        self._residual_before = chart.line(self._residual, "before")
        self._residual_now = chart.line(self._residual, "now")
        self._cut = chart.line(self._residual, "quiet", dashed=True, width=1)
        tip = ("elbow at rank", "residual"), ("", ".3f")
        self._elbow = chart.dots(self._residual, "mark", marker="diamond", size=120, tip=tip)
        self._rest = [self._residual]
        self._after: Any = None
        if measured:
            self._after = chart.figure("Accuracy after projection", "rank k", "accuracy, %")
            self._whole = chart.line(self._after, "quiet", width=1.5)
            self._accuracy = chart.line(self._after, "now")
            self._after_cut = chart.line(self._after, "quiet", dashed=True, width=1)
            tip = ("rank", "accuracy, %"), ("", ".2f")
            self._points = chart.dots(self._after, "now", size=56, tip=tip)
            self._rest.append(self._after)

    def figures(self, near: bool) -> list[Any]:
        """Those that are displayed; the density near the bulk and that of all λ take turns."""
        return [self._densities[near].figure, *self._rest]

    def all(self) -> list[Any]:
        """Every figure, for closing."""
        return [*(one.figure for one in self._densities.values()), *self._rest]

    def draw(
        self,
        now: Spectrum,
        before: Spectrum | None,
        rank: int,
        near: bool,
        table: pd.DataFrame | None,
    ) -> Told:
        """Put a spectrum, that before training and an accuracy table into the figures."""
        outside = self._densities[near].draw(now, before)
        found = curves.residual(now)
        start = None if before is None else curves.residual(before)
        measured = 0 if table is None else int(max(table.index, default=0))
        last = curves.last_rank(found.elbow, len(found.share) - 1, near, max(measured, rank))
        self.draw_ranks(found, start, rank, last, table)
        return Told(found, outside, last)

    def draw_ranks(
        self,
        found: curves.Residual,
        start: curves.Residual | None,
        rank: int,
        last: int,
        table: pd.DataFrame | None,
    ) -> None:
        """Put residuals and accuracies over the ranks 0 to `last` into the figures."""
        self._draw_residual(found, start, rank, last)
        if self._after is not None:
            self._draw_accuracy(table, rank, last)

    def cuts(self) -> list[Any]:
        """The marks that stand at the chosen rank."""
        return [self._cut] if self._after is None else [self._cut, self._after_cut]

    def _draw_residual(
        self, found: curves.Residual, start: curves.Residual | None, rank: int, last: int
    ) -> None:
        chart = self._chart
        ranks = np.arange(last + 1)
        chart.ranges(self._residual, (0, last), (0, 1.02))
        chart.put(self._residual_now, ranks, found.share[: last + 1])
        before = [] if start is None else start.share[: last + 1]
        chart.put(self._residual_before, ranks[: len(before)], before)
        chart.put(self._cut, [rank, rank], [0, 1.02])
        chart.put(self._elbow, [found.elbow], [found.share[found.elbow]])

    def _draw_accuracy(self, table: pd.DataFrame | None, rank: int, last: int) -> None:
        chart = self._chart
        ranks = [] if table is None else np.asarray(table.index, np.float64)
        values = [] if table is None else 100 * np.asarray(table.accuracy, np.float64)
        whole = [] if table is None else [100 * float((table.accuracy + table.lost).iloc[0])] * 2
        chart.ranges(self._after, (0, last), (0, 100))
        chart.put(self._accuracy, ranks, values)
        chart.put(self._points, ranks, values)
        chart.put(self._whole, [0, last][: len(whole)], whole)
        chart.put(self._after_cut, [rank, rank], [0, 100])
