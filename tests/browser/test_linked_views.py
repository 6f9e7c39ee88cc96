"""EvaluationTable and LocalGeometry in cells of their own, linked in the page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

import geowidgets as gw

from .conftest import Open
from .notebook import Notebook
from .views import REPORT, Table, busy, drag, inside, panel, report, saved, setup

TABLE, LOCAL, ASK, WAIT_FOR_FLAG = 1, 2, 3, 4
LASSO = [(0.02, 0.02), (0.97, 0.03), (0.6, 0.7), (0.03, 0.97)]
EVERYTHING = [(0.001, 0.001), (0.999, 0.001), (0.999, 0.999), (0.001, 0.999)]


@pytest.fixture(scope="module")
def shared(open_shared: Open, tiny_store: gw.GeometryStore, flag: Path) -> Notebook:
    notebook = open_shared(
        [
            setup(tiny_store),
            "table = gw.EvaluationTable(store, selection)\ntable",
            "local = gw.LocalGeometry(store, selection)\nlocal",
            REPORT,
            busy(flag),
        ],
        height=1700,
    )
    for index in (0, TABLE, LOCAL):
        notebook.run(index)
    Table(notebook.output(TABLE)).wait()
    expect(panel(notebook.output(LOCAL))).to_be_visible()
    return notebook


@pytest.fixture
def linked(shared: Notebook) -> Iterator[Notebook]:
    """The shared notebook with nothing selected."""
    yield shared
    shared.output(LOCAL).get_by_role("button", name="Clear").click()
    shared.output(TABLE).locator("[role=grid] [tabindex='0']").focus()
    shared.page.keyboard.press("Escape")
    expect(Table(shared.output(TABLE)).status).to_contain_text("models ×")


def test_table_shows_the_stores_accuracies(linked: Notebook, tiny_store) -> None:
    """Rows ≠ columns: numbers of a transposed or misaligned table stand in other cells."""
    labels = Table(linked.output(TABLE)).labels()
    accuracy = tiny_store.accuracy().values
    assert len(labels) == accuracy.size
    for m, model in enumerate(tiny_store.models):
        for b, benchmark in enumerate(tiny_store.benchmarks):
            column = (benchmark.corruption or benchmark.name).replace("_", " ")
            start = f"{model.architecture}, {model.method}, {column}"
            [label] = [label for label in labels if label.startswith(start)]
            value = f"{100 * model.ratio:.1f} % removed: accuracy {100 * accuracy[m, b]:.1f} %"
            assert value in label


def test_lasso_recounts_the_table_and_reaches_python(linked: Notebook, tiny_store) -> None:
    """A mask that is off by one sample, bit order or class shows in counts of every cell."""
    table = Table(linked.output(TABLE))
    drag(linked, 0, LASSO)
    said = report(linked, ASK)
    samples = inside(said["clauses"][0], tiny_store)
    assert 0 < samples.size < 599
    assert said["samples"] == samples.tolist()
    table.expect_counts(tiny_store, samples)
    linked.photograph("linked-brushed-1600")


def test_link_works_while_the_kernel_is_busy(linked: Notebook, tiny_store, flag: Path) -> None:
    """A view that waits for Python freezes whenever a cell computes."""
    table = Table(linked.output(TABLE))
    drag(linked, 3, LASSO)
    first = report(linked, ASK)["samples"]
    linked.start(WAIT_FOR_FLAG)
    everything = np.flatnonzero(tiny_store.labels() == 3)
    try:
        drag(linked, 3, EVERYTHING)
        assert len(first) < everything.size
        table.expect_selected(everything.size, 599)
    finally:
        flag.touch()  # a busy kernel would hold up every other test
    linked.text(WAIT_FOR_FLAG)
    assert report(linked, ASK)["samples"] == everything.tolist()


def test_click_on_a_bar_moves_local_geometry(linked: Notebook, tiny_store) -> None:
    """A click that lands on a neighbour, or on no pair at all, shows another model."""
    bar = Table(linked.output(TABLE)).cell("LeNet5, magnitude", "contrast")
    model = next(k for k, one in enumerate(tiny_store.models) if one.method == "magnitude")
    benchmark = next(k for k, one in enumerate(tiny_store.benchmarks) if "contrast" in one.name)
    bar.click(position={"x": 8, "y": 20})
    chosen = linked.output(LOCAL).locator(".gw-local select")
    expect(chosen.nth(0)).to_have_value(str(model))
    expect(chosen.nth(1)).to_have_value(str(benchmark))
    bar.click(position={"x": 8, "y": 20}, modifiers=["Shift"])
    said = report(linked, ASK)
    assert said["reference"] == said["compared"] == [model, benchmark]
    linked.output(LOCAL).get_by_role("button", name="Undo").click()
    linked.output(LOCAL).get_by_role("button", name="Undo").click()
    expect(chosen.nth(0)).to_have_value("0")
    assert report(linked, ASK)["compared"] is None


def test_headings_pick_models_and_benchmarks(linked: Notebook, tiny_store) -> None:
    """A heading that toggles the wrong indices, or whose second click does not take them back."""
    root = Table(linked.output(TABLE)).root
    heading = root.get_by_role("columnheader", name="contrast")
    heading.click()
    root.get_by_role("rowheader", name="magnitude").click()
    said = report(linked, ASK)
    assert [tiny_store.benchmarks[k].corruption for k in said["benchmarks"]] == ["contrast"]
    assert [tiny_store.models[k].method for k in said["models"]] == ["magnitude"]
    heading.click()
    assert report(linked, ASK)["benchmarks"] is None


def test_keyboard_reaches_every_cell(linked: Notebook, tiny_store) -> None:
    """A grid that only a mouse can use; keys that leak to JupyterLab add or delete cells."""
    cells = linked.count()
    root = Table(linked.output(TABLE)).root
    root.locator("[role=grid] [tabindex='0']").focus()
    for key in ("Control+Home", "ArrowDown", "End", "ArrowDown", "ArrowDown", "Enter"):
        linked.page.keyboard.press(key)
    linked.page.keyboard.press("ArrowLeft")
    linked.page.keyboard.press("Shift+Enter")
    focus = root.locator(":focus")
    expect(focus).to_have_attribute("role", "gridcell")
    expect(root.locator(".gw-table-tip")).to_be_visible()
    said = report(linked, ASK)
    assert tiny_store.models[said["reference"][0]].method == "random"
    assert said["reference"][0] == said["compared"][0]
    assert said["reference"][1] != said["compared"][1]
    assert linked.count() == cells
    linked.output(LOCAL).get_by_role("button", name="Undo").click()
    linked.output(LOCAL).get_by_role("button", name="Undo").click()


def test_sort_and_modes(linked: Notebook, tiny_store) -> None:
    """Rows in an order that is not that of the column; a mode that draws nothing."""
    root = Table(linked.output(TABLE)).root
    heading = root.get_by_role("columnheader", name="contrast")
    heading.hover()
    heading.get_by_role("button").click()
    accuracy = tiny_store.accuracy().values
    column = next(k for k, one in enumerate(tiny_store.benchmarks) if "contrast" in one.name)
    best_first = [tiny_store.models[k].method for k in np.argsort(-accuracy[:, column])]
    names = root.locator(".gw-table-row .gw-table-text")
    expect(names).to_have_text(best_first)
    root.get_by_role("button", name="Heat map").click()
    expect(root.get_by_role("button", name="Heat map")).to_have_attribute("aria-pressed", "true")
    drawn = root.locator("canvas").first.evaluate(
        "c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(v => v > 0)"
    )
    assert drawn
    root.get_by_role("button", name="Bars").click()
    root.get_by_role("button", name="Unsort rows").click()


def test_csv_equals_the_dataframe(linked: Notebook, tiny_store) -> None:
    """Two sources of the same numbers that drift apart."""
    root = Table(linked.output(TABLE)).root
    file = saved(root, "CSV file")
    lines = Path(file.path()).read_text().splitlines()
    table = gw.EvaluationTable(tiny_store)
    frame = table.to_dataframe()
    table.close()
    assert len(lines) == len(frame) + 1
    header = lines[0].split(",")
    for column in ("correct", "accuracy", "low", "high"):
        values = [float(line.split(",")[header.index(column)]) for line in lines[1:]]
        assert sorted(values) == pytest.approx(sorted(frame[column]), abs=1e-7)


def test_picture_holds_the_whole_table(linked: Notebook) -> None:
    """A blank picture, or one cut at the edge of the view."""
    root = Table(linked.output(TABLE)).root
    file = saved(root, "PNG")
    pixels = np.asarray(Image.open(file.path()).convert("L"))
    linked.keep("table", Path(file.path()))
    body = root.locator(".gw-table-body").bounding_box()
    assert body is not None
    assert pixels.shape[1] >= body["width"]
    assert pixels.shape[0] >= body["height"]
    assert len(np.unique(pixels)) > 20


def test_link_survives_the_kernel(open_notebook: Open, tiny_store) -> None:
    """Views that die with their kernel show nothing on a page that is only read."""
    notebook = open_notebook(
        [
            setup(tiny_store),
            "gw.EvaluationTable(store, selection)",
            "gw.LocalGeometry(store, selection)",
        ],
        height=1700,
    )
    notebook.run_all()
    table = Table(notebook.output(TABLE))
    table.wait()
    drag(notebook, 0, LASSO)  # correctness bits are here from now on
    expect(table.status).to_contain_text("samples selected")
    expect(table.root).to_have_attribute("data-gw-state", "ready")
    notebook.stop_kernel()
    drag(notebook, 1, EVERYTHING)
    table.expect_selected(int((tiny_store.labels() == 1).sum()), 599)
