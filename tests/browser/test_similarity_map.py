"""SimilarityMap beside a table: lasso, list, legend, keys, pictures, a kernel that is busy."""

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

TABLE, MAP, ASK, BUSY, LATER = 1, 2, 3, 4, 5
MARGIN = 22  # CSS pixels that the map leaves around its outermost points
REPORT = """
print(json.dumps({"pairs": None if selection.pairs is None else selection.pairs.tolist(),
    "models": selection.models, "benchmarks": selection.benchmarks,
    "reference": selection.reference, "compared": selection.compared, "hidden": view.hidden}))
"""
INK = """canvas => canvas.getContext('2d')
  .getImageData(0, 0, canvas.width, canvas.height).data.reduce((sum, v) => sum + v, 0)"""


@pytest.fixture(scope="module")
def shared(open_shared: Open, tiny_store: gw.GeometryStore, flag: Path) -> Notebook:
    notebook = open_shared(
        [
            setup(tiny_store),
            "gw.EvaluationTable(store, selection)",
            "view = gw.SimilarityMap(store, selection, method='pca')\nview",
            REPORT,
            busy(flag),
            "gw.SimilarityMap(store, method='pca', scale='rank', compute=False)",
        ],
        height=1700,
    )
    for index in (0, TABLE, MAP):
        notebook.run(index)
    Table(notebook.output(TABLE)).wait()
    expect(notebook.output(MAP).locator(".gw-map")).to_have_attribute("data-gw-state", "ready")
    return notebook


@pytest.fixture
def view(shared: Notebook) -> Iterator[Locator]:
    """The map with nothing selected and nothing hidden."""
    root = shared.output(MAP).locator(".gw-map")
    yield root
    for button in root.locator(".gw-map-all").all():
        if button.is_visible():
            button.click()
    clear = root.get_by_role("button", name="Clear")
    clear.click()  # the pairs
    clear.click()  # what narrows the map
    expect(line(root)).to_have_text("12 pairs of a model and a benchmark")


def line(root: Locator) -> Locator:
    """The line that counts."""
    return root.locator(".gw-map-count strong")


@pytest.fixture(scope="module")
def similarity(tiny_store: gw.GeometryStore) -> gw.Similarity:
    """What the map shows."""
    return gw.similarity(tiny_store, progress=False)


def places(root: Locator, similarity: gw.Similarity) -> np.ndarray:
    """Where the points stand in the page, (point, 2): fitted, both axes on one scale."""
    plane = similarity.layout("pca").astype(float) * [1, -1]
    box = steady(root.locator(".gw-map-over"))
    low, high = plane.min(0), plane.max(0)
    room = np.array([box["width"], box["height"]])
    scale = ((room - 2 * MARGIN) / (high - low)).min()
    at = (plane - (low + high) / 2) * scale + room / 2
    return at + np.array([box["x"], box["y"]])


def around(notebook: Notebook, left: float, right: float, root: Locator) -> None:
    """A lasso over everything between two vertical lines of the page."""
    box = steady(root.locator(".gw-map-over"))
    top, bottom = box["y"] + 2, box["y"] + box["height"] - 2
    corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top + 8)]
    mouse = notebook.page.mouse
    mouse.move(*corners[0])
    mouse.down()
    for x, y in corners[1:]:
        mouse.move(x, y, steps=6)
    mouse.up()


def halves(root: Locator, similarity: gw.Similarity) -> tuple[float, float, np.ndarray]:
    """Two vertical lines about the points on the left, and who they are."""
    x = places(root, similarity)[:, 0]
    order = np.sort(x)
    gaps = np.diff(order[2:-2])
    middle = float(order[2:-2][gaps.argmax()] + gaps.max() / 2)
    box = steady(root.locator(".gw-map-over"))
    return box["x"] + 2, middle, np.flatnonzero(x < middle)


def expected(similarity: gw.Similarity, points: np.ndarray) -> list[list[bool]]:
    """The pairs of some points as Python reads them."""
    pairs = np.zeros((3, 4), bool)
    pairs[similarity.model[points], similarity.benchmark[points]] = True
    return pairs.tolist()


def report(notebook: Notebook) -> dict:
    """What Python's selection says."""
    return json.loads(notebook.run(ASK))


