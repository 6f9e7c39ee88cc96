"""Two pairs in LocalGeometry: reactions, one class's matrix, and a store that grows meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

import geowidgets as gw
from geowidgets.widgets.predicates import columns_of, holds

from .conftest import Open
from .notebook import Notebook
from .views import REPORT, drag, report, setup

LOCAL, ASK, GROW, ADD = 1, 2, 3, 4
BOX = [(0.04, 0.04), (0.7, 0.8)]
GROWING = """
from geowidgets.datasets import digits
import torch
some = digits(split="test")
torch.manual_seed(0)
net = gw.zoo.lenet5(in_channels=1)
study = gw.Study([gw.ModelEntry("first", net)], gw.corruption_benchmarks(["contrast"], 3),
    images=some.images[:40], labels=some.labels[:40], classes=some.classes)
growing = gw.GeometryStore.compute(study, {path!r}, progress=False)
gw.LocalGeometry(growing)
"""
ADDING = """growing.add(*gw.prune_family(net, method="random", ratios=[0.5]), progress=False)
print("added")"""


@pytest.fixture(scope="module")
def shared(
    open_shared: Open, tiny_store: gw.GeometryStore, tmp_path_factory: pytest.TempPathFactory
) -> Notebook:
    path = tmp_path_factory.mktemp("grows") / "grows.zarr"
    cells = [
        setup(tiny_store) + "selection.compared = 2, 3",
        "gw.LocalGeometry(store, selection, mode='box')",
        REPORT, GROWING.format(path=str(path)), ADDING,
    ]  # fmt: skip
    notebook = open_shared(cells, height=1400)
    notebook.run(0)
    notebook.run(LOCAL)
    expect(chip(notebook.output(LOCAL), "right-wrong")).to_be_visible()
    return notebook


@pytest.fixture
def local(shared: Notebook) -> Iterator[Locator]:
    view = shared.output(LOCAL).locator(".gw-local")
    yield view
    view.get_by_role("button", name="Clear").click()


def chip(where: Locator, reaction: str) -> Locator:
    return where.locator(f"[data-reaction='{reaction}'] .gw-reaction-pick")


def reacting(store: gw.GeometryStore, name: str) -> np.ndarray:
    labels = store.labels()
    before = store.column("prediction", 0, 0) == labels
    after = store.column("prediction", 2, 3) == labels
    first, second = (word == "right" for word in name.split("-"))
    return np.flatnonzero((before == first) & (after == second))


def test_chips_count_and_select(shared: Notebook, local: Locator, tiny_store) -> None:
    """Reactions with their sides exchanged, or counted over other samples than selected."""
    for name in ("right-wrong", "wrong-right", "right-right", "wrong-wrong"):
        wanted = reacting(tiny_store, name)
        expect(chip(local, name).locator(".gw-reaction-count")).to_have_text(f"{wanted.size:,}")
    shared.photograph("comparison-1600", local)
    chip(local, "right-wrong").click()
    wanted = reacting(tiny_store, "right-wrong")
    told = report(shared, ASK)
    assert told["samples"] == wanted.tolist()
    assert told["clauses"][0]["predicate"] == {
        "type": "reaction", "reactions": ["right-wrong"], "compared": [2, 3],
    }  # fmt: skip
    expect(chip(local, "right-wrong")).to_have_attribute("aria-pressed", "true")
    chip(local, "wrong-right").click(modifiers=["Shift"])
    both = np.union1d(wanted, reacting(tiny_store, "wrong-right"))
    assert report(shared, ASK)["samples"] == both.tolist()


def test_hidden_reactions_are_counted_and_not_brushed(
    shared: Notebook, local: Locator, tiny_store
) -> None:
    """Dots that are gone without a word, or brushed although nobody sees them."""
    local.get_by_role("button", name="hide right → right").click()
    hidden = reacting(tiny_store, "right-right").size
    expect(local.locator(".gw-local-words")).to_contain_text(f"{hidden:,} hidden by their reaction")
    drag(shared, 1, [(0.01, 0.01), (0.98, 0.98)])
    told = report(shared, ASK)
    clause = told["clauses"][0]
    assert set(told["samples"]).isdisjoint(reacting(tiny_store, "right-right"))
    again = holds(clause["predicate"], columns_of(tiny_store, clause["pair"], [2, 3]))
    assert told["samples"] == np.flatnonzero(again).tolist()
    local.get_by_role("button", name="show right → right").click()


def test_distributions_of_both_pairs(local: Locator) -> None:
    """One pair's distribution drawn twice."""
    paths = [
        local.locator(f".gw-local-dist-{name}").evaluate_all(
            "all => all.map(one => one.getAttribute('d'))"
        )
        for name in ("reference", "compared")
    ]
    assert [len(one) for one in paths] == [20, 20]
    assert paths[0] != paths[1]


