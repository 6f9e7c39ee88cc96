"""How a test reads and moves the views in a notebook, and what it expects of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from playwright.sync_api import Download, Locator, Page, expect

import geowidgets as gw

from .notebook import WAIT, Notebook

SETUP = """
import json
from pathlib import Path
from pathlib import Path
import geowidgets as gw
store = gw.GeometryStore.open({path!r})
selection = gw.Selection(store)
"""
REPORT = """
print(json.dumps({"samples": selection.samples.tolist(), "clauses": selection.clauses,
    "reference": selection.reference, "compared": selection.compared,
    "models": selection.models, "benchmarks": selection.benchmarks}))
"""


class HasPage(Protocol):
    """A notebook, or a saved page."""

    page: Page


def setup(store: gw.GeometryStore) -> str:
    """A cell that opens the same store in the notebook and makes a selection."""
    return SETUP.format(path=str(store.path))


def busy(flag: Path) -> str:
    """A cell that keeps the kernel busy until there is a file at `flag`."""
    return f"import time\nwhile not Path({str(flag)!r}).exists():\n    time.sleep(0.05)"


def report(notebook: Notebook, cell: int) -> dict[str, Any]:
    """What Python's selection says, read by running the cell that holds `REPORT`."""
    return json.loads(notebook.run(cell))


class Table:
    """The evaluation table inside `where`."""

    def __init__(self, where: Locator) -> None:
        self.root = where.locator(".gw-table")
        self.status = self.root.locator(".gw-table-status")

    def wait(self) -> None:
        """Until its numbers are there and drawn."""
        expect(self.root).to_have_attribute("data-gw-state", "ready")
        expect(self.root.locator("[role=gridcell]").first).to_be_visible()

    def cell(self, row: str, column: str) -> Locator:
        """A cell by the start of its label: `architecture, line, column`."""
        return self.root.locator(f"[role=gridcell][aria-label^='{row}, {column}']")

    def labels(self) -> list[str]:
        """The labels of all cells in view."""
        return self.root.locator("[role=gridcell]").evaluate_all(
            "cells => cells.map(cell => cell.getAttribute('aria-label'))"
        )

    def expect_selected(self, n: int, of: int) -> None:
        """Until the table says that it compares `n` samples."""
        expect(self.status).to_contain_text(f"{n:,} of {of:,} samples selected")

    def expect_counts(self, store: gw.GeometryStore, samples: np.ndarray) -> None:
        """Until every cell is counted on these samples."""
        self.expect_selected(samples.size, store.labels().size)
        labels = self.labels()
        assert len(labels) == len(store.models) * len(store.benchmarks)
        for (m, b), text in differences(store, samples).items():
            model, benchmark = store.models[m], store.benchmarks[b]
            column = (benchmark.corruption or benchmark.name).replace("_", " ")
            start = f"{model.architecture}, {model.method}, {column}"
            [label] = [label for label in labels if label.startswith(start)]
            assert f"selected {text} points" in label


# A gesture begins only where the pointer would reach the view, and once the page stands still:
# frames alone can pass quickly while the page is still at work on its layout.
STEADY = """async ([target, limit]) => {
  const pause = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));
  const root = target.closest('.gw-root');
  const shadow = target.getRootNode();  // the document's own, or one that the host put around it
  const reached = ({ x, y, width, height }) => y >= 0 && y + height <= innerHeight
    && shadow.elementFromPoint(x + width / 2, y + height / 2)?.closest('.gw-root') === root;
  const place = () => {
    if (!target.isConnected) return null;
    const { x, y, width, height } = target.getBoundingClientRect();
    if (reached({ x, y, width, height })) return { x, y, width, height };
    target.scrollIntoView({ block: 'center', behavior: 'instant' });
    return null;
  };
  const end = performance.now() + limit;
  let last = place();
  let since = performance.now();
  for (let still = 0; still < 6 || performance.now() - since < 150; ) {
    if (!target.isConnected) return null;
    await pause();
    const now = place();
    if (now && JSON.stringify(now) === JSON.stringify(last)) {
      still += 1;
    } else {
      still = 0;
      since = performance.now();
    }
    last = now;
    if (since > end) throw new Error(`never still and in reach: ${target.outerHTML.slice(0, 200)}`);
  }
  return last;
}"""


