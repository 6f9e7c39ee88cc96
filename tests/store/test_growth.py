"""Entries that join and leave an open store: subsets, failures, removals."""

from __future__ import annotations

import copy
import shutil
from pathlib import Path

import numpy as np
import pytest
from torch import nn

import geowidgets as gw
from geowidgets.store.disk import Place

from .disks import read_only, tmpfs

SOME = [0, 3, 17, 18, 30]
QUIET = {"progress": False}


class BrittleError(RuntimeError):
    """What the brittle net says."""


class Brittle(nn.Module):
    """Fails from its so manieth pass on: after the store has made room for it."""

    def __init__(self, net: nn.Module, passes: int) -> None:
        super().__init__()
        self.net, self.passes = net, passes

    def forward(self, x):
        self.passes -= 1
        if self.passes < 0:
            raise BrittleError("no more")
        return self.net(x)


@pytest.fixture
def store(growing_store) -> gw.GeometryStore:
    """Two models × 4 benchmarks × 33 samples."""
    return growing_store


def names(store: gw.GeometryStore) -> tuple[list[str], list[str]]:
    return [m.name for m in store.models], [b.name for b in store.benchmarks]


def contents(store: gw.GeometryStore) -> dict[tuple[str, str], np.ndarray]:
    return {
        (m.name, b.name): store.column("margin", m.name, b.name)
        for m in store.models
        for b in store.benchmarks
    }


def test_a_failed_add_leaves_everything_as_it_was(store, trained, tmp_path):
    """A row without numbers that nobody can get rid of; a model that its failed heir replaced."""
    before, digest, kept = names(store), store.digest(), contents(store)
    heard = []
    listener = lambda: heard.append(store.revision)  # noqa: E731
    store.subscribe(listener)
    for name in ("new", "magnitude-60"):
        brittle = gw.ModelEntry(name, Brittle(copy.deepcopy(trained), passes=3))
        with pytest.raises(gw.StoreError, match=r"nothing was added.*no more"):
            store.add(brittle, **QUIET)
    bad = gw.ModelEntry("headless", nn.Flatten())
    with pytest.raises(gw.StoreError, match="headless"):
        store.add(bad, **QUIET)
    assert not heard
    again = gw.GeometryStore.open(store.path)
    for one in (store, again):
        assert names(one) == before and one.digest() == digest and one.done.all()
    for pair, column in contents(again).items():
        np.testing.assert_array_equal(column, kept[pair])
    store.add(gw.ModelEntry("new", copy.deepcopy(trained)), **QUIET)
    assert names(store)[0] == [*before[0], "new"] and store.done.all()
    assert not store.verify()


def test_a_lost_checkpoint_spoils_no_later_add(store, trained, tmp_path):
    """A study that keeps what could not be read: every further `add` fails on it again."""
    kept = names(store)
    lost = gw.ModelEntry(
        "lost", build=lambda: gw.zoo.lenet5(in_channels=1), weights=tmp_path / "nowhere.pt"
    )
    with pytest.raises(FileNotFoundError, match=r"model 'lost': .*nowhere\.pt"):
        store.add(lost, **QUIET)
    assert names(store) == kept
    store.add(gw.ModelEntry("new", copy.deepcopy(trained)), **QUIET)
    assert names(store)[0] == [*kept[0], "new"] and store.done.all()


def test_a_model_may_be_called_as_a_benchmark(store, trained, tiny_study):
    """A model that is never measured on the benchmark of its name, nor any model after it."""
    store.add(gw.ModelEntry("clean", copy.deepcopy(trained)), **QUIET)
    store.add(tiny_study.models[2], gw.Benchmark("dense", "fog", 1), **QUIET)
    assert store.done.all() and names(store)[1][0] == "clean" and len(store.benchmarks) == 5
    np.testing.assert_allclose(store.column("margin", "clean", 0), store.column("margin", 0, 0))


