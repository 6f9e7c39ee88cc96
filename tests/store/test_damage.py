"""Every part of a store, harmed: found, named and made again, and never shown as a number."""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np
import pytest

import geowidgets as gw
from geowidgets.store.marks import done_blocks

from .harm import HARMS, copy_of, edit, harm

PAIR = "magnitude-60", "contrast-3"


@pytest.fixture(scope="module")
def whole(tiny_study, tmp_path_factory) -> gw.GeometryStore:
    """The tiny study with the features of two models."""
    path = tmp_path_factory.mktemp("whole") / "whole.zarr"
    keep = ["dense", "magnitude-60"]
    store = gw.GeometryStore.compute(tiny_study, path, features=keep, progress=False)
    assert store.verify() == []
    return store


@pytest.fixture
def path(whole, tmp_path) -> Path:
    return copy_of(whole.path, tmp_path)


def mended(path: Path, study, whole, **options) -> gw.GeometryStore:
    """Repaired and computed again, the store is what it was."""
    gw.GeometryStore.open(path).verify(repair=True)
    store = gw.GeometryStore.compute(study, path, progress=False, **options)
    assert store.done.all() and store.verify() == []
    assert store.digest() == whole.digest()
    np.testing.assert_array_equal(store.correct(), whole.correct())
    return store


@pytest.mark.parametrize("how", HARMS)
def test_marks(path, tiny_study, whole, how):
    """A pair without a mark shown as complete, or one whose mark is of other numbers."""
    harm(path / "sets/test/digest/1.2.0", how)
    store = gw.GeometryStore.open(path)
    if how == "delete":
        assert store.missing == [PAIR]
    else:
        [found] = store.verify()
        assert (found.model, found.benchmark) == PAIR and "digest" in found.problem
    mended(path, tiny_study, whole)


@pytest.mark.parametrize("how", HARMS)
def test_summary(path, tiny_study, whole, how):
    """Another accuracy, because what was derived is trusted more than what it came from."""
    harm(path / "summary/test/c/2/0/0", how)
    store = gw.GeometryStore.open(path)
    if how != "delete":
        assert {(d.model, d.benchmark) for d in store.verify()} == {
            (m.name, PAIR[1]) for m in whole.models
        }
    np.testing.assert_array_equal(store.correct(), whole.correct())
    np.testing.assert_array_equal(store.mean("margin"), whole.mean("margin"))
    assert gw.GeometryStore.open(path).verify() == [], "what was rebuilt should be kept"
    mended(path, tiny_study, whole)


@pytest.mark.parametrize("how", HARMS)
@pytest.mark.parametrize("part", ["weight", "bias"])
def test_heads(path, tiny_study, whole, how, part):
    """Class directions of zeros."""
    folder = path / f"heads/1/{part}/c"
    [chunk] = [file for file in folder.rglob("*") if file.is_file()]
    harm(chunk, how)
    store = gw.GeometryStore.open(path)
    with pytest.raises(gw.StoreError, match=rf"heads/1/{part}.*verify\(repair=True\)"):
        store.head(PAIR[0])
    [found] = store.verify()
    assert found.model == PAIR[0] and f"heads/1/{part}" in found.problem
    again = mended(path, tiny_study, whole)
    for kept, was in zip(again.head(1), whole.head(1), strict=True):
        np.testing.assert_array_equal(kept, was)


@pytest.mark.parametrize("how", HARMS)
def test_labels(path, tiny_study, whole, how):
    """Every sample of class 0."""
    harm(path / "sets/test/label/c/0", how)
    with pytest.raises(gw.StoreError, match=r"sets/test/label.*verify\(repair=True\)"):
        gw.GeometryStore.open(path).labels()
    assert any("sets/test/label" in d.problem for d in gw.GeometryStore.open(path).verify())
    again = mended(path, tiny_study, whole)
    np.testing.assert_array_equal(again.labels(), whole.labels())


@pytest.mark.parametrize("how", HARMS)
def test_images(path, tiny_study, whole, how):
    """Black squares, or noise, for images."""
    [chunk] = [f for f in (path / "sets/test/images/c").rglob("*") if f.is_file()]
    harm(chunk, how)
    store = gw.GeometryStore.open(path)
    if how != "delete":
        with pytest.raises(gw.StoreError, match=r"sets/test/images"):
            store.images()
        with pytest.raises(gw.StoreError, match=r"sets/test/images"):
            store.picture("clean", 0)
    [found] = store.verify()
    assert "sets/test/images" in found.problem
    again = mended(path, tiny_study, whole)
    np.testing.assert_array_equal(again.images(), whole.images())


