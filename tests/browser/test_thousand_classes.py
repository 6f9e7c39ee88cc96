"""1,000 classes: what travels to the page, and how one of them is found."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from tests.benchmarks.synthetic_store import SyntheticStore

from .conftest import Open
from .lab import ROOT
from .notebook import Notebook
from .views import REPORT, report

SAMPLES, CLASSES = 2000, 1000
PARALLEL, LOCAL, SENT, ASK = 1, 2, 3, 4
SETUP = f"""
import json, sys
sys.path.insert(0, {str(ROOT)!r})
import geowidgets as gw
from tests.benchmarks.synthetic_store import SyntheticStore
store = SyntheticStore({SAMPLES}, models=2, classes={CLASSES})
selection = gw.Selection(store)
sent, columns = [], gw.Columns.of(store)
send = columns.send
def spy(content, buffers=None):
    sent.append(sum(len(one) for one in buffers or []))
    send(content, buffers)
columns.send = spy
"""
COUNT = "print(sum(sent)); sent.clear()"


@pytest.fixture(scope="module")
def shared(open_shared: Open) -> Notebook:
    cells = [
        SETUP, "gw.ParallelCoordinates(store, selection)", "gw.LocalGeometry(store, selection)",
        COUNT, REPORT,
    ]  # fmt: skip
    notebook = open_shared(cells, height=1900)
    notebook.run(0)
    notebook.run(PARALLEL)
    expect(axes(notebook.output(PARALLEL))).to_have_count(12)
    return notebook


def axes(where: Locator) -> Locator:
    return where.locator(".gw-parallel-angle")


def field(where: Locator, label: str) -> Locator:
    return where.locator(".gw-field").filter(has_text=label).locator("input, select").first


def shown(where: Locator) -> list[str]:
    return axes(where).evaluate_all("all => all.map(one => one.dataset.axis)")


def test_a_page_of_axes_brings_its_own_columns(shared: Notebook) -> None:
    """The whole matrix sent for twelve axes: 40 MB a pair at 10,000 samples."""
    view = shared.output(PARALLEL)
    column, matrix = 4 * SAMPLES, 4 * SAMPLES * CLASSES
    assert 12 * column < int(shared.run(SENT)) < 22 * column < matrix / 40
    view.get_by_title("later class angles").click()
    expect(axes(view).first).to_have_attribute("data-axis", "angle/class 12")
    assert int(shared.run(SENT)) == 12 * column
    view.get_by_title("earlier class angles").click()
    expect(axes(view).first).to_have_attribute("data-axis", "angle/class 0")
    assert int(shared.run(SENT)) == 0


def test_a_class_is_found_by_typing(shared: Notebook) -> None:
    """A list of 1,000 names to scroll through; a name that finds another class."""
    view = shared.output(PARALLEL)
    chooser = field(view, "Samples of")
    chooser.click()
    chooser.fill("CLASS 77")
    chooser.press("Enter")
    expect(view.locator(".gw-parallel-count strong")).to_have_text("2 samples of class class 77")
    expect(chooser).to_have_value("class 77")
    chooser.click()
    chooser.press("Escape")
    expect(chooser).to_have_value("class 77")
    chooser.click()
    chooser.fill("every")
    chooser.press("Enter")
    expect(view.locator(".gw-parallel-count strong")).to_have_text("2,000 samples")


def test_classes_are_ranked_over_all_of_them(shared: Notebook) -> None:
    """A ranking of the classes on the page alone, or over signed differences."""
    view = shared.output(PARALLEL)
    field(view, "Compare with").select_option(label="random 1")
    field(view, "Order").select_option("moved")
    store = SyntheticStore(SAMPLES, models=2, classes=CLASSES)
    first, second = (store.column("angles", m, 0).astype(float) for m in (0, 1))
    order = np.argsort(-np.abs(first - second).mean(0), kind="stable")[:12]
    expect(axes(view).first).to_have_attribute("data-axis", f"angle/class {order[0]}")
    assert shown(view) == [f"angle/class {c}" for c in order]
    field(view, "Order").select_option("reacting")
    labels = store.labels("test")
    before, after = (store.column("prediction", m, 0) == labels for m in (0, 1))
    counts = np.bincount(labels[before != after], minlength=CLASSES)
    order = np.argsort(-counts, kind="stable")[:12]
    expect(axes(view).first).to_have_attribute("data-axis", f"angle/class {order[0]}")
    assert shown(view) == [f"angle/class {c}" for c in order]
    field(view, "Order").select_option("class")
    field(view, "Compare with").select_option(label="nothing")


def test_a_brush_holds_while_its_axis_is_on_another_page(shared: Notebook) -> None:
    """A range on an axis whose column has been let go: then the next drag drops or empties it."""
    view = shared.output(PARALLEL)
    view.locator("[data-axis='angle/class 0']").focus()
    shared.page.keyboard.press("Shift+ArrowUp")
    expect(view.locator(".gw-parallel-chip")).to_have_count(1)
    view.get_by_title("later class angles").click()
    expect(axes(view).first).to_have_attribute("data-axis", "angle/class 12")
    view.locator("[data-axis='angle/class 12']").focus()
    shared.page.keyboard.press("Shift+ArrowUp")
    expect(view.locator(".gw-parallel-chip")).to_have_count(2)
    said = report(shared, ASK)
    angles = SyntheticStore(SAMPLES, models=2, classes=CLASSES).column("angles", 0, 0).astype(float)
    held = np.ones(SAMPLES, bool)
    for name, (low, high) in said["clauses"][0]["predicate"]["axes"].items():
        values = angles[:, int(name.removeprefix("angle/class "))]
        held &= (values >= low) & (values <= high)
    assert set(said["clauses"][0]["predicate"]["axes"]) == {"angle/class 0", "angle/class 12"}
    assert said["samples"] == np.flatnonzero(held).tolist()
    view.get_by_role("button", name="Clear").click()


def test_panels_of_the_last_class(shared: Notebook) -> None:
    """A page that holds twenty classes and hides the way to the others."""
    shared.run(LOCAL)
    view = shared.output(LOCAL)
    expect(view.locator("[data-panel]")).to_have_count(20)
    view.get_by_label("show classes whose name contains").fill("class 999")
    expect(view.locator(".gw-local-class")).to_have_text(["class 999"])
    view.locator(".gw-local-panel").first.focus()
    shared.page.keyboard.press("Enter")
    expect(view.locator("[data-panel]")).to_have_count(12)
    chooser = view.locator(".gw-local-matrix-bar input")
    chooser.click()
    chooser.fill("class 0")
    chooser.press("Enter")
    expect(view.locator(".gw-local-matrix-bar .gw-soft")).to_contain_text("of 2 correct")
