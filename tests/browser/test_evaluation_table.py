"""EvaluationTable by mouse and keyboard: pairs, repeats, metrics, potential, pictures."""

from __future__ import annotations

import json
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
from .views import Table, points_text, saved, setup

SHOW, ASK, CLEAR, SUBSET, OWN = 1, 2, 3, 4, 5
TABLE = "table = gw.EvaluationTable(store, selection, severity=4, height=200)\ntable"
REPORT = """
import numpy as np
pairs = selection.pairs
print(json.dumps({"pairs": None if pairs is None else np.argwhere(pairs).tolist(),
    "metric": table.metric, "delta": table.delta, "expanded": table.expanded}))
"""
RESET = """
selection.clear()
table.metric, table.mode, table.potential, table.delta = "accuracy", "bars", False, 0.005
table.expanded = []
"""
GIVEN = """
import xarray as xr
names = [m.name for m in store.models]
gw.EvaluationTable(store, selection, severity=4, metric=xr.DataArray(
    np.arange(9.0)[:, None] + 10, dims=("model", "benchmark"), name="memory",
    coords={"model": names, "benchmark": ["clean"]}, attrs={"unit": "MB"}))
"""
STEADY = """async cell => {
  const frame = () => new Promise(requestAnimationFrame);
  const place = () => { const box = cell.getBoundingClientRect(); return `${box.x} ${box.y}`; };
  let last = place();
  for (let still = 0; still < 4; ) {
    await frame();
    const now = place();
    still = now === last ? still + 1 : 0;
    last = now;
  }
}"""
ROWS = {"dense": "LeNet5, dense", "pruned": "LeNet5, magnitude"}


@pytest.fixture(scope="module")
def shared(open_shared: Open, repeats_store: gw.GeometryStore) -> Notebook:
    subset = "selection.samples = np.arange(200)"
    cells = [setup(repeats_store), TABLE, REPORT, RESET, subset, GIVEN]
    notebook = open_shared(cells, height=1400)
    notebook.run(0)
    notebook.run(SHOW)
    notebook.run(ASK)
    Table(notebook.output(SHOW)).wait()
    return notebook


@pytest.fixture
def table(shared: Notebook) -> Iterator[Table]:
    """The view as it was made, with nothing selected."""
    yield Table(shared.output(SHOW))
    shared.run(CLEAR)
    whole = re.compile("^9 models × 3 benchmarks: accuracy")
    expect(shared.output(SHOW).locator(".gw-table-status")).to_have_text(whole)


def said(notebook: Notebook) -> dict[str, Any]:
    """What Python knows, read by running a cell."""
    return json.loads(notebook.run(ASK))


def pairs(store: gw.GeometryStore, methods: list[str], benchmarks: list[int]) -> list[list[int]]:
    """`[model, benchmark]` of all models of some methods."""
    return [
        [m, b]
        for m, model in enumerate(store.models)
        for b in benchmarks
        if model.method in methods
    ]


def drag(notebook: Notebook, start: Locator, end: Locator) -> None:
    """From the middle of one cell to the middle of another."""
    start.scroll_into_view_if_needed()
    start.evaluate(STEADY)
    mouse = notebook.page.mouse
    for place, cell in enumerate((start, end)):
        box = cell.bounding_box()
        assert box is not None
        mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=4)
        if place == 0:
            mouse.down()
    mouse.up()


def test_drag_selects_pairs(shared: Notebook, table: Table, repeats_store) -> None:
    """A drag that selects rows × columns of the picture's order, or bars instead of models."""
    clean, noise = table.cell(ROWS["dense"], "clean"), table.cell(ROWS["dense"], "gaussian noise")
    last = table.cell(ROWS["pruned"], "gaussian noise")
    drag(shared, clean, noise)
    expect(clean).to_have_attribute("aria-selected", "true")
    assert said(shared)["pairs"] == pairs(repeats_store, ["dense"], [0, 2])
    shared.page.keyboard.down("Shift")
    drag(shared, noise, last)
    shared.page.keyboard.up("Shift")
    expect(last).to_have_attribute("aria-selected", "true")
    dense = pairs(repeats_store, ["dense"], [0, 2])
    both = sorted(dense + pairs(repeats_store, ["magnitude"], [2]))
    assert said(shared)["pairs"] == both
    shared.page.keyboard.down("Alt")
    drag(shared, clean, noise)
    shared.page.keyboard.up("Alt")
    expect(clean).to_have_attribute("aria-selected", "false")
    assert said(shared)["pairs"] == pairs(repeats_store, ["magnitude"], [2])
    clean.focus()
    shared.page.keyboard.press("Control+z")
    expect(clean).to_have_attribute("aria-selected", "true")
    assert said(shared)["pairs"] == both
    clean.focus()
    shared.page.keyboard.press("Escape")
    expect(clean).to_have_attribute("aria-selected", "false")
    assert said(shared)["pairs"] is None


