"""Ensembles as rows of a store: votes counted exactly, renewed, refused where geometry is asked."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import numpy as np
import pytest

import geowidgets as gw
from geowidgets.evaluation.calibration import expected_calibration_error

THREE = ["dense", "magnitude-60", "random-30"]
QUIET = {"progress": False}


@pytest.fixture
def store(tiny_study, tmp_path, digits) -> gw.GeometryStore:
    """Three models × 4 benchmarks × 120 samples."""
    study = gw.Study(
        tiny_study.models, tiny_study.benchmarks, digits.images[:120], digits.labels[:120],
        digits.classes,
    )  # fmt: skip
    return gw.GeometryStore.compute(study, tmp_path / "votes.zarr", **QUIET)


def by_hand(store: gw.GeometryStore, members: list[str], benchmark: str) -> np.ndarray:
    """What most members say, counted one by one."""
    said = [store.column("prediction", member, benchmark).tolist() for member in members]
    return np.array(
        [min(set(one), key=lambda c: (-one.count(c), c)) for one in zip(*said, strict=False)]
    )


def test_votes_are_exact_on_any_samples(store):
    """Votes of other samples, ties to the wrong class, or an accuracy that is not gw.ensemble's."""
    store = gw.GeometryStore.open(store.path)
    store.add(gw.Ensemble(THREE), gw.Ensemble(THREE[:2], "two"))
    vote = "vote of dense, magnitude-60, random-30"
    assert [m.name for m in store.models] == [*THREE, vote, "two"]
    assert [m.members for m in store.models][2:] == [(), tuple(THREE), tuple(THREE[:2])]
    assert store.done.all() and not store.verify()
    for name, members in ((vote, THREE), ("two", THREE[:2])):
        for benchmark in store.accuracy().benchmark.values.tolist():
            found = store.column("prediction", name, benchmark)
            np.testing.assert_array_equal(found, by_hand(store, members, benchmark))
        for samples in (None, [0], np.arange(120) % 7 == 0):
            counted = gw.ensemble(store, members, rules=["majority"], samples=samples)
            np.testing.assert_array_equal(
                store.accuracy(samples).sel(model=name).values, counted.accuracy.values[0]
            )
    assert np.isnan(store.column("margin", vote, 0)).all()
    again = gw.GeometryStore.open(store.path)
    assert again.models == store.models and again.digest() == store.digest()


def test_votes_follow_their_members(store, trained):
    """A vote of nets that are no longer there; a benchmark on which nobody voted."""
    store.add(gw.Ensemble(THREE, "three"))
    before = store.column("prediction", "three", "contrast-3")
    store.add(gw.Benchmark("fog-3", "fog", 3), **QUIET)
    assert store.done.all()
    other = copy.deepcopy(trained)
    other.fc3.weight.data = other.fc3.weight.data.flip(0)
    store.add(gw.ModelEntry("dense", other), gw.ModelEntry("random-30", other), **QUIET)
    assert store.done.all()
    found = store.column("prediction", "three", "contrast-3")
    np.testing.assert_array_equal(found, by_hand(store, THREE, "contrast-3"))
    assert (found != before).any()
    with pytest.raises(gw.StoreError, match="'dense' votes in the ensemble 'three'"):
        store.remove("dense")
    store.remove("three")
    store.remove("dense")
    assert [m.name for m in store.models] == ["magnitude-60", "random-30"]


def test_geometry_leaves_votes_out_or_says_so(store):
    """NaN that spreads over a map, or a KeyError from the depths of Zarr."""
    store.add_subset("few", [0, 5, 8])
    store.add(gw.Ensemble(THREE, "three"))
    assert store.done.all()
    points = gw.similarity(store, progress=False)
    assert 3 not in points.model and np.isfinite(points.layout()).all()
    with pytest.raises(gw.StoreError, match="'three' is an ensemble: it has no geometry"):
        gw.similarity(store, models=["dense", "three"], progress=False)
    with pytest.raises(gw.StoreError, match="has no classifier"):
        store.head("three")
    with pytest.raises(gw.StoreError, match="votes by dense, magnitude-60, random-30"):
        store.live_model("three")
    assert store.at_hand == tuple(THREE)
    assert np.isnan(expected_calibration_error(store).sel(model="three")).all()
    assert not [f for f in gw.prune_potential(store).family.values if "ensemble" in f]
    assert "three" not in gw.vulnerability_counts(store).model.values
    assert np.isnan(store.mean("margin")[3]).all()


def test_stores_without_votes_read_as_before(store):
    """An index that an earlier reader takes for a damaged one."""
    index = (Path(store.path) / "zarr.json").read_text()
    attrs = json.loads(index)["attributes"]["geowidgets"]
    assert all("members" not in model for model in attrs["models"])


@pytest.mark.parametrize(
    ("models", "name", "error", "words"),
    [
        (["dense"], "", ValueError, "at least two that vote"),
        ("dense", "", TypeError, "expected a list of names"),
        (["dense", "dense"], "", ValueError, "two models of an ensemble are called 'dense'"),
        (["dense", "magnitude-6"], "", gw.StoreError, "did you mean 'magnitude-60'"),
        (["dense", "random-30"], "magnitude-60", gw.StoreError, "has a model 'magnitude-60'"),
        (["dense", "three"], "four", gw.StoreError, "'three' is an ensemble itself"),
    ],
)
def test_odd_ensembles_are_refused(store, models, name, error, words):
    """A vote of one, of strangers, or over a model's row."""
    store.add(gw.Ensemble(THREE, "three"))
    with pytest.raises(error, match=words):
        store.add(gw.Ensemble(models, name))
    assert len(store.models) == 4


def test_long_names_stay_short_and_tell_ensembles_apart():
    """Two ensembles of many models under one name: one would replace the other."""
    first = gw.Ensemble([f"magnitude-{k}" for k in range(20)])
    second = gw.Ensemble([f"magnitude-{k}" for k in range(1, 21)])
    assert first.name != second.name and first.name.startswith("vote of 20 (")