def test_lasso_highlights_the_table_while_the_kernel_is_busy(
    shared: Notebook, view: Locator, similarity: gw.Similarity, flag: Path
) -> None:
    """A lasso that waits for Python, takes other points, or picks models × benchmarks."""
    left, middle, inside = halves(view, similarity)
    rows = shared.output(TABLE).locator(".gw-table canvas")
    before = [canvas.evaluate(INK) for canvas in rows.all()]
    shared.start(BUSY)
    try:
        around(shared, left, middle, view)
        expect(line(view)).to_have_text(f"{inside.size} of 12 pairs selected")
        paler = [canvas.evaluate(INK) for canvas in rows.all()]
        assert sum(paler) != sum(before)
    finally:
        flag.touch()  # a busy kernel would hold up every other test
    shared.text(BUSY)
    assert report(shared)["pairs"] == expected(similarity, inside)
    shared.photograph("map-lasso-1600", view)


def test_lassos_add_and_take_away(
    shared: Notebook, view: Locator, similarity: gw.Similarity
) -> None:
    """A modifier that is lost, and a second lasso that replaces the first."""
    left, middle, inside = halves(view, similarity)
    box = steady(view.locator(".gw-map-over"))
    around(shared, left, middle, view)
    expect(line(view)).to_have_text(f"{inside.size} of 12 pairs selected")
    shared.page.keyboard.down("Shift")
    around(shared, middle, box["x"] + box["width"] - 2, view)
    shared.page.keyboard.up("Shift")
    expect(line(view)).to_have_text("12 of 12 pairs selected")
    shared.page.keyboard.down("Alt")
    around(shared, left, middle, view)
    shared.page.keyboard.up("Alt")
    expect(line(view)).to_have_text(f"{12 - inside.size} of 12 pairs selected")
    outside = np.setdiff1d(np.arange(12), inside)
    assert report(shared)["pairs"] == expected(similarity, outside)
    view.get_by_role("button", name="Undo").click()
    expect(line(view)).to_have_text("12 of 12 pairs selected")


def test_a_redundant_pair_shows_its_two_trees(
    shared: Notebook, view: Locator, similarity: gw.Similarity, tiny_store: gw.GeometryStore
) -> None:
    """A list in another order than the scores', or a row that picks other benchmarks."""
    first = similarity.redundancy().iloc[0]
    row = view.locator(".gw-map-row").first
    expect(row).to_contain_text(first.benchmark_a)
    expect(row).to_contain_text(first.benchmark_b)
    row.click()
    expect(row).to_have_attribute("aria-pressed", "true")
    expect(line(view)).to_have_text("6 of 12 pairs of a model and a benchmark")
    expect(view.locator(".gw-map-tree")).to_have_count(2)
    places = [b.name for b in tiny_store.benchmarks]
    a, b = sorted(places.index(name) for name in (first.benchmark_a, first.benchmark_b))
    groups = [np.flatnonzero(similarity.benchmark == k) for k in (a, b)]
    overlap = 100 * similarity.overlap(*groups)
    expect(view.locator(".gw-map-overlap")).to_contain_text(f"Overlap {overlap:.1f} %")
    expect(view.locator(".gw-map-histogram")).to_have_count(3)
    assert report(shared)["benchmarks"] == [a, b]
    shared.photograph("map-redundant-1600", view)
    row.click()
    expect(view.locator(".gw-map-tree")).to_have_count(0)


def test_legend_entries_take_groups_out(shared: Notebook, view: Locator) -> None:
    """An entry that hides another group's points, or points that a lasso still takes."""
    entry = view.locator(".gw-map-entry", has_text="random")
    entry.click()
    expect(entry).to_have_attribute("aria-pressed", "false")
    expect(line(view)).to_have_text("8 of 12 pairs of a model and a benchmark")
    box = steady(view.locator(".gw-map-over"))
    around(shared, box["x"] + 2, box["x"] + box["width"] - 2, view)
    expect(line(view)).to_have_text("8 of 8 pairs selected")
    said = report(shared)
    assert said["hidden"] == ["method/random"]
    assert np.sum(said["pairs"], axis=1).tolist() == [4, 4, 0]
    entry.click()
    expect(line(view)).to_have_text("8 of 12 pairs selected")
    entry.dblclick()
    expect(line(view)).to_have_text("0 of 4 pairs selected")


