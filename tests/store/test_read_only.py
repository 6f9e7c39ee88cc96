"""A course folder that nobody may write to, and a disk that is full: all that can be read works."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import geowidgets as gw
from geowidgets.schema import AttributionMap, MapSettings
from tests.widgets.test_messages import Line

from .disks import read_only, tmpfs
from .harm import copy_of, harm

SETTINGS = MapSettings("occlusion", 4, 2, "mean", "predicted")


def a_map() -> AttributionMap:
    return AttributionMap(
        SETTINGS, ("margin",), np.zeros((1, 2, 2), np.float32), np.zeros(1, np.float32), 0, 0.5
    )


@pytest.fixture
def locked(tiny_store, tmp_path) -> Iterator[Path]:
    """A copy of the tiny store without its summary, mounted so that root cannot write either."""
    path = copy_of(tiny_store.path, tmp_path)
    shutil.rmtree(path / "summary/test/c")
    with read_only(path, tmp_path / "locked.zarr") as folder:
        yield folder


def test_everything_can_be_asked_and_shown(locked, tiny_store, tmp_path):
    """A query that wants to write: derived tables, leases, marks."""
    with pytest.raises(OSError, match="Read-only"):  # or the mount is not what is tested
        (locked / "probe").touch()
    store = gw.GeometryStore.open(locked)
    np.testing.assert_array_equal(store.correct(), tiny_store.correct())
    assert store.accuracy().equals(tiny_store.accuracy())
    assert store.verify() == [] and store.digest() == tiny_store.digest()
    assert store.dataset.margin.notnull().all()
    assert store.head(0)[0].shape == (10, 84)
    assert store.picture("contrast-3", 0).shape == (32, 32, 1)
    assert not store.derived.keep("map-0123456789abcdef", {"a": np.zeros(3)})
    selection = gw.Selection(store)
    view = gw.SimilarityMap(store, selection, method="pca")
    view.wait(300)
    views = [
        gw.EvaluationTable(store, selection), gw.LocalGeometry(store, selection),
        gw.ParallelCoordinates(store, selection), gw.PruneCurves(store, selection), view,
    ]  # fmt: skip
    [answer] = Line(gw.Columns.of(store)).say({"keys": ["margin/0/0"]})
    assert answer["type"] == "column"
    assert view.phase["name"] == "ready"
    selection.samples = {"metric": "angle", "above": 60}
    page = gw.save_page(views, tmp_path / "page.html")
    assert page.size > 100_000
    for one in (*views, selection):
        one.close()


def test_writing_is_one_readable_error(locked, tiny_study, tmp_path):
    """A traceback of the array library, or an empty error."""
    harm(tmp_path / "copy.zarr/sets/test/margin/c/1/2/0", "flip")
    store = gw.GeometryStore.open(locked)
    words = r"locked\.zarr.* (cannot be written|cannot keep maps).*Read-only file system"
    for write in (
        lambda: gw.GeometryStore.compute(tiny_study, locked, progress=False),
        lambda: store.verify(repair=True),
        store.compact,
        lambda: store.maps.keep(0, 0, 0, a_map()),
    ):
        with pytest.raises(gw.StoreError, match=words) as caught:
            write()
        assert "\n" not in str(caught.value)


def test_a_full_disk_keeps_what_is_there(tiny_store, tmp_path):
    """A map or a layout half written, and shown as a whole one from then on."""
    with tmpfs(tmp_path / "disk", "8m") as disk:
        store = gw.GeometryStore.open(copy_of(tiny_store.path, disk))
        filler = disk / "filler"
        free = shutil.disk_usage(disk).free
        filler.write_bytes(bytes(free))
        assert not store.derived.keep("map-0123456789abcdef", {"a": np.ones(50_000)})
        assert store.derived.get("map-0123456789abcdef") is None
        with pytest.raises(gw.StoreError, match=r"cannot keep maps: .*[Nn]o space"):
            store.maps.keep(0, 0, 0, a_map())
        assert store.maps.get(0, 0, 0, SETTINGS) is None
        assert store.verify() == [] and store.digest() == tiny_store.digest()
        filler.unlink()
        store.maps.keep(0, 0, 0, a_map())
        assert store.maps.get(0, 0, 0, SETTINGS) is not None
