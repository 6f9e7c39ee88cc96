"""Families on disk: whole or absent, resumable, listed without loading."""

from __future__ import annotations

import json

import pytest
import torch

from geowidgets import zoo
from geowidgets.pruning import (
    ModelFamily,
    PruningError,
    build_family,
    list_checkpoints,
    prune,
    robust_augment,
)
from geowidgets.study import ModelEntry
from geowidgets.training import train

CONFIG = {
    "architecture": "lenet5",
    "in_channels": 1,
    "size": 16,
    "train": {"epochs": 2, "lr": 0.02, "batch_size": 32},
    "prune": [
        {"method": "magnitude", "ratios": [0.5, 0.7]},
        {"method": "random", "name": "cycles", "cycles": 2, "per_cycle": 0.5,
         "retrain": {"epochs": 1, "lr": 0.02}},
        {"method": "magnitude", "name": "lottery", "ratios": [0.5], "retrain": "train",
         "rewind": 1},
    ],
}  # fmt: skip
NAMES = ("dense", "magnitude-50", "magnitude-70", "cycles-50", "cycles-75", "lottery-50")


def made(folder, digits, config=CONFIG):
    few = digits[:96]
    return build_family(
        folder, config, few.images, few.labels, validation=(few.images, few.labels),
        device="cpu", progress=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def family(digits, tmp_path_factory):
    return made(tmp_path_factory.mktemp("family"), digits)


def test_a_family_comes_back_as_it_was_made(family):
    """A stored state that lost its masks, parents or ratios."""
    again = ModelFamily.open(family.folder)
    assert again.names == NAMES
    assert [r.parent for r in again] == [None, "dense", "dense", "dense", "cycles-50", "dense"]
    assert [r.name for r in again.children("dense")] == [*NAMES[1:4], "lottery-50"]
    for record in again.records[1:]:
        net, masks = record.load(), record.load_masks()
        removed = sum(int((~m).sum()) for m in masks.values())
        assert removed / sum(m.numel() for m in masks.values()) == record.ratio
        assert not any(net.get_parameter(n)[~m].any() for n, m in masks.items())
        assert 0 <= record.details["accuracy"] <= 1
    assert len(again["lottery-50"].details["history"]) == 2
    assert again["cycles-75"].details["cycle"] == 2
    assert not list(family.folder.glob("*checkpoint*"))
    assert not list(family.folder.glob("*partial*"))


def test_a_robust_family_trains_its_dense_net_with_corruptions(digits, tmp_path):
    """The recipe of the pruned nets alone would leave their parent without it."""
    few, start = digits[:96], zoo.lenet5(in_channels=1, size=16)
    robust = CONFIG | {"recipe": "paper", "prune": []}
    found = made(tmp_path, digits, robust)["dense"].load().state_dict()
    train(
        start, few.images, few.labels, device="cpu", progress=False,
        augment=robust_augment("paper", seed=0), **CONFIG["train"],
    )  # fmt: skip
    assert all(torch.equal(found[name], value) for name, value in start.state_dict().items())
    with pytest.raises(PruningError, match="made with recipe='paper', got None"):
        made(tmp_path, digits, CONFIG)


def test_one_shot_members_equal_prune(family):
    """A builder that prunes an already pruned parent."""
    dense = family["dense"].load()
    expected = prune(dense, "magnitude", 0.7)
    assert torch.equal(family["magnitude-70"].load().fc1.weight, expected.module.fc1.weight)


def test_records_become_entries_of_a_study(family):
    """The keywords have to be ModelEntry's own."""
    record = family["magnitude-50"]
    entry = ModelEntry(**record.entry())
    assert (entry.architecture, entry.ratio, entry.parent) == ("lenet5", 0.5, "dense")
    assert torch.equal(entry.load().fc2.weight, record.load().fc2.weight)


def test_building_again_only_adds_what_is_new(family, digits):
    """A second run must not retrain; a new run must prune the stored dense net."""
    before = {p.name: p.stat().st_mtime_ns for p in family.folder.glob("*.pt")}
    more = CONFIG | {"prune": [*CONFIG["prune"], {"method": "random", "ratios": [0.25]}]}
    grown = made(family.folder, digits, more)
    after = {p.name: p.stat().st_mtime_ns for p in family.folder.glob("*.pt")}
    assert grown.names == (*NAMES, "random-25")
    assert {n: t for n, t in after.items() if n in before} == before
    with pytest.raises(PruningError, match=r"made with train=.*'epochs': 2"):
        made(family.folder, digits, CONFIG | {"train": {"epochs": 3}})


def test_an_interrupted_build_goes_on(digits, tmp_path, monkeypatch):
    """Killed between two models, the next run makes only the missing ones, with equal weights."""
    whole = made(tmp_path / "whole", digits)
    original = ModelFamily.add_stage

    def add_two(self, stage, **details):
        if len(self) == 3:
            raise KeyboardInterrupt
        return original(self, stage, **details)

    monkeypatch.setattr(ModelFamily, "add_stage", add_two)
    with pytest.raises(KeyboardInterrupt):
        made(tmp_path / "broken", digits)
    monkeypatch.undo()
    assert len(ModelFamily.open(tmp_path / "broken")) == 3
    resumed = made(tmp_path / "broken", digits)
    assert resumed.names == NAMES
    for name in NAMES:
        pairs = zip(
            whole[name].load().state_dict().items(),
            resumed[name].load().state_dict().items(),
            strict=True,
        )
        assert all(n == m and torch.equal(a, b) for (n, a), (m, b) in pairs), name


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"archtecture": "x"}, "got 'archtecture'; did you mean 'architecture'"),
        ({"prune": [{"method": "magnitude"}]}, "either ratios or cycles"),
        ({"prune": [{"method": "magnitude", "ratio": [0.5]}]}, "did you mean 'ratios'"),
        ({"architecture": "lenet6"}, "got 'lenet6'; did you mean 'lenet5'"),
    ],
)
def test_bad_configurations_are_refused_before_training(change, message, tmp_path, digits):
    """An error after an hour of training is too late."""
    with pytest.raises(ValueError, match=message):
        made(tmp_path, digits, CONFIG | change)
    assert not list(tmp_path.glob("*.pt"))


