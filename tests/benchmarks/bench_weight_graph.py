"""How fast the weight graph plays: `python -m tests.benchmarks.bench_weight_graph [units epochs]`.

A graph of made-up weights whose units gather around a few directions is saved as a page with all of
its edges and opened in Chromium: the shipped bundle, no Jupyter, no kernel. It plays from its first
epoch to its last at 10 epochs a second. Printed are

* frames: pictures of the graph a second by the clock, which others on the machine slow down;
* a frame's work: processor time of the page's main thread from one picture to the next, layout,
  edges, charts, paint and commit included, median and 95th percentile, and the frames a second
  that it would allow on a core of its own;
* the longest that one frame took, by the processor: a change of epoch.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, sync_playwright

import geowidgets as gw
from geowidgets.widgets import weight_graph_page
from tests.benchmarks.trace import CATEGORIES, is_task, p95
from tests.browser.chromium import ARGUMENTS, find

SPEED = 10.0
RUNS = 3
MARK = "geowidgets-picture"
# A picture of the graph ends with its edges' pixels; the mark tells the trace when.
WATCH = f"""
const put = CanvasRenderingContext2D.prototype.putImageData;
CanvasRenderingContext2D.prototype.putImageData = function (...rest) {{
  put.apply(this, rest);
  performance.mark('{MARK}');
}};
"""


def weights(units: int, epochs: int, inputs: int = 256, seed: int = 0) -> np.ndarray:
    """Weights (epoch, unit, input) that grow to one of eight directions, a fifth of them not."""
    rng = np.random.default_rng(seed)
    start = rng.normal(size=(units, inputs)) / np.sqrt(inputs)
    common = rng.normal(size=inputs)
    goals = (common + rng.normal(size=(8, inputs))) / np.sqrt(2 * inputs)
    goal = 0.9 * goals[rng.integers(0, 8, units)] + 0.9 * rng.normal(size=start.shape) / np.sqrt(
        inputs
    )
    goal *= rng.uniform(0.5, 2.5, size=(units, 1))
    stays = rng.random((units, 1)) < 0.2
    steps = (1 - np.exp(-4 * np.linspace(0, 1, epochs)))[:, None, None]
    return np.where(stays, start, (1 - steps) * start + steps * goal)


def play(browser: Browser, path: Path) -> dict[str, Any]:
    """Play the page to its end under a trace."""
    page = browser.new_page(viewport={"width": 1600, "height": 1000})
    page.add_init_script(WATCH)
    page.goto(path.as_uri(), timeout=300_000)
    page.wait_for_selector(".gw-weights[data-gw-state='ready']", timeout=300_000)
    browser.start_tracing(page=page, categories=[*CATEGORIES, "blink.user_timing"])
    page.get_by_role("button", name="Play").click()
    page.wait_for_selector("[data-gw-state='playing']")
    page.wait_for_selector(".gw-weights-play[aria-pressed='false']", timeout=300_000)
    events = json.loads(browser.stop_tracing())["traceEvents"]
    words = page.locator(".gw-weights-words").inner_text()
    page.close()
    return {"words": words, **frames(events)}


def frames(events: list[dict[str, Any]]) -> dict[str, Any]:
    """Frames a second and each frame's processor time, from mark to mark."""
    marks = sorted((e for e in events if e["name"] == MARK), key=lambda e: e["ts"])
    if len(marks) < 10:
        raise RuntimeError(f"expected many pictures in the trace, found {len(marks)}")
    thread = marks[0]["pid"], marks[0]["tid"]
    tasks = [e for e in events if is_task(e) and (e["pid"], e["tid"]) == thread]
    starts = [e["ts"] for e in marks]
    busy = [0.0] * len(starts)
    for task in tasks:
        k = int(np.searchsorted(starts, task["ts"] + task["dur"], side="right")) - 1
        if k >= 0:
            busy[k] += task["tdur"] / 1000
    seconds = (starts[-1] - starts[0]) / 1e6
    return {"fps": (len(starts) - 1) / seconds, "busy": sorted(busy[:-1]), "frames": len(starts)}


def main(units: int, epochs: int) -> None:
    """Print the line of a graph of so many units and epochs: the best of three runs."""
    # More edges of every epoch than a page for others carries, as with a kernel.
    weight_graph_page.PAGE_BYTES = 1 << 24
    graph = gw.WeightGraph(weights(units, epochs), epoch=0, speed=SPEED, inner_product=0.25)
    last = graph.wait().to_dataframe(graph.epochs[-1])
    edges = int(last.edges.sum()) // 2
    print(f"{os.cpu_count()} CPU cores, software rendering, 1,600 × 1,000 CSS pixels\n")
    print(
        "| units × epochs, edges at the end | frames a second by the clock | a frame's work, "
        "processor: median / p95 / longest | allows | load |\n|---|---|---|---|---|"
    )
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=find(), args=list(ARGUMENTS))
        path = graph.save_html(Path(folder) / "graph.html").path
        runs = [play(browser, path) for _ in range(RUNS)]
        browser.close()
    best = min(runs, key=lambda run: p95(run["busy"]))
    busy = best["busy"]
    print(
        f"| {units} × {epochs}, {edges:,} | {max(run['fps'] for run in runs):.0f} | "
        f"{statistics.median(busy):.1f} / {p95(busy):.1f} / {busy[-1]:.0f} ms | "
        f"{1000 / statistics.mean(busy):.0f} a second | {os.getloadavg()[0]:.1f} |"
    )
    print(f"\n{best['words']}")


if __name__ == "__main__":
    main(*(int(value) for value in (sys.argv[1:] or ["512", "50"])))
