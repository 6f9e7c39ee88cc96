"""ParallelCoordinates in JupyterLab: brushes, keys, ghosts, locks, filters, files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

import geowidgets as gw

from .conftest import Open
from .notebook import Notebook
from .views import REPORT, Table, report, saved, setup, steady

PARALLEL, TABLE, PINNED, ASK = 1, 2, 3, 4
MAKE = """
from geowidgets.widgets.parallel_coordinates import ParallelCoordinates
view = ParallelCoordinates(store, selection)
view
"""
LOCKED = """
import ipywidgets
panels = [ParallelCoordinates(store, selection, pin=(model, "clean"), lock="a",
                              layout=ipywidgets.Layout(flex="1 1 0")) for model in (0, 2)]
ipywidgets.HBox(panels)
"""


@pytest.fixture(scope="module")
def shared(open_shared: Open, tiny_store: gw.GeometryStore) -> Notebook:
    notebook = open_shared(
        [setup(tiny_store), MAKE, "gw.EvaluationTable(store, selection)", LOCKED, REPORT],
        height=1900,
    )
    for index in (0, PARALLEL, TABLE, PINNED):
        notebook.run(index)
    expect(axis(notebook.output(PARALLEL), "probability")).to_be_visible()
    Table(notebook.output(TABLE)).wait()
    return notebook


@pytest.fixture
def page(shared: Notebook) -> Iterator[Notebook]:
    """The shared notebook with nothing selected and the view as it was made."""
    yield shared
    view = shared.output(PARALLEL)
    view.get_by_role("button", name="Clear").click()
    choose(view, "Samples of", "every class")
    choose(view, "Model", "dense")
    choose(view, "Compare with", "nothing")
    expect(view.locator(".gw-parallel-chips")).to_be_hidden()


def axis(where: Locator, name: str) -> Locator:
    return where.locator(f"[data-axis='{name}']").first


def count(where: Locator) -> Locator:
    return where.locator(".gw-parallel-count strong").first


def choose(where: Locator, label: str, option: str) -> None:
    field = where.locator(".gw-field").filter(has_text=re.compile(f"^{re.escape(label)}"))
    field.locator("select").first.select_option(label=option)


def brush(notebook: Notebook, name: str, start: float, end: float) -> None:
    """Drag along an axis between two heights, 0 at its top and 1 at its bottom."""
    box = steady(axis(notebook.output(PARALLEL), name).locator("[data-part='area']"))
    x = box["x"] + 3
    mouse = notebook.page.mouse
    mouse.move(x, box["y"] + start * box["height"])
    mouse.down()
    mouse.move(x, box["y"] + end * box["height"], steps=8)
    mouse.up()


def inside(clause: dict[str, Any], store: gw.GeometryStore) -> list[int]:
    """Samples that a clause's ranges hold, computed naively from the stored geometry."""
    pair = clause["pair"]
    kept = np.ones(store.size(clause["set"]), dtype=bool)
    for name, (low, high) in clause["predicate"]["axes"].items():
        if name.startswith("angle/"):
            place = store.classes.index(name.removeprefix("angle/"))
            values = store.column("angles", *pair)[:, place].astype(float)
        else:
            values = store.column(name, *pair).astype(float)
        kept &= (values >= low) & (values <= high)
    return np.flatnonzero(kept).tolist()


def test_brushes_join_and_reach_table_and_python(page: Notebook, tiny_store) -> None:
    """Another class's column, bounds of a pixel beside, OR for AND, a view that filters itself."""
    brush(page, "angle/3", 0.97, 0.45)
    brush(page, "length", 0.75, 0.3)
    said = report(page, ASK)
    [clause] = said["clauses"]
    assert set(clause["predicate"]["axes"]) == {"angle/3", "length"}
    assert said["samples"] == inside(clause, tiny_store)
    assert 0 < len(said["samples"]) < 599
    words = f"{len(said['samples'])} of 599 samples selected"
    expect(count(page.output(PARALLEL))).to_have_text(words)
    Table(page.output(TABLE)).expect_selected(len(said["samples"]), 599)
    page.photograph("parallel-brushed", page.output(PARALLEL))


