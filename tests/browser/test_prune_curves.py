"""PruneCurves beside a table in JupyterLab: clicks, keys, legend, brushed samples, pictures."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

import geowidgets as gw

from .conftest import Open
from .notebook import Notebook
from .views import Table, busy, saved, setup, steady

TABLE, CURVES, ASK, BUSY, BRUSH, NOISE = 1, 2, 3, 4, 5, 6
POTENTIAL = [[[0.9, 0.6, 0.0], [0.6, 0.6, 0.0]]]  # family, repeat, ε of 0, 0.2 and 0.4
NOISY = f"""
import xarray as xr
table = xr.Dataset({{"potential": (("family", "repeat", "noise"), {POTENTIAL})}},
    {{"family": ["LeNet5 / magnitude"], "repeat": [0, 1], "noise": [0.0, 0.2, 0.4]}})
gw.PruneCurves(store, gw.Selection(store), noise=table, shifted=["gaussian_noise-4"])
"""
REPORT = """
print(json.dumps({"reference": selection.reference, "compared": selection.compared,
    "hidden": view.hidden, "delta": view.delta, "value": view.value}))
"""
FAMILY = "LeNet5 / magnitude"
MARGIN = {"left": 62, "right": 16, "top": 14, "bottom": 46}
DOTS = """figure => [...figure.querySelectorAll('.object_grp')].map(dot => {
  const { x, y, width, height } = dot.getBoundingClientRect();
  return [x + width / 2, y + height / 2];
})"""
# bqplot draws again some time after its box has another size, and only what is in sight.
FILLED = """frame => {
  const plot = frame.querySelector('.plotarea_background').getBoundingClientRect();
  return Math.abs(plot.width + 78 - frame.clientWidth) < 2;
}"""


@pytest.fixture(scope="module")
def shared(open_shared: Open, repeats_store: gw.GeometryStore, flag: Path) -> Notebook:
    notebook = open_shared(
        [
            setup(repeats_store),
            "gw.EvaluationTable(store, selection)",
            "view = gw.PruneCurves(store, selection, shifted=['gaussian_noise-4'])\nview",
            REPORT,
            busy(flag),
            "selection.samples = range(0, 200)",
            NOISY,
        ],
        height=1500,
    )
    for index in (0, TABLE, CURVES):
        notebook.run(index)
    Table(notebook.output(TABLE)).wait()
    expect(curves(notebook)).to_have_attribute("data-gw-state", "ready")
    return notebook


def curves(notebook: Notebook) -> Locator:
    """The view."""
    return notebook.output(CURVES).locator(".gw-curves")


@pytest.fixture
def view(shared: Notebook) -> Iterator[Locator]:
    """The view, given back with the dense net on the clean images as reference."""
    root = curves(shared)
    yield root
    for button in root.locator(".gw-curves-family[aria-pressed='false']").all():
        button.click()
    root.get_by_role("button", name="Accuracy", exact=True).click()


def line(root: Locator) -> Locator:
    """The sentence that counts."""
    return root.locator(".gw-curves-words strong")


def place(
    root: Locator, x: float, y: float, panel: str = "accuracy", most: float = 100
) -> tuple[float, float]:
    """Where a value of a figure stands in the page, read off its ticks; x ends at `most`."""
    box = steady(root.locator(f".gw-curves-{panel} .gw-curves-over"))
    figure = root.locator(f".gw-curves-{panel} svg.svg-background")
    low, high = figure.evaluate(
        """figure => {
          const ticks = [...figure.querySelectorAll('.axis .tick')].map(tick => ({
            y: tick.getBoundingClientRect(), value: Number(tick.querySelector('text').textContent),
            up: tick.getAttribute('transform').startsWith('translate(0,'),
          })).filter(tick => tick.up);
          const at = ticks.map(({ y, value }) => [value, y.y + y.height / 2]);
          at.sort((a, b) => a[0] - b[0]);
          return [at[0], at[at.length - 1]];
        }"""
    )
    width = box["width"] - MARGIN["left"] - MARGIN["right"]
    share = (y - low[0]) / (high[0] - low[0])
    across = box["x"] + MARGIN["left"] + width * x / most
    return across, low[1] + share * (high[1] - low[1])


def names(store: gw.GeometryStore) -> list[str]:
    """The models' names."""
    return [model.name for model in store.models]


