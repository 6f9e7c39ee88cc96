"""Bad input gets an error that names it, and nothing that was computed is lost."""

from __future__ import annotations

import dataclasses
import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import geowidgets as gw


@pytest.fixture
def few(digits):
    """The first 24 digits as keyword arguments of a study."""
    return {"images": digits.images[:24], "labels": digits.labels[:24], "classes": digits.classes}


class Flaky(nn.Module):
    """LeNet-5 that raises from its n-th batch on, or puts NaN into some features."""

    def __init__(self, net: nn.Module, fail_from: int | None = None, spoil: bool = False) -> None:
        super().__init__()
        self.net, self.fail_from, self.spoil, self.calls = net, fail_from, spoil, 0

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        if self.fail_from is not None and self.calls >= self.fail_from:
            raise RuntimeError("the sensor is gone")
        if self.spoil and len(images) > 4:
            images = images.clone()
            images[0], images[5] = torch.nan, torch.inf
        return self.net(images)


def test_a_failing_model_keeps_what_is_done(few, trained, tmp_path):
    """An exception in one forward pass that throws away the hours before it."""
    models = [gw.ModelEntry("good", trained), gw.ModelEntry("bad", Flaky(trained, fail_from=8))]
    benchmarks = gw.corruption_benchmarks(["contrast"], [1, 2, 3])
    with pytest.raises(gw.StoreError, match=r"'bad'.*sensor is gone.*kept"):
        gw.GeometryStore.compute(
            gw.Study(models, benchmarks, **few), tmp_path / "s.zarr", batch_size=10, progress=False
        )
    store = gw.GeometryStore.open(tmp_path / "s.zarr")
    assert 1 <= store.done.sum() < store.done.size
    assert ("bad", "contrast-3") in store.missing
    with pytest.raises(gw.StoreError, match=r"'bad', 'contrast-3'.*not computed"):
        store.column("margin", "bad", "contrast-3")
    assert np.isnan(store.accuracy().sel(model="bad", benchmark="contrast-3"))
    assert np.isnan(store.metric("length", "bad", "contrast-3")).all()


def test_nan_features_are_counted_and_named(few, trained, tmp_path):
    """NaN counted as an error of the model, or left to spoil a mean."""
    study = gw.Study([gw.ModelEntry("spoilt", Flaky(trained, spoil=True))], **few)
    with pytest.warns(UserWarning, match="2 of 24 for 'spoilt' on 'clean'"):
        store = gw.GeometryStore.compute(study, tmp_path / "n.zarr", progress=False)
    margin = store.column("margin", 0, 0)
    assert list(np.flatnonzero(np.isnan(margin))) == [0, 5]
    assert list(np.flatnonzero(store.column("prediction", 0, 0) == -1)) == [0, 5]
    assert store.mean("margin")[0, 0] == pytest.approx(np.nanmean(margin), rel=1e-5)


class TwoHeads(nn.Module):
    """Both layers reach the output, so none of them is *the* head."""

    def __init__(self) -> None:
        super().__init__()
        self.left, self.right = nn.Linear(1024, 5), nn.Linear(1024, 5)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        flat = images.flatten(1)
        return torch.cat([self.left(flat), self.right(flat)], dim=1)


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: nn.Sequential(nn.Flatten(), nn.Linear(1024, 10), nn.Tanh()), "head"),
        (TwoHeads, "left"),
        (lambda: nn.Sequential(nn.Flatten(), nn.Linear(1024, 7)), "7 classes.*10"),
        (lambda: nn.Sequential(nn.Flatten(), nn.Linear(99, 10)), "mat1|shape"),
    ],
)
def test_models_that_cannot_be_measured(few, tmp_path, build, words):
    """A wrong layer taken for the head; a raw torch error without the model's name."""
    study = gw.Study([gw.ModelEntry("odd", build())], **few)
    with pytest.raises(gw.StoreError, match=f"(?s)'odd'.*({words})"):
        gw.GeometryStore.compute(study, tmp_path / "s.zarr", progress=False)


