"""AttributionGrid in a notebook: from a click in another view to maps, and with the kernel busy."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from playwright.sync_api import Locator, expect

from .conftest import Open
from .notebook import Notebook
from .views import drag, panel, saved

LOCAL, GRID, REPORT, PROCESS, BARE = 1, 2, 3, 4, 5
SETUP = """
import json
from pathlib import Path
import numpy as np
import torch
import geowidgets as gw
torch.set_num_threads(1)
digits = gw.datasets.digits(split="test")
net = gw.zoo.lenet5(in_channels=1)
net.load_state_dict(torch.load({weights!r}, weights_only=True))
study = gw.Study(
    [gw.ModelEntry("dense", net), *gw.prune_family(net, method="magnitude", ratios=[0.6, 0.9])],
    gw.corruption_benchmarks(["contrast"], 3),
    images=digits.images[:80], labels=digits.labels[:80], classes=digits.classes,
)
store = gw.GeometryStore.compute(study, {path!r}, device="cpu", progress=False)
selection = gw.Selection(store)
"""
ASK = """
found = grid.maps()
print(json.dumps({
    "models": found["model"].values.tolist(), "sample": found.attrs["sample"],
    "benchmark": found.attrs["benchmark"], "fill": found.attrs["fill"],
    "window": found.attrs["window"], "values": np.round(found.values, 6).tolist(),
    "unoccluded": found["unoccluded"].values.tolist(),
    "prediction": found["prediction"].values.tolist(),
}))
"""
COLORS = """canvas => {
  const { width, height } = canvas;
  const data = canvas.getContext('2d').getImageData(0, 0, width, height).data;
  let [red, blue] = [0, 0];
  for (let k = 0; k < data.length; k += 4) {
    if (data[k] > data[k + 2] + 60) red++;
    if (data[k + 2] > data[k] + 60) blue++;
  }
  return [red, blue];
}"""


@pytest.fixture(scope="module")
def shared(open_shared: Open, trained: torch.nn.Module, tmp_path_factory) -> Notebook:
    folder = tmp_path_factory.mktemp("grid")
    torch.save(trained.state_dict(), folder / "net.pt")
    setup = SETUP.format(weights=str(folder / "net.pt"), path=str(folder / "s.zarr"))
    cells = [
        setup,
        "gw.LocalGeometry(store, selection)",
        "grid = gw.AttributionGrid(store, selection)\ngrid",
        ASK,
        "import os\nprint(os.getpid())",
        "gw.AttributionGrid(gw.GeometryStore.open(store.path))",
    ]
    notebook = open_shared(cells, height=2600)
    for cell in (0, LOCAL, GRID):
        notebook.run(cell)
    expect(panel(notebook.output(LOCAL))).to_be_visible()
    return notebook


@pytest.fixture
def grid(shared: Notebook) -> Iterator[Locator]:
    """The view; afterwards without focus and with its controls as they were."""
    view = shared.output(GRID).locator(".gw-grid")
    yield view
    view.get_by_label("Hide by").select_option("mean")
    view.get_by_label("Beside").select_option("")
    view.get_by_label("Patch").fill("")
    view.get_by_label("Patch").press("Enter")
    view.get_by_role("button", name="Save").or_(view.locator("summary")).first.focus()
    shared.page.keyboard.press("Escape")
    shared.page.keyboard.press("Escape")
    expect(view).to_have_attribute("data-gw-state", "empty")


def answer(notebook: Notebook) -> dict:
    """What Python says of the maps that are shown."""
    return json.loads(notebook.run(REPORT))


def ready(view: Locator, sample: int) -> None:
    """Until every map of a sample is drawn."""
    expect(view.locator(".gw-grid-line strong")).to_contain_text(f"Sample {sample} ")
    expect(view).to_have_attribute("data-gw-state", "ready")


def pick(view: Locator, sample: int) -> None:
    """Choose a sample in the grid's own line of images."""
    view.locator(f".gw-grid-thumb[aria-label^='sample {sample},']").click()
    ready(view, sample)


