"""Messages from the page that nobody would write: answered in words, and nothing has changed."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import geowidgets as gw
from geowidgets.widgets import selection_state

# Of each of five kinds; GEOWIDGETS_FUZZ=2000 sends 10,000 in all.
EACH = int(os.environ.get("GEOWIDGETS_FUZZ", "300"))
FUZZ = settings(
    max_examples=EACH, deadline=None, database=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
WORDS = (
    "type", "id", "keys", "compute", "cancel", "row", "tree", "cka", "point", "points", "a", "b",
    "save", "apply", "name", "items", "settings", "benchmark", "sample", "window", "stride",
    "occlusion", "labels/test", "angle/0/0", "correct/test/0-1", "counts/AA/test/0-1",
    "shown",
    "images/test/5-1", "angle/99/0", "test",
)  # fmt: skip
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=9)
    | st.sampled_from(WORDS)
)
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=4), inner, max_size=5)
    ),
    max_leaves=12,
)
MESSAGES = JSON | st.fixed_dictionaries(
    {"type": st.sampled_from(WORDS) | JSON},
    optional={"id": JSON, "keys": st.lists(st.sampled_from(WORDS), max_size=3) | JSON,
              "point": JSON, "points": JSON, "items": JSON, "name": JSON},
)  # fmt: skip


class Line:
    """The comm of one widget: hands messages over as Jupyter does, and keeps what is sent."""

    def __init__(self, widget: Any) -> None:
        self.widget, self.sent = widget, []
        widget.send = lambda content, buffers=None: self.sent.append(content)

    def say(self, content: Any) -> list[Any]:
        """What the widget answers."""
        self.sent.clear()
        data = {"method": "custom", "content": copy.deepcopy(content)}
        self.widget._handle_msg({"content": {"data": data}, "buffers": []})
        return list(self.sent)


@pytest.fixture
def selection(tiny_store) -> Iterator[gw.Selection]:
    made = gw.Selection(tiny_store)
    yield made
    made.close()


@pytest.fixture
def grid(tiny_store, selection) -> Iterator[gw.AttributionGrid]:
    made = gw.AttributionGrid(tiny_store, selection)
    yield made
    made._worker.cancel()
    made._worker.wait()
    made.close()


@pytest.fixture
def the_map(tiny_store, selection) -> Iterator[gw.SimilarityMap]:
    made = gw.SimilarityMap(tiny_store, selection, method="pca")
    made.wait(300)
    yield made
    made.close()


@FUZZ
@given(content=MESSAGES)
def test_columns_answer_each_key_or_refuse(tiny_store, content):
    """A view that waits for ever, or a kernel whose handler raises where nobody looks."""
    answers = Line(gw.Columns.of(tiny_store)).say(content)
    keys = content.get("keys") if isinstance(content, dict) else None
    if isinstance(keys, list) and all(isinstance(key, str) for key in keys):
        assert [one["key"] for one in answers] == keys
    else:
        assert [one["type"] for one in answers] == ["refused"]


@FUZZ
@given(content=MESSAGES)
def test_the_grid_answers_or_refuses(grid, selection, content):
    """A request that is neither begun nor refused: a progress bar that stands still."""
    before = selection.state
    [*answers] = Line(grid).say(content)
    if isinstance(content, dict) and content.get("type") == "cancel":
        assert answers == []
    else:
        assert answers[0]["type"] in ("refused", "accepted")
        assert answers[0]["type"] == "accepted" or answers[0]["message"]
    assert selection.state == before


@FUZZ
@given(content=MESSAGES)
def test_the_map_answers_or_refuses(the_map, selection, content):
    """A question about a point that is not there, answered by an exception in a log."""
    before = the_map.phase, selection.state
    answers = Line(the_map).say(content)
    kind = content.get("type") if isinstance(content, dict) else None
    if isinstance(kind, str) and kind in ("compute", "cancel"):
        assert answers == []
    else:
        assert len(answers) == 1
        assert answers[0]["type"] in ("refused", "error", "row", "tree", "cka")
    assert (the_map.phase, selection.state) == before


@FUZZ
@given(content=MESSAGES)
def test_the_selection_says_what_it_refuses(selection, content):
    """A subset called "None", saved by a message without a name."""
    selection.error, saved, before = "", set(selection.saved), selection.state
    Line(selection).say(content)
    kind = content.get("type") if isinstance(content, dict) else None
    name = content.get("name") if isinstance(content, dict) else None
    if kind == "save" and isinstance(name, str) and not selection.error:
        assert set(selection.saved) - saved <= {name}
    else:
        assert selection.error and set(selection.saved) == saved
        assert selection.state == before


STATE = st.fixed_dictionaries(
    {"revision": st.integers(-1, 9) | JSON},
    optional={name: JSON | st.lists(st.integers(-1, 4), max_size=3)
              for name in (*selection_state.FIELDS, "clauses")},
)  # fmt: skip


@FUZZ
@given(changes=STATE, whole=st.booleans())
def test_a_state_is_taken_whole_or_refused(selection, changes, whole):
    """Half of a state taken over: rows of one picture and samples of another."""
    before = copy.deepcopy(selection.state)
    selection.error = ""
    message = {**before, **changes} if whole else changes
    try:
        expected = selection_state.validate(copy.deepcopy(message), selection.sizes)
    except ValueError:
        expected = None
    selection.set_state({"state": copy.deepcopy(message)})
    fields = [name for name in before if name != "revision"]
    if expected is None:
        assert selection.error
        assert all(selection.state[name] == before[name] for name in fields)
    elif expected["revision"] > before["revision"]:
        assert selection.state == expected and not selection.error
    else:
        assert selection.state == before