def test_keys_select_pairs(shared: Notebook, table: Table, repeats_store) -> None:
    """A selection that only a pointer can make; a range that leaves its first cell out."""
    keyboard = shared.page.keyboard
    clean, noise = table.cell(ROWS["dense"], "clean"), table.cell(ROWS["dense"], "gaussian noise")
    clean.click()
    clean.focus()
    for key in ("Shift+ArrowRight", "Shift+ArrowDown", "Space"):
        keyboard.press(key)
    expect(noise).to_have_attribute("aria-selected", "true")
    everything = pairs(repeats_store, ["dense", "magnitude"], [0, 2])
    assert said(shared)["pairs"] == everything
    noise.focus()
    table.root.locator("[role=gridcell][tabindex='0']").focus()
    for key in ("ArrowUp", "-"):
        keyboard.press(key)
    expect(noise).to_have_attribute("aria-selected", "false")
    gone = [[m, 2] for m, model in enumerate(repeats_store.models) if model.method == "dense"]
    assert said(shared)["pairs"] == [pair for pair in everything if pair not in gone]
    table.root.locator("[role=gridcell][tabindex='0']").focus()
    keyboard.press("Shift+Space")
    expect(noise).to_have_attribute("aria-selected", "true")
    assert said(shared)["pairs"] == everything


def test_repeats_share_a_bar_and_open(shared: Notebook, table: Table, repeats_store) -> None:
    """Repeats counted as ratios; a mean over severities given as one over repeats."""
    accuracy = repeats_store.accuracy().sel(benchmark="clean")
    dense = accuracy[[m.method == "dense" for m in repeats_store.models]]
    mean, std = 100 * float(dense.mean()), 100 * float(dense.std(ddof=1))
    words = f"0.0 % removed: accuracy {mean:.1f} ± {std:.1f} %"
    expect(table.cell(ROWS["dense"], "clean")).to_have_attribute(
        "aria-label", f"LeNet5, dense, clean. {words}"
    )
    table.root.get_by_role("button", name="Show the 3 repeats of dense").click()
    for model, value in zip(dense.model.values, dense.values, strict=True):
        seed = str(model).rpartition("-")[2]
        cell = table.cell(f"LeNet5, seed {seed}", "clean")
        label = f"LeNet5, seed {seed}, clean. 0.0 % removed: accuracy {100 * value:.1f} %"
        expect(cell).to_have_attribute("aria-label", label)
    shared.photograph("table-repeats", table.root)
    assert said(shared)["expanded"] == ["LeNet5 / dense"]
    table.root.get_by_role("button", name="Hide the 3 repeats of dense").click()
    expect(table.cell("LeNet5, seed 0", "clean")).to_have_count(0)


