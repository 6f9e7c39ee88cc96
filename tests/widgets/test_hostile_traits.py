"""Updates from the page that no view sends: taken whole or refused in words, never in part."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import geowidgets as gw
from geowidgets.widgets.bqplot_chart import ChartFrame
from geowidgets.widgets.columns import KEYS

from .test_messages import EACH, JSON, WORDS, Line
from .test_messages import FUZZ as ALL

# Of each of ten views, updates and messages; GEOWIDGETS_FUZZ=2000 sends 4,000 of each in all.
FUZZ = settings(ALL, max_examples=max(10, EACH // 5))


def star() -> gw.redundancy.Star:
    draw = np.random.default_rng(0)
    return gw.redundancy.Star(
        features=draw.normal(size=(9, 2)), labels=np.arange(9) % 3, predictions=np.arange(9) % 3,
        directions=draw.normal(size=(3, 2)), bias=np.zeros(3), raster=np.zeros((2, 3), np.int16),
        extent=(-3.0, 3.0, -3.0, 3.0), loss="softmax", accuracy=1.0,
    )  # fmt: skip


VIEWS: dict[str, Callable[[Any, Any], Any]] = {
    "table": gw.EvaluationTable,
    "local": gw.LocalGeometry,
    "parallel": gw.ParallelCoordinates,
    "curves": gw.PruneCurves,
    "map": lambda store, selection: gw.SimilarityMap(store, selection, method="pca"),
    "grid": gw.AttributionGrid,
    "explorer": gw.Explorer,
    "graph": lambda *_: gw.WeightGraph(np.ones((2, 5, 4)), names=["fc"]).wait(),
    "star": lambda *_: gw.LatentStar(star(), classes=["a", "b", "c"]),
    "frame": lambda *_: ChartFrame(),
}
SHARED = ("selection", "columns", "layout", "comm")  # references: the host makes widgets of them


@pytest.fixture(params=VIEWS)
def view(request, tiny_store):
    selection = gw.Selection(tiny_store)
    made = VIEWS[request.param](tiny_store, selection)
    yield made
    for one in (made, selection):
        one.close()


def own_traits(view: Any) -> list[str]:
    known = type(view).own_options()
    return [name for name in view.keys if name in known and name not in SHARED]


def plain(state: dict[str, Any]) -> str:
    """A state as text: NaN and −0.0 are themselves."""
    return json.dumps(state, sort_keys=True, default=repr)


@FUZZ
@given(data=st.data())
def test_an_update_is_taken_whole_or_refused(view, data):
    """Half of an update kept, a value that no check passed, an error in a log alone."""
    names = own_traits(view)
    values = JSON | st.lists(st.sampled_from(WORDS) | st.integers(-2, 9), max_size=4)
    update = data.draw(
        st.dictionaries(
            st.sampled_from([*names, "nobody", "_esm2"]), values, min_size=1, max_size=3
        )
    )
    before = view.get_state(names)
    line = Line(view)
    resent: list[Any] = []
    view.send_state = lambda key=None: resent.append(key)
    try:
        message = {"method": "update", "state": copy.deepcopy(update), "buffer_paths": []}
        view._handle_msg({"content": {"data": message}, "buffers": []})
    finally:
        del view.send_state
    after = view.get_state(names)
    refused = [one for one in line.sent if isinstance(one, dict) and one.get("type") == "refused"]
    if refused:
        assert plain(after) == plain(before)
        assert len(refused) == 1 and refused[0]["message"]
        assert refused[0]["id"] is None and len(refused[0]["message"]) < 500
        assert [name for name in update if name in names] == [
            name for name in (resent[-1] or []) if name in names
        ]
    else:
        assert set(update) <= set(names)
        untouched = {k: v for k, v in after.items() if k not in update}
        assert plain(untouched) == plain({k: before[k] for k in untouched})
    for name, value in before.items():  # as it was, for the next one
        if plain({"": after[name]}) != plain({"": value}):
            view.set_state({name: value})


@FUZZ
@given(content=JSON)
def test_whatever_is_said_is_answered(view, content):
    """A question that disappears."""
    if not hasattr(view, "_hear") and not hasattr(view, "_heard"):
        return
    known = content if isinstance(content, dict) else {}
    if known.get("type") in ("cancel", "compute", "shown") or "request" in known:
        return
    answers = Line(view).say(content)
    assert answers and answers[0]["type"] in ("refused", "error", "row", "tree", "cka", "epoch")


def test_the_hub_of_columns_takes_no_change(tiny_store):
    """Another table of contents in Python, because a page said so."""
    hub = gw.Columns.of(tiny_store)
    before = copy.deepcopy(hub.directory)
    line = Line(hub)
    hub.set_state({"directory": {"models": []}, "preloaded": {}})
    assert hub.directory == before
    [answer] = line.sent
    assert answer["type"] == "refused" and "written by Python" in answer["message"]


def test_oversized_messages(tiny_store):
    """Memory and minutes spent on a message that no view sends."""
    hub, selection = gw.Columns.of(tiny_store), gw.Selection(tiny_store)
    [answer] = Line(hub).say({"keys": ["labels/test"] * (KEYS + 1)})
    assert answer["type"] == "refused" and f"{KEYS:,} keys" in answer["message"]
    [answer] = Line(hub).say({"keys": "x" * 9_000_000})
    assert answer["type"] == "refused" and len(answer["message"]) < 500
    before = selection.state
    clause = {
        "view": "a", "set": "test", "pair": None, "mask": "AAAA",
        "predicate": {"text": "x" * 5_000_000},
    }  # fmt: skip
    for change in (
        {"state": {**before, "revision": 9, "clauses": [clause]}},
        {"history": {"past": [{"models": [0]}] * 51, "future": []}},
        {"state": {**before, "revision": 9, "pairs": "A" * 5_000_000}},
        {"subsets": {"x" * 5_000_000: {"set": "test", "n": 0, "mask": None}}},
    ):
        selection.set_state(copy.deepcopy(change))
        assert selection.error and len(selection.error) < 500
        assert {**selection.state, "revision": 0} == {**before, "revision": 0}
    selection.close()


@FUZZ
@given(revisions=st.lists(st.integers(0, 40), max_size=12), twice=st.booleans())
def test_states_in_any_order(tiny_store, revisions, twice):
    """An old state that arrives late and overwrites the new one."""
    selection = gw.Selection(tiny_store)
    newest, models = selection.state["revision"], None
    for revision in [one for one in revisions for _ in range(1 + twice)]:
        chosen = [revision % 3]
        selection.set_state({"state": {**selection.state, "revision": revision, "models": chosen}})
        if revision > newest:
            newest, models = revision, chosen
        assert selection.state["models"] == models and selection.state["revision"] == newest
        assert not selection.error
    selection.close()


def test_numbers_that_json_has_not(tiny_store):
    """NaN as a revision: every later state is older than it, or none is."""
    selection = gw.Selection(tiny_store)
    before = selection.state
    for odd in (math.nan, math.inf, -1, 2**53, 1e300, True, "9"):
        selection.set_state({"state": {**before, "revision": odd, "models": [1]}})
        assert "revision" in selection.error
        assert selection.state["models"] is None
    selection.close()
