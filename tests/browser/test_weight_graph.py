"""WeightGraph in JupyterLab: play, cut, brush, drag, keys, pictures, a busy kernel, a page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

import geowidgets as gw
from geowidgets.training import WeightRecord

from .conftest import Open
from .notebook import Notebook
from .views import busy, saved, steady

SETUP = """
import json
from pathlib import Path
import numpy as np
import geowidgets as gw

def weights(epochs=6, units=24, inputs=8):
    rng = np.random.default_rng(2)
    start = rng.normal(size=(units, inputs))
    goal = np.repeat(rng.normal(size=(3, inputs)), units // 3, axis=0)
    goal = 2 * goal + 0.4 * rng.normal(size=(units, inputs))
    goal[-2:] = start[-2:]
    found = np.stack([(1 - s) * start + s * goal for s in np.linspace(0, 1, epochs)])
    found[-1, 5] = 0
    return found
"""
VIEW, ASK, BUSY, MORE = 1, 2, 3, 4
REPORT = """
table = graph.to_dataframe()
print(json.dumps({"epoch": graph.epoch, "units": graph.units, "playing": graph.playing,
    "inner_product": graph.inner_product, "cutoff": graph.cutoff, "kernel": graph.kernel,
    "forces": graph.forces, "kind": graph.kind,
    "edges": int(table.edges.sum()) // 2, "components": int(table.component.max()) + 1,
    "norm": table.norm.tolist(), "turn": table.turn.fillna(-9).tolist(),
    "component": table.component.tolist()}))
"""
UNITS = 24


@pytest.fixture(scope="module")
def shared(open_shared: Open, flag: Path) -> Notebook:
    notebook = open_shared(
        [
            SETUP,
            "graph = gw.WeightGraph(weights(), 'fc1', epoch=4, inner_product=0.5)\ngraph",
            REPORT,
            busy(flag),
            "gw.WeightGraph({0: np.ones((3, 2)), 1: np.ones((2, 2))}, 'fc1')",
        ],
        height=1200,
    )
    for index in (0, VIEW):
        notebook.run(index)
    ready(notebook.output(VIEW).locator(".gw-weights"))
    return notebook


@pytest.fixture
def view(shared: Notebook) -> Iterator[Locator]:
    """The graph at epoch 4, nothing selected."""
    root = shared.output(VIEW).locator(".gw-weights")
    yield root
    root.get_by_role("button", name="Clear").click()
    put(root, "inner product at the cut-off", "0.5")
    shared.page.mouse.move(2, 2)
    press(root, "End", "ArrowLeft")
    expect(line(root)).to_have_text(f"{UNITS} units, epoch 4 of 5")
    ready(root)


def ready(root: Locator) -> None:
    """Until the layout has come to rest."""
    expect(root).to_have_attribute("data-gw-state", "ready")


def line(root: Locator) -> Locator:
    """The line that counts."""
    return root.locator(".gw-weights-words strong")


def over(root: Locator) -> Locator:
    """What takes gestures and keys."""
    return root.locator(".gw-weights-over")


def put(root: Locator, label: str, value: str) -> None:
    """Type into one of the number fields."""
    field = root.locator(f"input[type=number][aria-label='{label}']")
    field.fill(value)
    field.press("Enter")


def report(notebook: Notebook) -> dict[str, Any]:
    """What Python says."""
    return json.loads(notebook.run(ASK))


def facts(said: dict[str, Any]) -> re.Pattern[str]:
    """The view's sentence on the same graph."""
    edges, components = said["edges"], said["components"]
    return re.compile(
        rf"{edges:,} edges? with cosine ≥ {said['inner_product']:.3f}.*{components} components?\b"
    )


def circle(root: Locator, name: str) -> np.ndarray:
    """Where a ring stands in the stage."""
    ring = root.locator(name)
    return np.array([float(ring.get_attribute(side) or 0) for side in ("cx", "cy")])


def press(root: Locator, *keys: str) -> None:
    """Press keys in the graph; running a cell took the focus away."""
    for key in keys:
        over(root).press(key)


def drag(page: Page, points: list[tuple[float, float]]) -> None:
    """Press at the first point, move over the others, let go."""
    page.mouse.move(*points[0])
    page.mouse.down()
    for x, y in points[1:]:
        page.mouse.move(x, y, steps=5)
    page.mouse.up()


def test_the_view_says_what_python_says(shared: Notebook, view: Locator) -> None:
    """Edges, components or an epoch of another graph than the one that Python holds."""
    words = view.locator(".gw-weights-words")
    expect(words).to_have_text(facts(report(shared)))
    press(view, "ArrowRight")
    expect(line(view)).to_have_text(f"{UNITS} units, epoch 5 of 5")
    expect(words).to_contain_text("1 unit hidden")
    said = report(shared)
    assert said["epoch"] == 5
    assert said["component"][5] == -1
    expect(words).to_have_text(facts(said))
    press(view, "Home")
    expect(line(view)).to_have_text(f"{UNITS} units, epoch 0 of 5")
    said = report(shared)
    assert said["epoch"] == 0
    expect(words).to_have_text(facts(said))


def test_space_plays_to_the_end(shared: Notebook, view: Locator) -> None:
    """A clock that skips the last epoch, never ends, or that Python does not hear."""
    press(view, "Home")
    expect(line(view)).to_have_text(f"{UNITS} units, epoch 0 of 5")
    press(view, "Space")
    expect(line(view)).to_have_text(f"{UNITS} units, epoch 5 of 5")
    expect(view.locator(".gw-weights-play")).to_have_attribute("aria-pressed", "false")
    ready(view)
    said = report(shared)
    assert (said["epoch"], said["playing"]) == (5, False)
    assert shared.count() == 5


def test_the_cut_off_and_its_inner_product(shared: Notebook, view: Locator) -> None:
    """A slider whose two numbers are not Python's, or a kernel that changes the graph."""
    put(view, "inner product at the cut-off", "0.2")
    expect(view.locator(".gw-weights-words")).to_contain_text("cosine ≥ 0.200")
    said = report(shared)
    assert said["inner_product"] == 0.2
    weight = view.locator("input[aria-label='cut-off on the edge weight']")
    expect(weight).to_have_value(f"{said['cutoff']:.3f}")
    edges = said["edges"]
    view.get_by_label("Kernel").select_option("report")
    expect(weight).not_to_have_value(f"{said['cutoff']:.3f}")
    said = report(shared)
    assert (said["kernel"], said["edges"]) == ("report", edges)
    expect(weight).to_have_value(f"{said['cutoff']:.3f}")
    put(view, "cut-off on the edge weight", "0.9")
    expect(view.locator(".gw-weights-words")).not_to_contain_text("cosine ≥ 0.200")
    said = report(shared)
    assert said["cutoff"] == pytest.approx(0.9)
    expect(view.locator(".gw-weights-words")).to_have_text(facts(said))
    view.get_by_label("Kernel").select_option("tool")
    chart = view.locator(".gw-weights-chart").nth(2)
    box = steady(chart)
    shared.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 50)
    expect(view.locator(".gw-weights-words")).not_to_contain_text(f"≥ {said['inner_product']:.3f}")