def test_resize_move_and_clear_a_range(page: Notebook, tiny_store) -> None:
    """An end that takes the other with it; a moved range of another width; a click that stays."""
    view = page.output(PARALLEL)
    brush(page, "angle/0", 0.8, 0.5)
    before = report(page, ASK)["clauses"][0]["predicate"]["axes"]["angle/0"]
    grip = steady(axis(view, "angle/0").locator("[data-part='high']"))
    mouse = page.page.mouse
    mouse.move(grip["x"] + 3, grip["y"] + grip["height"] / 2)
    mouse.down()
    mouse.move(grip["x"] + 3, grip["y"] - 40, steps=5)
    mouse.up()
    wider = report(page, ASK)["clauses"][0]["predicate"]["axes"]["angle/0"]
    assert wider[0] == before[0]
    assert wider[1] > before[1]
    box = steady(axis(view, "angle/0").locator("[data-part='move']"))
    mouse.move(box["x"] + 3, box["y"] + box["height"] / 2)
    mouse.down()
    mouse.move(box["x"] + 3, box["y"] + box["height"] / 2 + 20, steps=5)
    mouse.up()
    moved = report(page, ASK)["clauses"][0]
    low, high = moved["predicate"]["axes"]["angle/0"]
    assert low < wider[0]
    assert high - low == pytest.approx(wider[1] - wider[0], rel=1e-5)
    assert report(page, ASK)["samples"] == inside(moved, tiny_store)
    brush(page, "length", 0.9, 0.2)
    box = steady(axis(view, "angle/0").locator("[data-part='move']"))
    mouse.dblclick(box["x"] + 3, box["y"] + box["height"] / 2)
    assert set(report(page, ASK)["clauses"][0]["predicate"]["axes"]) == {"length"}
    axis(view, "angle/0").focus()
    page.page.keyboard.press("Escape")
    expect(view.locator(".gw-parallel-chips")).to_be_hidden()


def test_keyboard_brushes_types_and_reorders(page: Notebook, tiny_store) -> None:
    """A view that only a mouse can use; keys that leak to JupyterLab add or delete cells."""
    view, keys = page.output(PARALLEL), page.page.keyboard
    cells = page.count()
    view.locator(".gw-parallel-axis[tabindex='0']").focus()
    keys.press("Home")
    keys.press("ArrowRight")
    expect(axis(view, "angle/1")).to_be_focused()
    keys.press("Shift+ArrowUp")
    first = report(page, ASK)["clauses"][0]
    axis(view, "angle/1").focus()
    keys.press("Shift+ArrowLeft")
    second = report(page, ASK)["clauses"][0]
    [low, high], [up, down] = (c["predicate"]["axes"]["angle/1"] for c in (first, second))
    assert low < up < down < high
    axis(view, "angle/1").focus()
    keys.press("Enter")
    expect(view.get_by_label("angle to 1 from")).to_be_focused()
    keys.type("70.5")
    keys.press("Tab")
    keys.type("88")
    keys.press("Enter")
    expect(axis(view, "angle/1")).to_be_focused()
    typed = report(page, ASK)
    assert typed["clauses"][0]["predicate"]["axes"] == {"angle/1": [70.5, 88]}
    assert typed["samples"] == inside(typed["clauses"][0], tiny_store)
    axis(view, "angle/1").focus()
    keys.press("Alt+ArrowLeft")
    expect(view.locator(".gw-parallel-axis").first).to_have_attribute("data-axis", "angle/1")
    expect(axis(view, "angle/1")).to_be_focused()
    keys.press("Alt+ArrowRight")
    expect(view.locator(".gw-parallel-axis").first).to_have_attribute("data-axis", "angle/0")
    keys.press("Escape")
    assert report(page, ASK)["clauses"] == []
    assert page.count() == cells


def test_drag_reorders_and_axes_hide_and_turn(page: Notebook) -> None:
    """A dropped axis that lands elsewhere; a hidden one that cannot be brought back."""
    view, mouse = page.output(PARALLEL), page.page.mouse
    names = view.locator(".gw-parallel-axis")
    start = steady(axis(view, "angle/5").locator("[data-part='title'] rect"))
    goal = steady(axis(view, "angle/1").locator("[data-part='title'] rect"))
    mouse.move(start["x"] + start["width"] / 2, start["y"] + 8)
    mouse.down()
    mouse.move(goal["x"] - 4, goal["y"] + 8, steps=6)
    mouse.up()
    expect(names.nth(1)).to_have_attribute("data-axis", "angle/5")
    expect(names.nth(2)).to_have_attribute("data-axis", "angle/1")
    axis(view, "angle/5").focus()
    page.page.keyboard.press("i")
    expect(axis(view, "angle/5")).to_have_attribute("aria-label", "angle to 5, axis 2 of 13, no "
                                                    "range, low values at the top")  # fmt: skip
    page.page.keyboard.press("i")
    page.page.keyboard.press("h")
    expect(names).to_have_count(12)
    view.get_by_role("button", name="Axes…").click()
    view.get_by_role("button", name="Show all").click()
    expect(names).to_have_count(13)
    view.get_by_role("button", name="Axes…").click()