def test_a_thumbnail_elsewhere_is_followed(shared: Notebook, grid: Locator) -> None:
    """A grid that stays empty, shows other models or another sample than the one clicked."""
    expect(grid).to_contain_text("No sample is in focus yet.")
    shared.photograph("grid-empty", grid)
    drag(shared, 3, [(0.02, 0.02), (0.97, 0.03), (0.97, 0.97), (0.03, 0.97)])
    thumb = shared.output(LOCAL).locator(".gw-thumb").first
    label = thumb.get_attribute("aria-label") or ""
    sample = int(re.findall(r"sample (\d+)", label)[0])
    thumb.click()
    ready(grid, sample)
    said = answer(shared)
    assert (said["sample"], said["models"]) == (sample, ["dense", "magnitude-60", "magnitude-90"])
    values = grid.locator(".gw-grid-value").all_text_contents()
    length = [f"{row[0]:.2f}" for row in said["unoccluded"]]
    assert [values[0], values[4], values[8]] == length
    verdicts = grid.locator("text=/predicts/").all_text_contents()
    assert [re.findall(r"predicts (\S+)", one)[0] for one in verdicts] == said["prediction"]
    red, blue = grid.locator(".gw-grid-canvas").evaluate(COLORS)
    assert red > 500 and blue > 500
    shared.photograph("grid-1600", grid)
    shared.page.keyboard.press("]")
    drag_clear(shared)


def drag_clear(notebook: Notebook) -> None:
    notebook.output(LOCAL).locator(".gw-local").get_by_role("button", name="Clear").click()


def cell_box(view: Locator, index: int) -> dict[str, float]:
    area = view.locator(".gw-grid-area").nth(index)
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    assert box
    return dict(box)


def test_one_place_in_every_map(shared: Notebook, grid: Locator) -> None:
    """An outline in the hovered cell alone, at transposed places, or with another map's numbers."""
    pick(grid, 5)
    said = answer(shared)
    box = cell_box(grid, 6)
    x, y = 9, 20
    at = box["x"] + (x + 0.5) / 32 * box["width"], box["y"] + (y + 0.5) / 32 * box["height"]
    shared.page.mouse.move(*at)
    expect(grid).to_have_attribute("data-gw-place", f"{x},{y}")
    expect(grid.locator(".gw-grid-place .gw-grid-light")).to_have_count(12 + 1)
    shown = grid.locator(".gw-grid-change").all_text_contents()
    values = np.array(said["values"])[:, :, y, x].ravel()
    assert len(shown) == 12
    for text, value in zip(shown, values, strict=True):
        number = float(text.replace("\N{MINUS SIGN}", "-").replace("±", "").rstrip("°"))
        decimals = len(text.rstrip("°").split(".")[1]) if "." in text else 0
        assert abs(number - value) <= 0.5 * 10**-decimals + 1e-6
    shared.page.mouse.click(*at)
    shared.page.mouse.move(box["x"] - 40, box["y"] - 5)
    expect(grid).to_have_attribute("data-gw-place", f"{x},{y}")
    shared.photograph("grid-held", grid)
    shared.page.keyboard.press("Escape")
    expect(grid).to_have_attribute("data-gw-place", "")


def test_keyboard_alone(shared: Notebook, grid: Locator) -> None:
    """A place or a sample that only a pointer can choose."""
    pick(grid, 0)
    stage = grid.locator(".gw-grid-stage")
    stage.focus()
    shared.page.keyboard.press("ArrowRight")
    expect(grid).to_have_attribute("data-gw-place", "16,16")
    shared.page.keyboard.press("ArrowRight")
    shared.page.keyboard.press("Shift+ArrowDown")
    expect(grid).to_have_attribute("data-gw-place", "18,17")
    expect(grid.locator(".gw-visually-hidden")).to_contain_text("Row 17, column 18. dense: length")
    shared.page.keyboard.press("]")
    ready(grid, 1)
    shared.page.keyboard.press("PageUp")
    ready(grid, 0)
    expect(grid.get_by_label("the sample before")).to_be_disabled()


