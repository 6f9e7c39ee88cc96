"""A saved page, opened from disk: linked and alive without a kernel, nothing from a network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

import geowidgets as gw

from .conftest import Open
from .views import Table, drag, setup

LASSO = [(0.02, 0.02), (0.97, 0.03), (0.6, 0.7), (0.03, 0.97)]


class Opened:
    """A page from disk, and what it asked for."""

    def __init__(self, page: Page, path: Path) -> None:
        self.page = page
        self.errors: list[str] = []
        self.asked: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(error.message))
        page.on("console", lambda m: m.type == "error" and self.errors.append(m.text))
        page.on("request", lambda request: self.asked.append(request.url))
        page.goto(path.as_uri())
        page.locator("html[data-gw-page=ready]").wait_for(state="attached")


@pytest.fixture(scope="module")
def saved(tiny_store: gw.GeometryStore, tmp_path_factory: pytest.TempPathFactory) -> Path:
    explorer = gw.Explorer(tiny_store)
    page = explorer.save_html(tmp_path_factory.mktemp("page") / "page.html", title="<b>digits")
    explorer.close()
    assert page.size < 2_000_000
    return page.path


@pytest.fixture
def opened(saved: Path, context: BrowserContext) -> Iterator[Opened]:
    page = context.new_page()
    page.set_viewport_size({"width": 1600, "height": 1500})
    opened = Opened(page, saved)
    yield opened
    page.close()
    assert opened.errors == []
    assert [url for url in opened.asked if not url.startswith(("file:", "blob:", "data:"))] == []


def brushes(page: Page, root: Locator) -> list[list[str]]:
    """Brush by typed numbers, look, undo, look, redo, look; the table's cells each time."""
    table = Table(root)
    table.wait()
    local = root.locator(".gw-local")
    local.get_by_role("button", name="By numbers").click()
    local.get_by_label("angle [°] from").fill("70.5")
    page.keyboard.press("Enter")
    local.get_by_role("button", name="By numbers").click()
    expect(table.status).to_contain_text("samples selected")
    seen = [table.labels()]
    bar = root.locator(".gw-explorer-bar")
    bar.get_by_role("button", name="Undo").click()
    expect(table.status).to_contain_text("3 models × 4 benchmarks")
    seen.append(table.labels())
    bar.get_by_role("button", name="Redo").click()
    expect(table.status).to_contain_text("samples selected")
    return [*seen, table.labels()]


def test_the_same_brushes_as_in_jupyterlab(opened: Opened, open_notebook: Open, tiny_store) -> None:
    """Views of a page that are not linked, or whose numbers are others than the notebook's."""
    page = brushes(opened.page, opened.page.locator(".gw-explorer"))
    notebook = open_notebook([setup(tiny_store), "gw.Explorer(store, selection)"], height=1500)
    notebook.run_all()
    lab = brushes(notebook.page, notebook.output(1).locator(".gw-explorer"))
    assert page == lab
    assert page[0] != page[1]
    assert page[2] == page[0]


def test_lasso_images_and_what_is_not_there(opened: Opened) -> None:
    """A dead page; images of other samples; a column that is missing and says nothing."""
    table = Table(opened.page.locator(".gw-explorer"))
    table.wait()
    drag(opened, 0, LASSO)
    expect(table.status).to_contain_text("of 599 samples selected")
    expect(opened.page.locator(".gw-thumb canvas[width='32']").first).to_be_visible()
    assert opened.page.title() == "<b>digits"
    local = opened.page.locator(".gw-local")
    local.get_by_label("Model").select_option(index=1)
    expect(local).to_contain_text("not saved with the page")
    expect(opened.page.locator(".gw-page-note")).to_contain_text("1 of 12 pairs")
