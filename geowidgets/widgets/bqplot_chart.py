"""Charts of few marks, drawn by bqplot: a box of figures under one bar of words and menus.

bqplot is imported when the first chart is made. Colours are the views' own CSS variables, so that
charts follow the page's theme without the kernel.
"""

from __future__ import annotations

import importlib
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets as t
from ipywidgets import HBox, Layout, VBox, Widget

from geowidgets.widgets import whole_file
from geowidgets.widgets._base import Displayed, nearest
from geowidgets.widgets.bqplot_ticks import put_ticks, round_values
from geowidgets.widgets.chart_colors import COLORS
from geowidgets.widgets.chart_page import ChartPage

if TYPE_CHECKING:
    from geowidgets.widgets.saved_image import SavedImage
    from geowidgets.widgets.saved_page import SavedPage

MARGIN = {"top": 34, "bottom": 46, "left": 62, "right": 18}


class ChartFrame(Displayed):
    """The bar above the figures: a sentence, the Save menu, progress and errors.

    It also dresses the box that it stands in: light or dark, fonts and colours of the figures.
    """

    bundle = "chart_frame"
    pythons = ("_esm", "_css", "words", "error", "progress", "legend", "file")

    words = t.Unicode(help="One sentence on what is shown; written by Python.").tag(sync=True)
    error = t.Unicode(help="What went wrong, or nothing; written by Python.").tag(sync=True)
    progress = t.Dict(help="words, done, of; empty: nothing under way; Python.").tag(sync=True)
    legend = t.List(help="[colour, look, words] of each line; written by Python.").tag(sync=True)
    file = t.Unicode("chart", help="Name of saved pictures; Python.").tag(sync=True)

    def __init__(self, **options: Any) -> None:
        self._asked: dict[str, Path] = {}
        self.alone: ChartPage | None = None
        super().__init__(**options)
        self.on_msg(ChartFrame._heard)

    def picture_source(self) -> Displayed:
        """What is drawn for a picture: the figures as numbers, which need no bqplot."""
        return self if self.alone is None else self.alone

    def picture_state(self) -> dict[str, Any] | None:
        """The state of that, which a page is told with the request."""
        if self.alone is None:
            return None
        return {"chart": self.alone.chart, "chosen": self.alone.chosen}

    def ask_picture(self, path: str | os.PathLike[str]) -> None:
        """Ask the page for a picture; the file is written when it arrives."""
        where = Path(path)
        kind = where.suffix.lower().removeprefix(".")
        if kind not in ("png", "svg"):
            raise ValueError(f"path: expected a name that ends in .png or .svg, got {str(path)!r}")
        if not where.parent.is_dir():
            raise FileNotFoundError(f"path: expected a folder that exists, got {where.parent}")
        name = f"{len(self._asked)}.{kind}"
        self._asked[name] = where
        self.send({"type": "chart", "name": name, "kind": kind})

    def _heard(self, content: Any, buffers: list) -> None:
        """Write a picture that was asked for, and no other."""
        known = content if isinstance(content, dict) else {}
        name = known.get("name")
        if known.get("type") != "chart" or name not in [*self._asked] or not buffers:
            self.refuse(content, "a picture that was asked for, with its bytes")
            return
        whole_file.write(self._asked.pop(str(name)), bytes(buffers[0]))