def test_a_brush_in_the_scatter_selects_its_units(shared: Notebook, view: Locator) -> None:
    """Dots that stand for other units, or a selection that Python does not see."""
    chart = view.locator(".gw-weights-chart").first
    box = steady(chart)
    middle = box["x"] + box["width"] * 0.6
    drag(
        shared.page,
        [
            (middle, box["y"] + 4),
            (box["x"] + box["width"] - 3, box["y"] + box["height"] - 36),
        ],
    )
    expect(line(view)).to_contain_text("selected")
    said = report(shared)
    turn = np.array(said["turn"])
    assert said["units"]
    assert set(said["units"]) == set(np.argsort(-turn)[: len(said["units"])].tolist())
    expect(line(view)).to_have_text(f"{len(said['units'])} of {UNITS} units selected, epoch 4 of 5")
    press(view, "Escape")
    expect(line(view)).to_have_text(f"{UNITS} units, epoch 4 of 5")
    assert report(shared)["units"] is None
    norms = view.locator(".gw-weights-chart").nth(1)
    box = steady(norms)
    drag(
        shared.page,
        [
            (box["x"] + box["width"] * 0.55, box["y"] + 30),
            (box["x"] + box["width"] - 3, box["y"] + 40),
        ],
    )
    expect(line(view)).to_contain_text("selected")
    said = report(shared)
    longest = np.argsort(-np.array(said["norm"]))[: len(said["units"])]
    assert set(said["units"]) == set(longest.tolist())