def report(notebook: Notebook) -> dict:
    """What Python says."""
    return json.loads(notebook.run(ASK))


def test_points_stand_where_the_numbers_say(
    shared: Notebook, view: Locator, repeats_store: gw.GeometryStore
) -> None:
    """bqplot's padding, another scale or another benchmark between a point and its accuracy."""
    curve = gw.prune_accuracy(repeats_store, benchmarks=["clean"])
    found = np.array(view.locator(".gw-curves-accuracy svg.svg-figure").evaluate(DOTS))
    for ratio, accuracy in zip(
        curve.ratio.values.ravel(), curve.accuracy.values.ravel(), strict=True
    ):
        at = place(view, 100 * ratio, 100 * accuracy)
        assert np.abs(found - at).max(axis=1).min() < 1.5
    shared.photograph("curves-1600", view)


def test_a_click_reaches_the_table_while_the_kernel_is_busy(
    shared: Notebook, view: Locator, repeats_store: gw.GeometryStore, flag: Path
) -> None:
    """A click that waits for Python, takes another model, or compares instead of referring."""
    models = names(repeats_store)
    pruned, dense = models.index("magnitude-90-1"), models.index("dense-1")
    accuracy = repeats_store.accuracy().values
    mouse = shared.page.mouse
    shared.start(BUSY)
    try:
        ratio = repeats_store.models[pruned].ratio
        mouse.click(*place(view, 100 * ratio, 100 * accuracy[pruned, 0]))
        expect(line(view)).to_contain_text("magnitude-90-1 on clean")
        expect(view.locator(".gw-curves-strong")).to_have_count(1)
        shared.page.keyboard.down("Shift")
        mouse.click(*place(view, 0, 100 * accuracy[dense, 0]))
        shared.page.keyboard.up("Shift")
    finally:
        flag.touch()  # a busy kernel would hold up every other test
    shared.text(BUSY)
    found = report(shared)
    assert found["reference"] == [pruned, 0]
    assert found["compared"] == [dense, 0]
    view.locator(".gw-curves-accuracy .gw-curves-over").press("Escape")
    assert report(shared)["compared"] is None


def test_a_cell_of_the_table_shows_its_curve(
    shared: Notebook, view: Locator, repeats_store: gw.GeometryStore
) -> None:
    """A curve that stays on the benchmark of before; a potential of another one."""
    view.get_by_label("Benchmark").select_option(label="gaussian noise-4")
    expect(view.locator(".gw-curves-style")).to_have_count(2)
    potential = gw.prune_potential(repeats_store, benchmarks=["gaussian_noise-4"]).values
    words = f"{100 * potential.mean():.1f} ± {100 * potential.std(ddof=1):.1f} %"
    row = view.locator("tbody tr").first
    expect(row.locator("td").first).to_have_text(words)
    slope = float(gw.excess_error(repeats_store, shifted=["gaussian_noise-4"]).slope[0])
    text = f"{slope:.3f}".replace("-", "\N{MINUS SIGN}")
    expect(row.locator("td").last).to_contain_text(f"{text} [")
    bar = Table(shared.output(TABLE)).cell("LeNet5, magnitude", "clean")
    steady(bar)
    bar.click(position={"x": 8, "y": 20})
    expect(line(view)).to_contain_text("on clean")


