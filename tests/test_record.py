"""The record of weights over a training."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from geowidgets import datasets, zoo
from geowidgets.training import WeightRecord, train
from geowidgets.training.record import pack

QUICK = {"epochs": 3, "lr": 0.02, "batch_size": 50, "progress": False, "device": "cpu"}


@pytest.fixture(scope="module")
def few():
    return datasets.digits(16, "train")[:100]


@pytest.fixture
def net() -> nn.Module:
    return zoo.lenet5(in_channels=1, size=16)


class StoppedError(Exception):
    """Stands for a kill."""


def test_every_epoch_is_kept_as_it_was(net, few, tmp_path):
    """Views of a weight that training goes on to change, or an epoch off by one."""
    seen = {}

    def note(epoch: int, model) -> None:
        seen[epoch] = model.conv2.weight.detach().flatten(1).clone()

    for record in (WeightRecord(), WeightRecord(tmp_path / "weights")):
        train(copy.deepcopy(net), few.images, few.labels, record=record, on_epoch=note, **QUICK)
        assert record.epochs == [0, 1, 2, 3]
        assert record.layers == ["conv1", "conv2", "fc1", "fc2", "fc3"]
        for epoch, weight in record.over_epochs("conv2"):
            torch.testing.assert_close(weight, seen[epoch], rtol=2**-11, atol=1e-8)
        assert not torch.equal(seen[0], seen[1])


def test_chosen_layers_and_epochs(net, few, tmp_path):
    """The last epoch lost between two multiples, or layers that nobody asked for."""
    record = WeightRecord(tmp_path, layers=["fc2"], every=2)
    train(net, few.images, few.labels, record=record, **QUICK)
    assert (record.epochs, record.layers) == ([0, 2, 3], ["fc2"])
    assert WeightRecord(tmp_path).weights("fc2", 2).shape == (84, 120)
    with pytest.raises(ValueError, match=r"expected one of \[0, 2, 3\], got 1"):
        record.weights("fc2", 1)
    with pytest.raises(ValueError, match="unknown name 'fc1'; did you mean 'fc2'"):
        record.weights("fc1", 2)


def test_small_units_keep_their_digits():
    """Plain float16 makes zeros of a unit that weight decay has shrunk."""
    weight = torch.randn(4, 300, generator=torch.Generator().manual_seed(0))
    weight *= torch.tensor([1e-10, 1.0, 1e6, 0.0])[:, None]
    values, scale = pack(weight)
    assert values.dtype == torch.float16
    torch.testing.assert_close(values.float() * scale[:, None], weight, rtol=2**-10, atol=1e-6)
    small = (values.float() * scale[:, None])[0]
    assert torch.cosine_similarity(small * 1e10, weight[0] * 1e10, dim=0) > 1 - 1e-7


@pytest.mark.parametrize("stop", [1, 2])
def test_an_interrupted_run_completes_its_record(stop, net, few, tmp_path):
    """An epoch missing, doubled, or of another run after a kill."""
    settings = {"checkpoint": tmp_path / "state.pt"} | QUICK
    whole = WeightRecord()
    train(copy.deepcopy(net), few.images, few.labels, record=whole, **QUICK)

    def kill(epoch: int, model) -> None:
        if epoch == stop:
            raise StoppedError

    folder = tmp_path / "weights"
    with pytest.raises(StoppedError):
        train(
            copy.deepcopy(net), few.images, few.labels, record=WeightRecord(folder),
            on_epoch=kill, **settings,
        )  # fmt: skip
    # A kill between two writes: the record of the last finished epoch is not there.
    (folder / f"{stop:05d}.pt").unlink()
    record = WeightRecord(folder)
    train(copy.deepcopy(net), few.images, few.labels, record=record, **settings)
    assert record.epochs == [0, 1, 2, 3]
    for epoch in record.epochs:
        assert torch.equal(record.weights("fc1", epoch), whole.weights("fc1", epoch))
    (folder / "00000.pt").unlink()
    with pytest.raises(ValueError, match=r"after epoch 3, and the record lacks \[0\]"):
        train(copy.deepcopy(net), few.images, few.labels, record=record, **settings)


def test_another_training_replaces_the_record(net, few):
    """Epochs of two trainings in one record."""
    record = WeightRecord(layers=["fc3"])
    train(copy.deepcopy(net), few.images, few.labels, record=record, **QUICK)
    train(net, few.images, few.labels, record=record, **QUICK | {"epochs": 1})
    assert record.epochs == [0, 1]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"limit": 1000}, "4 epochs of .* bytes are .*, expected at most limit=1,000"),
        ({"layers": ["fc9"]}, "unknown name 'fc9'"),
    ],
)
def test_refusals_come_before_the_training(settings, message, net, few):
    """A disk that fills up in the night, a misspelt layer noticed in the morning."""
    with pytest.raises(ValueError, match=message):
        train(net, few.images, few.labels, record=WeightRecord(**settings), **QUICK)
    with pytest.raises(ValueError, match="1 or more epochs, got 0"):
        WeightRecord(every=0)
    with pytest.raises(ValueError, match=r"1 or more epochs, got 2\.5"):
        WeightRecord(every=2.5)
    with pytest.raises(ValueError, match="got the text 'fc1'"):
        WeightRecord(layers="fc1")
    with pytest.raises(ValueError, match="at least one name, or None for all"):
        WeightRecord(layers=[])
    with pytest.raises(TypeError, match="expected a WeightRecord, got str 'weights'"):
        train(net, few.images, few.labels, record="weights", **QUICK)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 half", b"no pickle at all"])
def test_a_damaged_file_is_named(content, net, few, tmp_path):
    """A disk that was full: an error of the pickle module names no file."""
    train(net, few.images, few.labels, record=WeightRecord(tmp_path, layers=["fc1"]), **QUICK)
    (tmp_path / "00002.pt").write_bytes(content)
    with pytest.raises(ValueError, match=r"00002\.pt: expected an epoch of a WeightRecord"):
        WeightRecord(tmp_path).weights("fc1", 2)
    assert WeightRecord(tmp_path).weights("fc1", 1).shape == (120, 64)


def test_files_hold_plain_tensors(net, few, tmp_path):
    """A record that only opens with arbitrary code."""
    train(net, few.images, few.labels, record=WeightRecord(tmp_path, layers=["fc1"]), **QUICK)
    found = torch.load(tmp_path / "00003.pt", weights_only=True)
    assert found["fc1"][0].dtype == torch.float16
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"0000{k}.pt" for k in range(4)]
