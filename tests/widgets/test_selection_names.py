from __future__ import annotations

import copy
import json

import numpy as np
import pytest

import geowidgets as gw
from geowidgets.widgets import bits


def lasso(selection: gw.Selection, points: list) -> None:
    """A brush of class 0 and 1 as LocalGeometry writes it, with its mask computed naively."""
    store = selection.store
    mask = np.zeros(599, bool)
    mask[0] = True  # not what the rule says: a restored one must be evaluated
    step = {"op": "replace", "class": 1, "shape": {"kind": "lasso", "points": points}}
    predicate = {"kind": "shapes", "x": "angle", "y": "length", "steps": [step]}
    selection.dispatch(
        {"type": "clause", "view": "local-1", "set": store.sets[0], "pair": [1, 2],
         "predicate": predicate, "mask": bits.encode(mask)}
    )  # fmt: skip


def test_a_state_comes_back_by_names(selection, tiny_store):
    """Catches positions in a file, which mean something else once the store has grown."""
    selection.models = [2]
    selection.classes = ["3", "0"]
    selection.compared = 2, "contrast-3"
    selection.focus = 7
    chosen = np.zeros((3, 4), bool)
    chosen[0, 3] = chosen[2, 0] = True
    selection.pairs = chosen
    selection.samples = {"metric": "angle", "above": 30, "model": 1, "benchmark": 1}
    selection.save("fragile")
    saved = json.loads(json.dumps(selection.to_dict()))
    assert saved["classes"] == ["0", "3"]
    assert saved["clauses"][0]["pair"] == [tiny_store.models[1].name, tiny_store.benchmarks[1].name]
    assert "mask" not in saved["clauses"][0]

    class Turned:
        """The same store with its models in another order."""

        models = tiny_store.models[::-1]

        def __getattr__(self, name):
            return getattr(tiny_store, name)

        def column(self, variable, model, benchmark):
            return tiny_store.column(variable, 2 - model, benchmark)

    other = gw.Selection(Turned())
    assert other.from_dict(saved) == []
    assert other.models == [0]
    assert other.classes == [0, 3]
    assert other.compared[0] == 0
    assert other.state["clauses"][0]["pair"][0] == 1
    assert np.array_equal(other.pairs, chosen[::-1])
    assert np.array_equal(other.samples, selection.samples)
    assert np.array_equal(other.saved["fragile"], selection.samples)
    again = other.to_dict()
    assert sorted(again.pop("pairs")) == sorted(saved.pop("pairs"))
    assert again == saved
    other.undo()
    assert other.models is None


def test_rules_are_evaluated_again_and_differences_told(selection, tiny_store):
    """Catches a brush taken over as it was drawn on other numbers, in silence."""
    points = [[0, 0], [90, 0], [90, 1e4], [0, 1e4]]
    lasso(selection, points)
    saved = selection.to_dict()
    with pytest.warns(UserWarning, match="the selection has changed: local-1: "):
        told = selection.from_dict(saved)
    angle = tiny_store.column("angle", 1, 2)
    wanted = np.flatnonzero((angle < 90) & (tiny_store.labels() == 1))
    assert selection.samples.tolist() == wanted.tolist()
    assert told == [f"local-1: {wanted.size} samples instead of 1 of 599"]


def test_subsets_without_a_rule_keep_their_bits(selection):
    """Catches indices that a file forgets."""
    selection.samples = [0, 5, 598]
    saved = selection.to_dict()
    selection.samples = None
    selection.from_dict(saved)
    assert selection.samples.tolist() == [0, 5, 598]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"version": 2}, "expected a dict of version 1, got 2"),
        ({"modles": []}, "unknown key 'modles'. Did you mean 'models'"),
        ({"models": ["dens"]}, "models: unknown name 'dens'. Did you mean 'dense'"),
        ({"reference": ["dense", "clear"]}, "Did you mean 'clean'"),
        ({"saved": {"a": {"set": "test", "of": 5, "mask": ""}}}, "saved 'a': of 5 samples"),
        ({"saved": {" ": {"set": "test", "of": 599, "mask": "A" * 100}}}, "1 to 80 characters"),
        ({"saved": {"a": {"set": "test", "of": 599, "mask": 3}}}, "expected base64 text, got int"),
        ({"saved": {"a": {"of": 599}}}, "saved 'a' set: expected str, got none"),
        ({"saved": {"a": 3}}, "saved 'a': expected an object, got 3"),
        ({"saved": [1]}, r"saved: expected an object, got \[1\]"),
        ({"models": 3}, "selection models: expected a list, got 3"),
        ({"models": [["dense"]]}, r"models: expected a name or a position in 0\.\.2"),
        ({"reference": 3}, r"reference: expected \(model, benchmark\), got 3"),
        ({"pairs": [None]}, r"pairs: expected \(model, benchmark\), got None"),
        ({"clauses": {}}, "selection clauses: expected a list"),
        ({"clauses": [{"view": "a"}]}, "clause set: expected str, got none"),
        (
            {"clauses": [{"view": "a", "set": "test", "predicate": {"steps": [3]}, "n": 1}]},
            "clause step: expected an object, got 3",
        ),
    ],
)
def test_a_file_that_does_not_fit_changes_nothing(selection, change, words):
    """Catches a state half taken over before its error."""
    selection.samples = [0]
    before = copy.deepcopy(selection.state)
    saved = {**selection.to_dict(), **change}
    with pytest.raises(ValueError, match=words):
        selection.from_dict(saved)
    assert selection.state == before


