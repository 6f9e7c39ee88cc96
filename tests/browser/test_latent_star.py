"""`LatentStar` in JupyterLab: alone, and linked with another view through a selection."""

from __future__ import annotations

import json

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