def test_a_brush_stays_when_the_pair_changes(page: Notebook, tiny_store) -> None:
    """A mask recomputed on another model: then the same samples cannot be followed."""
    view = page.output(PARALLEL)
    brush(page, "angle/4", 0.9, 0.4)
    before = report(page, ASK)
    choose(view, "Model", tiny_store.models[2].name)
    expect(view.locator(".gw-parallel-ghost-note").first).to_contain_text("drawn on dense / clean")
    assert report(page, ASK)["samples"] == before["samples"]
    view.get_by_role("button", name="Re-apply here").click()
    after = report(page, ASK)
    assert after["clauses"][0]["pair"] == [2, 0]
    assert after["samples"] == inside(after["clauses"][0], tiny_store)
    expect(view.locator(".gw-parallel-ghost-note").first).to_be_hidden()


def test_confident_yet_confusable(page: Notebook, tiny_store) -> None:
    """A question that forgets one of its three conditions, or counts the own class as another."""
    view = page.output(PARALLEL)
    view.get_by_role("button", name="Confident yet confusable").click()
    view.get_by_label("degrees, at most").fill("15")
    view.get_by_label("degrees, at most").press("Tab")
    said = report(page, ASK)
    labels = tiny_store.labels()
    angles = tiny_store.column("angles", 0, 0).astype(float)
    own = angles[np.arange(labels.size), labels]
    angles[np.arange(labels.size), labels] = np.inf
    right = tiny_store.column("prediction", 0, 0) == labels
    confident = tiny_store.column("probability", 0, 0).astype(float) >= 0.9
    expected = np.flatnonzero(right & confident & (angles.min(1) - own <= 15))
    assert expected.size > 0
    assert said["samples"] == expected.tolist()
    assert said["clauses"][0]["predicate"]["confusable"] == {"probability": 0.9, "degrees": 15}


def test_class_filter_and_comparison(page: Notebook, tiny_store) -> None:
    """Accuracies of the whole set beside a picture of one class; a yellow that is not drawn."""
    view = page.output(PARALLEL)
    choose(view, "Samples of", "3")
    choose(view, "Compare with", "dense")
    choose(view, "on", "contrast-3")
    here = tiny_store.labels() == 3
    expect(count(view)).to_have_text(f"{here.sum()} samples of class 3")
    for benchmark in ("clean", "contrast-3"):
        right = tiny_store.column("prediction", "dense", benchmark)[here] == 3
        words = f"dense / {benchmark}: {100 * right.mean():.1f} % correct"
        expect(view.locator(".gw-parallel-count").first).to_contain_text(words)
    outline = view.locator(".gw-parallel-compared").nth(8)
    expect(outline).to_have_attribute("d", re.compile("^M"))
    choose(view, "Order", "most moved first")
    benchmark = [entry.name for entry in tiny_store.benchmarks].index("contrast-3")
    moves = np.abs(
        tiny_store.column("angles", 0, 0).astype(float) - tiny_store.column("angles", 0, benchmark)
    )[here].mean(0)
    names = view.locator(".gw-parallel-axis.gw-parallel-angle")
    expect(names.first).to_have_attribute("data-axis", f"angle/{moves.argmax()}")
    order = names.evaluate_all("all => all.map(one => one.dataset.axis)")
    assert order == [f"angle/{c}" for c in np.argsort(-moves, kind="stable")]
    choose(view, "Order", "by class")
    page.photograph("parallel-compared", view)


def test_locked_panels_share_their_scales(page: Notebook, tiny_store) -> None:
    """Panels side by side whose axes differ: shapes would compare that do not."""
    panels = page.output(PINNED).locator(".gw-parallel")
    expect(panels).to_have_count(2)
    ticks = [
        [
            label
            for name in ("angle/0", "length", "margin")
            for label in axis(panels.nth(k), name).locator(".gw-parallel-label").all_text_contents()
        ]
        for k in (0, 1)
    ]
    assert ticks[0] == ticks[1]
    assert len(ticks[0]) > 4
    page.photograph("parallel-locked", page.output(PINNED))


def test_picture_is_saved_as_png_and_svg(page: Notebook) -> None:
    """An export without the lines or the names; a file that no program opens."""
    view = page.output(PARALLEL)
    found = {}
    for kind in ("PNG", "SVG"):
        file = saved(view, kind)
        found[kind] = Path(file.path()).read_bytes()
    assert found["PNG"].startswith(b"\x89PNG")
    text = found["SVG"].decode()
    assert "data:image/png" in text
    for name in ("probability", "angle to class", "599 samples"):
        assert name in text


def test_picture_follows_the_width(page: Notebook) -> None:
    """A picture that keeps its first width is cut off when a side bar opens."""
    fits = """root => {
      const drawn = Number(root.querySelector('.gw-parallel-over').getAttribute('width'));
      const room = root.querySelector('.gw-parallel-area-box').clientWidth;
      return drawn > 200 && drawn === Math.floor(room);
    }"""
    root = page.output(PARALLEL).locator(".gw-parallel").first
    for width in (800, 1600):
        page.page.set_viewport_size({"width": width, "height": 1900})
        handle = root.element_handle()
        page.page.wait_for_function(f"root => ({fits})(root)", arg=handle)
