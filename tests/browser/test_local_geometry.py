"""LocalGeometry by mouse, keyboard and typed numbers, in a notebook."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

import geowidgets as gw

from .conftest import Open
from .notebook import Notebook
from .views import REPORT, drag, inside, panel, report, saved, setup

LOCAL, ASK, TINY = 1, 2, 3
LASSO = [(0.02, 0.02), (0.97, 0.03), (0.6, 0.7), (0.03, 0.97)]
NAMES = """
class Named:
    def __getattr__(self, name):
        return getattr(store, name)
    classes = ("<img src=x onerror=alert(1)>", *store.classes[1:])
gw.LocalGeometry(Named(), axes="each", order="worst")
"""


@pytest.fixture(scope="module")
def shared(open_shared: Open, tiny_store: gw.GeometryStore) -> Notebook:
    cells = [setup(tiny_store), "gw.LocalGeometry(store, selection)", REPORT, NAMES]
    notebook = open_shared(cells, height=1400)
    notebook.run(0)
    notebook.run(LOCAL)
    expect(panel(notebook.output(LOCAL))).to_be_visible()
    return notebook


@pytest.fixture
def local(shared: Notebook) -> Iterator[Locator]:
    """The view, with nothing selected, on the first pair."""
    view = shared.output(LOCAL).locator(".gw-local")
    yield view
    view.get_by_role("button", name="Clear").click()
    heads = view.locator("[aria-pressed=true].gw-local-panel .gw-local-head")
    for _ in range(heads.count()):
        heads.first.click(modifiers=["Shift"])
    view.get_by_label("Model").select_option(index=0)
    expect(line(view)).to_have_text(re.compile("^599 samples"))


def line(view: Locator) -> Locator:
    """The line that counts."""
    return view.locator(".gw-local-count strong")


def test_panels_say_each_class_and_its_accuracy(local: Locator, tiny_store) -> None:
    """Panels of transposed classes, or an accuracy over other samples than the class's."""
    labels = tiny_store.labels()
    right = tiny_store.column("prediction", 0, 0) == labels
    said = local.locator(".gw-local-panel").evaluate_all(
        "panels => panels.map(panel => panel.getAttribute('aria-label'))"
    )
    for c, name in enumerate(tiny_store.classes):
        n, share = (labels == c).sum(), 100 * right[labels == c].mean()
        assert said[c] == f"class {name}, {share:.1f} % of {n} correct"


def test_escape_and_undo_after_a_brush(shared: Notebook, local: Locator, tiny_store) -> None:
    """Keys that go to the notebook instead of the view that was just brushed."""
    drag(shared, 2, LASSO)
    samples = inside(report(shared, ASK)["clauses"][0], tiny_store)
    drag(shared, 2, LASSO)  # asking moved the focus to another cell
    expect(line(local)).to_have_text(re.compile(rf"^{samples.size} of 599 selected"))
    shared.page.keyboard.press("Escape")
    expect(line(local)).to_have_text(re.compile("^599 samples"))
    shared.page.keyboard.press("Control+z")
    expect(line(local)).to_have_text(re.compile(rf"^{samples.size} of 599 selected"))
    assert report(shared, ASK)["samples"] == samples.tolist()


def test_add_and_subtract_by_modifier(shared: Notebook, local: Locator, tiny_store) -> None:
    """A second brush that replaces the first, or takes from another panel's samples."""
    drag(shared, 0, LASSO)
    first = set(report(shared, ASK)["samples"])
    with pressed(shared, "Shift"):
        drag(shared, 1, LASSO)
    both = report(shared, ASK)
    assert first < set(both["samples"])
    assert both["samples"] == inside(both["clauses"][0], tiny_store).tolist()
    with pressed(shared, "Control"):
        drag(shared, 0, LASSO)
    left = report(shared, ASK)
    assert left["samples"] == inside(left["clauses"][0], tiny_store).tolist()
    second = [i for i in both["samples"] if tiny_store.labels()[i] == 1]
    assert set(second) <= set(left["samples"]) < set(both["samples"])


class pressed:  # noqa: N801  (reads as a verb)
    """A key held down."""

    def __init__(self, notebook: Notebook, key: str) -> None:
        self.keyboard, self.key = notebook.page.keyboard, key

    def __enter__(self) -> None:
        self.keyboard.down(self.key)

    def __exit__(self, *_: object) -> None:
        self.keyboard.up(self.key)


