"""Maps kept in a store, and images as the models saw them."""

from __future__ import annotations

import copy
import dataclasses
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

import geowidgets as gw
from geowidgets.schema import AttributionMap, MapSettings
from geowidgets.store.maps import KeptMap

SETTINGS = MapSettings("occlusion", 4, 2, "mean", "predicted")


def a_map(settings: MapSettings = SETTINGS, seed: int = 0) -> AttributionMap:
    values = np.random.default_rng(seed).normal(size=(4, 5, 3)).astype(np.float32)
    values[1, 0, 2] = np.nan
    baseline = np.array([8.5, np.nan, -1.25, 0.1], np.float32)
    metrics = ("length", "angle", "margin", "probability")
    return AttributionMap(settings, metrics, values, baseline, 0, 0.75)


@pytest.fixture
def store(tiny_store, tmp_path):
    """A store of one's own that may be written to, without its study."""
    shutil.copytree(tiny_store.path, tmp_path / "own.zarr")
    return gw.GeometryStore.open(tmp_path / "own.zarr")


def test_what_was_kept_is_read_back(store):
    """A map of sample 0 of slot 0 taken for none, transposed axes, NaN that breaks the digest."""
    kept = a_map()
    store.maps.keep("dense", "clean", 0, kept)
    store.maps.keep("random-30", "contrast-3", 598, a_map(seed=1))
    again = gw.GeometryStore.open(store.path).maps
    read = again.get(0, 0, 0, SETTINGS)
    assert read is not None and read.settings == SETTINGS and read.metrics == kept.metrics
    np.testing.assert_array_equal(read.values, kept.values)
    np.testing.assert_array_equal(read.baseline, kept.baseline)
    assert (read.prediction, read.probability) == (0, 0.75)
    assert again.kept() == [
        KeptMap("dense", "clean", 0, SETTINGS),
        KeptMap("random-30", "contrast-3", 598, SETTINGS),
    ]
    for other in ("zero", "blur"):
        assert again.get(0, 0, 0, dataclasses.replace(SETTINGS, fill=other)) is None
    assert again.get(1, 0, 0, SETTINGS) is None and again.get(0, 0, 1, SETTINGS) is None