@pytest.mark.parametrize("delta", [False, True])
def test_a_class_opens_as_a_matrix(
    shared: Notebook, local: Locator, tiny_store, delta: bool
) -> None:
    """A cell brushed on another cell's axes, or on another class."""
    local.locator(".gw-local-panel").nth(3).focus()
    shared.page.keyboard.press("Enter")
    expect(local.locator(".gw-local-bars > g")).to_have_count(4)
    expect(local.locator("[data-panel]")).to_have_count(12)
    if delta:
        local.get_by_role("button", name="Δ compared − reference").click()
        expect(local.locator(".gw-local-title").first).to_have_text("Δ angle [°]")
    drag(shared, 7, BOX)  # margin (y) against length (x), its transpose is cell 5
    told = report(shared, ASK)
    [clause] = told["clauses"]
    [step] = clause["predicate"]["steps"]
    prefix = "delta/" if delta else ""
    assert (step["x"], step["y"], step["class"]) == (f"{prefix}length", f"{prefix}margin", 3)
    again = np.flatnonzero(holds(clause["predicate"], columns_of(tiny_store, [0, 0], [2, 3])))
    assert told["samples"] == again.tolist()
    assert 0 < again.size < (tiny_store.labels() == 3).sum()
    expect(local.locator(".gw-local-bars .gw-local-dist-chosen")).to_have_count(4)
    shared.photograph(f"matrix-{'delta' if delta else 'values'}-1600", local)
    local.locator("[data-panel='7']").focus()
    if delta:
        local.get_by_role("button", name="Values").click()
    local.locator(".gw-local-panel").first.focus()
    shared.page.keyboard.press("Escape")
    expect(local.locator(".gw-local-words")).to_contain_text("599 samples")
    shared.page.keyboard.press("Escape")
    expect(local.locator(".gw-local-class")).to_have_text([str(k) for k in range(10)])
    expect(local.locator(".gw-local-panel").nth(3)).to_be_focused()


def test_brush_and_reactions_join(shared: Notebook, local: Locator, tiny_store) -> None:
    """Shift on a brush that drops the reactions picked before, or the other way round."""
    chip(local, "right-wrong").click()
    shared.page.keyboard.down("Shift")
    drag(shared, 0, BOX)
    shared.page.keyboard.up("Shift")
    told = report(shared, ASK)
    [clause] = told["clauses"]
    [all_of, boxed] = clause["predicate"]["steps"]
    assert (all_of["reactions"], boxed["op"]) == (["right-wrong"], "add")
    again = np.flatnonzero(holds(clause["predicate"], columns_of(tiny_store, [0, 0], [2, 3])))
    assert told["samples"] == again.tolist()
    assert set(reacting(tiny_store, "right-wrong")) < set(told["samples"])
    chip(local, "right-wrong").click(modifiers=["Alt"])
    left = report(shared, ASK)["samples"]
    assert left == np.setdiff1d(again, reacting(tiny_store, "right-wrong")).tolist()


