"""From a Chromium trace to how long a page's main thread was busy with each move of a pointer."""

from __future__ import annotations

import bisect
import json
from collections.abc import Callable
from typing import Any, NamedTuple

from playwright.sync_api import Browser, Page

CATEGORIES = ["devtools.timeline", "cc", "toplevel"]
AFTER_PAINT = """() => new Promise(done => requestAnimationFrame(() => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => done();
  port2.postMessage(null);
}))"""
Point = tuple[float, float]


class Times(NamedTuple):
    """Sorted milliseconds, one a frame with a move: by the clock, and of the processor."""

    wall: list[float]
    busy: list[float]


def drag(browser: Browser, page: Page, start: Point, at: Callable[[int], Point], n: int) -> Times:
    """Press at `start`, settle at `at(0)`, then record `n` moves to `at(k)`."""
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*at(0), steps=20)
    browser.start_tracing(page=page, categories=CATEGORIES)
    for k in range(n):
        page.mouse.move(*at(k))
        page.evaluate(AFTER_PAINT)
    events = json.loads(browser.stop_tracing())["traceEvents"]
    page.mouse.up()
    return frames(events, n)


def frames(events: list[dict[str, Any]], n: int) -> Times:
    """The main thread's work on each of `n` moves, from the event to the end of paint and commit.

    A view may answer a move in the event itself or in the frame that follows; both are counted.
    """
    moves = [
        event
        for event in events
        if event["name"] == "EventDispatch" and event["args"]["data"]["type"] == "pointermove"
    ]
    if not moves:
        raise RuntimeError("the trace holds no pointer move: has Chromium renamed EventDispatch?")
    thread = (moves[0]["pid"], moves[0]["tid"])
    starts = sorted(event["ts"] for event in moves)
    tasks = [e for e in events if is_task(e) and (e["pid"], e["tid"]) == thread]
    wall, busy = [0.0] * len(starts), [0.0] * len(starts)
    for event in tasks:
        # Whatever the page does until the next move is done for this one.
        k = bisect.bisect_right(starts, event["ts"] + event["dur"]) - 1
        if k >= 0:
            wall[k] += event["dur"] / 1000
            busy[k] += event["tdur"] / 1000
    if len(starts) < n / 2:
        raise RuntimeError(f"expected about {n} moves in the trace, found {len(starts)}")
    return Times(sorted(wall), sorted(busy))


def is_task(event: dict[str, Any]) -> bool:
    """Whether an event is a whole task of a thread: scripts, layout, paint, commit."""
    return event["name"] == "ThreadControllerImpl::RunTask" and "tdur" in event


def p95(values: list[float]) -> float:
    """The value that 95 % of sorted values do not exceed."""
    return values[int(0.95 * (len(values) - 1))]