def test_named_subsets(selection):
    """Catches a subset that follows the selection after it was saved."""
    selection.samples = [0, 9]
    assert selection.save("fragile").tolist() == [0, 9]
    selection.samples = [3]
    selection.load("fragile")
    assert selection.samples.tolist() == [0, 9]
    assert list(selection.saved) == ["fragile"]
    with pytest.raises(ValueError, match=r"no saved subset 'fragil'. Did you mean 'fragile'"):
        selection.samples = "fragil"
    with pytest.raises(ValueError, match='expected a name of 1 to 80 characters, got ""'):
        selection.save("")
    for odd in (None, 3, [0]):  # None would select all, [0] the first sample
        with pytest.raises(ValueError, match="load: expected the name of a saved subset, got"):
            selection.load(odd)
        with pytest.raises(ValueError, match="no saved subset"):
            selection.forget(odd)
    assert selection.samples.tolist() == [0, 9]


def test_rules_and_functions(selection, tiny_store):
    """Catches a rule read on the wrong pair, or bounds that let the limit itself in."""
    angle = tiny_store.column("angle", 2, 1)
    limit = float(angle[0])
    selection.samples = {"metric": "angle", "above": limit, "model": 2, "benchmark": 1}
    assert selection.samples.tolist() == np.flatnonzero(angle > limit).tolist()
    assert selection.clauses[0]["predicate"] == {
        "type": "metric",
        "metric": "angle",
        "above": limit,
    }
    selection.samples = lambda store: store.column("length", 0, 0) < 3
    assert (
        selection.samples.tolist() == np.flatnonzero(tiny_store.column("length", 0, 0) < 3).tolist()
    )
    right = [tiny_store.column("prediction", m, 0) == tiny_store.labels() for m in (0, 2)]
    selection.samples = {"reactions": "right-wrong", "compared": (2, 0)}
    assert selection.samples.tolist() == np.flatnonzero(right[0] & ~right[1]).tolist()
    selection.samples = {"correct": False, "class": "3"}
    wanted = ~right[0] & (tiny_store.labels() == 3)
    assert selection.samples.tolist() == np.flatnonzero(wanted).tolist()


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"metrik": "angle"}, "unknown key 'metrik'. Did you mean 'metric'"),
        ({"metric": "angel"}, "unknown column 'angel'. Did you mean 'angle'"),
        ({"above": 3}, "above and below need a metric"),
        ({"model": 0}, "expected a rule with one of"),
        ({"metric": "angle", "model": "dens"}, "Did you mean 'dense'"),
        ({"reactions": ["right-wrong"]}, "there is no compared one"),
        ({"reactions": "right-rong"}, "Did you mean 'right-wrong'"),
        ({"reactions": 3}, "expected reactions of .* got 3"),
        ({"correct": "no"}, "expected True or False, got 'no'"),
        ({"metric": "angle", "below": "7"}, "samples below: expected a number, got '7'"),
        ({"metric": "angle", "above": float("nan")}, "expected a number, got nan"),
        ({"metric": "angle", "class": [3]}, r"class: expected a name or a position in 0\.\.9"),
        ({"metric": "angle", "model": 1.5}, r"expected a position in 0\.\.2, got 1\.5"),
        (3, "expected indices or a boolean mask, got 3"),
        (lambda store: 3, "expected indices or a boolean mask, got 3"),
    ],
)
def test_wrong_rules(selection, rule, words):
    """Catches a misspelt key that is taken for no condition."""
    with pytest.raises(ValueError, match=words):
        selection.samples = rule
    assert len(selection.samples) == 599