@pytest.mark.parametrize("how", HARMS)
def test_features(path, tiny_study, whole, how):
    """Latents of another pair, or NaN, handed to whoever measures similarity."""
    harm(path / "features/1/test/c/2/0/0", how)
    store = gw.GeometryStore.open(path)
    with pytest.raises(gw.StoreError, match=r"features of .*'magnitude-60'"):
        store.features_matrix(*PAIR)
    if how != "delete":
        assert [(d.model, d.benchmark) for d in store.verify()] == [PAIR]
    again = mended(path, tiny_study, whole, features=["dense", "magnitude-60"])
    np.testing.assert_array_equal(again.features_matrix(*PAIR), whole.features_matrix(*PAIR))


def test_features_are_made_for_pairs_that_were_computed_without(tiny_study, tiny_store, tmp_path):
    """Advice that does nothing: `features=` of a store that is complete."""
    path = copy_of(tiny_store.path, tmp_path)
    store = gw.GeometryStore.compute(tiny_study, path, features=["dense"], progress=False)
    assert np.isfinite(store.features_matrix("dense", "contrast-3")).all()
    assert store.digest() == tiny_store.digest()
    with pytest.raises(gw.StoreError, match="holds no features of 'random-30'"):
        store.features_matrix("random-30", "clean")


@pytest.mark.parametrize("how", HARMS)
def test_index(path, tiny_study, whole, how):
    """A name of which one letter changed; a store that is filled over a lost index."""
    harm(path / "zarr.json", how)
    for use in (
        lambda: gw.GeometryStore.open(path),
        lambda: gw.GeometryStore.compute(tiny_study, path, progress=False),
    ):
        with pytest.raises(gw.StoreError, match=r"copy\.zarr"):
            use()


def test_every_bit_of_the_index_counts(path, whole):
    """A flipped bit that still makes JSON: `dense` read as `tense`."""
    content = (path / "zarr.json").read_bytes()
    for place in range(content.index(b'"models"'), content.index(b'"benchmarks"'), 7):
        changed = bytearray(content)
        changed[place] ^= 1
        (path / "zarr.json").write_bytes(changed)
        with contextlib.suppress(gw.StoreError):  # none where it fell on white space
            assert gw.GeometryStore.open(path).models == whole.models


@pytest.mark.parametrize("how", HARMS)
@pytest.mark.parametrize("array", ["margin", "digest", "label"])
def test_descriptions_of_arrays(path, tiny_study, whole, array, how):
    """An array that cannot be opened: an error without words, or a store lost for ever."""
    file = path / f"sets/test/{array}/zarr.json"
    if how == "flip":
        edit(file, lambda meta: meta.update(data_type="int32"))
    else:
        harm(file, how)
    found = gw.GeometryStore.open(path).verify()
    assert any(f"sets/test/{array}" in one.problem for one in found)
    if array == "margin":
        with pytest.raises(gw.StoreError, match="sets/test/margin"):
            gw.GeometryStore.open(path).column("margin", 0, 0)
        with pytest.raises(gw.StoreError, match="sets/test/margin"):
            gw.GeometryStore.open(path).metric("margin")
    mended(path, tiny_study, whole)


@pytest.mark.parametrize("how", HARMS)
def test_derived(path, how):
    """Half an arrangement drawn as a whole one."""
    key, arrays = "map-0123456789abcdef", {"plane": np.linspace(0, 1, 600, dtype=np.float32)}
    store = gw.GeometryStore.open(path)
    assert store.derived.keep(key, arrays)
    [chunk] = [f for f in (path / "derived" / key / "plane/c").rglob("*") if f.is_file()]
    harm(chunk, how)
    assert gw.GeometryStore.open(path).derived.get(key) is None
    assert store.derived.keep(key, arrays)
    found = gw.GeometryStore.open(path).derived.get(key)
    assert found is not None
    np.testing.assert_array_equal(found["plane"], arrays["plane"])


def test_names_of_marks_that_are_none(path, whole):
    """A file that somebody left among the marks, read as a slot: int("²") raises."""
    for name in ("².0.0", "9.9.9", "0.0", "1" * 200 + ".0.0", "-1.0.0"):
        (path / "sets/test/digest" / name).touch()
    store = gw.GeometryStore.open(path)
    assert store.done.all() and store.verify() == []
    index = store._contents.index
    assert done_blocks(store._place, index, "test").sum() == 12