def test_bad_names_and_indices(tmp_path, family):
    """Names become file names; an index of another version must not be guessed at."""
    mine = ModelFamily.create(tmp_path / "a", "lenet5", in_channels=1, size=16)
    net = zoo.lenet5(in_channels=1, size=16)
    with pytest.raises(PruningError, match=r"got '\.\./evil'"):
        mine.add("../evil", net)
    with pytest.raises(PruningError, match="got 'father'"):
        mine.add("x", net, parent="father")
    mine.add("x", net)
    with pytest.raises(PruningError, match="'x' is in"):
        mine.add("x", net)
    with pytest.raises(KeyError, match="no model 'y'"):
        mine["y"]
    with pytest.raises(PruningError, match="holds a family already"):
        ModelFamily.create(tmp_path / "a", "lenet5")
    index = json.loads((tmp_path / "a/index.json").read_text())
    (tmp_path / "a/index.json").write_text(json.dumps(index | {"version": 9}))
    with pytest.raises(PruningError, match="expected version 1, got 9"):
        ModelFamily.open(tmp_path / "a")
    (tmp_path / "a/index.json").write_text("{")
    with pytest.raises(PruningError, match="expected a JSON index"):
        ModelFamily.open(tmp_path / "a")
    with pytest.raises(FileNotFoundError, match=r"no index\.json"):
        ModelFamily.open(tmp_path / "b")


def test_an_own_architecture_needs_its_builder(tmp_path):
    """Rebuilding a user's net from a name alone is impossible; say so."""
    from torch import nn

    def build():
        return nn.Sequential(nn.Linear(3, 2))

    mine = ModelFamily.create(tmp_path, "mine", build=build)
    net = build()
    mine.add("dense", net)
    with pytest.raises(PruningError, match="'mine' is not of the zoo; pass build="):
        ModelFamily.open(tmp_path)
    again = ModelFamily.open(tmp_path, build=build)
    assert torch.equal(again["dense"].load()[0].weight, net[0].weight)


def test_hundreds_of_checkpoints_are_listed_without_reading_one(tmp_path):
    """The files hold rubbish: reading any of them would raise."""
    for percent in range(100):
        for seed in range(3):
            (tmp_path / f"ft-{percent}-s{seed}.pt").write_bytes(b"rubbish")
    (tmp_path / "readme.txt").write_text("no checkpoint")
    (tmp_path / "ft-3-s0.masks.pt").write_bytes(b"rubbish")
    records = list_checkpoints(tmp_path, "lenet5", in_channels=1)
    assert len(records) == 300
    found = {r.name: r for r in records}["ft-37-s2"]
    assert (found.method, found.ratio, found.seed, found.architecture) == ("ft", 0.37, 2, "lenet5")
    assert {r.name: r for r in records}["ft-3-s0"].masks is not None
    with pytest.raises(PruningError, match=r"ft-37-s2\.pt: could not be read as a checkpoint"):
        found.load()


def test_checkpoints_load_lazily_and_can_be_described(tmp_path):
    """Wrapped and prefixed state dicts, and names that tell nothing."""
    net = zoo.lenet5(seed=4)
    state = {f"module.{n}": v for n, v in net.state_dict().items()}
    torch.save({"state_dict": state, "epoch": 3}, tmp_path / "run7.pth")
    record = list_checkpoints(
        tmp_path, zoo.lenet5, describe=lambda path: {"method": "lottery", "ratio": 0.8}
    )[0]
    assert (record.name, record.method, record.ratio) == ("run7", "lottery", 0.8)
    assert torch.equal(record.load().fc1.weight, net.fc1.weight)
    with pytest.raises(FileNotFoundError, match=r"matching '\*\.none'"):
        list_checkpoints(tmp_path, zoo.lenet5, pattern="*.none")
