"""`keep_alive`: what a saved notebook needs is in the widgets' state, exactly."""

from __future__ import annotations

import numpy as np
import pytest

import geowidgets as gw
from geowidgets.widgets import kept_state


def test_columns_are_kept_as_the_store_has_them(tiny_store):
    """A column of another pair or type under its name; images that nobody can show."""
    view = gw.LocalGeometry(tiny_store)
    view.selection.reference = ("random-30", "contrast-3")  # type: ignore[attr-defined]
    size = gw.keep_alive(view, images=5)
    kept = view.columns.preloaded  # type: ignore[attr-defined]
    view.close()
    [m, b] = [2, 2]
    assert tiny_store.models[m].name == "random-30"
    assert tiny_store.benchmarks[b].name == "contrast-3"
    one = kept[f"length/{m}/{b}"]
    values = np.frombuffer(one["data"], one["dtype"]).reshape(one["shape"])
    assert np.array_equal(values, tiny_store.column("length", m, b))
    assert sum(key.startswith("images/") for key in kept) == 5
    assert size == sum(len(column["data"]) for column in kept.values())


def test_pairs_can_be_named(tiny_store):
    """A pair that was asked for and is not there; one that cannot be, and no word of it."""
    view = gw.LocalGeometry(tiny_store)
    gw.keep_alive(view, include=[("dense", "jpeg_compression-3")])
    assert "angle/0/3" in view.columns.preloaded  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="Did you mean 'dense'"):
        gw.keep_alive(view, include=[("dens", "clean")])
    view.close()


def test_wrong_word_in_the_environment(tiny_store, monkeypatch):
    """A variable that is misspelt and silently does nothing."""
    monkeypatch.setenv(kept_state.VARIABLE, "picture")
    view = gw.EvaluationTable(tiny_store)
    with pytest.raises(ValueError, match="Did you mean 'pictures'"):
        view._repr_mimebundle_()
    view.close()
