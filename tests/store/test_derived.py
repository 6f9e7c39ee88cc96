"""Derived arrays: kept beside the numbers, disposable, never half there."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

import geowidgets as gw
from geowidgets.store import derived as module


@pytest.fixture
def store(tiny_store, tmp_path) -> gw.GeometryStore:
    shutil.copytree(tiny_store.path, tmp_path / "own.zarr")
    shutil.rmtree(tmp_path / "own.zarr" / "derived", ignore_errors=True)
    return gw.GeometryStore.open(tmp_path / "own.zarr")


def test_arrays_come_back_as_they_were(store):
    """A dtype or an axis that changes on the way."""
    arrays = {
        "plane": np.arange(6, dtype=np.float32).reshape(3, 2),
        "kept": np.array([True, False]),
    }
    assert store.derived.get("map-0123456789abcdef") is None
    assert store.derived.keep("map-0123456789abcdef", arrays)
    found = gw.GeometryStore.open(store.path).derived.get("map-0123456789abcdef")
    assert found is not None and found.keys() == arrays.keys()
    for name, values in arrays.items():
        np.testing.assert_array_equal(found[name], values)
        assert found[name].dtype == values.dtype


def test_an_unfinished_group_is_not_there(store, tmp_path):
    """Zeros shown as a layout after a kill in the middle of writing."""
    store.derived.keep("map-0123456789abcdef", {"plane": np.ones((3, 2), np.float32)})
    mark = tmp_path / "own.zarr" / "derived" / "map-0123456789abcdef" / "zarr.json"
    mark.write_text(mark.read_text().replace('"complete": true', '"complete": false'))
    assert store.derived.get("map-0123456789abcdef") is None


def test_the_oldest_go_first(store, monkeypatch):
    """A store that grows with every look at it."""
    monkeypatch.setattr(module, "KEPT", 2)
    keys = [f"map-{n:016x}" for n in range(4)]
    for key in keys:
        store.derived.keep(key, {"a": np.zeros(3)})
    assert [store.derived.get(key) is not None for key in keys] == [False, False, True, True]
    monkeypatch.setattr(module, "KEPT_BYTES", 30)
    store.derived.keep(keys[0], {"a": np.zeros(3)})
    assert [store.derived.get(key) is not None for key in keys] == [True, False, False, False]


def test_digests_follow_the_numbers(store, tiny_store):
    """A layout of other numbers, found under the same key."""
    digests = store.derived.digests("test")
    assert digests.shape == (3, 4) and digests.all() and len(np.unique(digests)) == 12
    np.testing.assert_array_equal(digests, tiny_store.derived.digests("test"))


def test_keys_are_folder_names(store):
    """A key that leaves the folder."""
    with pytest.raises(gw.StoreError, match=r"'\.\./images'"):
        store.derived.keep("../images", {})


def test_a_lazy_row_equals_its_columns(store):
    """The one request for many chunks in another order than one request each."""
    data = store.to_dataset()
    block = data["margin"][[2, 0], 1:4, 5:90:3].values
    for i, model in enumerate((2, 0)):
        for j in range(3):
            wanted = store.column("margin", model, 1 + j)[5:90:3]
            np.testing.assert_array_equal(block[i, j], wanted)
    classes = data["angle"][1, :, 7, [3, 0]].values
    for j in range(4):
        np.testing.assert_array_equal(classes[j], store.column("angles", 1, j)[7, [3, 0]])
    assert data["margin"][[], :, 0].values.shape == (0, 4)