@pytest.mark.parametrize("harm", ["no values", "half the values", "other words", "no digest"])
def test_half_written_maps_are_not_read(store, harm):
    """A kill between attributes and values that shows as an empty map; a flipped number."""
    store.maps.keep(0, 0, 7, a_map())
    [folder] = (path.parent for path in (Path(store.path) / "maps").rglob("7/zarr.json"))
    [chunk] = [path for path in folder.rglob("*") if path.is_file() and path.name != "zarr.json"]
    about = json.loads((folder / "zarr.json").read_text())
    if harm == "no values":
        chunk.unlink()
    elif harm == "half the values":
        chunk.write_bytes(chunk.read_bytes()[: chunk.stat().st_size // 2])
    elif harm == "other words":
        about["attributes"]["baseline"][0] = 9.5
    else:
        del about["attributes"]["digest"]
    (folder / "zarr.json").write_text(json.dumps(about))
    assert store.maps.get(0, 0, 7, SETTINGS) is None
    store.maps.keep(0, 0, 7, a_map())
    assert store.maps.get(0, 0, 7, SETTINGS) is not None


def test_maps_of_a_replaced_model_are_not_shown(store, tiny_study):
    """A map of the weights of yesterday under the name of today; space that is never freed."""
    store.maps.keep("magnitude-60", "clean", 3, a_map())
    changed = copy.deepcopy(tiny_study.models[1].module)
    with torch.no_grad():
        next(changed.parameters()).mul_(1.5)
    entry = dataclasses.replace(tiny_study.models[1], module=changed)
    study = gw.Study(
        [entry], tiny_study.benchmarks[:1], classes=tiny_study.classes,
        sets={name: (s.images, s.labels) for name, s in tiny_study.sets.items()},
    )  # fmt: skip
    newer = gw.GeometryStore.compute(study, store.path, progress=False)
    assert newer.maps.get("magnitude-60", "clean", 3, SETTINGS) is None
    assert newer.maps.kept() == []
    newer.compact()
    assert not list((Path(store.path) / "maps").rglob("3/zarr.json"))


def test_settings_and_their_folders():
    """Two settings in one folder; a foreign folder that is taken for maps."""
    every = [
        SETTINGS,
        MapSettings("occlusion", 28, 14, "blur", "signed"),
        MapSettings("gradient_x_input", 0, 0, "", "true"),
        MapSettings("integrated_gradients", 0, 0, "", "predicted"),
    ]
    assert [MapSettings.from_key(one.key) for one in every] == every
    for odd in ("zarr.json", "occlusion-w4-s2-pink-true", "saliency-true", "gradient_x_input-no"):
        assert MapSettings.from_key(odd) is None


def test_wrong_places_are_named(store):
    """A map kept under a sample that does not exist."""
    with pytest.raises(gw.StoreError, match=r"sample 599 is out of range: expected 0 … 598"):
        store.maps.keep("dense", "clean", 599, a_map())
    with pytest.raises(gw.StoreError, match="did you mean 'dense'"):
        store.maps.get("dens", "clean", 0, SETTINGS)


@pytest.mark.parametrize("with_study", [False, True])
@pytest.mark.parametrize("benchmark", ["clean", "gaussian_noise-3", "contrast-3"])
def test_a_picture_is_what_the_models_saw(tiny_study, tiny_store, benchmark, with_study):
    """The noise of another sample: what is attributed is not what was measured."""
    store = tiny_store if with_study else gw.GeometryStore.open(tiny_store.path)
    bench = next(b for b in tiny_study.benchmarks if b.name == benchmark)
    whole = bench.render(tiny_study.sets["test"].images[:41], 0)
    for sample in (0, 40):
        np.testing.assert_array_equal(store.picture(benchmark, sample), whole[sample])
    with pytest.raises(gw.StoreError, match="sample 599 is out of range"):
        store.picture(benchmark, 599)


def test_pictures_that_cannot_be_made_again(tiny_study, tmp_path):
    """Another seed's noise shown as the benchmark's; thumbnails given to a model."""
    images, labels = tiny_study.sets["test"].images[:6], tiny_study.sets["test"].labels[:6]
    study = gw.Study(
        tiny_study.models[:1], gw.corruption_benchmarks("gaussian_noise", 3, seed=5), images,
        labels, classes=tiny_study.classes,
    )  # fmt: skip
    gw.GeometryStore.compute(study, tmp_path / "a.zarr", progress=False)
    store = gw.GeometryStore.open(tmp_path / "a.zarr")
    with pytest.raises(gw.StoreError, match=r"'gaussian_noise-3'.*seed of its own"):
        store.picture("gaussian_noise-3", 0)
    assert store.picture("clean", 0).shape == (32, 32, 1)
    gw.GeometryStore.compute(study, tmp_path / "b.zarr", images=None, progress=False)
    with pytest.raises(gw.StoreError, match=r"keeps no images.*images='full'"):
        gw.GeometryStore.open(tmp_path / "b.zarr").picture("clean", 0)


def test_attached_models_bring_their_transform(tiny_store, tiny_study):
    """An image given to a model without the normalisation that it was measured with."""
    store = gw.GeometryStore.open(tiny_store.path)
    assert store.at_hand == ()
    heard = []
    store.subscribe(listener := lambda: heard.append(store.at_hand))
    store.attach(tiny_study.models[:1])
    assert heard == [("dense",)] and listener
    assert store.live_model("dense") is tiny_study.models[0]
    assert tiny_store.at_hand == ("dense", "magnitude-60", "random-30")


def test_a_transform_travels_with_the_entry(tiny_study, tmp_path):
    """The study's transform lost on the way to whoever asks for a live model."""
    samples = tiny_study.sets["test"]
    study = gw.Study(
        tiny_study.models[:1], None, samples.images[:5], samples.labels[:5],
        classes=tiny_study.classes, transform=halve,
    )  # fmt: skip
    store = gw.GeometryStore.compute(study, tmp_path / "s.zarr", progress=False)
    assert store.live_model("dense").transform is halve
    opened = gw.GeometryStore.open(store.path)
    with pytest.raises(gw.StoreError, match="fingerprint"):
        opened.attach(study.models)
    opened.attach(study.models, transform=halve)
    assert opened.live_model("dense").transform is halve


def halve(images):
    return images / 2
