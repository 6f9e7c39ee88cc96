"""Other tools' linked scatter plots beside ours, in JupyterLab, which they need around them."""

from __future__ import annotations

import contextlib
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser

from tests.benchmarks.trace import Point, Times, drag
from tests.browser.lab import serve
from tests.browser.notebook import Notebook

SAMPLES = """
from tests.benchmarks.synthetic_store import SyntheticStore
store = SyntheticStore({samples}, models=2)
x, y = store.column("angle", 0, 0), store.column("length", 0, 0)
"""
OURS = """
import geowidgets as gw
gw.LocalGeometry(store, mode="box", height=700)
"""
BQPLOT = """
import bqplot
from bqplot.interacts import BrushSelector
scales = {"x": bqplot.LinearScale(), "y": bqplot.LinearScale()}
dots = bqplot.Scatter(
    x=x, y=y, scales=scales, default_size=6,
    selected_style={"fill": "red"}, unselected_style={"opacity": 0.3},
)
brush = BrushSelector(x_scale=scales["x"], y_scale=scales["y"], marks=[dots])
axes = [
    bqplot.Axis(scale=scales["x"]), bqplot.Axis(scale=scales["y"], orientation="vertical"),
]
layout = {"width": "900px", "height": "700px"}
bqplot.Figure(marks=[dots], axes=axes, interaction=brush, layout=layout)
"""
JSCATTER = """
import jscatter
import pandas
scatter = jscatter.Scatter(x="x", y="y", data=pandas.DataFrame({"x": x, "y": y}), height=700)
scatter.mouse("lasso")
scatter.show()
"""


@dataclass
class Peer:
    """A tool: what to run, what takes the pointer, and what its drag does."""

    title: str
    module: str
    cell: str
    area: str


PEERS = (
    Peer("LocalGeometry in JupyterLab, a box", "geowidgets", OURS, "[data-panel='0']"),
    Peer("bqplot, one scatter, a box", "bqplot", BQPLOT, ".bqplot .plotarea_events"),
    Peer("jupyter-scatter, one scatter, a lasso (selects at its end)", "jscatter", JSCATTER,
         ".jp-OutputArea-output canvas"),
)  # fmt: skip


def measure(browser: Browser, lab_url: str, peer: Peer, moves: int) -> Times:
    """Main thread's time with each move of a drag over 10,000 points."""
    page = browser.new_page(viewport={"width": 1600, "height": 1400})
    notebook = Notebook(page, lab_url)
    notebook.run_all()
    area = page.locator(peer.area).first
    area.wait_for()
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    if box is None:
        raise RuntimeError(f"{peer.title}: {peer.area} has no place in the page")

    def at(k: int) -> Point:
        swing = abs((k % 40) - 20) / 20
        x = box["x"] + box["width"] * (0.4 + 0.4 * swing)
        return x, box["y"] + box["height"] * (0.5 + 0.4 * swing)

    start = box["x"] + 0.1 * box["width"], box["y"] + 0.1 * box["height"]
    times = drag(browser, page, start, at, moves)
    page.close()
    return times


def measured(
    browser: Browser, folder: Path, samples: int, moves: int
) -> Iterator[tuple[str, Times]]:
    """Each installed tool's title and times; all in one JupyterLab, in one run."""
    with contextlib.ExitStack() as stack:
        home = folder / "lab"
        home.mkdir()
        lab = stack.enter_context(serve(home))
        for peer in PEERS:
            if importlib.util.find_spec(peer.module) is None:
                continue
            url = lab.write(f"{peer.module}.ipynb", [SAMPLES.format(samples=samples), peer.cell])
            yield peer.title, measure(browser, url, peer, moves)