def test_a_heading_of_the_table_leaves_its_points(
    shared: Notebook, view: Locator, similarity: gw.Similarity
) -> None:
    """A map that does not hear of the table."""
    heading = shared.output(TABLE).get_by_role("columnheader", name="contrast")
    heading.click()
    expect(line(view)).to_have_text("3 of 12 pairs of a model and a benchmark")
    expect(view.locator(".gw-map-tree")).to_have_count(1)
    expect(view.locator(".gw-map-chosen li")).to_have_count(3)
    heading.click()
    expect(line(view)).to_have_text("12 pairs of a model and a benchmark")


def test_a_click_is_the_reference_and_shift_compares(
    shared: Notebook, view: Locator, similarity: gw.Similarity
) -> None:
    """A click that lands on a neighbour; a distance of other points than those under it."""
    at = places(view, similarity)
    apart = np.linalg.norm(at[:, None] - at[None], axis=2) + 1e9 * np.eye(12)
    alone, other = np.argsort(-apart.min(1))[:2]
    mouse = shared.page.mouse
    mouse.click(*at[alone])
    expect(view.locator(".gw-map-reference")).to_have_attribute("data-point", str(alone))
    shared.page.keyboard.down("Shift")
    mouse.click(*at[other])
    shared.page.keyboard.up("Shift")
    expect(view.locator(".gw-map-compared")).to_have_attribute("data-point", str(other))
    distance = float(similarity.distances[alone, other])
    words = re.compile(rf"real distance {re.escape(f'{distance:#.3g}')}\b")
    expect(view.locator(".gw-map-overlap")).to_contain_text(words)
    mouse.move(at[other][0] + 1, at[other][1] + 1)
    expect(view.locator(".gw-map-tip")).to_contain_text(words)
    pair = [int(similarity.model[other]), int(similarity.benchmark[other])]
    said = report(shared)
    assert said["compared"] == pair
    assert said["reference"] == [int(similarity.model[alone]), int(similarity.benchmark[alone])]


def test_keyboard_alone(shared: Notebook, view: Locator, similarity: gw.Similarity) -> None:
    """A selection that only a pointer can make; keys that reach JupyterLab's cells."""
    cells = shared.count()
    view.locator(".gw-map-over").focus()
    for key in ("ArrowRight", "ArrowRight", "Enter", "ArrowLeft", "ArrowUp", "Shift+Enter"):
        shared.page.keyboard.press(key)
    expect(view.locator(".gw-map-reference")).to_have_count(1)
    shared.page.keyboard.press("Space")
    expect(line(view)).to_have_text("1 of 12 pairs selected")
    spoken = view.locator("[aria-live=polite]")
    expect(spoken).to_contain_text("selected")
    cursor = int(view.locator(".gw-map-cursor").get_attribute("data-point") or -1)
    one = expected(similarity, np.array([cursor]))
    assert report(shared)["pairs"] == one
    view.locator(".gw-map-over").focus()
    shared.page.keyboard.press("Escape")
    expect(line(view)).to_have_text("12 pairs of a model and a benchmark")
    assert shared.count() == cells


def test_zoom_and_pan_move_the_points(
    shared: Notebook, view: Locator, similarity: gw.Similarity
) -> None:
    """A zoom that moves what is under the pointer, and a pan that selects."""
    ring = view.locator(".gw-map-reference")
    expect(ring).to_have_count(1)

    def place() -> np.ndarray:
        return np.array([float(ring.get_attribute(name) or 0) for name in ("cx", "cy")])

    before = place()
    view.get_by_role("button", name="Pan").click()
    box = steady(view.locator(".gw-map-over"))
    mouse = shared.page.mouse
    mouse.move(box["x"] + 100, box["y"] + 100)
    mouse.down()
    mouse.move(box["x"] + 140, box["y"] + 130, steps=4)
    mouse.up()
    expect(ring).not_to_have_attribute("cx", str(before[0]))
    np.testing.assert_allclose(place() - before, [40, 30], atol=3)
    expect(line(view)).to_have_text("12 pairs of a model and a benchmark")
    view.get_by_role("button", name="Fit").click()
    expect(ring).to_have_attribute("cx", str(ring.get_attribute("cx")))
    view.get_by_role("button", name="Lasso").click()


