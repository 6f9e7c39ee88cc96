from __future__ import annotations

import copy

import numpy as np
import pytest

import geowidgets as gw
from geowidgets.widgets import bits

from .conftest import from_browser


def clause(selection: gw.Selection, samples: list[int], view: str = "view-1") -> dict:
    mask = np.zeros(selection.sizes["sets"][selection.current_set], dtype=bool)
    mask[samples] = True
    return {
        "type": "clause", "view": view, "set": selection.current_set, "pair": [0, 0],
        "predicate": {"kind": "box"}, "mask": bits.encode(mask),
    }  # fmt: skip


def test_samples_is_what_was_written(selection):
    """Catches samples that come back unsorted, shifted by one or mixed with another clause."""
    assert selection.samples.tolist() == list(range(599))
    selection.dispatch(clause(selection, [0, 1, 2]))
    selection.samples = [598, 0, 5]
    assert selection.samples.tolist() == [0, 5, 598]


def test_samples_from_masks_and_numpy(selection):
    """Catches a boolean mask taken for indices, and numpy integers refused."""
    mask = np.zeros(599, dtype=bool)
    mask[[0, 17]] = True
    selection.samples = mask
    assert selection.samples.tolist() == [0, 17]
    selection.samples = np.array([3, 0], dtype=np.int32)
    assert selection.samples.tolist() == [0, 3]
    selection.samples = []
    assert selection.samples.tolist() == []
    selection.samples = None
    assert len(selection.samples) == 599


def test_clauses_intersect(selection):
    """Catches a union where an intersection is meant."""
    selection.dispatch(clause(selection, [0, 1, 2, 3]))
    selection.dispatch(clause(selection, [0, 3, 4], view="view-2"))
    assert selection.samples.tolist() == [0, 3]
    assert selection.mask().sum() == 2
    assert [one["view"] for one in selection.clauses] == ["view-1", "view-2"]
    selection.dispatch({"type": "clear", "view": "view-1"})
    assert selection.samples.tolist() == [0, 3, 4]


def test_observers_hear_once_and_only_of_changes(selection):
    """Catches an observer called for somebody else's change, or twice for one."""
    heard: list[tuple[str, object]] = []
    selection.observe(lambda change: heard.append((change["name"], change["new"])), "samples")
    selection.observe(lambda change: heard.append((change["name"], change["new"])), "models")
    selection.models = ["dense"]
    selection.models = [0]
    assert heard == [("models", [0])]
    selection.samples = [0]
    selection.focus = 4
    assert [name for name, _ in heard] == ["models", "samples"]
    selection.samples = [1]  # one sample before, one after: numpy compares these to a scalar
    assert heard[-1][1].tolist() == [1]
    selection.samples = []
    selection.samples = []
    assert len(heard) == 4


def test_names_and_positions(selection):
    """Catches names resolved against the wrong list, and a pair read as a set of two."""
    selection.benchmarks = ["clean", 2]
    selection.classes = "3"
    selection.reference = "dense", "contrast-3"
    assert selection.classes == [3]
    assert selection.benchmarks[0] == 0
    name = gw.Selection(selection.store, classes=["0"]).classes
    assert name == [0]
    names = [benchmark.name for benchmark in selection.store.benchmarks]
    assert selection.reference == (0, names.index("contrast-3"))
    selection.compared = np.int64(1), 0
    assert selection.compared == (1, 0)
    selection.compared = None
    assert selection.compared is None


def test_pairs(selection):
    """Catches a transposed (model, benchmark) array: it is not square."""
    shape = selection.sizes["models"], selection.sizes["benchmarks"]
    assert shape[0] != shape[1]
    chosen = np.zeros(shape, dtype=bool)
    chosen[0, 0] = chosen[2, 3] = True
    selection.pairs = chosen
    assert np.array_equal(selection.pairs, chosen)
    with pytest.raises(ValueError, match=r"boolean array \(model, benchmark\) \(3, 4\)"):
        selection.pairs = chosen.T


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("samples", [599], "indices in 0..598, got 599"),
        ("samples", [-1], "indices in 0..598, got -1"),
        ("samples", [0.5], "indices or a boolean mask, got float64"),
        ("samples", np.ones(3, dtype=bool), "a mask of 599 values"),
        ("samples", np.zeros((2, 2), dtype=int), r"indices or a boolean mask, got int64 \(2, 2\)"),
        ("models", ["dens"], "unknown name 'dens'. Did you mean 'dense'"),
        ("models", [3], r"models: expected an index in 0..2, got 3"),
        ("classes", ["cat"], "unknown name 'cat'"),
        ("reference", None, "expected \\[model, benchmark\\], got null"),
        ("reference", (0, 9), "reference benchmark: expected an index in 0..3, got 9"),
        ("focus", 599, "focus sample: expected an index in 0..598, got 599"),
        ("focus", ("train", 0), "focus set: expected one of"),
    ],
)
def test_wrong_values_change_nothing(selection, name, value, words):
    """Catches a value that is clipped, or half applied, where it should be refused."""
    selection.samples = [0]
    before = copy.deepcopy(selection.state)
    with pytest.raises(ValueError, match=words):
        setattr(selection, name, value)
    assert selection.state == before