def test_votes_that_cannot_be_counted_cost_no_computation(store, trained):
    """Hours of models that no view shows, because the ensemble beside them was misspelt."""
    digest, net = store.digest(), copy.deepcopy(trained)
    for ensembles, error, words in (
        ([gw.Ensemble(["new", "dens"], "both")], gw.StoreError, "did you mean 'dense'"),
        ([gw.Ensemble(["dense", "new"], "new")], gw.StoreError, "has a model 'new'"),
        ([gw.Ensemble(["dense", "new"], "a")] * 2, ValueError, "two ensembles are called 'a'"),
    ):
        with pytest.raises(error, match=words):
            store.add(gw.ModelEntry("new", net), *ensembles, **QUIET)
        assert gw.GeometryStore.open(store.path).digest() == store.digest() == digest
        assert len(store.models) == 2
    store.add(gw.ModelEntry("new", net), gw.Ensemble(["new", "dense"], "both"), **QUIET)
    assert names(store)[0][2:] == ["new", "both"] and store.done.all()
    store.add(gw.ModelEntry("both", net), **QUIET)  # a model in an ensemble's place
    assert store.done.all() and not any(model.members for model in store.models)


def test_a_full_disk_keeps_what_an_add_completed(store, trained, tmp_path):
    """A row that is taken back with all that was computed, or a half one that nobody finishes."""
    with tmpfs(tmp_path / "disk", "8m") as disk:
        shutil.copytree(store.path, disk / "s.zarr")
        full = gw.GeometryStore.compute(store._study, disk / "s.zarr", **QUIET)
        before, filler = full.digest(), disk / "filler"
        filler.write_bytes(bytes(shutil.disk_usage(disk).free - (130 << 10)))
        entries = [gw.ModelEntry(f"net {i}", copy.deepcopy(trained)) for i in range(4)]
        with pytest.raises(gw.StoreError, match=r"no space left .*run the same line again"):
            full.add(*entries, **QUIET)
        done = int(full.done.sum())
        assert full.verify() == [] and len(full.models) == 6 and 8 <= done < 24
        filler.unlink()
        full.add(*entries, **QUIET)
        assert full.done.all() and full.verify() == [] and full.digest() != before


def test_what_a_locked_store_refused_is_no_part_of_its_study(store, trained, tmp_path):
    """A refused row that joins unasked with the next one, once the disk can be written."""
    with read_only(Path(store.path), tmp_path / "locked.zarr") as folder:
        locked = gw.GeometryStore(Place(folder), store._study)
        with pytest.raises(gw.StoreError, match="Read-only"):
            locked.add(gw.ModelEntry("new", copy.deepcopy(trained)), **QUIET)
        assert locked.at_hand == ("dense", "magnitude-60") and len(locked._study.models) == 2