def test_keyboard_alone(shared: Notebook, local: Locator, tiny_store) -> None:
    """A selection that only a pointer can make."""
    local.locator(".gw-local-panel").first.focus()
    shared.page.keyboard.press("ArrowRight")
    shared.page.keyboard.press("Space")
    n = int((tiny_store.labels() == 1).sum())
    expect(line(local)).to_have_text(re.compile(rf"^{n} of 599 selected"))
    shared.page.keyboard.press("Space")
    expect(line(local)).to_have_text(re.compile("^599 samples"))
    local.get_by_role("button", name="By numbers").press("Enter")
    angle = tiny_store.column("angle", 0, 0)
    limit = round(float(np.median(angle)), 2)
    local.get_by_label("angle [°] from").fill(str(limit))
    shared.page.keyboard.press("Enter")
    wide = np.flatnonzero(angle >= limit)
    expect(line(local)).to_have_text(re.compile(rf"^{wide.size} of 599 selected"))
    assert report(shared, ASK)["samples"] == wide.tolist()
    local.get_by_role("button", name="By numbers").click()


def test_a_brush_stays_when_the_model_changes(shared: Notebook, local: Locator, tiny_store) -> None:
    """A brush that silently follows the model, or a ghost that is not told from a brush."""
    drag(shared, 3, LASSO)
    before = report(shared, ASK)["samples"]
    local.get_by_label("Model").select_option(index=1)
    expect(local.locator(".gw-local-ghost-note")).to_contain_text("drawn on dense / clean")
    expect(local.locator(".gw-local-ghost")).to_have_count(1)
    assert report(shared, ASK)["samples"] == before
    shared.photograph("local-ghost-1600", local)
    local.get_by_role("button", name="Re-apply here").click()
    expect(local.locator(".gw-local-ghost-note")).to_be_hidden()
    after = report(shared, ASK)
    assert after["clauses"][0]["pair"] == [1, 0]
    assert after["samples"] == inside(after["clauses"][0], tiny_store).tolist()


def test_images_of_the_brushed_samples(shared: Notebook, local: Locator, tiny_store) -> None:
    """Images of other samples than the brushed ones, or in another order."""
    drag(shared, 4, LASSO)
    samples = np.array(report(shared, ASK)["samples"])
    values = tiny_store.column("margin", 0, 0)[samples]
    local.get_by_label("sort the images by").select_option("margin")
    first = local.locator(".gw-thumb").first
    worst = samples[np.lexsort((samples, -values))[0]]
    expect(first).to_have_attribute("aria-label", re.compile(rf"^sample {worst}, 4, "))
    expect(first.locator("canvas")).to_have_attribute("width", "32")
    pixel = first.locator("canvas").evaluate(
        """canvas => [...canvas.getContext('2d').getImageData(0, 0, 32, 32).data]
          .filter((_, k) => k % 4 === 0).join()"""
    )
    image = tiny_store.images()[worst, :, :, 0]
    assert pixel == ",".join(map(str, image.ravel()))
    local.get_by_label("sort the images by").select_option("angle")


@pytest.mark.parametrize("kind", ["PNG", "SVG"])
def test_saved_picture(shared: Notebook, local: Locator, tmp_path: Path, kind: str) -> None:
    """A picture without dots, or one whose colours need the page's style sheets."""
    from PIL import Image

    file = saved(local, kind)
    path = tmp_path / "picture"
    file.save_as(path)
    assert file.suggested_filename == f"local-geometry-dense-clean.{kind.lower()}"
    if kind == "SVG":
        text = path.read_text()
        assert "class=" not in text
        assert text.count("<image") == 1
        assert "599 samples" in text
        return
    with Image.open(path) as picture:
        colors = {color for _, color in picture.convert("RGB").getcolors(1 << 20)}
    assert any(r > 180 and g < 110 and b < 110 for r, g, b in colors), "no red dot"


def test_names_are_text(shared: Notebook) -> None:
    """A class name that becomes an element of the page."""
    shared.run(TINY)
    view = shared.output(TINY).locator(".gw-local")
    expect(view.locator(".gw-local-panel").first).to_be_visible()
    expect(view.locator("img")).to_have_count(0)
    expect(view.locator(".gw-local-class", has_text="<img src")).to_have_count(1)
