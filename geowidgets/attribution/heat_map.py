"""A table of two axes as a heat map that notebooks show and that can be saved: SVG, no library."""

from __future__ import annotations

import html
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geowidgets.suggest import nearest

if TYPE_CHECKING:
    import xarray as xr

MEASURES = {
    "confidence": "mean confidence in the true class",
    "distance": "mean ‖softmax on its own pixels − on the other’s‖₂",
}
CELL, LETTER = 46, 6.6  # pixels
LOW, HIGH = np.array([247, 251, 255]), np.array([8, 48, 107])
MIDDLE = np.array([107, 174, 214])


@dataclass(frozen=True, repr=False)
class Picture:
    """An SVG document that a notebook shows.

    Attributes:
        svg: the document.
    """

    svg: str

    def __repr__(self) -> str:
        return f"<an SVG picture of {len(self.svg):,} characters; .save(path) writes it>"

    def _repr_svg_(self) -> str:
        return self.svg

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the document to a file and return its path."""
        place = Path(path)
        place.write_text(self.svg, encoding="utf-8")
        return place


def feature_heat_map(
    found: xr.Dataset, benchmark: str | None = None, measure: str = "confidence"
) -> Picture:
    """The cross-model heat map of `informative_features`, as in the paper's Fig. 3.

    Rows: whose informative pixels are shown; columns: who sees them. The last row is the whole
    image, for `confidence`.

    Args:
        found: what `informative_features` returns.
        benchmark: name; the first by default.
        measure: `"confidence"` or `"distance"`.

    Returns:
        A `Picture`: shown by notebooks, `save("heat.svg")` writes it.

    Raises:
        ValueError: an unknown benchmark or measure.

    Source: Liebenwein et al. 2021, "Lost in Pruning", Fig. 3 and 12–15.

    >>> feature_heat_map(found, "clean").save("heat.svg")            # doctest: +SKIP
    """
    if measure not in MEASURES:
        raise ValueError(f"measure: unknown word {measure!r}; {nearest(measure, MEASURES)}")
    known = [str(name) for name in found.benchmark.values]
    name = known[0] if benchmark is None else benchmark
    if name not in known:
        raise ValueError(f"benchmark: unknown name {name!r}; {nearest(name, known)}")
    own = found.sel(benchmark=name)
    values = own[measure].values
    columns = [str(model) for model in own.model.values]
    rows = [str(mask) for mask in own["mask"].values]
    if measure == "confidence":
        values = np.vstack([values, own.whole.values])
        rows.append("whole image")
    share = f"{100 * found.attrs['keep']:g} % of the pixels, "
    how = "one at a time" if found.attrs["exact"] else f"{found.attrs['k']} at a time (approximate)"
    title = f"{MEASURES[measure]}, {name}"
    about = f"{share}removed {how}, n = {own.sizes['sample']}"
    top = 1.0 if measure == "confidence" else max(float(np.nanmax(values)), 1e-9)
    return Picture(_draw(values / top, values, (rows, columns), title, about))


def _draw(
    shares: np.ndarray,
    values: np.ndarray,
    names: tuple[Sequence[str], Sequence[str]],
    title: str,
    about: str,
) -> str:
    rows, columns = names
    left = LETTER * max(map(len, rows)) + 34
    head = 0.72 * LETTER * max(map(len, columns)) + 74
    widest = max(1.1 * len(title), len(about))  # the title is bold
    width = max(left + CELL * len(columns) + head, LETTER * widest + 20)
    height = head + CELL * len(rows) + 14
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" font-family="system-ui, sans-serif" '
        f'font-size="12" role="img"><title>{html.escape(title)}</title>',
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#fff"/>',
        _text(10, 20, title, "start", weight=600),
        _text(10, 38, about, "start", "#57606a"),
        _text(10, head - 8, "pixels of", "start", "#57606a"),
    ]
    for column, name in enumerate(columns):
        x = left + CELL * (column + 0.5)
        parts.append(_text(x, head - 8, name, "start", turn=-45))
    for row, name in enumerate(rows):
        y = head + CELL * row
        parts.append(_text(left - 8, y + CELL / 2 + 4, name, "end"))
        for column in range(len(columns)):
            share = float(shares[row, column])
            parts.append(_cell(left + CELL * column, y, share, float(values[row, column])))
    return "".join([*parts, "</svg>"])


def _cell(x: float, y: float, share: float, value: float) -> str:
    if not np.isfinite(share):
        return _text(x + CELL / 2, y + CELL / 2 + 4, "–", "middle", "#57606a")
    ends = (LOW, MIDDLE) if share < 0.5 else (MIDDLE, HIGH)
    part = 2 * share if share < 0.5 else 2 * share - 1
    color = np.round(ends[0] + (ends[1] - ends[0]) * min(1.0, part)).astype(int)
    box = f'<rect x="{x:.1f}" y="{y:.1f}" width="{CELL}" height="{CELL}" stroke="#fff" '
    ink = "#111418" if share < 0.62 else "#fff"
    fill = f'fill="rgb({color[0]},{color[1]},{color[2]})"/>'
    return box + fill + _text(x + CELL / 2, y + CELL / 2 + 4, f"{value:.2f}", "middle", ink)


def _text(
    x: float,
    y: float,
    words: str,
    anchor: str,
    fill: str = "#1f2328",
    *,
    weight: int = 400,
    turn: int = 0,
) -> str:
    turned = f' transform="rotate({turn} {x:.1f} {y:.1f})"' if turn else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}" '
        f'font-weight="{weight}"{turned}>{html.escape(words)}</text>'
    )
