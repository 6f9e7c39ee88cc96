"""`Spectrum` and `DimensionCurves` in JupyterLab: drawn, followed, saved."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from .conftest import Open
from .notebook import WAIT, Notebook
from .views import saved

SETUP = """
import geowidgets as gw
import torch
from pathlib import Path
torch.set_num_threads(1)
digits, test = gw.datasets.digits(16, "train"), gw.datasets.digits(16)
net = gw.zoo.lenet300_100(10, 1, 16)
record = gw.training.WeightRecord()
_ = gw.training.train(net, digits.images, digits.labels, epochs=3, lr=0.1, progress=False,
    record=record, device="cpu")
view = gw.Spectrum(net, record=record, data=(test.images, test.labels), ranks=[2, 10, 40])
view.wait()
view
"""
# Between cells the kernel hears the page's answer; during one it may not.
THERE = """
print(Path("spectrum.png").read_bytes()[:4] if Path("spectrum.png").exists() else "not yet")
"""
CURVES = """
import pandas as pd
widths = pd.DataFrame(
    {"mean": [20.0, 45, 62, 66, 70], "std": [17.0, 15, 9, 6, 5],
     "untrained_mean": [118.5, 98, 92, 89, 89], "untrained_std": [29.0, 18, 8, 6, 4]},
    index=pd.Index([2, 8, 32, 84, 256], name="dimension"))
gw.DimensionCurves(gw.redundancy.random_angles([2, 5, 10, 50, 200, 1000], 2000), widths)
"""
VIEW, SAY, SAVE, WRITTEN, DIMENSION = 0, 1, 2, 3, 4


@pytest.fixture(scope="module")
def shared(open_shared: Open) -> Notebook:
    cells = [
        SETUP,
        "print(view.layer, view.epoch, view.rank, view.axes)",
        "view.save_png('spectrum.png')",
        THERE,
        CURVES,
    ]
    notebook = open_shared(cells, height=1400)
    notebook.run(VIEW)
    return notebook


@pytest.fixture
def view(shared: Notebook) -> Locator:
    found = shared.output(VIEW).locator(".gw-charts")
    expect(found.locator(".gw-chart path.line").first).to_be_attached()
    return found


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1600, 800])
def test_figures_fit_and_follow_the_theme(shared: Notebook, view: Locator, width, dark) -> None:
    """Figures cut off at the page's edge, or dark words on a dark page."""
    shared.page.set_viewport_size({"width": width, "height": 1400})
    shared.theme(dark)
    expect(view).to_have_attribute("data-gw-theme", "dark" if dark else "light")
    expect(view.locator(".gw-chart")).to_have_count(3)
    room = view.bounding_box()
    for figure in view.locator(".gw-chart").all():
        box = figure.bounding_box()
        assert room and box and box["x"] + box["width"] <= room["x"] + room["width"] + 1
    shared.photograph(f"spectrum-{'dark' if dark else 'light'}-{width}", view)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1600, 800])
def test_dimension_curves_fit_and_follow_the_theme(shared: Notebook, width, dark) -> None:
    """A second figure cut off or under the first, a band without its mean, or no sentence."""
    found = shared.output(DIMENSION).locator(".gw-charts")
    if not found.count():
        shared.run(DIMENSION)
    shared.page.set_viewport_size({"width": width, "height": 1400})
    shared.theme(dark)
    expect(found).to_have_attribute("data-gw-theme", "dark" if dark else "light")
    # A band and a mean on the left, these before and after training on the right.
    expect(found.locator(".gw-chart path.line")).to_have_count(6)
    expect(found.locator(".gw-chart .tick text", has_text=re.compile("^1,000$"))).to_have_count(1)
    found.scroll_into_view_if_needed()
    room = found.bounding_box()
    for figure in found.locator(".gw-chart").all():
        box = figure.bounding_box()
        assert room and box and box["x"] + box["width"] <= room["x"] + room["width"] + 1
    expect(found.locator("[role=status]").first).to_contain_text("70.0 ± 5.0° at 256")
    shared.photograph(f"dimension-{'dark' if dark else 'light'}-{width}", found)


def test_controls_reach_python(shared: Notebook, view: Locator) -> None:
    """A list that changes the picture alone, or a sentence about another layer."""
    view.get_by_label("Layer").select_option("fc2")
    expect(view.locator("[role=status]").first).to_contain_text("fc2 (100 units × 300 inputs)")
    view.get_by_role("button", name="Everything").click()
    slider = view.locator(".widget-slider", has_text="Epoch").locator(".noUi-handle")
    slider.focus()
    shared.page.keyboard.press("Home")
    expect(view.locator("[role=status]").first).to_contain_text("epoch 0: 0 of 100 eigenvalues")
    assert shared.run(SAY) == "fc2 0 10 all"
    shared.photograph("spectrum-all", view)
    slider.focus()
    shared.page.keyboard.press("End")
    expect(view.locator("[role=status]").first).to_contain_text("epoch 3")


def test_pictures(shared: Notebook, view: Locator, tmp_path: Path) -> None:
    """A picture without figures, of colours that end with the page, or a file that never comes."""
    file = saved(view, "SVG")
    file.save_as(tmp_path / "spectrum.svg")
    assert file.suggested_filename == "spectrum.svg"
    text = (tmp_path / "spectrum.svg").read_text()
    assert "var(--" not in text and text.count("Eigenvalues of WW") == 1
    assert "chosen rank k" in text and "eigenvalues lie above" in text
    shared.keep("spectrum-saved", tmp_path / "spectrum.svg")
    shared.run(SAVE)
    end = time.monotonic() + WAIT / 1000
    while (said := shared.run(WRITTEN)).strip() == "not yet":
        assert time.monotonic() < end, "the picture never came"
    assert "PNG" in said
