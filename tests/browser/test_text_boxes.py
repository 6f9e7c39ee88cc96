"""Names of 80 characters in every view: no two texts meet, and none leaves its view."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

import geowidgets as gw
from tests.benchmarks.synthetic_store import SyntheticStore

from .text_boxes import collisions, texts

PAIRS = [(0, 0), (1, 1)]
SETTLED = """view => {
  const box = view.getBoundingClientRect();
  const now = `${box.width} ${box.height} ${view.querySelectorAll('*').length}`;
  const same = now === view.seen;
  view.seen = now;
  return same && box.height > 100 && view.getAttribute('aria-busy') !== 'true';
}"""


def long(name: str, word: str) -> str:
    """80 characters, of which the first tell one name from another."""
    return f"{name} {20 * f'{word} '}"[:80]


def long_store(classes: int) -> SyntheticStore:
    """400 samples × 3 models × 4 benchmarks, everything named at length."""
    store = SyntheticStore(400, models=3, benchmarks=4, classes=classes)
    store.classes = tuple(long(name, "name") for name in store.classes)
    for model in store.models:
        model.name, model.method = long(model.name, "magnitude"), long(model.method, "wide")
        model.architecture = long("architecture", "layers")
    for benchmark in store.benchmarks:
        benchmark.name = long(benchmark.name, "severity")
        benchmark.corruption = benchmark.corruption and long(benchmark.corruption, "noise")
    return store


def parallel(store: SyntheticStore, selection: gw.Selection) -> gw.ParallelCoordinates:
    return gw.ParallelCoordinates(store, selection)


def parallel_brushed(store: SyntheticStore, selection: gw.Selection) -> gw.ParallelCoordinates:
    """Ranges at the ends of their axes, a thin one, several classes, two pairs."""
    selection.compared, selection.classes = PAIRS[1], [0, 1]
    view = gw.ParallelCoordinates(store, selection, lines="both")
    full = {"probability": (0.0, 1.0), "length": (14.0, 14.1)}
    view.brush({store.classes[0]: (60, 90), store.classes[1]: (60, 90), **full})
    return view


def local(store: SyntheticStore, selection: gw.Selection) -> gw.LocalGeometry:
    return gw.LocalGeometry(store, selection, axes="each")


def local_compared(store: SyntheticStore, selection: gw.Selection) -> gw.LocalGeometry:
    selection.compared, selection.samples = PAIRS[1], range(300)
    return gw.LocalGeometry(store, selection)


def local_matrix(store: SyntheticStore, selection: gw.Selection) -> gw.LocalGeometry:
    selection.compared = PAIRS[1]
    return gw.LocalGeometry(store, selection, matrix=0, delta=True)


def table(store: SyntheticStore, selection: gw.Selection) -> gw.EvaluationTable:
    selection.samples = range(300)
    return gw.EvaluationTable(store, selection)


def grid(store: SyntheticStore, selection: gw.Selection) -> gw.AttributionGrid:
    selection.focus = 0
    return gw.AttributionGrid(store, selection)


def similarity_map(store: SyntheticStore, selection: gw.Selection) -> gw.SimilarityMap:
    return gw.SimilarityMap(store, selection, compute=False)


@pytest.mark.parametrize("classes", [10, 30])
@pytest.mark.parametrize(
    "make",
    [parallel, parallel_brushed, local, local_compared, local_matrix, table, grid, similarity_map],
)
def test_no_text_meets_another(
    context: BrowserContext,
    tmp_path: Path,
    make: Callable[..., gw.widgets._base.View],
    classes: int,
) -> None:
    """A name drawn over its neighbour, over a number, or out of its view."""
    if classes > 10 and make in (table, grid, similarity_map):
        pytest.skip(f"{make.__name__}: shows no classes, whose number changes nothing")
    store = long_store(classes)
    selection = gw.Selection(store)
    view = make(store, selection)
    path = tmp_path / "page.html"
    view.save_html(path, include=PAIRS)
    page = context.new_page()
    page.goto(path.as_uri())
    root = page.locator(".gw-root").first
    expect(root).to_be_visible()
    narrow = [] if make in (table, grid, similarity_map) else [500]  # side by side
    for width in (*narrow, 800, 1600):
        page.set_viewport_size({"width": width, "height": 1400})
        page.wait_for_function(SETTLED, arg=root.element_handle(), polling=250)
        assert len(texts(root)) > 10
        assert collisions(root) == [], f"at {width} pixels"
    page.close()
    for widget in (view, selection):
        widget.close()


def test_collisions_are_seen(context: BrowserContext) -> None:
    """A check that finds nothing anywhere: slanted, cut and covered texts are told apart."""
    page = context.new_page()
    page.set_content("""<div class="gw-root" style="width: 300px; height: 200px">
      <div style="width: 60px; overflow: hidden; white-space: nowrap">cut off by its own box</div>
      <div style="position: absolute; left: 90px; top: 8px">beside</div>
      <div style="position: absolute; left: 100px; top: 12px">over it</div>
      <svg width="300" height="150">
        <text x="20" y="140" transform="rotate(-45 20 140)">first one</text>
        <text x="45" y="140" transform="rotate(-45 45 140)">second one</text>
        <text x="270" y="100">too far out</text></svg></div>""")
    found = collisions(page.locator(".gw-root"))
    page.close()
    assert len(found) == 2
    assert found[0].startswith('"too far out"') or found[1].startswith('"too far out"')
    assert any('"beside"' in one and '"over it"' in one for one in found)
