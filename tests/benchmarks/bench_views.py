"""How long views keep the page busy: `python -m tests.benchmarks.bench_views [case …]`.

Views are saved as pages (`save_html`) with made-up numbers and opened in Chromium: the shipped
bundles, no Jupyter, no kernel. Printed are

* first picture: by the clock, from the view's being mounted, its numbers there, to its first marks
  on the screen; the same from the unpacking of the numbers, so with the loading of the modules; and
  the processor time of the longest task in it;
* `arrival`: in JupyterLab, from the last message that carries numbers to the first marks;
* drag: all tasks of the main thread from one pointer move to the next, paint and commit included,
  200 moves in a Chromium trace, each of which changes the selection: processor time of that
  thread, and wall time, which others on the machine lengthen;
* whether the dragged picture equals one drawn afresh, pixel for pixel.

Beside them stand plotly's parallel coordinates and HiPlot, where they are installed
(`pip install plotly hiplot`), on the same numbers, the same move, in the same run; and, in
JupyterLab, bqplot and jupyter-scatter (`pip install jupyter-scatter`) beside our scatter plots.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

import geowidgets as gw
from tests.benchmarks import first_picture as arrival
from tests.benchmarks import notebook_peers, peers
from tests.benchmarks.synthetic_store import SyntheticStore
from tests.benchmarks.trace import AFTER_PAINT, CATEGORIES, Point, Times, drag, is_task, p95
from tests.browser.chromium import ARGUMENTS, find

MOVES = 200
RUNS = 3
# Set before the page's own scripts run: when the first view's root stands in the page, still empty,
# and when its first marks are on the screen. Sample views make them in a frame, whose paint ends
# the same task; the table's cells come before one.
WATCH = """
new MutationObserver(() => {
  const after = done => {
    if (!document.querySelector('[role=gridcell]')) setTimeout(done);
    else requestAnimationFrame(() => setTimeout(done));
  };
  if (document.querySelector('.gw-root')) window.gwMounted ??= performance.now();
  const ready = '.gw-parallel-axis, .gw-local [data-panel], [role=gridcell]';
  if (!window.gwFirst && document.querySelector(ready)) {
    after(() => { window.gwFirst ??= performance.now(); });
  }
}).observe(document, { childList: true, subtree: true });
"""
PICTURE = """() => [...document.querySelectorAll('canvas')].filter(c => c.width > 1).map(canvas => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let hash = 0;
  for (const value of data) hash = (Math.imul(hash, 31) + value) | 0;
  return hash;
})"""


@dataclass
class Case:
    """One line of the table: the views, where to drag, and the budgets in ms."""

    name: str
    build: Callable[[], Any]
    area: str
    axis: bool
    first: int | None
    budget: int = 16


def _parallel(samples: int) -> Callable[[], Any]:
    return lambda: gw.ParallelCoordinates(SyntheticStore(samples))


def _local(samples: int, **options: Any) -> Callable[[], Any]:
    def build() -> Any:
        store = SyntheticStore(samples, models=2)
        selection = gw.Selection(store)
        if options.get("delta"):
            selection.compared = (1, 0)
        return gw.LocalGeometry(store, selection, mode="box", **options)

    return build


def _explorer() -> Any:
    explorer = gw.Explorer(SyntheticStore(10_000, models=100, benchmarks=20))
    explorer.local_geometry.mode = "box"
    return explorer


AXIS = "[data-axis='angle/class 3'] [data-part='area']"
CASES = {
    "parallel-10k": Case("ParallelCoordinates, 10,000 × 13", _parallel(10_000), AXIS, True, 100),
    "parallel-100k": Case("the same, 100,000 × 13", _parallel(100_000), AXIS, True, 400),
    "panels-10k": Case("LocalGeometry, 10 panels, 10,000", _local(10_000), "[data-panel='0']",
                       False, 100),
    "matrix-10k": Case("its 4 × 4 matrix, 10,000", _local(10_000, matrix=0), "[data-panel]",
                       False, None),
    "delta-10k": Case("the matrix of differences, 10,000",
                      _local(10_000, matrix=0, delta=True), "[data-panel]", False, None),
    "all-10k": Case("all views in one page, 100 models × 20 benchmarks × 10,000: an axis",
                    _explorer, AXIS, True, None),
    "all-10k-panel": Case("the same: a box in a panel", _explorer, "[data-panel='0']", False, None),
}  # fmt: skip


def path_of(page: Page, case: Case) -> tuple[Point, Callable[[int], Point]]:
    """Where the drag begins, and its moves: each changes what about 2 % of the samples are."""
    box = page.locator(case.area).first.bounding_box()
    if box is None:
        raise RuntimeError(f"{case.name}: {case.area} is not in the page")
    x, y, width, height = box["x"], box["y"], box["width"], box["height"]

    def swing(k: int) -> float:
        return abs((k % 40) - 20) / 20

    if case.axis:
        # Within the bulk of the other classes' angles, where one pixel is many samples.
        middle = x + width / 2
        return (middle, y + 0.95 * height), lambda k: (middle, y + height * (0.4 + 0.12 * swing(k)))
    start = (x + 0.1 * width, y + 0.1 * height)
    return start, lambda k: (
        x + width * (0.4 + 0.4 * swing(k)),
        y + height * (0.5 + 0.4 * swing(k)),
    )


class First(NamedTuple):
    """Milliseconds to the first picture: of the longest task, from mounting, from unpacking."""

    longest: float
    mounted: float
    unpacked: float


def first_picture(browser: Browser, page: Page, path: Path) -> First:
    """Open the page and wait for its first marks."""
    page.add_init_script(WATCH)
    browser.start_tracing(page=page, categories=CATEGORIES)
    page.goto(path.as_uri())
    page.wait_for_function("() => window.gwFirst && document.documentElement.dataset.gwPage")
    events = json.loads(browser.stop_tracing())["traceEvents"]
    mounted, unpacked = page.evaluate(
        "() => [window.gwMounted, performance.getEntriesByName('geowidgets-unpacked')[0].startTime]"
        ".map(start => window.gwFirst - start)"
    )
    marked = [e["ts"] for e in events if e["name"] == "geowidgets-unpacked"]
    since = min(marked) if marked else 0
    tasks = [e["tdur"] / 1000 for e in events if is_task(e) and e["ts"] + e["dur"] > since]
    return First(max(tasks), mounted, unpacked)


def measure(browser: Browser, case: Case, path: Path) -> tuple[First, Times, bool]:
    """First picture, drag and equality with a redraw."""
    page = browser.new_page(viewport={"width": 1600, "height": 2400})
    first = first_picture(browser, page, path)
    start, at = path_of(page, case)
    times = drag(browser, page, start, at, MOVES)
    page.mouse.move(5, 5)
    rest(page)
    dragged = page.evaluate(PICTURE)
    for scheme in ("dark", "light"):  # a change of theme draws everything from the state
        page.emulate_media(color_scheme=scheme)
        themed = f".gw-root[data-gw-theme='{scheme}']"
        page.wait_for_function(
            "themed => !document.querySelector('.gw-root:not(' + themed + ')')", arg=themed
        )
        rest(page)
    equal = bool(dragged) and dragged == page.evaluate(PICTURE)
    page.close()
    return first, times, equal


def rest(page: Page) -> None:
    """Until the canvases have stayed the same for five frames."""
    last = page.evaluate(PICTURE)
    still = 0
    while still < 5:
        page.evaluate(AFTER_PAINT)
        now = page.evaluate(PICTURE)
        still = still + 1 if now == last else 0
        last = now


def lines(browser: Browser, case: Case, folder: Path) -> Iterator[str]:
    """The table's line of a case: the best of three runs."""
    view = case.build()
    path = view.save_html(folder / "page.html").path
    view.close()
    runs = [measure(browser, case, path) for _ in range(RUNS)]
    first = First(*map(min, zip(*(run[0] for run in runs), strict=True)))
    best = min((run[1] for run in runs), key=lambda times: p95(times.busy))
    budget = "" if case.first is None else f" (budget {case.first})"
    yield (
        f"| {case.name} | {first.mounted:.0f} ms{budget} / {first.unpacked:.0f} / "
        f"{first.longest:.0f} ms | {spread(best.busy)} "
        f"(budget {case.budget}) | {spread(best.wall)} | "
        f"{'yes' if all(run[2] for run in runs) else 'NO'} | {os.getloadavg()[0]:.1f} |"
    )


