"""A working day of brushing: `python -m tests.benchmarks.bench_brushing [kernel] [tab]`.

100,000 selections, in a kernel process and in a Chromium tab, and what stays behind:

* kernel: a real process with a store, a selection and five views, which hears selections as they
  come from the page, writes some itself, saves subsets, and undoes; the blocks that Python's
  allocator holds and the resident size are sampled after a garbage collection;
* tab: a saved page with a table, panels and lines, in which brushes move (transient moves, a final
  one, clicks, undo and redo); heap, nodes and listeners are sampled by Chromium's own counters
  after its garbage collector ran.

A line is fitted to the samples of the second half: bytes a selection. Both functions are run by
`tests/browser/test_brushing.py` with fewer selections, whose test fails on a leak of 100 bytes.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import tempfile
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

import geowidgets as gw
from geowidgets.widgets import bits
from tests.benchmarks.synthetic_store import SyntheticStore
from tests.browser.chromium import ARGUMENTS, find

SAMPLES = 599
EACH = 100_000
POINTS = 41
PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
# In the page, by the views' own keys and buttons; the views are drawn in a frame now and then.
BRUSH = """async ([first, count]) => {
  const press = (element, key, shiftKey = false) => {
    element.focus();
    element.dispatchEvent(new KeyboardEvent('keydown', { key, shiftKey, bubbles: true,
      cancelable: true }));
    element.dispatchEvent(new KeyboardEvent('keyup', { key, shiftKey, bubbles: true }));
  };
  const button = name => [...document.querySelectorAll('.gw-explorer-bar button')]
    .find(one => one.textContent.endsWith(name));
  const all = selector => [...document.querySelectorAll(selector)];
  const undo = button('Undo'), redo = button('Redo');
  const names = ['length', 'margin', 'probability', 'angle/class 0', 'angle/class 1'];
  let changes = 0;
  const watch = new MutationObserver(() => { changes += 1; });
  const shown = document.querySelector('.gw-parallel-count');
  watch.observe(shown, { childList: true, subtree: true, characterData: true });
  for (let k = first; k < first + count; k++) {
    const name = names[Math.floor(k / 10) % names.length];
    const axis = document.querySelector(`.gw-parallel [data-axis='${name}']`);
    if (k % 10 < 6) press(axis, k % 20 < 10 ? 'ArrowUp' : 'ArrowDown', true);
    else if (k % 10 === 6) press(all('.gw-local-panel')[Math.floor(k / 10) % 7], 'Enter');
    else if (k % 10 === 7) undo.click();
    else if (k % 10 === 8) redo.click();
    else if (k % 100 === 99) press(axis, 'Escape');
    else all('[role=gridcell]')[Math.floor(k / 10) % 3]?.click();
    if (k % 25 === 0) await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
  }
  await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
  watch.disconnect();
  return changes;
}"""


@dataclass
class Growth:
    """Samples over a run.

    Attributes:
        at: selections made (point,).
        values: name → bytes or counts (point,).
    """

    at: list[int] = field(default_factory=list)
    values: dict[str, list[float]] = field(default_factory=dict)

    def note(self, at: int, **values: float) -> None:
        """Add a point."""
        self.at.append(at)
        for name, value in values.items():
            self.values.setdefault(name, []).append(value)

    def slope(self, name: str) -> float:
        """Growth a selection over the second half of the points, by Theil and Sen.

        The median of the slopes between all pairs: one late garbage collection moves it little.
        """
        half = len(self.at) // 2
        x, y = np.array(self.at[half:], float), np.array(self.values[name][half:], float)
        i, j = np.triu_indices(len(x), 1)
        return float(np.median((y[j] - y[i]) / (x[j] - x[i])))

    def line(self, name: str) -> str:
        """What became of a value, in words."""
        first, last = self.values[name][0], self.values[name][-1]
        return f"{name}: {first:,.0f} → {last:,.0f}, {self.slope(name):+.3f} a selection"


def in_kernel(
    n: int, points: int = POINTS, leak: Callable[[int], object] | None = None, traced: bool = False
) -> Growth:
    """Selections as a kernel hears and makes them.

    Args:
        n: how many.
        points: at how many moments to look.
        leak: called with each, to see that it shows.
        traced: count the bytes of Python's objects, which takes four times as long.

    Returns:
        `blocks` of Python's allocator, `resident` bytes of the process, and `python` bytes.
    """
    store = SyntheticStore(SAMPLES, models=3)
    selection = gw.Selection(store)
    kinds = (gw.EvaluationTable, gw.LocalGeometry, gw.ParallelCoordinates, gw.PruneCurves)
    views = [kind(store, selection) for kind in kinds]
    heard: list[int] = [0]
    selection.observe(lambda change: heard.__setitem__(0, heard[0] + 1), "state")
    growth, step = Growth(), max(1, n // (points - 1))
    if traced:
        tracemalloc.start()
    for k in range(n + 1):
        if k % step == 0:
            gc.collect()
            resident = int(Path("/proc/self/statm").read_text().split()[1]) * PAGE
            growth.note(k, blocks=sys.getallocatedblocks(), resident=resident)
            if traced:
                growth.values.setdefault("python", []).append(tracemalloc.get_traced_memory()[0])
        one_selection(selection, k)
        if leak:
            leak(k)
    tracemalloc.stop()
    assert heard[0] > 0.9 * n, "the selections did not arrive"
    assert len(selection.history["past"]) <= 50
    for one in (*views, selection):
        one.close()
    return growth


def one_selection(selection: gw.Selection, k: int) -> None:
    """The k-th: most from the page, some from Python, undo, a subset, and a wrong message."""
    if k % 10 < 7:
        mask = np.zeros(SAMPLES, bool)
        mask[(k * 7919 + np.arange(300) * 104729) % SAMPLES] = True
        state = selection.state
        clause = {
            "view": f"brush{k % 3}", "set": "test", "pair": [0, 0],
            "predicate": {"kind": "samples", "n": k}, "mask": bits.encode(mask),
        }  # fmt: skip
        others = [one for one in state["clauses"] if one["view"] != clause["view"]]
        state = {**state, "revision": state["revision"] + 1, "clauses": [*others, clause]}
        update = {"method": "update", "state": {"state": state}, "buffer_paths": []}
        selection._handle_msg({"content": {"data": update}, "buffers": []})
        assert not selection.error, selection.error
    elif k % 10 == 7:
        selection.samples = [k % SAMPLES, (k + 1) % SAMPLES]
    elif k % 10 == 8:
        selection.undo()
    elif k % 100 == 9:
        selection.save(f"subset {k % 5}")
    else:
        selection.redo()


def saved(folder: Path) -> Path:
    """A saved page with a table, panels and lines on one selection."""
    store = SyntheticStore(SAMPLES, models=3)
    selection = gw.Selection(store)
    explorer = gw.Explorer(
        store, selection, views=["evaluation_table", "local_geometry", "parallel_coordinates"]
    )
    path = folder / "brushed.html"
    explorer.save_html(path, include="all")
    for one in (explorer, selection):
        one.close()
    return path


def in_tab(page: Page, path: Path, n: int, points: int = POINTS, leak: str = "") -> Growth:
    """Selections in a page from disk; `leak`: run there after each batch, to see that it shows.

    Returns:
        `heap` (bytes of JavaScript), `nodes`, `listeners`.
    """
    page.goto(path.as_uri())
    for ready in ("[role=gridcell]", ".gw-local-panel", ".gw-parallel [data-axis='angle/class 1']"):
        page.locator(ready).first.wait_for()
    tools = page.context.new_cdp_session(page)
    tools.send("HeapProfiler.enable")
    tools.send("Performance.enable")
    growth, step = Growth(), n // (points - 1)
    for k in range(points):
        for _ in range(2):  # what finalizers free goes with the second
            tools.send("HeapProfiler.collectGarbage")
        metrics = tools.send("Performance.getMetrics")["metrics"]
        found = {one["name"]: one["value"] for one in metrics}
        growth.note(
            k * step, heap=found["JSHeapUsedSize"], nodes=found["Nodes"],
            listeners=found["JSEventListeners"],
        )  # fmt: skip
        if k < points - 1:
            changes = page.evaluate(BRUSH, [k * step, step])
            assert changes > step / 50, f"of {step} selections the lines showed {changes}"
            if leak:
                page.evaluate(leak, step)
    return growth


def main() -> None:
    """Print both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="*", default=["kernel", "tab"])
    parser.add_argument("--n", type=int, default=EACH)
    given = parser.parse_args()
    if "kernel" in given.what:
        growth = in_kernel(given.n)
        print("kernel:", "; ".join(growth.line(name) for name in growth.values), flush=True)
    if "tab" in given.what:
        with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
            chromium = playwright.chromium.launch(executable_path=find(), args=list(ARGUMENTS))
            page = chromium.new_page(viewport={"width": 1200, "height": 1600})
            growth = in_tab(page, saved(Path(folder)), given.n)
            print("tab:", "; ".join(growth.line(name) for name in growth.values), flush=True)
            chromium.close()


if __name__ == "__main__":
    main()
