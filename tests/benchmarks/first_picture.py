"""From the data's arrival in JupyterLab to a view's first marks on the screen."""

from __future__ import annotations

import contextlib
import statistics
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.lab import serve
from tests.browser.notebook import Notebook

RUNS = 7
STORE = """
from tests.benchmarks.synthetic_store import SyntheticStore
import geowidgets as gw
store = SyntheticStore({samples}, models=2)
"""
VIEWS = {
    "ParallelCoordinates": ("gw.ParallelCoordinates(store)", ".gw-parallel-axis"),
    "LocalGeometry": ("gw.LocalGeometry(store)", ".gw-local [data-panel]"),
}
# A column of 10,000 numbers comes as 20 to 40 kB; JupyterLab hears of it after this listener.
WATCH = """
const Plain = window.WebSocket;
window.WebSocket = class extends Plain {
  constructor(...options) {
    super(...options);
    this.addEventListener('message', ({ data }) => {
      if (!window.gwFirst && data.byteLength > 15_000) window.gwArrived = performance.now();
    });
  }
};
new MutationObserver(() => {
  if (window.gwFirst || !document.querySelector('MARKS')) return;
  window.gwFirst = Infinity;
  setTimeout(() => { window.gwFirst = performance.now(); });
}).observe(document, { childList: true, subtree: true });
"""


def after_data(browser: Browser, lab_url: str, marks: str) -> float:
    """Milliseconds from the last of the columns' messages to the marks."""
    page = browser.new_page(viewport={"width": 1600, "height": 1400})
    page.add_init_script(WATCH.replace("MARKS", marks))
    Notebook(page, lab_url).run_all()
    page.wait_for_function("() => window.gwFirst < Infinity")
    found = page.evaluate("() => window.gwFirst - window.gwArrived")
    page.close()
    return found


def measured(browser: Browser, folder: Path, samples: int) -> Iterator[tuple[str, list[float]]]:
    """Each view's name and times."""
    with contextlib.ExitStack() as stack:
        home = folder / "first"
        home.mkdir()
        lab = stack.enter_context(serve(home))
        for name, (view, marks) in VIEWS.items():
            cells = [STORE.format(samples=samples), view]
            urls = [lab.write(f"{name}-{run}.ipynb", cells) for run in range(RUNS)]
            yield name, [after_data(browser, url, marks) for url in urls]


def lines(browser: Browser, folder: Path, samples: int) -> Iterator[str]:
    """The table's lines."""
    for name, times in measured(browser, folder, samples):
        best, middle = min(times), statistics.median(times)
        yield f"{name}, {samples:,}: {middle:.0f} ms in the median of {RUNS}, {best:.0f} at best"
