from __future__ import annotations

import copy
import json
from pathlib import Path

import numpy as np
import pytest

from geowidgets.widgets import bits, selection_history, selection_state
from geowidgets.widgets.selection_history import commit
from geowidgets.widgets.selection_state import initial, reduce, validate

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "selection.json").read_text())
SIZES = VECTORS["sizes"]
FRESH = initial(SIZES)


@pytest.mark.parametrize("case", VECTORS["reduce"], ids=lambda case: case["name"])
def test_reduce(case):
    """Catches a difference between the Python and the JavaScript reducer: same vectors."""
    state = {**FRESH, **case.get("start", {})}
    before = copy.deepcopy(state)
    if "error" in case:
        with pytest.raises(ValueError, match=r"expected|beyond|owns|of the set") as raised:
            reduce(state, case["action"], SIZES)
        assert case["error"] in str(raised.value)
        return
    after = reduce(state, case["action"], SIZES)
    assert after == {**state, "revision": after["revision"], **case["expect"]}
    assert (after is state) == (case["expect"]["revision"] == 0)
    assert state == before, "the given state was changed"
    assert validate(after, SIZES) == after


@pytest.mark.parametrize("case", VECTORS["sequences"], ids=lambda case: case["name"])
def test_sequence(case):
    """Catches an undo or redo that restores something else than what was there."""
    state, history = FRESH, selection_history.fresh()
    for step in case["steps"]:
        state, history = commit(state, history, step["action"], SIZES)
        for field, value in step["expect"].items():
            assert state[field] == value, field
        assert (len(history["past"]), len(history["future"])) == (step["undo"], step["redo"])
        assert selection_history.validate(history, SIZES) == history


@pytest.mark.parametrize("n", [0, 1, 7, 8, 9, 32, 33, 1000])
def test_bits_there_and_back(n):
    """Catches a lost last sample where n is no multiple of 8."""
    mask = np.random.default_rng(n).random(n) < 0.4
    assert np.array_equal(bits.decode(bits.encode(mask), n), mask)


@pytest.mark.parametrize(
    ("text", "n", "words"),
    [
        ("AQ==", 10, "expected 2 bytes for 10 bits, got 1"),
        ("/wc=", 10, "bits beyond the last of 10"),
        ("§§", 10, "expected base64, got '§§'"),
        (None, 10, "expected base64 text, got NoneType"),
    ],
)
def test_bad_bits(text, n, words):
    """Catches a mask of another set's length that is silently cut or padded."""
    with pytest.raises(ValueError, match=words):
        bits.decode(text, n)


@pytest.mark.parametrize(
    "history",
    [
        None,
        {"past": []},
        {"past": [{"sizes": {}}], "future": []},
        {"past": [{"models": [9]}], "future": []},
        {"past": [[]], "future": []},
        {"past": [{}] * 51, "future": []},
        {"past": [{"clauses": {"a": {"view": "b"}}}], "future": []},
        {
            "past": [
                {
                    "clauses": {
                        "a": {
                            "view": "b", "set": "test", "pair": None, "predicate": {},
                            "mask": "AQA=",
                        }
                    }
                }
            ],
            "future": [],
        },
    ],
)  # fmt: skip
def test_bad_history(history):
    """Catches a browser's history that would make undo put an invalid state in place."""
    with pytest.raises(ValueError, match=r"history|models|clause"):
        selection_history.validate(history, SIZES)


def test_empty_store_has_no_reference():
    """Catches a reference to pair (0, 0) of a store without a model."""
    sizes = {**SIZES, "models": 0, "benchmarks": 0, "benchmark_sets": []}
    state = initial(sizes)
    assert state["reference"] is None
    assert validate(state, sizes) == state
    with pytest.raises(ValueError, match="no index"):
        reduce(state, {"type": "set", "reference": [0, 0]}, sizes)


def test_names_of_the_state():
    """Catches a field added to one place only."""
    assert set(FRESH) == {"revision", "clauses", *selection_state.FIELDS}