def test_metric_and_its_difference_on_a_subset(
    shared: Notebook, table: Table, repeats_store
) -> None:
    """Means of another metric or pair; the difference of accuracies under another name."""
    table.root.get_by_role("combobox", name="Show").select_option("margin")
    table.wait()
    assert said(shared)["metric"] == "margin"
    names = [m.name for m in repeats_store.models if m.method == "dense"]
    columns = [repeats_store.column("margin", name, "clean").astype(float) for name in names]
    whole, part = np.mean(columns), np.mean([column[:200] for column in columns])
    std = np.std([column.mean() for column in columns], ddof=1)
    text = f"mean margin {whole:.2f} ± {std:.2f}"
    cell = table.cell(ROWS["dense"], "clean")
    expect(cell).to_have_attribute("aria-label", re.compile(f"{re.escape(text)}$"))
    shared.run(SUBSET)
    table.expect_selected(200, 599)
    table.wait()
    difference = f"{part - whole:+.2f}".replace("-", "\N{MINUS SIGN}")
    expect(cell).to_have_attribute("aria-label", re.compile(f"selected {re.escape(difference)}$"))
    table.root.get_by_role("combobox", name="Show").select_option("ece")
    table.wait()
    errors = gw.expected_calibration_error(repeats_store).sel(model=names, benchmark="clean")
    some = gw.expected_calibration_error(repeats_store, samples=np.arange(200))
    change = float((some.sel(model=names, benchmark="clean") - errors).mean())
    said_so = f"selected {points_text(change)} points"
    expect(cell).to_have_attribute("aria-label", re.compile(f"{re.escape(said_so)}$"))


def test_prune_potential_follows_margin_and_subset(
    shared: Notebook, table: Table, repeats_store
) -> None:
    """Another potential in the browser than in Python; a slider that needs the kernel."""
    table.root.get_by_role("button", name="Prune potential").click()
    cell = table.cell(ROWS["pruned"], "prune potential")
    benchmarks = ["clean", "gaussian_noise-4"]

    def expect_potential(delta: float, samples: np.ndarray | None) -> None:
        found = gw.prune_potential(repeats_store, delta, samples=samples, benchmarks=benchmarks)
        each = 100 * found.mean("benchmark").values[0]
        words = f"prune potential {each.mean():.1f} ± {each.std(ddof=1):.1f} %"
        if samples is not None:
            whole = gw.prune_potential(repeats_store, delta, benchmarks=benchmarks)
            change = points_text(float(found.mean() - whole.mean()))
            before = f"prune potential {100 * float(whole.mean()):.1f}"
            words = rf"{before} .* selected {re.escape(change)} points"
        expect(cell).to_have_attribute("aria-label", re.compile(words))

    expect_potential(0.005, None)
    slider = table.root.get_by_label("Margin δ of the prune potential")
    slider.fill("50")
    expect_potential(0.05, None)
    assert said(shared)["delta"] == 0.05
    shared.run(SUBSET)
    table.expect_selected(200, 599)
    expect_potential(0.05, np.arange(200))
    shared.photograph("table-potential", table.root)


@pytest.mark.parametrize("kind", ["PNG", "SVG"])
def test_saved_picture_holds_lines_out_of_view(
    shared: Notebook, table: Table, tmp_path: Path, kind: str
) -> None:
    """A picture of what is scrolled to, of no cells, or with colours of the page's style sheets."""
    from PIL import Image

    table.root.get_by_role("button", name="Numbers").click()
    expect(table.cell("LeNet5, dense", "clean")).to_be_visible()
    file = saved(table.root, kind)
    path = tmp_path / "picture"
    file.save_as(path)
    assert file.suggested_filename == f"evaluation.{kind.lower()}"
    if kind == "SVG":
        text = path.read_text()
        assert "class=" not in text
        for words in ("magnitude 90.0 %", ">gaussian<", "9 models × 3 benchmarks", "± "):
            assert words in text, words
        return
    with Image.open(path) as picture:
        assert picture.height > 2 * 200
        colors = {color for _, color in picture.convert("RGB").getcolors(1 << 20)}
    assert len(colors) > 10


def test_own_numbers(shared: Notebook, table: Table) -> None:
    """Numbers by position; a subset's difference of numbers that know no samples."""
    shared.run(OWN)
    own = Table(shared.output(OWN))
    own.wait()
    cell = own.cell(ROWS["dense"], "clean")
    # dense-1, dense-0 and dense-2 are models 0, 4 and 8: 10, 14 and 18 MB.
    expect(cell).to_have_attribute("aria-label", re.compile(r"memory 14\.000 ± 4\.000MB$"))
    missing = own.cell(ROWS["dense"], "gaussian noise")
    expect(missing).to_have_attribute("aria-label", re.compile("not computed$"))
    shared.run(SUBSET)
    expect(own.root.locator(".gw-table-legend")).to_contain_text("they know no samples")
    shared.photograph("table-own-numbers", own.root)
