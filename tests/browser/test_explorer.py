"""`Explorer` in JupyterLab: layout, its bar, its looks, and what stays after it is closed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

import geowidgets as gw

from .conftest import Open
from .notebook import Notebook
from .views import REPORT, Table, drag, report, setup

EXPLORER, ASK = 1, 2
LASSO = [(0.02, 0.02), (0.97, 0.03), (0.6, 0.7), (0.03, 0.97)]


@pytest.fixture(scope="module")
def notebook(open_shared: Open, tiny_store: gw.GeometryStore) -> Notebook:
    notebook = open_shared(
        [setup(tiny_store), "explorer = gw.Explorer(store, selection)\nexplorer", REPORT],
        height=1500,
    )
    notebook.run(0)
    notebook.run(EXPLORER)
    Table(notebook.output(EXPLORER)).wait()
    return notebook


@pytest.fixture
def explorer(notebook: Notebook) -> Iterator[Locator]:
    """The explorer, with nothing selected and 1,600 px wide."""
    root = notebook.output(EXPLORER).locator(".gw-explorer")
    expect(root.locator(".gw-local [data-panel]").first).to_be_visible()
    yield root
    notebook.page.set_viewport_size({"width": 1600, "height": 1500})
    clear = root.locator(".gw-explorer-bar").get_by_role("button", name="Clear")
    if clear.is_enabled():
        clear.click()


def test_one_selection_and_a_bar_that_undoes(notebook, explorer, tiny_store) -> None:
    """Views with a selection of their own each; an undo that loses the brush for good."""
    bar = explorer.locator(".gw-explorer-bar")
    undo, redo = (bar.get_by_role("button", name=name) for name in ("Undo", "Redo"))
    drag(notebook, 0, LASSO)
    said = report(notebook, ASK)["samples"]
    Table(explorer).expect_selected(len(said), 599)
    expect(bar).to_contain_text(f"{len(said)} of 599 samples")
    notebook.photograph("explorer-brushed-1600", notebook.output(EXPLORER))
    undo.click()
    expect(Table(explorer).status).to_contain_text("3 models × 4 benchmarks")
    assert report(notebook, ASK)["samples"] == list(range(599))
    redo.click()
    Table(explorer).expect_selected(len(said), 599)
    assert report(notebook, ASK)["samples"] == said
    bar.get_by_role("button", name="Clear").click()
    expect(bar.get_by_role("button", name="Clear")).to_be_disabled()


def test_side_by_side_when_wide_and_stacked_when_narrow(notebook, explorer) -> None:
    """Two columns squeezed into 800 px, or one column that wastes a wide screen."""
    views = explorer.locator(".gw-explorer-view")
    expect(views).to_have_count(5)

    def place(index: int) -> dict:
        box = views.nth(index).bounding_box()
        assert box is not None
        return box

    assert place(1)["x"] >= place(0)["x"] + place(0)["width"]
    assert place(2)["x"] == place(0)["x"]
    assert place(2)["y"] >= place(0)["y"] + place(0)["height"]
    assert place(2)["y"] < place(1)["y"] + place(1)["height"]
    assert place(3)["x"] == place(0)["x"]
    assert place(4)["width"] > 1.9 * place(0)["width"]
    notebook.page.set_viewport_size({"width": 800, "height": 1500})
    notebook.page.wait_for_function(
        """() => {
          const [a, b] = [...document.querySelectorAll('.gw-explorer-view')]
            .map(view => view.getBoundingClientRect());
          return b.top >= a.bottom;
        }"""
    )
    scroll = explorer.locator(".gw-table-scroll")
    assert scroll.evaluate("e => e.clientWidth <= e.parentElement.clientWidth")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1600, 800])
def test_text_is_readable(notebook, explorer, dark: bool, width: int) -> None:
    """Text that vanishes in one theme: contrast of every text against its background ≥ 4.5."""
    notebook.page.set_viewport_size({"width": width, "height": 1500})
    notebook.theme(dark)
    theme = "dark" if dark else "light"
    expect(explorer).to_have_attribute("data-gw-theme", theme)
    expect(explorer.locator(".gw-table")).to_have_attribute("data-gw-theme", theme)
    drag(notebook, 0, LASSO)
    expect(Table(explorer).status).to_contain_text("samples selected")
    notebook.photograph(f"explorer-{theme}-{width}", notebook.output(EXPLORER))
    poor = explorer.locator(".gw-table, .gw-explorer-bar").evaluate_all(CONTRAST)
    notebook.theme(False)
    assert poor == []


# Measured in the page from computed colours, so that it holds for whatever the host provides.
CONTRAST = """roots => {
  const parse = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b]
    .map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = node => {
    for (; node; node = node.parentElement) {
      const color = parse(getComputedStyle(node).backgroundColor);
      if (color.length === 3 || color[3] > 0.9) return color;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const root of roots) {
    for (const node of root.querySelectorAll('*')) {
      const own = [...node.childNodes].some(c => c.nodeType === 3 && c.textContent.trim());
      if (!own || !node.checkVisibility() || node.disabled || node.closest('button')?.disabled) {
        continue;
      }
      const [a, b] = [parse(getComputedStyle(node).color), behind(node)].map(light);
      const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (contrast < 4.5) poor.push(`${node.className} ${node.textContent}: ${contrast}`);
    }
  }
  return poor;
}"""


def test_closing_frees_what_a_view_holds(open_notebook: Open, tiny_store) -> None:
    """Every re-run of a cell that leaves its listeners behind slows the next brush."""
    notebook = open_notebook(
        [
            setup(tiny_store),
            "gw.EvaluationTable(store, selection)",
            "explorer = gw.Explorer(store, selection)\nexplorer",
        ],
        height=1500,
    )
    notebook.page.evaluate(COUNT_OBSERVERS)
    notebook.run(0)
    notebook.run(1)
    Table(notebook.output(1)).wait()
    alone = notebook.page.evaluate("() => window.gwObservers.size")
    notebook.run(2)
    Table(notebook.output(2)).wait()
    expect(notebook.output(2).locator(".gw-local [data-panel]").first).to_be_visible()
    assert notebook.page.evaluate("() => window.gwObservers.size") > alone
    old = notebook.output(2).locator(".gw-table-status").element_handle()
    notebook.page.evaluate(CLEAR_OUTPUT, 2)
    expect(notebook.output(2).locator(".gw-explorer")).to_have_count(0)
    notebook.page.wait_for_function("n => window.gwObservers.size === n", arg=alone)
    notebook.output(1).get_by_role("rowheader", name="magnitude").click()
    notebook.output(1).get_by_role("columnheader", name="contrast").click()
    text = old.text_content() if old else None
    assert text is not None
    assert "3 models × 4 benchmarks" in text


# Observers of the package's own elements: those that were made and not disconnected since.
COUNT_OBSERVERS = """() => {
  window.gwObservers = new Set();
  for (const name of ['ResizeObserver', 'MutationObserver']) {
    const Original = window[name];
    window[name] = class extends Original {
      constructor(callback) {
        super(callback);
        this.ours = new Error().stack.includes('blob:');
      }
      observe(...given) {
        if (this.ours) window.gwObservers.add(this);
        super.observe(...given);
      }
      disconnect() {
        window.gwObservers.delete(this);
        super.disconnect();
      }
    };
  }
}"""
CLEAR_OUTPUT = """index => {
  window.jupyterapp.shell.currentWidget.content.activeCellIndex = index;
  return window.jupyterapp.commands.execute('notebook:clear-cell-output');
}"""
