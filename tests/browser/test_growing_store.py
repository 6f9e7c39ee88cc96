"""A store that grows and shrinks under all views of a real JupyterLab."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Locator, expect

from .conftest import Open
from .notebook import Notebook
from .views import REPORT, Table, report

OPEN, TABLE, MAP, LOCAL, LINES, GRID, ASK = range(7)
ADD, FAIL, SUBSET, VOTE, REMOVE = range(7, 12)
SETUP = """
import copy
import json

import torch

import geowidgets as gw

some = gw.datasets.digits(split="test")[:40]
torch.manual_seed(0)
net = gw.zoo.lenet5(in_channels=1)
study = gw.Study(
    [gw.ModelEntry("first", net), *gw.prune_family(net, method="magnitude", ratios=[0.5])],
    gw.corruption_benchmarks(["contrast", "jpeg_compression"], 3),
    images=some.images, labels=some.labels, classes=some.classes)
store = gw.GeometryStore.compute(study, {path!r}, progress=False)
selection = gw.Selection(store)
"""
ADDING = """
tuned = gw.finetune(study.models[1], some.images, some.labels, epochs=1, progress=False)
store.add(tuned, progress=False)
print("added")
"""
FAILING = """
class Broken(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.net, self.left = copy.deepcopy(net), 3

    def forward(self, x):
        self.left -= 1
        if self.left < 0:
            raise RuntimeError("broken")
        return self.net(x)

try:
    store.add(gw.ModelEntry("broken", Broken()), progress=False)
except gw.StoreError as error:
    print(error)
"""
NAMED = """
selection.samples = [0, 3, 9]
selection.save("few")
store.add_subset("few", selection.saved["few"])
print(json.dumps(store.accuracy(set="few").values[:, 0].tolist()))
"""
CHOSEN = re.compile("gw-table-chosen")
NEW = "magnitude-50 fine-tuned"


@pytest.fixture(scope="module")
def shared(open_shared: Open, tmp_path_factory: pytest.TempPathFactory) -> Notebook:
    path = tmp_path_factory.mktemp("grows") / "grows.zarr"
    cells = [
        SETUP.format(path=str(path)), "gw.EvaluationTable(store, selection)",
        "view = gw.SimilarityMap(store, selection)\nview", "gw.LocalGeometry(store, selection)",
        "gw.ParallelCoordinates(store, selection)", "gw.AttributionGrid(store, selection)", REPORT,
        ADDING, FAILING, NAMED, "store.add(gw.Ensemble(['first', 'magnitude-50'], 'both'))",
        "store.remove('contrast-3')",
    ]  # fmt: skip
    notebook = open_shared(cells, height=1700)
    for index in range(ASK):
        notebook.run(index)
    Table(notebook.output(TABLE)).wait()
    expect(notebook.output(LOCAL).locator("[data-panel]").first).to_be_visible()
    return notebook


def models(notebook: Notebook, cell: int) -> Locator:
    return notebook.output(cell).get_by_label("Model").locator("option")


def test_a_model_joins_every_view_and_undo_still_works(shared: Notebook) -> None:
    """Views that learn of a row only when they are run again; steps that are forgotten."""
    table = Table(shared.output(TABLE))
    heading = table.root.get_by_role("columnheader", name="contrast")
    heading.click()
    expect(heading).to_have_class(CHOSEN)
    points = shared.output(MAP).locator(".gw-map-count")
    assert shared.run(ADD) == "added"
    row = table.root.get_by_role("rowheader", name="magnitude, fine-tuned")
    expect(row).to_be_visible()
    expect(models(shared, LOCAL)).to_have_text(["first", "magnitude-50", NEW])
    expect(models(shared, LINES)).to_have_text(["first", "magnitude-50", NEW])
    expect(points).to_contain_text("of 9")  # 3 models × 3 benchmarks
    shared.photograph("grown-table-1600", table.root)
    shared.photograph("grown-map-1600", shared.output(MAP))
    expect(heading).to_have_class(CHOSEN)
    assert report(shared, ASK)["benchmarks"] == [1]
    shared.output(LOCAL).get_by_role("button", name="Undo").click()
    expect(heading).not_to_have_class(CHOSEN)
    assert report(shared, ASK)["benchmarks"] is None


def test_a_failed_add_changes_no_view(shared: Notebook) -> None:
    """A row without numbers that stays after an error."""
    before = Table(shared.output(TABLE)).labels()
    assert "nothing was added" in shared.run(FAIL)
    expect(models(shared, LOCAL)).to_have_count(3)
    assert Table(shared.output(TABLE)).labels() == before


def test_a_named_subset_becomes_a_column(shared: Notebook) -> None:
    """A column with the numbers of other samples, or one that no view offers."""
    accuracy = json.loads(shared.run(SUBSET))
    table = Table(shared.output(TABLE))
    cell = table.cell("LeNet5, dense", "few")
    words = re.escape(f"accuracy {100 * accuracy[0]:.1f} %")
    expect(cell).to_have_attribute("aria-label", re.compile(words))
    offered = shared.output(LOCAL).get_by_label("Benchmark").locator("option")
    expect(offered.last).to_have_text("few")


def test_an_ensemble_votes_in_the_table_and_says_what_it_lacks(shared: Notebook) -> None:
    """A button that a keyboard does not reach; a sample view that fails on a vote."""
    table = Table(shared.output(TABLE))
    button = table.root.locator(".gw-table-ensemble")
    expect(button).to_be_hidden()
    table.root.get_by_role("rowheader", name="magnitude", exact=True).click()
    table.root.get_by_role("rowheader", name="dense").click(modifiers=["Control"])
    expect(button).to_have_text("Ensemble of 2")
    button.focus()
    shared.page.keyboard.press("Enter")
    voted = table.root.get_by_role("rowheader", name="vote of first, magnitude-50")
    expect(voted).to_be_visible()
    expect(button).to_be_enabled()
    shared.run(VOTE)
    expect(table.root.get_by_role("rowheader", name="both")).to_be_visible()
    cell = table.cell("ensemble, both", "clean")
    assert "2 models vote" in (cell.get_attribute("aria-label") or "")
    cell.click(position={"x": 8, "y": 20})
    for view in (LOCAL, LINES):
        words = shared.output(view).get_by_role("alert").filter(has_text="is an ensemble")
        expect(words).to_contain_text("Choose one of its members: first, magnitude-50")
    shared.photograph("ensemble-table-1600", table.root)
    shared.photograph("ensemble-local-1600", shared.output(LOCAL))
    shared.output(LOCAL).get_by_role("button", name="Undo").click()
    expect(shared.output(LOCAL).get_by_role("alert")).to_be_hidden()


def test_a_benchmark_leaves_every_view(shared: Notebook) -> None:
    """Numbers under a neighbour's name once a column is gone."""
    table = Table(shared.output(TABLE))
    kept = table.cell("LeNet5, dense", "jpeg").get_attribute("aria-label")
    shared.run(REMOVE)
    expect(table.root.get_by_role("columnheader", name="contrast")).to_have_count(0)
    expect(table.cell("LeNet5, dense", "jpeg")).to_have_attribute("aria-label", kept or "?")
    offered = shared.output(LOCAL).get_by_label("Benchmark").locator("option")
    expect(offered).to_have_text(["clean", "jpeg_compression-3", "few"])
