"""The tutorial as `geowidgets demo` leaves it, opened and brushed in JupyterLab."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import BrowserContext, expect

from .lab import KERNEL, Lab
from .notebook import Notebook
from .views import Table, steady

NAME = "01-first-look.ipynb"
# Around the samples of the digit 8 that lie farthest out.
LASSO = [(0.5, 0.2), (0.98, 0.2), (0.98, 0.98), (0.4, 0.98)]


@pytest.fixture(scope="module")
def tutorial(lab: Lab, context: BrowserContext, demo_folder: Path) -> Iterator[Notebook]:
    shutil.copytree(demo_folder / "digits.zarr", lab.root / "digits.zarr")
    notebook = nbformat.read(demo_folder / NAME, as_version=4)
    notebook.metadata["kernelspec"] = {"name": KERNEL, "display_name": KERNEL}
    nbformat.write(notebook, lab.root / NAME)
    page = context.new_page()
    page.set_viewport_size({"width": 1600, "height": 1100})
    opened = Notebook(page, f"{lab.url}/doc/tree/{NAME}")
    opened.run_all()
    yield opened
    opened.stop_kernel()
    page.close()
    assert not opened.errors, "\n".join(opened.errors)


def find(notebook: Notebook, words: str) -> int:
    """Number of the cell whose source holds some words."""
    script = """words => window.jupyterapp.shell.currentWidget.content.widgets
      .findIndex(cell => cell.model.sharedModel.source.includes(words))"""
    index = notebook.page.evaluate(script, words)
    assert index >= 0, words
    return index


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1600, 800])
def test_every_view_is_drawn(tutorial, width, dark):
    """A tutorial whose first picture is an error, at any width and in any theme."""
    tutorial.page.set_viewport_size({"width": width, "height": 1100})
    tutorial.theme(dark)
    for words in ("gw.EvaluationTable(", "gw.LocalGeometry(", "gw.Explorer("):
        cell = tutorial.output(find(tutorial, words))
        cell.scroll_into_view_if_needed()
        expect(
            cell.locator(".gw-local [data-panel], .gw-table[data-gw-state=ready]").first
        ).to_be_visible()
        label = f"tutorial-{words[3:-1]}-{'dark' if dark else 'light'}-{width}"
        tutorial.photograph(label, cell)


def test_brushing_the_explorer(tutorial):
    """Views of one output that do not follow each other."""
    tutorial.page.set_viewport_size({"width": 1600, "height": 2200})
    tutorial.theme(False)
    cell = tutorial.output(find(tutorial, "gw.Explorer("))
    cell.scroll_into_view_if_needed()
    surface = cell.locator(".gw-local [data-panel='8']").first
    box = steady(surface)
    mouse = tutorial.page.mouse
    points = [(box["x"] + fx * box["width"], box["y"] + fy * box["height"]) for fx, fy in LASSO]
    mouse.move(*points[0])
    mouse.down()
    for x, y in points[1:]:
        mouse.move(x, y, steps=6)
    mouse.up()
    expect(Table(cell).status).to_contain_text("of 599 samples selected")
    tutorial.photograph("first-look", cell)
