"""ParallelCoordinates side by side (paper, Fig. 8), on a store that grows, and named subsets."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

import geowidgets as gw

from .conftest import Open
from .notebook import Notebook
from .test_comparison import ADDING, GROWING
from .views import REPORT, report, setup

MODELS, DATA, ASK, GROW, ADD, PIN, BRUSHED, SAVE, SAVED, EXPLORER = range(1, 11)
PANELS = """
import ipywidgets
def beside(pairs, lock):
    side = ipywidgets.Layout(flex="1 1 0", min_width="0")
    return ipywidgets.HBox([gw.ParallelCoordinates(store, selection, pin=pair, compared=(),
                                                   lock=lock, layout=side) for pair in pairs])
beside([(model, "clean") for model in range(3)], "models")
"""
BESIDE_DATA = "beside([('dense', 'clean'), ('dense', 'contrast-3')], 'data')"
GROWN = GROWING.replace(
    "gw.LocalGeometry(growing)",
    "grown = gw.ParallelCoordinates(growing, pin=('first', 'clean'))\ngrown",
)
PINNED = "grown.pin = 'random-50', 'contrast-3'; print(grown.pin)"
ASK_GROWN = "print(json.dumps([grown.selection.samples.tolist(), grown.selection.clauses]))"
SAVED_NAMES = """
print(json.dumps({name: kept.tolist() for name, kept in selection.saved.items()}))"""


@pytest.fixture(scope="module")
def shared(
    open_shared: Open, tiny_store: gw.GeometryStore, tmp_path_factory: pytest.TempPathFactory
) -> Notebook:
    path = tmp_path_factory.mktemp("grows") / "grows.zarr"
    cells = [
        setup(tiny_store), PANELS, BESIDE_DATA, REPORT, GROWN.format(path=str(path)), ADDING,
        PINNED, ASK_GROWN, "selection.samples = [0, 3, 7]; selection.save('by hand'); None",
        SAVED_NAMES, "gw.Explorer(store, selection, views=['local_geometry'])",
    ]  # fmt: skip
    notebook = open_shared(cells, width=1600, height=2200)
    for cell in (0, MODELS, DATA):
        notebook.run(cell)
    for cell, n in ((MODELS, 3), (DATA, 2)):
        expect(axes(notebook.output(cell), "probability")).to_have_count(n)
    return notebook


def axes(where: Locator, name: str) -> Locator:
    return where.locator(f"[data-axis='{name}']")


def brush(notebook: Notebook, axis: Locator, start: float, end: float) -> None:
    """Drag along an axis between two heights, 0 at its top and 1 at its bottom."""
    area = axis.locator("[data-part='area']")
    area.scroll_into_view_if_needed()
    notebook.page.wait_for_function(STILL, arg=area.element_handle())
    box = area.bounding_box()
    assert box is not None
    x, mouse = box["x"] + 3, notebook.page.mouse
    mouse.move(x, box["y"] + start * box["height"])
    mouse.down()
    mouse.move(x, box["y"] + end * box["height"], steps=8)
    mouse.up()
    notebook.page.wait_for_function(STILL, arg=area.element_handle())


def told(notebook: Notebook, where: Locator) -> dict[str, Any]:
    """What Python says once it has heard the end of a drag: the page sends it when it can."""
    n = int(counts(where).first.inner_text().split()[0])
    for _ in range(30):
        said = report(notebook, ASK)
        if len(said["samples"]) == n:
            return said
    raise AssertionError(f"expected {n} samples in Python, got {len(said['samples'])}")


STILL = """async element => {
  const place = () => { const b = element.getBoundingClientRect(); return [b.x, b.y, b.height]; };
  const frame = () => new Promise(requestAnimationFrame);
  const before = String(place());
  for (let k = 0; k < 4; k++) await frame();
  return String(place()) === before;
}"""


def ticks(panels: Locator) -> list[list[str]]:
    """The tick labels of each panel on the axes that carry some."""
    names = ("angle/0", "length", "margin", "probability")
    return [
        [
            text
            for name in names
            for text in axes(panels.nth(k), name).locator(".gw-parallel-label").all_text_contents()
        ]
        for k in range(panels.count())
    ]


def counts(where: Locator) -> Locator:
    return where.locator(".gw-parallel-count strong")


def test_a_brush_in_one_model_shows_in_three(shared: Notebook, tiny_store) -> None:
    """Fig. 8: panels whose scales differ, or a brush that only its own panel follows."""
    where = shared.output(MODELS)
    panels = where.locator(".gw-parallel")
    brush(shared, axes(panels.nth(0), "angle/3"), 0.97, 0.6)
    said = told(shared, where)
    [clause] = said["clauses"]
    assert clause["pair"] == [0, tiny_store.benchmarks.index(clean(tiny_store))]
    low, high = clause["predicate"]["axes"]["angle/3"]
    angle = tiny_store.column("angles", 0, 0)[:, 3].astype(float)
    assert said["samples"] == np.flatnonzero((angle >= low) & (angle <= high)).tolist()
    assert 0 < len(said["samples"]) < 599
    expect(counts(where)).to_have_text([f"{len(said['samples'])} of 599 samples selected"] * 3)
    for k, model in enumerate(tiny_store.models):
        right = tiny_store.column("prediction", k, 0) == tiny_store.labels()
        words = f"{model.name} / clean: {100 * right[said['samples']].mean():.1f} % correct"
        expect(panels.nth(k).locator(".gw-parallel-count").first).to_contain_text(words)
        spread = panels.nth(k).locator(".gw-parallel-selected")
        expect(spread).to_have_attribute("d", re.compile("^M"))
    shown = ticks(panels)
    assert shown[0] == shown[1] == shown[2]
    assert len(shown[0]) > 8
    shared.photograph("side-by-side-1600", where)
    panels.nth(0).get_by_role("button", name="Clear").click()
    expect(counts(where)).to_have_text(["599 samples"] * 3)


def clean(store: gw.GeometryStore):
    return next(one for one in store.benchmarks if one.severity == 0)


def test_clean_beside_a_corruption(shared: Notebook, tiny_store) -> None:
    """A brush on corrupted data that is read as one on clean data."""
    where = shared.output(DATA)
    panels = where.locator(".gw-parallel")
    brush(shared, axes(panels.nth(1), "length"), 0.9, 0.5)
    said = told(shared, where)
    [clause] = said["clauses"]
    name = [one.name for one in tiny_store.benchmarks].index("contrast-3")
    assert clause["pair"] == [0, name]
    low, high = clause["predicate"]["axes"]["length"]
    length = tiny_store.column("length", 0, name).astype(float)
    assert said["samples"] == np.flatnonzero((length >= low) & (length <= high)).tolist()
    expect(counts(where)).to_have_text([f"{len(said['samples'])} of 599 samples selected"] * 2)
    assert len(set(map(str, ticks(panels)))) == 1
    shared.photograph("clean-beside-contrast-1600", where)
    panels.nth(1).get_by_role("button", name="Clear").click()


def test_a_model_added_later_is_pinned_and_brushed(shared: Notebook) -> None:
    """A view that knows only the pairs that were there when it was made."""
    shared.run(GROW)
    view = shared.output(GROW).locator(".gw-parallel")
    expect(axes(view, "probability")).to_be_visible()
    assert shared.run(ADD) == "added"
    assert shared.run(PIN) == "[1, 1]"
    models = view.get_by_label("Model").locator("option")
    expect(models).to_have_text(["first", "random-50"])
    expect(view.locator(".gw-parallel-count").first).to_contain_text("random-50 / contrast-3")
    brush(shared, axes(view, "length"), 0.9, 0.4)
    samples, [clause] = json.loads(shared.run(BRUSHED))
    assert clause["pair"] == [1, 1]
    assert 0 < len(samples) < 40
    view.get_by_label("Model").select_option(label="first")
    expect(view.locator(".gw-parallel-count").first).to_contain_text("first / contrast-3")
    expect(view.locator(".gw-view-ghost")).to_contain_text("random-50 / contrast-3")


def test_subsets_are_saved_and_applied_in_the_page(shared: Notebook) -> None:
    """A subset that only Python can name; an applied one that undo does not take back."""
    shared.run(SAVE)
    shared.run(EXPLORER)
    bar = shared.output(EXPLORER).locator(".gw-explorer-bar")
    bar.locator("summary", has_text="Subsets").click()
    by_hand = bar.get_by_role("button", name="select by hand, 3 samples")
    expect(by_hand).to_be_visible()
    bar.get_by_role("button", name="Clear").click()
    where = shared.output(MODELS)
    expect(counts(where)).to_have_text(["599 samples"] * 3)
    panel = where.locator(".gw-parallel").first
    brush(shared, axes(panel, "margin"), 0.95, 0.5)
    chosen = told(shared, where)["samples"]
    assert 0 < len(chosen) < 599
    bar.locator("summary", has_text="Subsets").click()
    bar.get_by_label("name for what is selected").fill("fragile")
    bar.get_by_label("name for what is selected").press("Enter")
    expect(bar.get_by_role("button", name="select fragile")).to_be_visible()
    shared.photograph("subsets-1600", shared.output(EXPLORER))
    by_hand.click()
    expect(counts(where)).to_have_text(["3 of 599 samples selected"] * 3)
    expect(by_hand).to_have_attribute("aria-pressed", "true")
    bar.get_by_role("button", name="Undo").click()
    expect(counts(where).first).to_have_text(f"{len(chosen)} of 599 samples selected")
    assert json.loads(shared.run(SAVED)) == {"by hand": [0, 3, 7], "fragile": chosen}
    bar.locator("summary", has_text="Subsets").click()
    bar.get_by_role("button", name="forget by hand").click()
    expect(by_hand).to_be_hidden()
    assert list(json.loads(shared.run(SAVED))) == ["fragile"]