def test_keys_legend_and_margin(
    shared: Notebook, view: Locator, repeats_store: gw.GeometryStore
) -> None:
    """A view for mice alone; a slider that the potentials do not follow."""
    over = view.locator(".gw-curves-accuracy .gw-curves-over")
    over.focus()
    for key in ("Home", "ArrowRight", "End"):
        shared.page.keyboard.press(key)
    tip = view.locator(".gw-tip")
    expect(tip).to_contain_text("magnitude-90")
    shared.page.keyboard.press("Enter")
    expect(line(view)).to_contain_text("magnitude-90")
    family = view.locator(".gw-curves-family").first
    family.press("Enter")
    expect(family).to_have_attribute("aria-pressed", "false")
    expect(view.locator(".gw-curves-words")).to_contain_text("0 of 1 families")
    family.press("Enter")
    expect(family).to_have_attribute("aria-pressed", "true")
    slider = view.get_by_label("Margin δ of the prune potential")
    slider.press("End")
    expect(view.locator(".gw-curves-words")).to_contain_text("at δ = 5.0 %")
    potential = gw.prune_potential(repeats_store, 0.05, benchmarks=["gaussian_noise-4"])
    words = f"{100 * float(potential.mean()):.1f} ± {100 * float(potential.std(ddof=1)):.1f} %"
    view.get_by_label("Benchmark").select_option(label="gaussian noise-4")
    expect(view.locator("tbody td").first).to_have_text(words)
    view.get_by_label("Benchmark").select_option(label="clean")
    view.get_by_role("button", name="Difference to dense").click()
    found = report(shared)
    assert found["delta"] == 0.05
    assert found["value"] == "difference"
    assert found["hidden"] == []


def test_brushed_samples_are_counted_alone(
    shared: Notebook, view: Locator, repeats_store: gw.GeometryStore
) -> None:
    """Whole-set curves beside a selection."""
    shared.run(BRUSH)
    expect(line(view)).to_contain_text("of 200 selected samples")
    accuracy = gw.prune_accuracy(repeats_store, samples=range(200)).sel(benchmark="clean")
    found = np.array(view.locator(".gw-curves-accuracy svg.svg-figure").evaluate(DOTS))
    wanted = place(view, 0, 100 * float(accuracy.accuracy.values[0, 0, 1]))
    assert np.abs(found - wanted).max(axis=1).min() < 1.5


def test_a_table_over_noise_and_a_narrow_page(shared: Notebook) -> None:
    """Potentials at another ε, a hidden family that stays, a figure or legend that is cut off."""
    shared.run(NOISE)
    root = shared.output(NOISE).locator(".gw-curves")
    expect(root).to_have_attribute("data-gw-state", "ready")
    dots = root.locator(".gw-curves-noise svg.svg-figure .object_grp")
    expect(dots).to_have_count(3)
    means = zip((0, 0.2, 0.4), np.mean(POTENTIAL[0], 0), strict=True)
    # Before the dots are read: the page scrolls to the figure.
    wanted = [place(root, epsilon, 100 * mean, "noise", 0.4) for epsilon, mean in means]
    found = np.array(root.locator(".gw-curves-noise svg.svg-figure").evaluate(DOTS))
    for at in wanted:
        assert np.abs(found - at).max(axis=1).min() < 1.5
    shared.photograph("curves-noise-1600", root)
    shared.page.set_viewport_size({"width": 800, "height": 1500})
    try:
        for frame in root.locator(".gw-curves-frame").all():
            frame.scroll_into_view_if_needed()
            shared.page.wait_for_function(FILLED, arg=frame.element_handle())
        legend = root.locator(".gw-curves-legend")
        assert legend.evaluate("one => one.scrollWidth <= one.clientWidth")
        shared.photograph("curves-noise-800", root)
    finally:
        shared.page.set_viewport_size({"width": 1600, "height": 1500})
    root.locator(".gw-curves-family").click()
    expect(dots).to_have_count(0)


def test_pictures_and_themes(shared: Notebook, view: Locator, tmp_path: Path) -> None:
    """A picture without the curves, or text that the dark theme hides."""
    file = saved(view, "SVG")
    text = Path(file.path()).read_text()
    assert FAMILY in text
    assert text.count("<path") > 5
    assert re.search(r'<svg[^>]+width="\d{3,}"', text)
    file = saved(view, "PNG")
    image = np.asarray(Image.open(file.path()).convert("RGB")).reshape(-1, 3)
    assert len(np.unique(image, axis=0)) > 20
    shared.keep("curves-saved", Path(file.path()))
    shared.theme(True)
    expect(view).to_have_attribute("data-gw-theme", "dark")
    label = view.locator(".gw-curves-accuracy text.axislabel").first
    color = label.evaluate("text => getComputedStyle(text).fill")
    assert min(map(int, re.findall(r"\d+", color)[:3])) > 150
    shared.photograph("curves-dark-1600", view)