def test_an_interrupted_add_goes_on(store, trained):
    """What was computed before an interruption thrown away, or a row that never comes."""

    class Stopped(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net, self.calls = copy.deepcopy(trained), 0

        def forward(self, x):
            self.calls += 1
            if self.calls == 4:
                raise KeyboardInterrupt
            return self.net(x)

    net = Stopped()
    entry = gw.ModelEntry("slow", net)
    with pytest.raises(KeyboardInterrupt):
        store.add(entry, **QUIET)
    assert names(store)[0][-1] == "slow"
    assert not store.done.all()
    left = len(store.missing)
    net.calls = 10
    fresh = gw.ModelEntry("slow", copy.deepcopy(trained))
    store.add(fresh, **QUIET)
    assert left > 0 and store.done.all()


def test_a_benchmark_joins(store, tiny_study, digits):
    """A column of another corruption, or models that skip it."""
    store.add(gw.Benchmark("fog-2", "fog", 2), **QUIET)
    assert names(store)[1][-1] == "fog-2" and store.done.all()
    study = gw.Study(
        tiny_study.models[:2], [gw.Benchmark("fog-2", "fog", 2)], digits.images[:33],
        digits.labels[:33], digits.classes,
    )  # fmt: skip
    alone = gw.GeometryStore.compute(study, store.path + "-alone", **QUIET)
    np.testing.assert_allclose(
        store.column("angle", 1, "fog-2"), alone.column("angle", 1, 0), atol=1e-3
    )


@pytest.mark.parametrize("reopened", [False, True], ids=["with study", "opened"])
def test_a_subset_has_the_numbers_of_its_samples(store, tiny_study, digits, reopened):
    """Sample 0 dropped, rows in another order, or noise of other samples."""
    if reopened:
        store = gw.GeometryStore.open(store.path)
    mask = np.isin(np.arange(33), SOME)
    store.add_subset("fragile", mask)
    store.add_subset("in noise", SOME, ["gaussian_noise-3", "clean"])
    assert names(store)[1][-3:] == ["fragile", "in noise gaussian_noise-3", "in noise"]
    assert store.size("fragile") == 5 and store.done.all() and not store.verify()
    assert store.labels("fragile").tolist() == digits.labels[SOME].tolist()
    np.testing.assert_array_equal(store.images("fragile"), digits.images[SOME])
    whole = store.accuracy(SOME).sel(benchmark="clean").values
    np.testing.assert_array_equal(store.accuracy(set="fragile").values[:, 0], whole)
    for variable in ("margin", "angles", "prediction"):
        np.testing.assert_array_equal(
            store.column(variable, 1, "in noise gaussian_noise-3"),
            store.column(variable, 1, "gaussian_noise-3")[SOME],
        )


def test_a_model_that_joins_is_measured_on_subsets(store, tiny_study):
    """A subset whose corrupted images are drawn anew for the next model."""
    store.add_subset("in noise", SOME, "gaussian_noise-3")
    store.add(tiny_study.models[2], **QUIET)
    assert store.done.all()
    np.testing.assert_allclose(
        store.column("margin", 2, "in noise gaussian_noise-3"),
        store.column("margin", 2, "gaussian_noise-3")[SOME], atol=1e-4,
    )  # fmt: skip


def test_what_is_removed_is_gone_and_may_come_back(store, tiny_study):
    """Numbers under another name after a removal; a name that is blocked for ever."""
    kept = store.column("margin", 1, "jpeg_compression-3")
    store.add_subset("fragile", SOME)
    store.remove("dense", "contrast-3", "fragile")
    assert names(store) == (["magnitude-60"], ["clean", "gaussian_noise-3", "jpeg_compression-3"])
    assert store.sets == ("test",)
    np.testing.assert_array_equal(store.column("margin", 0, 2), kept)
    store.compact()
    assert not store.verify()
    store.add_subset("fragile", [1, 2, 4])
    assert store.size("fragile") == 3 and store.done.all()
    store.add(tiny_study.models[0], gw.Benchmark("contrast-3", "contrast", 3), **QUIET)
    assert names(store)[0] == ["magnitude-60", "dense"] and store.done.all()


def test_summaries_made_while_writing_are_those_made_from_the_disk(store):
    """A fast way that counts other samples right, or tells other means, than the plain one."""
    fast = store._contents.summary("test").copy()
    shutil.rmtree(Path(store.path) / "summary" / "test" / "c", ignore_errors=True)
    plain = gw.GeometryStore.open(store.path)._contents.summary("test")
    assert fast.tobytes() == plain.tobytes() and fast["digest"].all()


def test_refusals(store):
    """A store without models; a name that is taken by something else."""
    taken = "choose another name"
    with pytest.raises(gw.StoreError, match="'contrast-4'; did you mean 'contrast-3'"):
        store.remove("contrast-4")
    with pytest.raises(gw.StoreError, match="at least one model to stay"):
        store.remove("dense", "magnitude-60")
    for name in ("test", "clean"):
        with pytest.raises(gw.StoreError, match=taken):
            store.add_subset(name, [1])
    with pytest.raises(gw.StoreError, match="at least one of set 'test', got none"):
        store.add_subset("few", [])
    with pytest.raises(gw.StoreError, match="sample 33 is out of range"):
        store.add_subset("few", [33])
    with pytest.raises(gw.StoreError, match="unknown benchmark 'fog'"):
        store.add_subset("few", [3], "fog")
    with pytest.raises(TypeError, match="expected ModelEntry, Benchmark or Ensemble, got str"):
        store.add("dense")
    with pytest.raises(gw.StoreError, match="without its study"):
        gw.GeometryStore.open(store.path).add(gw.Benchmark("fog-1", "fog", 1))