def test_keyboard_alone(shared: Notebook, view: Locator) -> None:
    """A selection that only a pointer can make; keys that reach JupyterLab's cells."""
    norms = np.array(report(shared)["norm"])
    order = np.argsort(-norms, kind="stable")
    press(view, "ArrowDown")
    cursor = view.locator(".gw-weights-cursor")
    first = cursor.get_attribute("data-unit")
    press(view, "ArrowDown")
    press(view, "Enter")
    expect(line(view)).to_contain_text("1 of 24 units selected")
    expect(view.locator("[aria-live=polite]")).to_contain_text("selected")
    said = report(shared)
    assert said["units"] == [int(order[list(order).index(int(first or -1)) + 1])]
    press(view, "c")
    label = said["component"][said["units"][0]]
    members = [i for i, one in enumerate(said["component"]) if one == label]
    expect(line(view)).to_contain_text(f"{len(members)} of 24 units selected")
    assert report(shared)["units"] == members


def test_a_node_is_dragged_and_a_lasso_selects(shared: Notebook, view: Locator) -> None:
    """A drag of a node that begins a lasso, and a lasso that takes other units."""
    press(view, "ArrowDown")
    ready(view)
    box = steady(over(view))
    before = circle(view, ".gw-weights-cursor")
    start = (box["x"] + before[0], box["y"] + before[1])
    shared.page.mouse.move(*start)
    expect(view.locator(".gw-tip")).to_contain_text("cosine to its initial weight")
    shared.page.mouse.down()
    shared.page.mouse.move(start[0] + 90, start[1] + 30, steps=8)
    expect(view).to_have_attribute("data-gw-state", "moving")
    page = shared.page
    page.wait_for_function(
        """([node, x]) => Math.abs(node.querySelector('.gw-weights-cursor').cx.baseVal.value - x)
          > 20""",
        arg=[view.element_handle(), before[0]],
    )
    shared.page.mouse.up()
    ready(view)
    assert report(shared)["units"] is None
    edge = [(4, 4), (0.5, 4), (0.5, 0.999), (4, 0.999), (4, 6)]
    width, height = box["width"], box["height"]
    corners = [
        (box["x"] + (x * width if x < 1 else x), box["y"] + (y * height if y < 1 else y))
        for x, y in edge
    ]
    drag(page, corners)
    expect(line(view)).to_contain_text("selected")
    units = report(shared)["units"]
    assert 0 < len(units) < UNITS
    at = []
    for _ in range(UNITS):
        press(view, "ArrowDown")
        cursor = view.locator(".gw-weights-cursor")
        x = circle(view, ".gw-weights-cursor")[0]
        at.append((int(cursor.get_attribute("data-unit") or -1), x))
    inside = {unit for unit, x in at if x < 0.5 * width}
    assert inside <= set(units)


def test_forces_are_changed_and_reset(shared: Notebook, view: Locator) -> None:
    """A menu whose sliders move nothing, or from which there is no way back."""
    menu = view.locator(".gw-weights-forces")
    menu.locator("summary").click()
    slider = menu.locator("input[type=range]").first
    slider.fill("-100")
    ready(view)
    assert report(shared)["forces"]["charge"] == -100
    menu.locator("summary").click()  # running a cell closed it
    menu.get_by_role("button", name="Reset").click()
    expect(slider).to_have_value("-30")
    defaults = {"charge": -30, "link": 30, "collision": 0.7, "radius": 12, "gravity": 0.03}
    assert report(shared)["forces"] == defaults


def test_pictures_hold_every_unit(shared: Notebook, view: Locator) -> None:
    """A picture without nodes, or one whose edges the page does not give out."""
    file = saved(view, "SVG")
    text = Path(file.path()).read_text()
    assert text.count("data-unit=") >= UNITS
    assert "Components by cut-off" in text
    assert "data:image/png;base64" in text
    file = saved(view, "PNG")
    pixels = np.asarray(Image.open(file.path()).convert("RGB"))
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 50
    shared.keep("weights", Path(file.path()))


def test_nothing_moves_where_motion_is_unwelcome(shared: Notebook, view: Locator) -> None:
    """A layout that wanders before the eyes of somebody whom that makes ill."""
    shared.page.emulate_media(reduced_motion="reduce")
    press(view, "Home")
    expect(line(view)).to_have_text(f"{UNITS} units, epoch 0 of 5")
    ready(view)
    shared.page.emulate_media(reduced_motion="no-preference")


