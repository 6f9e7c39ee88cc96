"""Views closed, shown again, hidden, shown twice: nothing stays behind, none falls out of step."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

import geowidgets as gw

from .conftest import Open
from .notebook import Notebook
from .views import panel, setup, steady

PROBE, VIEWS, AGAIN, CLOSE, ALIVE = 1, 2, 3, 4, 5
# Hubs are seen from within a page only by a widget that refers to them.
PROBING = """
import anywidget, gc, ipywidgets
from ipywidgets.widgets.widget import _instances
class Probe(anywidget.AnyWidget):
    _esm = '''export default { async render({ model, host, el }) {
      const open = async name => (await host.getWidget(model.get(name))).exports;
      window.gwHubs = [await open("columns"), await open("selection")];
      el.textContent = "hubs";
    } }'''
    columns = anywidget.WidgetTrait().tag(sync=True)
    selection = anywidget.WidgetTrait().tag(sync=True)
probe = Probe(columns=gw.Columns.of(store), selection=selection)
before = len(_instances)
probe
"""
MAKE = """
parallel = gw.ParallelCoordinates(store, selection)
local = gw.LocalGeometry(store, selection)
ipywidgets.VBox([parallel, local])
"""
CLOSING = """
for view in (parallel, local):
    view.close()
"""
COUNTING = """
del parallel, local, view
Out.clear(); _ = __ = ___ = None
gc.collect()
print(len([one for one in _instances.values() if isinstance(one, gw.widgets._base.View)]))
"""
HEARD = "() => window.gwHubs.map(hub => hub.listeners())"
# Listeners of ours on what outlives a view; a listener goes with its signal.
WATCH = """() => {
  window.gwKept = new Map();
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  const lasting = target => [window, document, document.body, document.head,
    document.documentElement].includes(target) || target instanceof MediaQueryList;
  EventTarget.prototype.addEventListener = function (type, listener, options) {
    addEventListener.call(this, type, listener, options);
    if (!lasting(this ?? window) || !new Error().stack.includes('blob:')) return;
    const key = Symbol(type);
    window.gwKept.set(key, { type, listener });
    options?.signal?.addEventListener('abort', () => window.gwKept.delete(key));
  };
  EventTarget.prototype.removeEventListener = function (type, listener, options) {
    removeEventListener.call(this, type, listener, options);
    for (const [key, one] of window.gwKept) {
      if (one.type === type && one.listener === listener) window.gwKept.delete(key);
    }
  };
}"""
KEPT = "() => [...window.gwKept.values()].map(({ type }) => type).sort()"
HIDE = """([index, hidden]) => {
  window.jupyterapp.shell.currentWidget.content.activeCellIndex = index;
  const what = hidden ? 'notebook:hide-cell-outputs' : 'notebook:show-cell-outputs';
  return window.jupyterapp.commands.execute(what);
}"""


@pytest.fixture(scope="module")
def shared(open_shared: Open, tiny_store: gw.GeometryStore) -> Notebook:
    cells = [setup(tiny_store), PROBING, MAKE, "parallel", CLOSING, COUNTING]
    notebook = open_shared(cells, height=2600)
    notebook.page.evaluate(WATCH)
    notebook.run(0)
    notebook.run(PROBE)
    expect(notebook.output(PROBE).get_by_text("hubs")).to_be_visible()
    return notebook


def ready(where: Locator) -> None:
    expect(where.locator("[data-axis='probability']").first).to_be_visible()
    expect(panel(where)).to_be_visible()


def count(where: Locator) -> Locator:
    return where.locator(".gw-parallel-count strong").first


def brush(notebook: Notebook, where: Locator, name: str) -> None:
    box = steady(where.locator(f"[data-axis='{name}'] [data-part='area']").first)
    mouse = notebook.page.mouse
    mouse.move(box["x"] + 3, box["y"] + 0.9 * box["height"])
    mouse.down()
    mouse.move(box["x"] + 3, box["y"] + 0.4 * box["height"], steps=5)
    mouse.up()


def test_views_shown_again_leave_nothing_behind(shared: Notebook) -> None:
    """A listener a view that stays on a hub or on the window: each run of a cell adds its own."""
    nothing = shared.page.evaluate(HEARD), shared.page.evaluate(KEPT)
    assert nothing == ([0, 0], [])
    shared.run(VIEWS)
    ready(shared.output(VIEWS))
    once = shared.page.evaluate(HEARD), shared.page.evaluate(KEPT)
    assert min(once[0]) >= 2
    assert len(once[1]) >= 2, "the watch sees nothing"
    for _ in range(3):
        shared.run(VIEWS)
        ready(shared.output(VIEWS))
    shared.page.wait_for_function(
        f"([heard, kept]) => String(({HEARD})()) === String(heard)"
        f" && String(({KEPT})()) === String(kept)",
        arg=once,
    )


def test_two_pictures_of_one_view_stay_in_step(shared: Notebook) -> None:
    """A picture that keeps its own order, or a brush that only the picture drawn on shows."""
    shared.run(AGAIN)
    first, second = shared.output(VIEWS), shared.output(AGAIN)
    expect(second.locator("[data-axis='probability']")).to_be_visible()
    brush(shared, second, "length")
    expect(count(second)).to_have_text(re.compile("of 599 samples selected"))
    expect(count(first)).to_have_text(count(second).inner_text())
    expect(first.locator(".gw-parallel-chip")).to_have_count(1)
    second.locator("[data-axis='margin']").focus()
    shared.page.keyboard.press("h")
    expect(first.locator("[data-axis='margin']")).to_have_count(0)
    second.get_by_role("button", name="Axes…").click()
    second.get_by_role("button", name="Show all").click()
    second.get_by_role("button", name="Axes…").click()
    expect(first.locator("[data-axis='margin']")).to_have_count(1)


def test_a_hidden_view_is_drawn_when_it_is_shown(shared: Notebook) -> None:
    """A picture that is empty, or as it was, after its output was folded away."""
    first, second = shared.output(VIEWS), shared.output(AGAIN)
    shared.page.evaluate(HIDE, [VIEWS, True])
    expect(first.locator(".gw-parallel")).to_be_hidden()
    second.get_by_role("button", name="Clear").click()
    brush(shared, second, "angle/0")
    shared.page.set_viewport_size({"width": 1200, "height": 2600})
    shared.page.evaluate(HIDE, [VIEWS, False])
    ready(first)
    expect(count(first)).to_have_text(count(second).inner_text())
    fits = """root => {
      const drawn = Number(root.querySelector('.gw-parallel-over').getAttribute('width'));
      return drawn === Math.floor(root.querySelector('.gw-parallel-area-box').clientWidth);
    }"""
    for where in (first, second):
        root = where.locator(".gw-parallel").element_handle()
        shared.page.wait_for_function(f"root => ({fits})(root)", arg=root)
    painted = """root => [...root.querySelectorAll('canvas.gw-parallel-canvas')].some(canvas => {
      const { width, height } = canvas;
      return width && canvas.getContext('2d').getImageData(0, 0, width, height).data.some(v => v);
    })"""
    assert first.locator(".gw-parallel").evaluate(painted)
    second.get_by_role("button", name="Clear").click()
    expect(count(first)).to_have_text("599 samples")


def test_closing_frees_page_and_kernel(shared: Notebook) -> None:
    """Closed views that listen on, or that Python keeps alive."""
    shared.run(CLOSE)
    expect(shared.page.locator(".gw-parallel, .gw-local")).to_have_count(0)
    shared.page.wait_for_function(f"() => String(({HEARD})()) === '0,0'")
    shared.page.wait_for_function(f"() => !({KEPT})().length")
    # Three earlier runs of the cell made views that nobody closed.
    assert shared.run(ALIVE) == "6"