def spread(values: list[float]) -> str:
    """Median and 95th percentile."""
    return f"{statistics.median(values):.1f} / {p95(values):.1f} ms"


def peer_line(name: str, first: str, times: Times) -> str:
    """The table's line of another tool."""
    load = os.getloadavg()[0]
    return f"| {name} | {first} | {spread(times.busy)} | {spread(times.wall)} | – | {load:.1f} |"


def main(names: list[str]) -> None:
    """Print a table of the named cases, or of all.

    `peers` and `notebook` are other tools, `arrival` is from data to marks.
    """
    print(f"{os.cpu_count()} CPU cores, software rendering\n")
    print(
        "| what | first picture: mounted / unpacked / longest task | "
        "drag, processor: median / p95 | by the clock: median / p95 | equals a redraw | load |"
    )
    print("|---|---|---|---|---|---|")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=find(), args=list(ARGUMENTS))
        for name in names or CASES:
            if name in CASES:
                for line in lines(browser, CASES[name], Path(folder)):
                    print(line, flush=True)
        if not names or "peers" in names:
            for peer in peers.installed():
                first, times = peers.measure(browser, peer, Path(folder), 10_000, MOVES // 5)
                print(
                    peer_line(f"{peer}, 10,000 × 13", f"– / {first:.0f} / – ms", times), flush=True
                )
        if not names or "arrival" in names:
            print(*arrival.lines(browser, Path(folder), 10_000), sep="\n", flush=True)
        if not names or "notebook" in names:
            scatters = notebook_peers.measured(browser, Path(folder), 10_000, MOVES // 5)
            for title, times in scatters:
                print(peer_line(f"{title}, 10,000", "–", times), flush=True)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
