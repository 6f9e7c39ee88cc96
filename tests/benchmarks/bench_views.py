"""How long views keep the page busy: `python -m tests.benchmarks.bench_views [samples …]`.

Chromium shows the shipped bundles in a page of 1,440 CSS pixels, without Jupyter and without a
kernel. Printed are, for `ParallelCoordinates` with 13 axes,

* first picture: processor time of the main thread's frame that draws it, paint included, and wall
  time from the columns' arrival to its end;
* drag: the main thread's frames that handle a pointer move, from the event to the end of paint and
  commit, in a Chromium trace of 200 moves, each of which moves a range's end by about 2 % of the
  samples: processor time of that thread, and wall time, which others on the machine lengthen;
* whether the dragged picture equals one drawn afresh, pixel for pixel.
"""

from __future__ import annotations

import bisect
import json
import os
import statistics
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from geowidgets.widgets import _bundles
from tests.browser.chromium import ARGUMENTS, find

MOVES = 200
PAGE = Path(__file__).with_name("views_page.js")
BUNDLES = ("columns", "selection", "parallel_coordinates")
BUDGETS = {10_000: (100, 16), 100_000: (400, 16)}


def open_page(page: Page) -> None:
    """An empty page with the bundles' texts and the host's script."""
    page.set_content("<body style='margin:0'><div id='view' style='width:1440px'></div></body>")
    page.add_style_tag(content=_bundles.style("parallel_coordinates"))
    texts = {name: _bundles.script(name) for name in BUNDLES}
    page.evaluate("bundles => { window.bundles = bundles; }", texts)
    page.add_script_tag(content=PAGE.read_text())


def drag(browser: Browser, page: Page) -> tuple[list[float], list[float]]:
    """Draw a range on the fourth axis, then move its upper end up and down.

    Returns:
        Of each frame that handles a move, from the event to the end of paint and commit: the time
        it took, and the processor time of the main thread in it, both in ms and sorted.
    """
    area = page.locator("[data-axis='angle/class 3'] [data-part='area']").bounding_box()
    assert area is not None
    x, y, height = area["x"] + area["width"] / 2, area["y"], area["height"]
    page.mouse.move(x, y + 0.95 * height)
    page.mouse.down()
    page.mouse.move(x, y + 0.4 * height, steps=20)
    browser.start_tracing(page=page, categories=["devtools.timeline", "cc"])
    for k in range(MOVES):
        # Within the bulk of the other classes' angles, where one pixel is many samples.
        share = 0.4 + 0.12 * abs((k % 40) - 20) / 20
        page.mouse.move(x, y + share * height)
        page.evaluate("afterPaint()")
    events = json.loads(browser.stop_tracing())["traceEvents"]
    page.mouse.up()
    return frames(events)


def frames(events: list[dict[str, Any]]) -> tuple[list[float], list[float]]:
    """Wall and processor time of the main thread's frames in which a pointer moved, sorted."""
    moves = [
        event
        for event in events
        if event["name"] == "EventDispatch" and event["args"]["data"]["type"] == "pointermove"
    ]
    if not moves:
        raise RuntimeError("the trace holds no pointer move: has Chromium renamed EventDispatch?")
    thread = (moves[0]["pid"], moves[0]["tid"])
    times = sorted(event["ts"] for event in moves)
    wall, busy = [], []
    for event in events:
        if not is_frame(event) or (event["pid"], event["tid"]) != thread:
            continue
        first = bisect.bisect_left(times, event["ts"])
        if first < len(times) and times[first] < event["ts"] + event["dur"]:
            wall.append(event["dur"] / 1000)
            busy.append(event["tdur"] / 1000)
    if len(wall) < MOVES / 2:
        raise RuntimeError(f"expected about {MOVES} frames with a move, found {len(wall)}")
    return sorted(wall), sorted(busy)


def is_frame(event: dict[str, Any]) -> bool:
    """Whether a trace event is a main thread's frame: input, scripts, layout, paint, commit."""
    return event["name"] == "ProxyMain::BeginMainFrame" and "tdur" in event


def p95(values: list[float]) -> float:
    """The value that 95 % of sorted values do not exceed."""
    return values[int(0.95 * (len(values) - 1))]


def measure(browser: Browser, samples: int) -> dict[str, Any]:
    """First picture, drag and equality on one number of samples."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    open_page(page)
    browser.start_tracing(page=page, categories=["devtools.timeline", "cc"])
    first = page.evaluate("n => mount(n)", samples)
    events = json.loads(browser.stop_tracing())["traceEvents"]
    longest = max(event["tdur"] for event in events if is_frame(event)) / 1000
    wall, busy = drag(browser, page)
    dragged = page.evaluate("picture()")
    page.evaluate("redraw()")
    equal = dragged == page.evaluate("picture()") and dragged["painted"] > 0
    page.close()
    return {
        "first": longest, "first wall": first, "median": statistics.median(busy), "p95": p95(busy),
        "wall": p95(wall), "wall median": statistics.median(wall), "equal": equal,
    }  # fmt: skip


def main(sizes: list[int]) -> None:
    """Print one line a number of samples: the best of three runs."""
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} CPU cores, software rendering, load {load:.1f} at the start\n")
    print(
        "| samples × axes | first picture: processor / wall time | "
        "drag: processor time, median / p95 | "
        "drag: wall time, median / p95 | equals a redraw |"
    )
    print("|---|---|---|---|---|")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=list(ARGUMENTS))
        for samples in sizes:
            runs = [measure(browser, samples) for _ in range(3)]
            best = {name: min(run[name] for run in runs) for name in runs[0]}
            first, budget = BUDGETS.get(samples, ("–", "–"))
            equal = "yes" if all(run["equal"] for run in runs) else "NO"
            print(
                f"| {samples:,} × 13 | {best['first']:.0f} / {best['first wall']:.0f} ms "
                f"(budget {first}) | "
                f"{best['median']:.1f} / {best['p95']:.1f} ms (budget {budget}) | "
                f"{best['wall median']:.1f} / {best['wall']:.1f} ms | {equal} |",
                flush=True,
            )
        browser.close()
    print(f"\nLoad at the end: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main([int(text) for text in sys.argv[1:]] or list(BUDGETS))
