"""Other tools' parallel coordinates on the same numbers, as pages of their own."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page

from tests.benchmarks.synthetic_store import SyntheticStore
from tests.benchmarks.trace import Point, Times, drag

# What is there once a peer's first picture is; and, beside the fourth axis, where a brush begins.
MARKS = {
    "plotly": ".parcoords .axis-brush",
    "hiplot": ".dimension .overlay",
}


def installed() -> list[str]:
    """Those that can be imported."""
    return [name for name in MARKS if importlib.util.find_spec(name) is not None]


def table(samples: int) -> dict[str, np.ndarray]:
    """Axis → values: ten angles, length, margin, probability."""
    store = SyntheticStore(samples)
    angles = store.column("angles", 0, 0)
    axes = {f"angle {k}": angles[:, k] for k in range(angles.shape[1])}
    return axes | {name: store.column(name, 0, 0) for name in ("length", "margin", "probability")}


def write(peer: str, path: Path, samples: int) -> None:
    """The peer's page, everything in one file."""
    axes = table(samples)
    if peer == "plotly":
        import plotly.graph_objects as go

        dimensions = [{"label": name, "values": values} for name, values in axes.items()]
        figure = go.Figure(go.Parcoords(dimensions=dimensions))
        figure.update_layout(width=1440, height=500)
        figure.write_html(path, include_plotlyjs=True)
    else:
        import hiplot

        rows = [{name: float(values[i]) for name, values in axes.items()} for i in range(samples)]
        hiplot.Experiment.from_iterable(rows).to_html(str(path))


def axis_of(page: Page, peer: str) -> tuple[float, float, float]:
    """x, top and height of the fourth axis."""
    box = page.locator(MARKS[peer]).nth(3).bounding_box()
    if box is None:
        raise RuntimeError(f"{peer}: no axis found by {MARKS[peer]!r}")
    return box["x"] + box["width"] / 2, box["y"], box["height"]


def measure(
    browser: Browser, peer: str, folder: Path, samples: int, moves: int
) -> tuple[float, Times]:
    """Milliseconds from the page's scripts having run to its axes, and the drag of a brush."""
    path = folder / f"{peer}.html"
    write(peer, path, samples)
    page = browser.new_page(viewport={"width": 1600, "height": 1200})
    page.goto(path.as_uri(), wait_until="commit")
    page.locator(MARKS[peer]).nth(3).wait_for(state="attached")
    page.wait_for_load_state("networkidle")
    first = page.evaluate(
        "() => performance.now() - performance.getEntriesByType('navigation')[0].responseEnd"
    )
    x, top, height = axis_of(page, peer)

    def at(k: int) -> Point:
        return x, top + height * (0.4 + 0.12 * abs((k % 40) - 20) / 20)

    times = drag(browser, page, (x, top + 0.95 * height), at, moves)
    page.close()
    return first, times
