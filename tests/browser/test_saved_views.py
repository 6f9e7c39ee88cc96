"""Every view on one saved page, without a network: the same gestures as in JupyterLab."""

from __future__ import annotations

import dataclasses
import shutil
from collections import OrderedDict
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from torch import nn

import geowidgets as gw

from .conftest import Open
from .test_saved_page import Opened
from .views import setup, steady

MARKUP = "<img src=x onerror=document.title='ran'>"
MAKE = """
import pandas as pd
import torch
from IPython.display import display
torch.set_num_threads(1)
train, test = gw.datasets.digits(16, "train"), gw.datasets.digits(16)
star = gw.redundancy.star_for(train.images, train.labels, (test.images, test.labels), epochs=2,
    progress=False, device="cpu")
net = gw.zoo.lenet300_100(10, 1, 16)
record = gw.training.WeightRecord(layers=["fc2", "fc1"])
_ = gw.training.train(net, train.images, train.labels, epochs=2, lr=0.1, progress=False,
    record=record, device="cpu")
selection.focus = 3
table = pd.DataFrame({"mean": [80.0, 90.0], "std": [30.0, 4.0]}, index=[2, 100])
similar = gw.SimilarityMap(store, selection, method="pca")
_ = similar.wait()
views = [gw.EvaluationTable(store, selection), gw.LocalGeometry(store, selection),
    gw.ParallelCoordinates(store, selection), gw.PruneCurves(store, selection),
    similar, gw.LatentStar(star, selection),
    gw.AttributionGrid(store, selection), gw.WeightGraph(record, "fc2").wait(),
    gw.Spectrum(net, record=record), gw.DimensionCurves(table)]
page = gw.save_page(views, folder / "page.html", include="all")
display(*views)
print(page.size, page.missing)
"""
WORDS = {
    "table": ".gw-table-status",
    "local": ".gw-local .gw-view-words",
    "parallel": ".gw-parallel .gw-view-words",
    "curves": ".gw-curves-words",
    "map": ".gw-map-count",
    "star": ".gw-star .gw-view-words",
    "grid": ".gw-grid-line",
    "graph": ".gw-weights-words",
    "spectrum": ".gw-charts .gw-view-words >> nth=0",
    "dimension": ".gw-charts .gw-view-words >> nth=1",
}
# Views answer within frames; what is read is what no longer changes and waits for nothing.
SETTLED = """async limit => {
  const busy = '[aria-busy=true], [data-gw-state=loading], [data-gw-state=waiting]';
  const words = () => [...document.querySelectorAll('.gw-root')].map(e => e.innerText).join();
  const end = performance.now() + limit;
  let [last, since] = ['', performance.now()];
  while (performance.now() - since < 400) {
    if (performance.now() > end) throw new Error('the views never came to rest');
    await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
    const now = document.querySelector(busy) ? '' : words();
    if (now === '' || now !== last) since = performance.now();
    last = now;
  }
}"""


class Script:
    """The gestures, and what every view says after each of them."""

    def __init__(self, page: Page, where: Locator) -> None:
        self.page, self.where = page, where
        self.seen: list[dict[str, str]] = []

    def look(self) -> None:
        """Read every view once all of them rest."""
        self.page.evaluate(SETTLED, 60_000)
        self.seen.append({name: self.say(name) for name in WORDS})

    def say(self, name: str) -> str:
        """A view's sentence, its spaces made one."""
        return " ".join((self.where.locator(WORDS[name]).first.text_content() or "").split())

    def focus(self, place: str) -> None:
        """Give a view's drawing the keys."""
        target = self.where.locator(place).first
        steady(target)
        target.focus()

    def press(self, *keys: str) -> None:
        """Press keys one after another."""
        for key in keys:
            self.page.keyboard.press(key)

    def run(self) -> list[dict[str, str]]:
        """All gestures; what was seen at the start and after each."""
        where = self.where
        self.look()
        where.locator(".gw-local").get_by_role("button", name="By numbers").click()
        where.locator(".gw-local").get_by_label("angle [°] from").fill("70.5")
        self.press("Enter")
        self.look()  # 1: a brush
        self.focus(".gw-curves-accuracy .gw-curves-over")
        self.press("Home", "End", "Enter")
        self.look()  # 2: a reference
        where.locator(".gw-parallel").get_by_role("button", name="Confident yet").click()
        self.look()  # 3: a second clause
        where.locator(".gw-star").get_by_role("button", name="7", exact=True).click()
        self.look()  # 4: a third
        self.focus(".gw-map-over")
        self.press("ArrowRight", "Space")
        self.look()  # 5: pairs
        self.focus(".gw-weights svg[tabindex]")
        self.press("ArrowLeft")
        self.look()  # 6: an epoch
        charts = where.locator(".gw-charts").first
        charts.get_by_label("Layer").select_option(label="fc1")
        charts.get_by_role("button", name="Everything").click()
        slider = ".widget-slider:has-text('Epoch') .noUi-handle, input[aria-label='Epoch']"
        charts.locator(slider).focus()
        self.press("Home")
        self.look()  # 7: a layer and an epoch of the spectrum
        where.locator(".gw-local").get_by_role("button", name="Undo").click()
        self.look()  # 8: without the pairs
        return self.seen


