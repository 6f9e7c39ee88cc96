"""Empty bqplot figures with the marks that `PruneCurves` fills in the page."""

from __future__ import annotations

from importlib import import_module
from typing import Any

STYLES = ("solid", "dashed", "dotted", "dash_dotted")
MARKS = ("bands", "guides", "spreads", *STYLES, "points", "potentials", "chosen")
"""Names of a figure's marks, from the bottom up; a mark carries its name as its first label."""
MARGIN = {"top": 14, "right": 16, "bottom": 46, "left": 62}


def figure(title: str, x: str, y: str) -> Any:
    """A figure with the marks of `MARKS` and no data.

    The number of marks does not depend on the number of curves: curves that share a line style are
    one mark with a row a curve.

    Args:
        title: for screen readers; it is not drawn.
        x: label of the horizontal axis.
        y: label of the vertical axis.

    Returns:
        A `bqplot.Figure`.

    Example:
        >>> [mark.labels[0] for mark in figure("Accuracy", "ratio", "accuracy").marks][:2]
        ['bands', 'guides']
    """
    bqplot: Any = import_module("bqplot")  # its star imports confuse type checkers
    scales = {axis: bqplot.LinearScale(min=0, max=1, allow_padding=False) for axis in ("x", "y")}
    quiet = {"scales": scales, "interactions": {}, "enable_hover": False, "apply_clip": False}

    def lines(name: str, **look: Any) -> Any:
        return bqplot.Lines(x=[], y=[], labels=[name], **quiet, **look)

    def dots(name: str, **look: Any) -> Any:
        return bqplot.Scatter(x=[], y=[], labels=[name], **quiet, **look)

    marks = [
        lines("bands", fill="inside", close_path=True, stroke_width=0),
        lines("guides", line_style="dashed", stroke_width=1),
        lines("spreads", stroke_width=3),
        *(lines(style, line_style=style, stroke_width=2) for style in STYLES),
        dots("points", default_size=26),
        dots("potentials", marker="diamond", default_size=70),
        dots("chosen", default_size=110, fill=False, stroke_width=2),
    ]
    axes = [
        bqplot.Axis(scale=scales["x"], label=x, label_offset="34px", tick_format="~g"),
        bqplot.Axis(scale=scales["y"], label=y, side="left", label_offset="46px",
                    tick_format="~g"),
    ]  # fmt: skip
    return bqplot.Figure(
        marks=marks, axes=axes, title="", fig_margin=MARGIN, padding_x=0, padding_y=0,
        display_toolbar=False, min_aspect_ratio=0.01, max_aspect_ratio=100,
    ).add_class(f"gw-curves-{title}")  # fmt: skip


def close(one: Any) -> None:
    """Close a figure with all that was made for it, which ipywidgets keeps open."""
    scales = {scale for mark in one.marks for scale in mark.scales.values()}
    parts = [*one.marks, *one.axes, *scales, one.scale_x, one.scale_y]
    for part in parts:
        part.close()
    layout = one.layout
    one.close()
    layout.close()
