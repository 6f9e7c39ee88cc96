"""A selection whose store grows or loses models and benchmarks: everything goes by its name."""

from __future__ import annotations

import numpy as np
import pytest

import geowidgets as gw
from geowidgets.widgets import selection_history, selection_state
from geowidgets.widgets.columns import Columns

SOME = [0, 3, 17, 18, 30]
QUIET = {"progress": False}


@pytest.fixture
def store(growing_store) -> gw.GeometryStore:
    """Two models × 4 benchmarks × 33 samples."""
    return growing_store


def valid(selection: gw.Selection) -> None:
    selection_state.validate(selection.state, selection.sizes)
    selection_history.validate(selection.history, selection.sizes)


def test_steps_can_be_undone_after_a_model_has_joined(store, tiny_study):
    """A growing store that forgets what one did, or undoes pairs of other cells."""
    selection = gw.Selection(store)
    chosen = np.zeros((2, 4), bool)
    chosen[0, 3] = chosen[1, 0] = True
    selection.samples = SOME
    selection.pairs = chosen
    selection.reference = "magnitude-60", "contrast-3"
    selection.undo()
    store.add(tiny_study.models[2], gw.Benchmark("fog-3", "fog", 3), **QUIET)
    valid(selection)
    assert selection.pairs.shape == (3, 5)
    assert np.array_equal(selection.pairs[:2, :4], chosen) and selection.pairs.sum() == 2
    assert selection.samples.tolist() == SOME
    selection.redo()
    assert selection.reference == (1, 2)
    selection.undo()
    selection.undo()
    assert selection.pairs is None and selection.samples.tolist() == SOME
    selection.undo()
    assert selection.samples.size == 33
    selection.models = ["random-30"]
    assert selection.models == [2]


def test_what_stays_keeps_its_name_when_something_goes(store):
    """Positions that mean the next model after one before it was removed."""
    selection = gw.Selection(store)
    view = gw.LocalGeometry(store, selection, pin=("magnitude-60", "jpeg_compression-3"))
    other = gw.ParallelCoordinates(store, selection, pin=("dense", "clean"))
    selection.samples = {"metric": "angle", "above": 40, "model": "dense", "benchmark": "clean"}
    held = selection.samples
    selection.benchmarks = ["jpeg_compression-3"]
    selection.models = ["dense"]
    selection.reference = "dense", "jpeg_compression-3"
    selection.compared = "magnitude-60", "gaussian_noise-3"
    store.remove("dense", "contrast-3")
    valid(selection)
    names = [b.name for b in store.benchmarks]
    assert [names[k] for k in selection.benchmarks] == ["jpeg_compression-3"]
    assert selection.models is None
    assert selection.reference == (0, 0)
    assert selection.compared == (0, names.index("gaussian_noise-3"))
    assert view.pin == [0, names.index("jpeg_compression-3")]
    assert other.pin is None
    assert selection.samples.tolist() == held.tolist() and selection.clauses[0]["pair"] is None
    while selection.history["past"]:
        selection.undo()
    valid(selection)
    assert selection.samples.size == 33


def test_a_set_that_goes_takes_its_clauses_along(store):
    """A clause on samples that are nowhere any more: every further step would be refused."""
    store.add_subset("fragile", SOME)
    selection = gw.Selection(store)
    selection.reference = "dense", "fragile"
    selection.samples = [1, 4]
    selection.save("two of them")
    selection.focus = 4
    store.remove("fragile")
    valid(selection)
    assert selection.clauses == [] and selection.focus is None and not selection.saved
    assert selection.reference == (0, 0)
    selection.undo()
    valid(selection)


def test_the_page_hears_what_replaced_what(store, trained):
    """Numbers of a model that was replaced stay in the page's cache for ever."""
    columns = Columns.of(store)
    slots = [model["slot"] for model in columns.directory["models"]]
    store.add(gw.ModelEntry("dense", trained), **QUIET)
    assert [model["slot"] for model in columns.directory["models"]] == slots
    store.add(gw.Ensemble(["dense", "magnitude-60"], "both"))
    [*_, vote] = columns.directory["models"]
    assert vote["members"] == ["dense", "magnitude-60"] and vote["architecture"] == "ensemble"
    other = gw.zoo.lenet5(in_channels=1)
    store.add(gw.ModelEntry("dense", other), **QUIET)
    assert columns.directory["models"][0]["slot"] != slots[0]