def test_unknown_options_and_traits():
    """Catches traitlets' habit to warn of an unknown keyword and go on."""
    with pytest.raises(TypeError, match=r"unknown option 'model'\. Did you mean 'models'"):
        gw.Selection(_Empty(), model=[0])


class _Empty:
    """A store that nothing has joined yet, which a GeometryStore on disk cannot be."""

    classes = sets = models = benchmarks = ()
    revision = 0
    done = np.zeros((0, 0), bool)


def test_undo_and_redo(selection):
    """Catches an undo that skips a step or loses what another view did."""
    selection.models = [1]
    selection.samples = [0, 2]
    selection.clear()
    assert selection.models is None
    selection.undo()
    assert (selection.models, selection.samples.tolist()) == ([1], [0, 2])
    selection.undo()
    assert (selection.models, len(selection.samples)) == ([1], 599)
    selection.redo()
    assert selection.samples.tolist() == [0, 2]


def test_browser_message_is_taken(selection):
    """Catches a brush that Python does not hear of."""
    heard = []
    selection.observe(lambda change: heard.append(change["new"].tolist()), "samples")
    elsewhere = gw.Selection(selection.store)
    elsewhere.dispatch(clause(selection, [0, 598]))
    elsewhere.classes = [0]
    from_browser(selection, {"state": elsewhere.state, "history": elsewhere.history})
    assert heard == [[0, 598]]
    assert selection.classes == [0]
    selection.undo()
    assert selection.classes is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"models": [7]}, "models: expected an index in 0..2, got 7"),
        ({"models": [1], "classes": "all"}, "classes: expected a list"),
        ({"clauses": [{"view": "a"}]}, "clause: expected the keys"),
        ({"revision": -1}, "revision: expected an integer"),
        ({"revision": "9"}, "revision: expected an integer"),
        ({"extra": 1}, "state: expected the keys"),
    ],
)
def test_bad_browser_message_is_refused_whole(selection, change, words):
    """Catches a state that is half applied, and a browser left with what Python refused."""
    selection.samples = [0, 3]
    before = copy.deepcopy(selection.state)
    sent: list[dict] = []
    selection._send = lambda message, buffers=None: sent.append(message)  # type: ignore[method-assign]
    from_browser(selection, {"state": {**before, "revision": 40, **change}})
    assert words in selection.error
    assert {**selection.state, "revision": 0} == {**before, "revision": 0}
    state = sent[-1]["state"]["state"]
    theirs = change.get("revision", 40)
    assert state["revision"] > (theirs if isinstance(theirs, int) else 0)
    assert "error" in sent[-1]["state"]
    selection.models = [0]
    assert selection.error == ""


@pytest.mark.parametrize("message", [{"sizes": {}}, {"state": None}, {"history": {"past": 1}}])
def test_other_bad_messages(selection, message):
    """Catches a browser that rewrites the sizes against which it is checked."""
    sizes, history = selection.sizes, selection.history
    from_browser(selection, message)
    assert selection.error.startswith("The selection was refused")
    assert (selection.sizes, selection.history) == (sizes, history)


def test_crossing_edits(selection):
    """Catches two sides that each keep their own state for ever after both wrote at once."""
    theirs = {**selection.state, "revision": 1, "models": [2]}
    selection.models = [0]
    sent: list[dict] = []
    selection._send = lambda message, buffers=None: sent.append(message)  # type: ignore[method-assign]
    from_browser(selection, {"state": theirs})
    assert selection.models == [0]
    assert sent[-1]["state"]["state"]["models"] == [0]
    from_browser(selection, {"state": {**theirs, "revision": 2}})
    assert selection.models == [2]


def test_values_read_are_not_to_be_written(selection):
    """Catches a change in place that no observer and no browser would hear of."""
    with pytest.raises(ValueError, match="read-only"):
        selection.samples[0] = 5


def test_selection_follows_a_grown_store(selection, tiny_store):
    """Catches pair bits that land on other pairs when the table gets a column more."""

    class Grown:
        def __getattr__(self, name):
            return getattr(tiny_store, name)

        models = (*tiny_store.models, tiny_store.models[0])
        benchmarks = (*tiny_store.benchmarks, tiny_store.benchmarks[0])

    chosen = np.zeros((3, 4), dtype=bool)
    chosen[0, 0] = chosen[1, 3] = chosen[2, 0] = True
    selection.pairs = chosen
    selection.store = Grown()
    selection.refresh()
    assert selection.pairs.shape == (4, 5)
    assert np.array_equal(selection.pairs[:3, :4], chosen)
    assert selection.pairs.sum() == 3
    selection.models = [3]
