"""Which models a store knows again, however they were built and whichever version wrote it."""

from __future__ import annotations

import copy
import dataclasses
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import torch

import geowidgets as gw
from geowidgets.pruning import list_checkpoints
from geowidgets.store.disk import Place


def lenet() -> torch.nn.Module:
    return gw.zoo.lenet5(in_channels=1)


def renamed() -> torch.nn.Module:
    """The same net from a function of another name and text."""
    return copy.deepcopy(lenet())


@pytest.fixture(scope="module")
def folder(tiny_study: gw.Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The study's nets as checkpoints."""
    folder = tmp_path_factory.mktemp("nets")
    for entry in tiny_study.models:
        torch.save(entry.load().state_dict(), folder / f"{entry.name}.pt")
    return folder


def study_of(folder: Path, build: Callable[[], torch.nn.Module], study: gw.Study) -> gw.Study:
    """The study with each of its models built by `build` around its checkpoint."""
    models = [
        dataclasses.replace(m, module=None, build=build, weights=folder / f"{m.name}.pt")
        for m in study.models
    ]
    images, labels = study.sets["test"].images, study.sets["test"].labels
    return gw.Study(models, study.benchmarks, images, labels, study.classes)


@pytest.fixture
def copied(tiny_store: gw.GeometryStore, tmp_path: Path) -> gw.GeometryStore:
    shutil.copytree(tiny_store.path, tmp_path / "own.zarr")
    return gw.GeometryStore.open(tmp_path / "own.zarr")


def make_early(store: gw.GeometryStore, study: gw.Study) -> gw.GeometryStore:
    """The store as an early version left it: fingerprints over builder and file."""
    place = Place(store.path)
    index = place.read_index()
    models = tuple(
        dataclasses.replace(slot, fingerprint=entry._early_fingerprint(study.transform))
        for slot, entry in zip(index.models, study.models, strict=True)
    )
    place.write_index(dataclasses.replace(index, models=models))
    return gw.GeometryStore.open(store.path)


def test_a_store_takes_the_same_nets_however_they_are_built(copied, tiny_study, folder):
    """Checkpoints listed from a folder that are refused by the store of the nets they hold."""
    for build in (lenet, renamed, partial(gw.zoo.lenet5, in_channels=1)):
        copied.attach(study_of(folder, build, tiny_study).models)
    copied.attach(gw.study.model_entries(list_checkpoints(folder, lenet)))
    copied.attach(gw.study.model_entries(list_checkpoints(folder, "lenet5", in_channels=1)))
    slots = Place(copied.path).read_index().models
    gw.GeometryStore.compute(study_of(folder, renamed, tiny_study), copied.path, progress=False)
    again = Place(copied.path).read_index().models
    assert [m.slot for m in again] == [m.slot for m in slots] and all(m.live for m in again)


def test_early_stores_know_their_models_and_are_renewed(copied, tiny_study, folder):
    """A store that takes no model any more, or whose rows are all computed again."""
    study = study_of(folder, lenet, tiny_study)
    old = make_early(copied, study)
    old.attach(study.models)
    others = study_of(folder, renamed, tiny_study).models
    words = r"'dense' has fingerprint net-\w+.*early version.*same build=.*renews"
    with pytest.raises(gw.StoreError, match=words):
        gw.GeometryStore.open(old.path).attach(others)
    gw.GeometryStore.compute(study, old.path, progress=False)
    index = Place(old.path).read_index()
    assert len(index.models) == 3 and all(m.fingerprint.startswith("net-") for m in index.models)
    gw.GeometryStore.open(old.path).attach(others)


def test_another_net_is_refused_in_early_and_new_stores(copied, tiny_study, folder):
    """Maps of a net that was never measured, because the other form of digest is skipped."""
    study = study_of(folder, lenet, tiny_study)
    wrong = dataclasses.replace(study.models[0], weights=folder / "random-30.pt")
    with pytest.raises(gw.StoreError, match="other weights, masks, architecture, head or transf"):
        copied.attach([wrong])
    old = make_early(copied, study)
    with pytest.raises(gw.StoreError, match="early version"):
        old.attach([wrong])