@pytest.fixture(scope="module")
def kept_store(
    tiny_store: gw.GeometryStore, tiny_study: gw.Study, tmp_path_factory: pytest.TempPathFactory
) -> gw.GeometryStore:
    """The tiny store with the maps of one sample in it."""
    path = tmp_path_factory.mktemp("kept") / "tiny.zarr"
    shutil.copytree(str(tiny_store.path), path)
    store = gw.GeometryStore.compute(tiny_study, path, progress=False)
    grid = gw.AttributionGrid(store)
    assert grid.keep_maps([3]) > 0
    grid.close()
    return store


@pytest.fixture
def offline(browser: Browser) -> Iterator[Callable[[Path], Opened]]:
    """Opens saved pages without a network; what they asked for and failed at fails the test."""
    context = browser.new_context(offline=True, viewport={"width": 1600, "height": 1500})
    opened: list[Opened] = []

    def open_(path: Path) -> Opened:
        opened.append(Opened(context.new_page(), path))
        return opened[-1]

    yield open_
    context.close()
    for one in opened:
        assert one.errors == []
        assert [u for u in one.asked if not u.startswith(("file:", "blob:", "data:"))] == []


def test_the_same_gestures_as_in_jupyterlab(open_notebook: Open, kept_store, offline, tmp_path):
    """A view that a page lacks, shows dead, unlinked, or with other numbers than the notebook."""
    start = f"{setup(kept_store)}folder = Path({str(tmp_path)!r})\n"
    notebook = open_notebook([start, MAKE], height=1500)
    notebook.run_all()
    output = notebook.output(1)
    expect(output.locator(".gw-chart path.line").first).to_be_attached()
    lab = Script(notebook.page, output).run()
    opened = offline(tmp_path / "page.html")
    page = Script(opened.page, opened.page.locator("body")).run()
    for step, (there, here) in enumerate(zip(lab, page, strict=True)):
        assert here == there, step
    moved = [{name for name in WORDS if a[name] != b[name]} for a, b in pairwise(page)]
    assert {"table", "local", "parallel", "curves", "star"} <= moved[0]
    assert "curves" in moved[1] and "local" in moved[1]
    assert {"table", "star", "parallel"} <= moved[2] & moved[3]
    assert "map" in moved[4] and moved[5] == {"graph"} and moved[6] == {"spectrum"}
    assert "map" in moved[7]
    assert all("Sample 3" in one["grid"] for one in page)
    expect(opened.page.locator(".gw-grid")).not_to_contain_text("No kernel")


@pytest.fixture(scope="module")
def hostile_store(digits, trained, tmp_path_factory: pytest.TempPathFactory):
    """Two models of one family whose every name is markup; 599 samples × 2 benchmarks."""
    entries = [
        dataclasses.replace(one, name=f"{MARKUP}{k}", architecture=MARKUP, parent=parent)
        for k, (one, parent) in enumerate(
            [
                (gw.ModelEntry("dense", trained), None),
                *((one, f"{MARKUP}0") for one in gw.prune_family(
                    trained, method="magnitude", ratios=[0.5])),
            ]
        )
    ]  # fmt: skip
    study = gw.Study(
        models=entries, benchmarks=gw.corruption_benchmarks(["contrast"], 3),
        images=digits.images, labels=digits.labels, classes=[f"{MARKUP}{k}" for k in range(10)],
    )  # fmt: skip
    path = tmp_path_factory.mktemp("hostile") / "store.zarr"
    return gw.GeometryStore.compute(study, path, progress=False)


def test_names_are_text_in_every_chart(hostile_store, offline, tmp_path) -> None:
    """A layer, family, class or model name that becomes an element of the page, or runs."""
    rng = np.random.default_rng(0)
    layer = MARKUP.replace(".", "-")  # a module's name has no dot
    net = nn.Sequential(OrderedDict({layer: nn.Linear(6, 4), "second": nn.Linear(4, 3)}))
    plane = gw.redundancy.Star(
        features=rng.normal(size=(9, 2)), labels=np.arange(9) % 3, predictions=np.arange(9) % 3,
        directions=rng.normal(size=(3, 2)), bias=np.zeros(3), raster=np.zeros((2, 3), np.int16),
        extent=(-3.0, 3.0, -3.0, 3.0), loss=MARKUP, accuracy=1.0,
    )  # fmt: skip
    table = pd.DataFrame({"mean": [80.0, 90.0], "std": [30.0, 4.0]}, index=[2, 100])
    views = [
        gw.PruneCurves(hostile_store), gw.Spectrum(net), gw.DimensionCurves(table),
        gw.LatentStar(plane, classes=[f"{MARKUP}{k}" for k in range(3)]),
        gw.WeightGraph(rng.normal(size=(2, 5, 4)), names=[MARKUP]).wait(),
        gw.EvaluationTable(hostile_store), gw.ParallelCoordinates(hostile_store),
        gw.LocalGeometry(hostile_store),
    ]  # fmt: skip
    page = offline(gw.save_page(views, tmp_path / "page.html", title=MARKUP).path).page
    for view in views:
        view.close()
    page.evaluate(SETTLED, 60_000)
    for place in (".gw-curves-family", ".gw-chart-page select", ".gw-star"):
        expect(page.locator(place).first).to_contain_text("<img src=x onerror=document")
    assert page.locator("img[src=x]").count() == 0
    assert page.title() == MARKUP