def steady(target: Locator) -> dict[str, float]:
    """`x, y, width, height` of an element in a view, once it stands still within reach."""
    place = None
    while place is None:  # a view that draws itself anew replaces its elements
        place = target.page.evaluate(STEADY, [target.element_handle(), WAIT])
    return place


def drag(opened: HasPage, panel: int, corners: list[tuple[float, float]]) -> None:
    """Drag over a class's panel through points given as fractions of its width and height."""
    box = steady(opened.page.locator(f".gw-local [data-panel='{panel}']").first)
    points = [(box["x"] + fx * box["width"], box["y"] + fy * box["height"]) for fx, fy in corners]
    mouse = opened.page.mouse
    mouse.move(*points[0])
    mouse.down()
    for x, y in points[1:]:
        mouse.move(x, y, steps=6)
    mouse.up()


def saved(view: Locator, kind: str) -> Download:
    """The file that a view's menu saves: "PNG", "SVG", "CSV file"."""
    with view.page.expect_download() as download:
        view.locator("summary", has_text="Save").click()
        view.get_by_role("button", name=kind, exact=True).click()
    return download.value


def panel(where: Locator, index: int = 0) -> Locator:
    """The area of one class in LocalGeometry that takes gestures."""
    return where.locator(f"[data-panel='{index}']").first


def inside(clause: dict[str, Any], store: gw.GeometryStore) -> np.ndarray:
    """Samples that a clause's shapes hold, computed naively from the stored geometry."""
    model, benchmark = clause["pair"]
    predicate = clause["predicate"]
    x = store.column(predicate["x"], model, benchmark).astype(float)
    y = store.column(predicate["y"], model, benchmark).astype(float)
    labels = store.labels(clause["set"])
    chosen = np.zeros(labels.size, dtype=bool)
    for step in predicate["steps"]:
        held = shape_holds(step["shape"], x, y)
        if step["class"] is not None:
            held &= labels == step["class"]
        chosen = {"replace": held, "add": chosen | held, "subtract": chosen & ~held}[step["op"]]
    return np.flatnonzero(chosen)


def shape_holds(shape: dict[str, Any], x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Boolean `(sample,)`; a lasso by the even-odd rule."""
    if shape["kind"] == "box":
        (left, right), (low, high) = shape["x"], shape["y"]
        return (x >= left) & (x <= right) & (y >= low) & (y <= high)
    points = np.array(shape["points"])
    odd = np.zeros(x.size, dtype=bool)
    for (x0, y0), (x1, y1) in zip(points, np.roll(points, -1, axis=0), strict=True):
        if y0 == y1:
            continue
        crosses = (y0 > y) != (y1 > y)
        odd ^= crosses & (x < x0 + (y - y0) / (y1 - y0) * (x1 - x0))
    return odd


def points_text(fraction: float) -> str:
    """A difference as the table writes it: sign, one decimal, percentage points."""
    text = f"{abs(100 * fraction):.1f}"
    return "0.0" if text == "0.0" else ("\N{MINUS SIGN}" if fraction < 0 else "+") + text


def differences(store: gw.GeometryStore, samples: np.ndarray) -> dict[tuple[int, int], str]:
    """Subset accuracy minus whole-set accuracy of every pair, as the table writes it."""
    whole, part = store.accuracy().values, store.accuracy(samples).values
    return {
        (m, b): points_text(part[m, b] - whole[m, b])
        for m in range(whole.shape[0])
        for b in range(whole.shape[1])
    }