def test_a_failure_is_told_in_the_view(shared: Notebook, view: Locator) -> None:
    """An empty frame that waits for ever."""
    shared.start(MORE)
    error = shared.output(MORE).locator(".gw-weights .gw-error")
    expect(error).to_contain_text("expected weights (3, 2) at every epoch, got (2, 2) at epoch 1")


def test_the_epochs_pass_while_the_kernel_is_busy(
    shared: Notebook, view: Locator, flag: Path
) -> None:
    """A graph that needs the kernel for each step."""
    expect(view).to_have_attribute("data-gw-epochs", "6")
    shared.start(BUSY)
    press(view, "Home")
    expect(line(view)).to_have_text(f"{UNITS} units, epoch 0 of 5")
    press(view, "Space")
    expect(line(view)).to_have_text(f"{UNITS} units, epoch 5 of 5")
    flag.touch()
    shared.text(BUSY)
    assert report(shared)["epoch"] == 5


@pytest.fixture(scope="module")
def trained_record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """LeNet-300-100's fc1 on digits, and the same start with another classifier (Figs 3, 5)."""
    import torch

    digits = gw.datasets.digits(16, "train")
    folder = tmp_path_factory.mktemp("records")
    for name, seed in (("first", 0), ("again", 1)):
        with torch.random.fork_rng():
            torch.manual_seed(0)
            net = gw.zoo.lenet300_100(in_channels=1, size=16)
            torch.manual_seed(10 + seed)
            for layer in (net.fc2, net.fc3):
                layer.reset_parameters()  # type: ignore[operator]
        record = WeightRecord(folder / name, layers=["fc1"])
        gw.training.train(
            net, digits.images, digits.labels, epochs=8, lr=0.2, progress=False, record=record,
            device="cpu",
        )  # fmt: skip
    return folder


@pytest.mark.parametrize("width", [1600, 800])
def test_looks(open_notebook: Open, trained_record: Path, width: int) -> None:
    """Charts that leave the view, at either width, in either theme, before and after (Fig. 3)."""
    open_record = f"""
import geowidgets as gw
from geowidgets.training import WeightRecord
first, again = (WeightRecord({str(trained_record)!r} + "/" + name) for name in ("first", "again"))
"""
    notebook = open_notebook(
        [
            open_record,
            "gw.WeightGraph(first, epoch=0)",
            "gw.WeightGraph(first, color='turn')",
            "gw.WeightGraph(first, beside=again, names=['first', 're-sampled'], inner_product=.5)",
        ],
        width=width,
        height=1000,
    )
    notebook.run_all()
    for index, name in ((1, "before"), (2, "after"), (3, "two")):
        root = notebook.output(index).locator(".gw-weights")
        ready(root)
        for dark in (False, True):
            notebook.theme(dark)
            # The charts follow the view's width in a frame of their own.
            inside = "root => root.scrollWidth <= root.clientWidth"
            notebook.page.wait_for_function(inside, arg=root.element_handle())
            notebook.photograph(f"weights-{name}-{width}-{'dark' if dark else 'light'}", root)
    words = notebook.output(3).locator(".gw-weights-words")
    expect(words).to_contain_text("of 300 joined to their own image")


def test_a_saved_page_plays_without_a_kernel(context, tmp_path: Path, trained_record: Path) -> None:
    """Epochs that do not travel with a page."""
    graph = gw.WeightGraph(WeightRecord(trained_record / "first"), epoch=0)
    expected = graph.to_dataframe(8)
    path = tmp_path / "graph.html"
    gw.save_page(graph, path)
    graph.close()
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(error.message))
    page.goto(path.as_uri())
    root = page.locator(".gw-weights")
    ready(root)
    page.get_by_role("button", name="Play").click()
    expect(line(root)).to_have_text("300 units, epoch 8 of 8")
    edges = int(expected.edges.sum()) // 2
    expect(root.locator(".gw-weights-words")).to_contain_text(f"{edges:,} edges")
    put(root, "inner product at the cut-off", "-0.5")
    expect(root.locator(".gw-weights-note")).to_contain_text("weaker ones need a kernel")
    page.close()
    assert not errors
