from __future__ import annotations

import pytest

import geowidgets as gw

from .conftest import from_browser


def test_names_become_positions(tiny_store):
    """Catches a name resolved against the wrong axis."""
    view = gw.LocalGeometry(tiny_store, panels=["3", 0], pin=("dense", "contrast-3"))
    assert view.panels == [3, 0]
    assert view.pin == [0, [entry.name for entry in tiny_store.benchmarks].index("contrast-3")]
    view.panels = "9"
    assert view.panels == [9]
    view.panels = None
    view.pin = None
    assert view.get_state(["panels", "pin"]) == {"panels": None, "pin": None}


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("panels", [10], r"panels: expected a position in 0..9, got 10"),
        ("panels", ["cat"], "panels: unknown name 'cat'"),
        ("panels", [0.5], r"expected a position in 0..9, got 0.5"),
        ("pin", ("dens", "clean"), r"pin model: unknown name 'dens'. Did you mean 'dense'"),
        ("pin", ("dense", 4), r"pin benchmark: expected a position in 0..3, got 4"),
        ("pin", "dense", r"pin: expected \(model, benchmark\), got 'dense'"),
        ("mode", "laso", r"mode: expected one of lasso, box, got 'laso'. Did you mean 'lasso'"),
        ("axes", None, r"axes: expected one of shared, each, held, got None"),
        ("matrix", "cat", "matrix: unknown name 'cat'"),
        ("matrix", 10, r"matrix: expected a position in 0..9, got 10"),
        ("reactions", ["right"], "reactions: unknown 'right'"),
        ("sort", "loss", r"sort: expected one of angle, length, margin, probability, got 'loss'"),
    ],
)
def test_wrong_options(tiny_store, option, value, words):
    """Catches a view that opens on something else than what was asked for."""
    with pytest.raises(ValueError, match=words):
        gw.LocalGeometry(tiny_store, **{option: value})


def test_the_view_may_change_its_display(tiny_store):
    """Catches a display state that the browser writes and Python does not see."""
    view = gw.LocalGeometry(tiny_store)
    held = {"x": [0, 90], "y": [0, 20.5]}
    from_browser(view, {"mode": "box", "axes": "held", "held": held, "pin": [2, 0]})
    assert (view.mode, view.axes, view.held, view.pin) == ("box", "held", held, [2, 0])


def test_matrix_and_reactions(tiny_store):
    """Catches a class shown by position 0 that is taken for none, and reactions out of order."""
    view = gw.LocalGeometry(tiny_store, matrix="0", reactions=["wrong-wrong", "right-wrong"])
    assert view.matrix == 0
    assert view.reactions == ["right-wrong", "wrong-wrong"]
    from_browser(view, {"matrix": None, "delta": True, "reactions": []})
    assert (view.matrix, view.delta, view.reactions) == (None, True, [])


def test_a_selection_of_another_store_is_refused(tiny_store):
    """Catches two stores whose samples are taken for each other's."""

    class Other:
        def __getattr__(self, name):
            return getattr(tiny_store, name)

        classes = ("a", "b")

    with pytest.raises(ValueError, match="selection: made for another store"):
        gw.LocalGeometry(tiny_store, gw.Selection(Other()))