def test_other_data_are_refused(few, trained, tmp_path):
    """Rows of two data sets in one table."""
    entry = gw.ModelEntry("net", trained)
    gw.GeometryStore.compute(gw.Study([entry], **few), tmp_path / "s.zarr", progress=False)
    other = {**few, "images": 255 - few["images"]}
    with pytest.raises(gw.StoreError, match=r"fingerprint \w+ .*the study's set 'test' has \w+"):
        gw.GeometryStore.compute(gw.Study([entry], **other), tmp_path / "s.zarr", progress=False)
    renamed = {**few, "classes": [f"digit {i}" for i in range(10)]}
    with pytest.raises(gw.StoreError, match="'digit 0'"):
        gw.GeometryStore.compute(gw.Study([entry], **renamed), tmp_path / "s.zarr", progress=False)
    with pytest.raises(gw.StoreError, match="margin='predicted', not 'true'"):
        gw.GeometryStore.compute(
            gw.Study([entry], **few), tmp_path / "s.zarr", margin="true", progress=False
        )
    assert gw.GeometryStore.open(tmp_path / "s.zarr").done.all()


def test_paths_that_are_no_stores(few, trained, tmp_path):
    """A folder of the user's files filled with arrays, or opened as if it were a store."""
    study = gw.Study([gw.ModelEntry("net", trained)], **few)
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.tex").write_text("…")
    with pytest.raises(gw.StoreError, match=r"not empty.*thesis\.tex"):
        gw.GeometryStore.compute(study, mine, progress=False)
    with pytest.raises(gw.StoreError, match="found something else"):
        gw.GeometryStore.open(mine)
    with pytest.raises(gw.StoreError, match="found nothing"):
        gw.GeometryStore.open(tmp_path / "nowhere.zarr")
    with pytest.raises(gw.StoreError, match="is a file"):
        gw.GeometryStore.compute(study, mine / "thesis.tex", progress=False)
    assert [p.name for p in mine.iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda attrs: attrs.update(schema_version=99), "schema_version 99.*update"),
        (lambda attrs: attrs.pop("models"), "damaged.*models"),
        (lambda attrs: attrs["models"][0].update(slot="0"), "damaged.*slot"),
        (lambda attrs: attrs.pop("schema_version"), "no geowidgets store"),
    ],
)
def test_newer_or_damaged_index(tiny_store, tmp_path, edit, words):
    """A store of tomorrow read with today's meaning."""
    path = tmp_path / "copy.zarr"
    shutil.copytree(tiny_store.path, path)
    whole = json.loads((path / "zarr.json").read_text())
    edit(whole["attributes"]["geowidgets"])
    (path / "zarr.json").write_text(json.dumps(whole))
    with pytest.raises(gw.StoreError, match=words):
        gw.GeometryStore.open(path)
    (path / "zarr.json").write_text("{ half a fi")
    with pytest.raises(gw.StoreError, match=r"copy\.zarr"):
        gw.GeometryStore.open(path)


@pytest.mark.parametrize("harm", ["flip", "truncate", "delete"])
def test_damaged_chunks_are_found_named_and_computed_again(tiny_study, tiny_store, tmp_path, harm):
    """A flipped bit drawn as a sample."""
    path = tmp_path / "copy.zarr"
    shutil.copytree(tiny_store.path, path)
    chunk = path / "sets/test/margin/c/1/2/0"
    content = bytearray(chunk.read_bytes())
    if harm == "delete":
        chunk.unlink()
    else:
        content[100] ^= 4
        chunk.write_bytes(content if harm == "flip" else content[:100])
    store = gw.GeometryStore.open(path)
    found = store.verify(repair=True)
    assert [(d.model, d.benchmark) for d in found] == [("magnitude-60", "contrast-3")]
    assert store.missing == [("magnitude-60", "contrast-3")]
    again = gw.GeometryStore.compute(tiny_study, path, progress=False)
    assert again.done.all() and again.verify() == []
    assert again.digest() == tiny_store.digest()