class ChartBox(VBox):
    """Controls, a `ChartFrame` and figures, closed together.

    Args:
        controls: widgets of the bar's left side.
        file: name of saved pictures, without an ending.
    """

    def __init__(self, controls: Sequence[Widget], file: str) -> None:
        self._frame = ChartFrame(file=file)
        self._figures = HBox(layout=Layout(flex_flow="row wrap", width="100%"))
        bar = HBox(list(controls), layout=Layout(flex_flow="row wrap"))
        bar.add_class("gw-charts-bar")
        self._figures.add_class("gw-charts-figures")
        super().__init__([bar, self._frame, self._figures], layout=Layout(width="100%"))
        self.add_class("gw-charts")

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The widget, and beside it what stands in where no widget can be shown."""
        from geowidgets.widgets.kept_state import chart_bundle

        return chart_bundle(self, super()._repr_mimebundle_(**kwargs) or {})

    @property
    def status(self) -> str:
        """The sentence that the view shows."""
        return self._frame.words

    @property
    def error(self) -> str:
        """What went wrong, or nothing."""
        return self._frame.error

    def save_html(
        self, path: str | os.PathLike[str], *, include: Any = None, title: str = "geowidgets"
    ) -> SavedPage:
        """Write the charts as one HTML file that lives without a kernel; see `save_page`.

        The page draws the same marks by itself, without bqplot.

        Args:
            path: the file; replaced when it is there, and never half-written.
            include: names of layers, where the charts have some; all by default.
            title: the page's title.

        Raises:
            ValueError: an unknown layer; says the nearest.

        >>> spectrum.save_html("layers.html", include=["fc1"])           # doctest: +SKIP
        """
        from geowidgets.widgets.saved_page import save_page

        with self.page_view(include) as page:
            return save_page(page, path, title=title)

    def save_image(self, path: str | os.PathLike[str], **options: Any) -> SavedImage:
        """Write a picture of the charts as PNG or SVG; see `saved_image.save_image`.

        >>> spectrum.save_image("spectrum.svg", theme="light", width=900) # doctest: +SKIP
        """
        from geowidgets.widgets.saved_image import save_image

        with self.page_view(now=True) as self._frame.alone:
            try:
                return save_image(self._frame, path, **options)
            finally:
                self._frame.alone = None

    @contextmanager
    def page_view(self, include: Any = None, *, now: bool = False) -> Iterator[ChartPage]:
        """The charts as a widget of numbers, open for as long as the `with` lasts.

        Args:
            include: names of layers, where there are some; all by default.
            now: only what is shown.
        """
        chart, chosen = self._contents(include, now)
        page = ChartPage(chart=chart, chosen=chosen)
        try:
            yield page
        finally:
            page.close()

    def _contents(self, include: Any, now: bool) -> tuple[dict[str, Any], dict[str, int]]:
        """`ChartPage.chart` and `chosen`; `now`: only what is shown."""
        raise NotImplementedError(f"{type(self).__name__} does not say what its page holds")

    def save_png(self, path: str | os.PathLike[str]) -> None:
        """Write the figures as one PNG.

        The page draws it, so the view must be displayed; the file is there once the page has
        answered, after the cell has ended.

        Raises:
            ValueError: a name that does not end in .png.
            FileNotFoundError: a folder that does not exist.
        """
        self._save(path, "png")

    def save_svg(self, path: str | os.PathLike[str]) -> None:
        """Write the figures as one SVG; see `save_png`."""
        self._save(path, "svg")

    def _save(self, path: str | os.PathLike[str], kind: str) -> None:
        if Path(path).suffix.lower() != f".{kind}":
            raise ValueError(f"path: expected a name that ends in .{kind}, got {str(path)!r}")
        self._frame.ask_picture(path)

    def close(self) -> None:
        """Close the view, its figures, marks, axes and scales."""
        for widget in reversed(_parts(self)):
            if widget is not self and widget.comm is not None:
                widget.close()
        super().close()


def _library() -> Any:
    """bqplot, whose import takes a second and warns of its own traits."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        return importlib.import_module("bqplot")


def check_options(name: str, given: Mapping[str, Any], known: Sequence[str]) -> None:
    """Refuse unknown keywords, which traitlets would drop."""
    for option in given:
        raise TypeError(f"{name}() got an unknown option {option!r}.{nearest(option, list(known))}")