def test_controls_make_other_maps(shared: Notebook, grid: Locator) -> None:
    """Maps of the mean under the word blur; a patch that no image holds."""
    pick(grid, 2)
    grid.get_by_label("Hide by").select_option("blur")
    expect(grid.locator(".gw-grid-line")).to_contain_text("hidden by a blur")
    grid.get_by_label("Patch").fill("8")
    grid.get_by_label("Patch").press("Enter")
    expect(grid.locator(".gw-grid-line")).to_contain_text("8 × 8 patches, stride 4")
    ready(grid, 2)
    said = answer(shared)
    assert (said["fill"], said["window"]) == ("blur", 8)
    grid.get_by_label("Patch").fill("33")
    grid.get_by_label("Patch").press("Enter")
    expect(grid.get_by_label("Patch")).to_have_attribute("aria-invalid", "true")
    assert answer(shared)["window"] == 8


def test_a_kernel_that_does_not_answer_leaves_the_tab_alive(
    shared: Notebook, grid: Locator
) -> None:
    """A page that freezes, forgets the last maps, or never catches up.

    The kernel's process is stopped: a running cell alone does not keep JupyterLab 4.6 from
    hearing widgets, whose messages go to a subshell.
    """
    process = int(shared.run(PROCESS))
    pick(grid, 10)
    grid.locator(".gw-grid-stage").focus()
    os.kill(process, signal.SIGSTOP)
    try:
        shared.page.keyboard.press("]")
        progress = grid.locator(".gw-grid-progress")
        expect(progress).to_be_visible()
        expect(progress).to_contain_text("The kernel is busy; the maps of sample 11 wait for it.")
        expect(progress).to_contain_text("Sample 10 stays until then.")
        expect(grid.locator(".gw-grid-line strong")).to_contain_text("Sample 10 ")
        assert sum(grid.locator(".gw-grid-canvas").evaluate(COLORS)) > 500
        box = cell_box(grid, 0)
        shared.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        expect(grid.locator(".gw-grid-place .gw-grid-light")).to_have_count(12 + 1)
        shared.photograph("grid-busy", grid)
    finally:
        os.kill(process, signal.SIGCONT)
    ready(grid, 11)
    expect(progress).to_be_hidden()


@pytest.mark.parametrize("kind", ["PNG", "SVG"])
def test_saved_picture(shared: Notebook, grid: Locator, tmp_path: Path, kind: str) -> None:
    """A picture without maps or scales, or one that needs the page's style sheets."""
    from PIL import Image

    pick(grid, 3)
    file = saved(grid, kind)
    path = tmp_path / "picture"
    file.save_as(path)
    name = file.suggested_filename
    assert name == f"attribution-grid-sample-3-clean.{kind.lower()}"
    if kind == "SVG":
        text = path.read_text()
        assert "class=" not in text and text.count("<image") == 1
        assert "Sample 3" in text and text.count("<linearGradient") == 4
        return
    shared.keep("grid-saved", path)
    with Image.open(path) as picture:
        colors = {color for _, color in picture.convert("RGB").getcolors(1 << 22)}
    assert any(b > r + 60 for r, _, b in colors) and any(r > b + 60 for r, _, b in colors)


def test_a_store_without_models_says_so(shared: Notebook) -> None:
    """An empty grid without a word about what is missing."""
    shared.run(BARE)
    view = shared.output(BARE).locator(".gw-grid")
    view.locator(".gw-grid-thumb").first.click()
    expect(view).to_have_attribute("data-gw-state", "absent")
    expect(view.locator(".gw-grid-empty")).to_contain_text("'dense' is not at hand")
    expect(view.locator(".gw-grid-empty")).to_contain_text("store.attach(models)")
    shared.photograph("grid-absent", view)
