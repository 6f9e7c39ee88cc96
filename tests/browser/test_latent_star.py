"""`LatentStar` in JupyterLab: alone, and linked with another view through a selection."""

from __future__ import annotations

import json

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

import geowidgets as gw

from .conftest import Open
from .notebook import Notebook
from .views import REPORT, setup, steady

MAKE = """
import torch
torch.set_num_threads(1)
train, test = gw.datasets.digits(16, "train"), gw.datasets.digits(16)
stars = [gw.redundancy.star_for(train.images, train.labels, (test.images, test.labels),
    loss=loss, epochs=12, progress=False, device="cpu") for loss in ("cross_entropy", "hinge")]
alone = gw.LatentStar(stars)
alone
"""
SAY = """
star = stars[0]
print(json.dumps({"samples": alone.samples.tolist(), "focused": alone.focused,
    "features": star.features.tolist(), "extent": star.extent, "labels": star.labels.tolist(),
    "wrong": [int((s.predictions != s.labels).sum()) for s in stars]}))
"""
SETUP_CELL, ALONE, TELL, LINKED, PANELS, ASK = range(6)


@pytest.fixture(scope="module")
def shared(open_shared: Open, tiny_store: gw.GeometryStore) -> Notebook:
    cells = [
        setup(tiny_store),
        MAKE,
        SAY,
        "gw.LatentStar(stars[0], selection)",
        "gw.LocalGeometry(store, selection)",
        REPORT,
    ]
    notebook = open_shared(cells, height=2200)
    for cell in (SETUP_CELL, ALONE, LINKED, PANELS):
        notebook.run(cell)
    return notebook


def star(notebook: Notebook, cell: int) -> Locator:
    """A view that has drawn itself."""
    found = notebook.output(cell).locator(".gw-star")
    expect(found).to_have_attribute("data-gw-state", "ready")
    return found


def told(notebook: Notebook) -> dict:
    return json.loads(notebook.run(TELL))


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1600, 800])
def test_stars_fit_in_any_theme(shared: Notebook, width: int, dark: bool) -> None:
    """Squares that leave the page, or dark names on a dark plane."""
    shared.page.set_viewport_size({"width": width, "height": 2200})
    shared.theme(dark)
    view = star(shared, ALONE)
    expect(view).to_have_attribute("data-gw-theme", "dark" if dark else "light")
    box = view.bounding_box()
    for area in view.locator(".gw-star-area").all():
        place = steady(area)
        assert box and place["x"] >= box["x"]
        assert place["x"] + place["width"] <= box["x"] + box["width"]
    shared.photograph(f"star-{'dark' if dark else 'light'}-{width}", view)


def test_a_brush_is_what_lies_inside(shared: Notebook) -> None:
    """A box upside down, in another star's units, or of which Python hears nothing."""
    shared.page.set_viewport_size({"width": 1600, "height": 2200})
    view = star(shared, ALONE)
    view.get_by_role("button", name="Box").click()
    box = steady(view.locator(".gw-star-area").first)
    mouse = shared.page.mouse
    left, top = box["x"] + 0.3 * box["width"], box["y"] + 0.2 * box["height"]
    mouse.move(left, top)
    mouse.down()
    mouse.move(left + 0.3 * box["width"], top + 0.5 * box["height"], steps=8)
    mouse.up()
    expect(view.locator("[role=status] strong")).to_contain_text("of 599 samples selected")
    said = told(shared)
    west, east, south, north = said["extent"]
    x, y = np.array(said["features"]).T
    across = (x - west) / (east - west)
    down = (north - y) / (north - south)
    edges = np.abs(np.stack([across - 0.3, across - 0.6, down - 0.2, down - 0.7])).min(0) < 0.01
    inside = (across > 0.3) & (across < 0.6) & (down > 0.2) & (down < 0.7)
    chosen = np.isin(np.arange(599), said["samples"])
    assert 10 < chosen.sum() < 589 and (chosen == inside)[~edges].all()
    shared.photograph("star-brushed", view)
    view.locator(".gw-star-over").focus()
    shared.page.keyboard.press("Escape")
    expect(view.locator("[role=status] strong")).to_have_text("599 samples")


def test_keyboard_alone(shared: Notebook) -> None:
    """A class or a sample that only a pointer can choose."""
    view = star(shared, ALONE)
    view.get_by_role("button", name="3", exact=True).click()
    labels = np.array(told(shared)["labels"])
    assert told(shared)["samples"] == np.flatnonzero(labels == 3).tolist()
    view.locator(".gw-star-over").focus()
    shared.page.keyboard.press("Escape")
    shared.page.keyboard.press("ArrowRight")
    shared.page.keyboard.press("Space")
    expect(view.locator("[role=status] strong")).to_contain_text("1 of 599 samples selected")
    said = told(shared)
    assert said["samples"] == [said["focused"]]
    expect(view.locator(".gw-visually-hidden")).to_contain_text(f"Sample {said['focused']}, true")
    shared.photograph("star-focus", view)
    shared.page.keyboard.press("Escape")


def test_a_selection_is_shared(shared: Notebook) -> None:
    """A star whose brush moves no other view, or that keeps its own."""
    view = star(shared, LINKED)
    view.get_by_role("button", name="7", exact=True).click()
    sevens = int((np.array(told(shared)["labels"]) == 7).sum())
    panels = shared.output(PANELS).locator(".gw-local")
    expect(panels).to_contain_text(f"{sevens} of 599")
    assert len(json.loads(shared.run(ASK))["samples"]) == sevens
    panels.get_by_role("button", name="Undo").click()
    expect(view.locator("[role=status] strong")).to_have_text("599 samples")