def test_reactions_and_matrix_brushes_are_drawn_again_elsewhere(
    shared: Notebook, local: Locator, tiny_store
) -> None:
    """A brush that can only be dropped after another model was chosen."""
    chip(local, "right-wrong").click()
    local.get_by_label("Model").select_option("1")
    expect(local.locator(".gw-view-ghost")).to_contain_text("drawn on dense / clean, compared with")
    shared.page.keyboard.down("Shift")
    drag(shared, 0, BOX)
    shared.page.keyboard.up("Shift")
    expect(local.locator(".gw-error")).to_contain_text("re-apply it here or clear it")
    local.get_by_role("button", name="Re-apply here").click()
    labels = tiny_store.labels()
    before = tiny_store.column("prediction", 1, 0) == labels
    after = tiny_store.column("prediction", 2, 3) == labels
    told = report(shared, ASK)
    assert told["clauses"][0]["pair"] == [1, 0]
    assert told["samples"] == np.flatnonzero(before & ~after).tolist()
    local.get_by_label("Model").select_option("0")
    local.locator(".gw-local-panel").nth(3).focus()
    shared.page.keyboard.press("Enter")
    expect(local.locator(".gw-local-bars > g")).to_have_count(4)
    drag(shared, 7, BOX)  # margin against length
    local.get_by_role("button", name="All classes").click()
    expect(local.locator(".gw-local-class")).to_have_text([str(k) for k in range(10)])
    local.get_by_label("Model").select_option("1")
    expect(local.locator(".gw-view-ghost")).to_contain_text("drawn on dense / clean")
    local.get_by_role("button", name="Re-apply here").click()
    told = report(shared, ASK)
    [clause] = told["clauses"]
    assert clause["pair"] == [1, 0]
    again = holds(clause["predicate"], columns_of(tiny_store, [1, 0], [2, 3]))
    assert told["samples"] == np.flatnonzero(again).tolist()
    local.get_by_label("Model").select_option("0")


def test_a_view_keeps_its_own_comparison(shared: Notebook, local: Locator) -> None:
    """A pinned view whose comparison another view changes, or that changes the others'."""
    local.get_by_role("button", name="Pin", exact=True).click()
    local.get_by_label("Compare with").select_option("1")
    expect(local.locator(".gw-local-key-compared")).to_have_text("random-30 / jpeg_compression-3")
    assert report(shared, ASK)["compared"] == [2, 3]
    local.get_by_role("button", name="Pin", exact=True).click()
    expect(local.locator(".gw-local-key-compared")).not_to_have_text("random-30 / clean")


def test_comparing_is_chosen_in_the_view(shared: Notebook, local: Locator) -> None:
    """A comparison that only Python can start or end."""
    local.get_by_label("Compare with").select_option(label="nothing")
    expect(chip(local, "right-wrong")).to_be_hidden()
    assert report(shared, ASK)["compared"] is None
    local.get_by_label("Compare with").select_option("1")
    expect(chip(local, "right-wrong")).to_be_visible()
    assert report(shared, ASK)["compared"] == [1, 0]
    local.get_by_label("Compare with").select_option("2")
    local.get_by_role("combobox", name="on", exact=True).select_option("3")
    assert report(shared, ASK)["compared"] == [2, 3]


def test_panels_stay_while_brushing_when_narrow(shared: Notebook, local: Locator) -> None:
    """A line above the panels that wraps when it counts, and moves them under the pointer."""
    local.evaluate("el => { el.style.width = '620px'; }")
    first = local.locator("[data-panel='0']")
    expect(local).to_have_css("width", "620px")
    top = (
        "el => el.getBoundingClientRect().top - el.closest('.gw-local').getBoundingClientRect().top"
    )
    drag(shared, 0, [(0.02, 0.02), (0.5, 0.5)])
    local.get_by_role("button", name="Clear").click()
    expect(local.locator(".gw-local-words")).to_contain_text("599 samples")
    before = first.evaluate(top)
    drag(shared, 0, [(0.02, 0.02), (0.9, 0.9)])
    expect(local.locator(".gw-local-words")).to_contain_text("of 599 selected")
    assert first.evaluate(top) == before
    shared.photograph("comparison-620", local)
    local.evaluate("el => { el.style.width = ''; }")


def test_a_growing_store_shows_its_new_row(shared: Notebook) -> None:
    """An open view that learns of a new model only when it is run again."""
    shared.run(GROW)
    view = shared.output(GROW).locator(".gw-local")
    expect(view.locator(".gw-local-panel").first).to_be_visible()
    models = view.get_by_label("Model").locator("option")
    expect(models).to_have_count(1)
    assert shared.run(ADD) == "added"
    expect(models).to_have_text(["first", "random-50"])
    view.get_by_label("Model").select_option(index=1)
    expect(view.locator(".gw-local-words")).to_contain_text("random-50 / clean")
