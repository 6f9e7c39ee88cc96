"""A notebook as one page (`nbconvert --to geowidgets`), opened from disk without a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from playwright.sync_api import Browser, Page, expect
from traitlets.config import Config

import geowidgets as gw
from geowidgets.widgets.notebook_page import NotebookPage, with_maths

from .hostile_names import HOSTILE
from .lab import ROOT
from .same_brushes import Brushed
from .views import panel, setup

IMAGE = "<img src=x onerror=window.ran=1>"
EXECUTE = Config({"ExecutePreprocessor": {"enabled": True, "timeout": 300}})

CHART = """
import pandas
angles = {"mean": [80.0, 90.0], "std": [6.0, 4.0]}
gw.DimensionCurves(pandas.DataFrame(angles, index=pandas.Index([2, 100], name="dimension")))
"""

HOSTILE_START = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
import geowidgets as gw
from tests.browser.hostile_names import CONTROL, HOSTILE, HostileStore
store = HostileStore(CONTROL)
selection = gw.Selection(store)
selection.samples = range(0, 80, 3)
_ = selection.save(HOSTILE[:60])
"""


def notebook(store: gw.GeometryStore):
    """Views in cells of their own, text with a formula, and a widget that is not ours."""
    cells = [
        new_markdown_cell("The angle between $X$ and $W_j$; a price of `$5` and $6."),
        new_code_cell(setup(store)),
        new_code_cell("gw.EvaluationTable(store, selection)"),
        new_code_cell("gw.LocalGeometry(store, selection)"),
        new_code_cell(CHART),
        new_code_cell("import ipywidgets\nipywidgets.IntSlider(description='not ours')"),
    ]
    return notebook_of(cells)


def notebook_of(cells: list[Any]) -> Any:
    """A notebook of these cells for the kernel of this environment."""
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": spec})


@pytest.fixture(scope="module")
def page_file(tiny_store: gw.GeometryStore, tmp_path_factory: pytest.TempPathFactory) -> Path:
    text, _ = NotebookPage(config=EXECUTE).from_notebook_node(notebook(tiny_store))
    path = tmp_path_factory.mktemp("notebook") / "page.html"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def offline(browser: Browser) -> Iterator[Callable[[Path], Page]]:
    """Opens a file without a network; requests and errors fail the test."""
    context = browser.new_context(offline=True, viewport={"width": 1600, "height": 1700})
    said: list[str] = []

    def open_(path: Path) -> Page:
        page = context.new_page()
        page.on("pageerror", lambda error: said.append(error.message))
        page.on("console", lambda m: m.type == "error" and said.append(m.text))
        page.on("request", lambda request: said.append(request.url))
        page.goto(path.as_uri())
        return page

    yield open_
    context.close()
    assert [one for one in said if not one.startswith(("file:", "blob:", "data:"))] == []


def test_views_of_an_executed_notebook_are_linked(page_file, offline, tiny_store) -> None:
    """Dead views, views that do not follow each other, or counts other than the store's."""
    page = offline(page_file)
    page.locator("html[data-gw-page=ready]").wait_for(state="attached")
    Brushed(page).run(tiny_store)


def test_text_and_foreign_widgets_have_their_place(page_file, offline) -> None:
    """TeX left as source, prices taken for formulas, an empty place where a widget was."""
    page = offline(page_file)
    expect(page.locator("math")).to_have_count(2)
    expect(page.locator("[data-gw-view]")).to_have_count(3)
    chart = page.locator("[data-gw-view]").nth(2)
    expect(chart.locator("svg").first).to_be_visible()
    expect(chart).to_contain_text("Random pairs")
    expect(page.locator("main")).to_contain_text("a price of $5 and $6.")
    expect(page.locator("main")).to_contain_text("IntSlider(value=0, description='not ours')")


def test_hostile_names_are_text(offline, tmp_path) -> None:
    """A model, benchmark, class or subset whose name becomes an element of the page, or runs."""
    shown = [f"gw.{name}(store, selection)" for name in
             ("EvaluationTable", "LocalGeometry", "ParallelCoordinates")]  # fmt: skip
    named = "print(store.models[0].name, *store.classes)\n[one.name for one in store.models]"
    cells = [new_code_cell(one) for one in (HOSTILE_START, *shown, named)]
    cells.append(new_code_cell("raise ValueError(store.models[0].name)"))
    cells[-1].metadata.tags = ["raises-exception"]
    hostile = notebook_of(cells)
    hostile.metadata.title = HOSTILE
    text, _ = NotebookPage(config=EXECUTE).from_notebook_node(hostile)
    path = tmp_path / "page.html"
    path.write_text(text, encoding="utf-8")
    page = offline(path)
    page.locator("html[data-gw-page=ready]").wait_for(state="attached")
    table = page.locator(".gw-table")
    expect(table.locator("[role=gridcell]").first).to_be_visible()
    expect(page.locator(".gw-parallel [data-axis='length']")).to_be_visible()
    expect(panel(page.locator("body"))).to_be_visible()
    table.locator("[role=gridcell]").first.hover()
    for view in (table, page.locator(".gw-local"), page.locator(".gw-parallel")):
        assert IMAGE in view.text_content(), view
    assert page.locator("main").text_content().count(IMAGE) > 10
    assert page.evaluate("() => window.ran") is None
    assert page.locator("img[src=x], [onerror], svg[onload]").count() == 0


def test_formulas() -> None:
    """A formula of a code block that is typeset; one that the converter cannot read and loses."""
    assert with_maths("<pre>$a$</pre> and $5 or $6") == "<pre>$a$</pre> and $5 or $6"
    assert with_maths("a <code>$x$</code> b $$y$$").count("<math") == 1


def test_pictures_stand_in_where_nothing_can_live(
    tiny_store, browser: Browser, monkeypatch, chromium_path, tmp_path
) -> None:
    """nbconvert's own page without a network: blank where the views were."""
    monkeypatch.setenv("GEOWIDGETS_KEEP", "pictures")
    monkeypatch.setenv("GEOWIDGETS_BROWSER", chromium_path)
    plain = {"enabled": True, "timeout": 300, "store_widget_state": False}
    executed = notebook(tiny_store)
    executed.cells = executed.cells[1:3]
    exporter = HTMLExporter(config=Config({"ExecutePreprocessor": plain}))
    text, _ = exporter.from_notebook_node(executed)
    path = tmp_path / "still.html"
    path.write_text(text, encoding="utf-8")
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto(path.as_uri(), wait_until="commit")
    picture = page.locator("img")
    expect(picture).to_have_count(1)
    assert picture.evaluate("img => img.decode().then(() => img.naturalWidth)") > 600
    context.close()


def test_output_without_a_widget_says_what_it_was(tiny_store) -> None:
    """`<geowidgets.widgets… object at 0x7f…>` where somebody looks for a picture."""
    view = gw.EvaluationTable(tiny_store)
    data, _ = view._repr_mimebundle_()
    view.close()
    assert data["text/plain"] == (
        "EvaluationTable of 3 models × 4 benchmarks: an interactive view. Run its cell to see it."
    )
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"]


def test_nbconvert_knows_the_page() -> None:
    """`nbconvert --to geowidgets` that finds no such format, though the package is installed."""
    here = [one for one in entry_points(group="nbconvert.exporters") if one.name == "geowidgets"]
    assert all(one.load() is NotebookPage for one in here)
    project = (Path(__file__).parents[2] / "pyproject.toml").read_text()
    assert 'geowidgets = "geowidgets.widgets.notebook_page:NotebookPage"' in project
