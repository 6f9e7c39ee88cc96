"""`ParallelCoordinates` in Python: options, names, and brushing by numbers."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import traitlets

import geowidgets as gw
from geowidgets.widgets import _bundles
from geowidgets.widgets.parallel_coordinates import ParallelCoordinates


@pytest.fixture
def view(tiny_store: gw.GeometryStore) -> ParallelCoordinates:
    """The view on the tiny store, with a selection of its own."""
    return ParallelCoordinates(tiny_store)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"axis": ["0"]}, TypeError, "axis.*Did you mean 'axes'"),
        ({"axes": ["10"]}, ValueError, "axes: unknown name '10'"),
        ({"axes": [10]}, ValueError, r"axes: expected a position in 0\.\.9, got 10"),
        ({"pin": "dense"}, ValueError, r"pin: expected \(model, benchmark\), got 'dense'"),
        ({"pin": ("dens", 0)}, ValueError, "pin model: unknown name 'dens'.*'dense'"),
        ({"compared": (0, "jpeg")}, ValueError, "compared benchmark: unknown name 'jpeg'"),
        ({"lines": "referenc"}, ValueError, "lines: expected one of.*Did you mean 'reference'"),
        ({"order": "rank"}, ValueError, "order: expected one of class, confused"),
        ({"hidden": ["lenght"]}, ValueError, "hidden: unknown axis 'lenght'.*'length'"),
        ({"confident": 1.5}, traitlets.TraitError, "confident"),
    ],
)
def test_wrong_options_are_refused(tiny_store, options, error, words) -> None:
    """traitlets alone would drop an unknown keyword, and a wrong name would show an empty view."""
    with pytest.raises(error, match=words):
        ParallelCoordinates(tiny_store, **options)


def test_names_become_positions_and_ids(tiny_store) -> None:
    """Class 0 and pair (0, 0) are values, not absences; an order of axes is kept."""
    view = ParallelCoordinates(
        tiny_store, axes=["3", 0, "3"], pin=(0, 0), compared=("dense", "jpeg_compression-3"),
        hidden=["0", "margin"], inverted=["angle/3"], lock="a",
    )  # fmt: skip
    state = view.get_state()
    assert state["axes"] == [3, 0]
    assert state["pin"] == [0, 0]
    jpeg = [entry.name for entry in tiny_store.benchmarks].index("jpeg_compression-3")
    assert state["compared"] == [0, jpeg]
    assert state["hidden"] == ["angle/0", "margin"]
    assert state["inverted"] == ["angle/3"]
    assert state["kept"] == list(range(10))
    assert state["lock"] == "a"
    view.compared = ()
    assert view.compared == []
    view.axes = None
    assert view.axes is None


def test_brush_selects_what_lies_in_every_range(view, tiny_store) -> None:
    """Ranges that are joined by OR, bounds left out, or the column of another class."""
    angles = tiny_store.column("angles", 0, 0).astype(float)
    length = tiny_store.column("length", 0, 0).astype(float)
    low, high = np.sort(angles[:, 3])[[20, 300]]
    inside = (angles[:, 3] >= low) & (angles[:, 3] <= high) & (length >= np.median(length))
    found = view.brush({"3": (high, low), "length": (np.median(length), np.inf)})
    assert found.tolist() == np.flatnonzero(inside).tolist()
    assert view.selection.samples.tolist() == found.tolist()
    [clause] = view.selection.clauses
    assert clause["predicate"]["axes"]["angle/3"] == [low, high]
    assert clause["pair"] == [0, 0]
    view.brush(None)
    assert view.selection.clauses == []


def test_brush_speaks_of_the_pinned_pair(tiny_store) -> None:
    """A brush drawn on the reference though the view shows another pair."""
    view = ParallelCoordinates(tiny_store, pin=(2, 1))
    found = view.brush({"margin": (0, 1)})
    margin = tiny_store.column("margin", 2, 1)
    assert found.tolist() == np.flatnonzero((margin >= 0) & (margin <= 1)).tolist()
    assert view.selection.clauses[0]["pair"] == [2, 1]


def test_wrong_brushes_change_nothing(view) -> None:
    """A clause on a misspelt axis would hold every sample."""
    with pytest.raises(ValueError, match=r"brush: unknown axis 'probabilty'.*'probability'"):
        view.brush({"probabilty": (0, 1)})
    assert view.selection.clauses == []


def test_bundle_is_small() -> None:
    """A framework pulled in by accident shows as size; the limit is 150 kB."""
    assert 1_000 < len(_bundles.script("parallel_coordinates").encode()) < 150_000


def test_no_torch_for_parallel_coordinates() -> None:
    """A course page that only opens a store starts fast."""
    code = (
        "import sys; import geowidgets.widgets.parallel_coordinates; sys.exit('torch' in "
        "sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
