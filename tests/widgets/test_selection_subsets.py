"""Named subsets: one reducer in two languages, and the widget that keeps the masks."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import geowidgets as gw
from geowidgets.widgets import bits
from geowidgets.widgets.selection_subsets import reduce_subsets, subset_action, validate

from .conftest import from_browser

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "subsets.json").read_text("utf-8"))
SIZES = VECTORS["sizes"]


def written(action: dict) -> dict:
    """The action with "large:1" replaced by a mask of the large set that holds sample 0."""
    if action.get("mask") != "large:1":
        return action
    return {**action, "mask": bits.encode(np.arange(SIZES["sets"]["large"]) == 0)}


def agrees(act, case: dict) -> None:
    if "error" not in case:
        assert act() == case["expect"]
        return
    with pytest.raises(ValueError, match=r"expected|subset|beyond") as raised:
        act()
    assert case["error"] in str(raised.value)


@pytest.mark.parametrize("case", VECTORS["reduce"], ids=lambda case: case["name"])
def test_reduce(case):
    """Catches subsets that Python and the page count or name differently: same vectors."""
    agrees(lambda: reduce_subsets(case.get("start", {}), written(case["action"]), SIZES), case)
    if "expect" in case:
        assert validate(case["expect"], SIZES) == case["expect"]


@pytest.mark.parametrize("case", VECTORS["apply"], ids=lambda case: case["name"])
def test_apply(case):
    """Catches a subset of one set applied to another's samples."""
    agrees(lambda: subset_action(case["start"], case["subset"], case["set"], case["pair"]), case)


def test_the_page_knows_what_python_saves(selection):
    """Catches a name that only Python can apply."""
    selection.samples = [0, 3]
    selection.save("fragile")
    sent = selection.get_state(["subsets"])["subsets"]
    assert sent["fragile"]["n"] == 2
    assert np.flatnonzero(bits.decode(sent["fragile"]["mask"], 599)).tolist() == [0, 3]
    selection.forget("fragile")
    assert (selection.subsets, dict(selection.saved)) == ({}, {})
    with pytest.raises(ValueError, match="no saved subset"):
        selection.forget("fragile")


def test_python_knows_what_the_page_saves(selection):
    """Catches a subset saved in a view that `selection.samples = name` refuses."""
    one = {"set": "test", "n": 1, "mask": bits.encode(np.arange(599) == 0)}
    from_browser(selection, {"subsets": {"first": one}})
    assert selection.error == ""
    selection.samples = "first"
    assert selection.samples.tolist() == [0]
    assert selection.to_dict()["saved"]["first"]["of"] == 599
    selection.undo()
    assert selection.samples.size == 599


@pytest.mark.parametrize(
    "subsets",
    [
        [],
        {"": {"set": "test", "n": 0, "mask": None}},
        {"a": {"set": "train", "n": 0, "mask": None}},
        {"a": {"set": "test", "n": 600, "mask": None}},
        {"a": {"set": "test", "n": True, "mask": None}},
        {"a": {"set": "test", "n": 5, "mask": None}},
        {"a": {"set": "test", "n": 5, "mask": bits.encode(np.arange(599) < 4)}},
        {"a": {"set": "test", "n": 5}},
    ],
)
def test_bad_subsets_are_refused(selection, subsets):
    """Catches a message that leaves Python with a name and no samples."""
    selection.save("kept")
    from_browser(selection, {"subsets": subsets})
    assert "refused" in selection.error
    assert list(selection.saved) == ["kept"]


class Large:
    """The tiny store with one set of more samples than a mask may have to travel."""

    def __init__(self, store: gw.GeometryStore) -> None:
        self._store = store

    def __getattr__(self, name):
        return getattr(self._store, name)

    def size(self, set: str) -> int:
        return 30_000


def test_large_masks_stay_in_python(tiny_store):
    """Catches 100 kB of masks that travel with every page, or a large subset that is lost."""
    selection = gw.Selection(Large(tiny_store))
    selection.samples = [0, 29_999]
    selection._handle_custom_msg({"type": "save", "name": "far"}, [])
    assert selection.subsets == {"far": {"set": "test", "n": 2, "mask": None}}
    selection.samples = None
    selection._handle_custom_msg({"type": "apply", "name": "far"}, [])
    assert selection.samples.tolist() == [0, 29_999]
    selection._handle_custom_msg({"type": "apply", "name": "fa"}, [])
    assert "no saved subset 'fa'" in selection.error
    again = gw.Selection(Large(tiny_store))
    again.from_dict(selection.to_dict())
    assert again.saved["far"].tolist() == [0, 29_999]
    assert again.subsets == selection.subsets