def test_read_only_store_opens(tiny_store, tmp_path):
    """A shared course folder that nobody may write to."""
    path = tmp_path / "read-only.zarr"
    shutil.copytree(tiny_store.path, path)
    shutil.rmtree(path / "summary/test/c")
    subprocess.run(["chmod", "-R", "a-w", str(path)], check=True)
    try:
        store = gw.GeometryStore.open(path)
        np.testing.assert_array_equal(store.correct(), tiny_store.correct())
    finally:
        subprocess.run(["chmod", "-R", "u+w", str(path)], check=True)


def test_no_space_left_is_said_and_resumed(few, trained, tmp_path, small_disk):
    """A full disk that leaves a half-written pair, or a message without the way out."""
    models = [gw.ModelEntry(f"net {i}", trained) for i in range(4)]
    study = gw.Study(models, gw.corruption_benchmarks(["contrast", "pixelate"]), **few)
    filler = small_disk / "filler"
    path = small_disk / "s.zarr"
    filler.write_bytes(bytes((8 << 20) - (400 << 10)))
    with pytest.raises(gw.StoreError, match="no space left"):
        gw.GeometryStore.compute(study, path, progress=False)
    filler.unlink()
    if (path / "zarr.json").exists():
        assert gw.GeometryStore.open(path).verify() == []
    store = gw.GeometryStore.compute(study, path, progress=False)
    assert store.done.all() and store.verify() == []


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 8 MiB; needs the right to mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if mounted.returncode:
        pytest.skip(f"cannot mount a small file system here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_unknown_names_suggest_the_nearest(tiny_store):
    """A typo answered with a bare KeyError."""
    with pytest.raises(gw.StoreError, match="did you mean 'margin'"):
        tiny_store.column("margn", 0, 0)
    with pytest.raises(gw.StoreError, match="did you mean 'contrast-3'"):
        tiny_store.column("margin", "dense", "contrast")
    with pytest.raises(gw.StoreError, match=r"model 3 is out of range: expected 0 … 2"):
        tiny_store.column("margin", 3, 0)
    with pytest.raises(gw.StoreError, match=r"sample 599 is out of range"):
        tiny_store.accuracy(samples=[0, 599])
    with pytest.raises(gw.StoreError, match=r"shape \(599,\), got \(5,\)"):
        tiny_store.accuracy(samples=np.ones(5, bool))


def test_stores_load_no_pickles(few, tmp_path):
    """A checkpoint that runs code when it is loaded."""

    class Evil:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "owned",))

    torch.save({"net": Evil()}, tmp_path / "evil.pt")
    entry = gw.ModelEntry(
        "evil", build=lambda: gw.zoo.lenet5(in_channels=1), weights=tmp_path / "evil.pt"
    )
    with pytest.raises(Exception, match=r"(?i)weights.only|unsupported"):
        gw.GeometryStore.compute(gw.Study([entry], **few), tmp_path / "s.zarr", progress=False)
    assert not (tmp_path / "owned").exists()


def test_moved_checkpoint_names_the_model(few, tmp_path):
    """A checkpoint of another architecture reported by torch alone."""
    torch.save(gw.zoo.lenet300_100(in_channels=1).state_dict(), tmp_path / "other.pt")
    entry = gw.ModelEntry(
        "mine", build=lambda: gw.zoo.lenet5(in_channels=1), weights=tmp_path / "other.pt"
    )
    with pytest.raises((ValueError, gw.StoreError), match=r"'mine'.*other\.pt: does not fit"):
        gw.GeometryStore.compute(gw.Study([entry], **few), tmp_path / "s.zarr", progress=False)
    lost = dataclasses.replace(entry, weights=tmp_path / "lost.pt")
    with pytest.raises(FileNotFoundError, match=r"model 'mine': .*lost\.pt"):
        gw.GeometryStore.compute(gw.Study([lost], **few), tmp_path / "s.zarr", progress=False)