def figure(title: str, x: str, y: str, *, log: bool = False) -> Any:
    """An empty figure of a linear, or where `log` says so logarithmic, horizontal axis."""
    bqplot = _library()
    # Room for the marks' own size would put ticks at odd places.
    across = bqplot.LogScale if log else bqplot.LinearScale
    scales = {
        "x": across(min=1.0, max=2.0, allow_padding=False),
        "y": bqplot.LinearScale(min=0.0, max=1.0, allow_padding=False),
    }
    style = {"grid_lines": "solid", "grid_color": "var(--gw-grid, #eceef1)"}
    axes = [
        bqplot.Axis(scale=scales["x"], label=x, label_offset="34px", **style),
        bqplot.Axis(scale=scales["y"], label=y, label_offset="44px", **style),
    ]
    axes[1].orientation = "vertical"  # given to the constructor, traitlets warns of it
    made = bqplot.Figure(
        title=title, axes=axes, marks=[], fig_margin=dict(MARGIN), animation_duration=0,
        min_aspect_ratio=0.2, max_aspect_ratio=8.0, padding_x=0.0, padding_y=0.0,
        layout=Layout(flex="1 1 340px", width="auto", min_width="300px", height="300px"),
    )  # fmt: skip
    made.add_class("gw-chart")
    made.gw_scales = scales
    return made


def line(chart: Any, color: str, *, dashed: bool = False, filled: bool = False, width: float = 2):
    """A line of one of `COLORS`, added to the figure; a filled one is an area above 0."""
    bqplot = _library()
    made = bqplot.Lines(
        x=np.zeros(0), y=np.zeros(0), scales=chart.gw_scales, colors=[COLORS[color]],
        stroke_width=width, line_style="dashed" if dashed else "solid",
        fill="bottom" if filled else "none", fill_colors=[COLORS[color]], fill_opacities=[0.28],
        interpolation="linear", apply_clip=True,
    )  # fmt: skip
    chart.marks = [*chart.marks, made]
    return made


def band(chart: Any, color: str):
    """An area between two curves, of one of `COLORS`, added to the figure; see `put_band`."""
    bqplot = _library()
    made = bqplot.Lines(
        x=np.zeros(0), y=np.zeros(0), scales=chart.gw_scales, colors=[COLORS[color]],
        stroke_width=0.5, fill="inside", fill_colors=[COLORS[color]], fill_opacities=[0.22],
        close_path=True, apply_clip=True,
    )  # fmt: skip
    chart.marks = [*chart.marks, made]
    return made


def put_band(mark: Any, x: Any, low: Any, high: Any) -> None:
    """Give an area its two edges over x: there along the lower one, back along the upper."""
    put(mark, np.concatenate([x, x[::-1]]), np.concatenate([low, high[::-1]]))


def dots(chart: Any, color: str, *, marker: str = "circle", size: int = 40, tip: Any = None):
    """Points of one of `COLORS`, added to the figure, with a tooltip where one is given."""
    bqplot = _library()
    made = bqplot.Scatter(
        x=np.zeros(0), y=np.zeros(0), scales=chart.gw_scales, colors=[COLORS[color]],
        marker=marker, default_size=size, stroke="var(--gw-bg, white)", apply_clip=False,
    )  # fmt: skip
    if tip is not None:
        made.tooltip = bqplot.Tooltip(
            fields=["x", "y"], labels=list(tip[0]), formats=list(tip[1]), show_labels=True
        )
    chart.marks = [*chart.marks, made]
    return made


def put(mark: Any, x: Any, y: Any) -> None:
    """Give a mark its points, in one message."""
    with mark.hold_sync():
        mark.x = np.asarray(x, np.float64)
        mark.y = np.asarray(y, np.float64)


def ranges(chart: Any, x: tuple[float, float], y: tuple[float, float]) -> None:
    """Set what the axes show."""
    for axis, (low, high) in ((chart.gw_scales["x"], x), (chart.gw_scales["y"], y)):
        with axis.hold_sync():
            axis.min, axis.max = float(low), float(high)
    if isinstance(chart.gw_scales["x"], _library().LogScale):
        put_ticks(chart, round_values(*x))


def _parts(widget: Any) -> list[Widget]:
    """A widget and everything that it is made of, each once."""
    found: list[Widget] = []
    waiting = [widget]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += one.values()
        elif isinstance(one, (list, tuple)):
            waiting += one
        elif isinstance(one, Widget) and one not in found:
            found.append(one)
            names = (
                "children", "marks", "axes", "scale", "scales", "layout", "style", "tooltip",
                "scale_x", "scale_y", "axis",
            )  # fmt: skip
            waiting += [getattr(one, name) for name in names if hasattr(one, name)]
    return found