def test_pictures_hold_every_mark_and_the_legend(shared: Notebook, view: Locator) -> None:
    """A picture without points, as of a canvas that the page does not give out."""
    file = saved(view, "SVG")
    text = Path(file.path()).read_text()
    assert text.count("translate(") >= 12 + 4
    assert ">Architecture<" in text or ">Method<" in text
    file = saved(view, "PNG")
    pixels = np.asarray(Image.open(file.path()).convert("RGB"))
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 50
    shared.keep("map", Path(file.path()))


def test_a_map_that_waits_is_computed_by_its_button(shared: Notebook, view: Locator) -> None:
    """A view that stays empty, or that cannot ask the kernel."""
    shared.start(LATER)
    later = shared.output(LATER).locator(".gw-map")
    later.get_by_role("button", name="Compute the map").click()
    expect(line(later)).to_have_text("12 pairs of a model and a benchmark")
    expect(later.locator(".gw-map-caption")).to_contain_text("Principal components")


@pytest.mark.parametrize("width", [1600, 800])
def test_looks(open_notebook: Open, tiny_store: gw.GeometryStore, width: int) -> None:
    """Panels that leave the view, at either width and in either theme."""
    one = "gw.SimilarityMap(store, models=['dense'], method='pca')"
    notebook = open_notebook(
        [
            setup(tiny_store),
            "gw.SimilarityMap(store, selection, method='pca', color='benchmark')",
            one,
        ],
        width=width,
        height=1300,
    )
    notebook.run_all()
    for index in (1, 2):
        root = notebook.output(index).locator(".gw-map")
        expect(root).to_have_attribute("data-gw-state", "ready")
        for dark in (False, True):
            notebook.theme(dark)
            wide = root.evaluate("root => root.scrollWidth - root.clientWidth")
            assert wide <= 0
            notebook.photograph(f"map-{index}-{width}-{'dark' if dark else 'light'}", root)
    help_ = notebook.output(2).locator(".gw-map-help:visible")
    expect(help_).to_contain_text("Needs two benchmarks and two models")


def test_a_saved_page_needs_no_kernel(
    context, tiny_store: gw.GeometryStore, similarity: gw.Similarity, tmp_path: Path
) -> None:
    """Arrays that do not travel with a page, or trees that only a kernel can make."""
    view = gw.SimilarityMap(tiny_store, method="pca")
    view.wait(120)
    path = tmp_path / "map.html"
    gw.save_page(view, path)
    view.close()
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(error.message))
    page.goto(path.as_uri())
    root = page.locator(".gw-map")
    expect(root).to_have_attribute("data-gw-state", "ready")
    root.locator(".gw-map-row").first.click()
    expect(root.locator(".gw-map-tree")).to_have_count(2)
    expect(root.locator(".gw-map-histogram")).to_have_count(3)
    row = root.locator(".gw-map-row").first
    row.click()
    expect(line(root)).to_have_text("12 pairs of a model and a benchmark")
    page.close()
    assert not errors


def test_odd_names_are_text_in_the_page(context, trained, digits, tmp_path: Path) -> None:
    """A name that runs as markup, or one of 80 characters that pushes the view out of its width."""
    names = ["</script><script>document.title='run'</script><b>bold</b>", "long " * 16]
    models = [gw.ModelEntry(name.strip(), trained, method=name.strip()) for name in names]
    benchmarks = gw.corruption_benchmarks(["contrast"], 3)
    study = gw.Study(models, benchmarks, digits.images[:30], digits.labels[:30], digits.classes)
    store = gw.GeometryStore.compute(study, tmp_path / "odd.zarr", progress=False)
    view = gw.SimilarityMap(store, method="pca")
    gw.save_page(view, tmp_path / "odd.html")
    view.close()
    page = context.new_page()
    page.set_viewport_size({"width": 800, "height": 900})
    page.goto((tmp_path / "odd.html").as_uri())
    root = page.locator(".gw-map")
    expect(root).to_have_attribute("data-gw-state", "ready")
    expect(root.get_by_text(names[0]).first).to_be_attached()
    assert page.title() != "run" and root.locator("b").count() == 0
    assert root.evaluate("root => root.scrollWidth - root.clientWidth") <= 0
    page.close()
