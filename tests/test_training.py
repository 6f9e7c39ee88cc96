"""The training loop: seeds, resuming, schedules, augmentation."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from torch import nn

from geowidgets import datasets, zoo
from geowidgets.training import (
    RECIPES,
    accuracy,
    crop_and_flip,
    learning_rate_factor,
    recipe,
    to_input,
    train,
)

QUICK = {"epochs": 3, "lr": 0.02, "batch_size": 32, "progress": False, "device": "cpu"}


@pytest.fixture(scope="module")
def few() -> datasets.Samples:
    return datasets.digits(16, "train")[:200]


@pytest.fixture
def net() -> nn.Module:
    return zoo.lenet5(in_channels=1, size=16)


def same(a: nn.Module, b: nn.Module) -> bool:
    pairs = zip(a.state_dict().values(), b.state_dict().values(), strict=True)
    return all(torch.equal(x, y) for x, y in pairs)


def test_training_learns(net, few):
    """The whole loop: a loss that does not fall, or a history that lies."""
    before = accuracy(net, few.images, few.labels, device="cpu")
    history = train(
        net, few.images, few.labels, validation=(few.images, few.labels),
        **QUICK | {"epochs": 12, "optimizer": "adam", "lr": 5e-3, "batch_size": 16},
    )  # fmt: skip
    assert [e["epoch"] for e in history.epochs] == list(range(1, 13))
    assert history.column("loss")[-1] < history.column("loss")[0] / 2
    reached = accuracy(net, few.images, few.labels, device="cpu")
    assert reached == history.epochs[-1]["validation"] > max(0.8, before)
    assert not net.training


def test_seeds_decide_everything_and_the_global_generator_is_left_alone(few):
    """Shuffles or dropout drawn from the global generator make runs differ."""

    def run(seed: int) -> nn.Module:
        net = zoo.lenet5(in_channels=1, size=16)
        net.pool = nn.Sequential(nn.MaxPool2d(2), nn.Dropout(0.3))
        train(net, few.images, few.labels, seed=seed, crop=2, flip=True, **QUICK)
        return net

    torch.manual_seed(5)
    state = torch.get_rng_state()
    first = run(1)
    assert torch.equal(torch.get_rng_state(), state)
    torch.manual_seed(6)
    assert same(first, run(1))
    assert not same(first, run(2))


class StoppedError(Exception):
    """Stands for a kill between two epochs."""


def test_an_interrupted_run_ends_where_a_whole_one_does(net, few, tmp_path):
    """Momentum, shuffles, schedule or masks lost on resuming."""
    whole, broken = copy.deepcopy(net), copy.deepcopy(net)
    mask = {"fc1.weight": torch.rand(120, 64, generator=torch.Generator().manual_seed(0)) < 0.5}
    expected = train(whole, few.images, few.labels, masks=mask, **QUICK)

    def stop(epoch: int, model: nn.Module) -> None:
        if epoch == 2:
            raise StoppedError

    path = tmp_path / "run" / "state.pt"
    with pytest.raises(StoppedError):
        train(broken, few.images, few.labels, masks=mask, checkpoint=path, on_epoch=stop, **QUICK)
    fresh = copy.deepcopy(net)
    found = train(fresh, few.images, few.labels, masks=mask, checkpoint=path, **QUICK)
    assert same(whole, fresh)
    assert found.column("loss") == expected.column("loss")
    assert not fresh.fc1.weight[~mask["fc1.weight"]].any()
    assert [p.name for p in path.parent.iterdir()] == ["state.pt"]
    again = train(fresh, few.images, few.labels, masks=mask, checkpoint=path, **QUICK)
    assert len(again.epochs) == 3
    with pytest.raises(ValueError, match=r"other settings \(lr: 0\.02 then, 0\.5 now\)"):
        train(fresh, few.images, few.labels, masks=mask, checkpoint=path, **QUICK | {"lr": 0.5})


def test_batches_of_a_loader_are_taken_as_they_come(net, few):
    """ImageNet does not fit into two arrays."""
    batches = [
        (to_input(few.images[i : i + 50]), torch.from_numpy(few.labels[i : i + 50]))
        for i in range(0, 200, 50)
    ]
    history = train(net, batches, **QUICK)
    assert len(history.epochs) == 3
    with pytest.raises(ValueError, match="got generator"):
        train(net, (b for b in batches), **QUICK)
    with pytest.raises(ValueError, match="need images and labels"):
        train(net, batches, flip=True, **QUICK)


def test_transform_sees_the_scaled_batch(net, few):
    """A transform handed uint8 or channel-last images normalises nonsense."""
    seen = []

    def note(batch: torch.Tensor) -> torch.Tensor:
        seen.append((tuple(batch.shape[1:]), batch.dtype, float(batch.max())))
        return batch

    train(net, few.images[:32], few.labels[:32], transform=note, **QUICK | {"epochs": 1})
    assert seen == [((1, 16, 16), torch.float32, 1.0)]


def test_crop_and_flip_equals_a_loop():
    """Rows and columns exchanged, one offset for the whole batch, or a crop outside the padding."""
    images = torch.randint(1, 255, (50, 6, 9, 3), dtype=torch.uint8)
    found = crop_and_flip(images, 2, True, torch.Generator().manual_seed(3))
    assert found.shape == images.shape
    padded = torch.nn.functional.pad(images, (0, 0, 2, 2, 2, 2))
    offsets = set()
    for sample in range(50):
        matches = [
            (top, left, mirrored)
            for top in range(5)
            for left in range(5)
            for mirrored in (False, True)
            if torch.equal(
                found[sample],
                (lambda c, m=mirrored: c.flip(1) if m else c)(
                    padded[sample, top : top + 6, left : left + 9]
                ),
            )
        ]
        assert len(matches) == 1
        offsets.add(matches[0])
    assert len({o[0] for o in offsets}) == len({o[1] for o in offsets}) == 5
    assert {o[2] for o in offsets} == {False, True}
    floats = images.permute(0, 3, 1, 2).float()
    same_draws = crop_and_flip(floats, 2, True, torch.Generator().manual_seed(3))
    assert torch.equal(same_draws, found.permute(0, 3, 1, 2).float())


def test_schedules_by_hand():
    """Milestones in steps for epochs, a warm-up that the schedule forgets, a cosine of half."""
    assert learning_rate_factor(2.5, 10, "cosine", warmup=5) == 0.5
    assert learning_rate_factor(7.5, 10, "cosine", warmup=5) == pytest.approx(0.5)
    steps = [learning_rate_factor(e, 9, "step", (3, 6), 0.1) for e in (0, 2.9, 3, 6)]
    assert steps == pytest.approx([1, 1, 0.1, 0.01])
    assert learning_rate_factor(8, 10, "constant") == 1
    assert recipe("resnet", epochs=9) == RECIPES["resnet"] | {"epochs": 9}
    with pytest.raises(ValueError, match="did you mean 'resnet'"):
        recipe("resnets")


@pytest.mark.parametrize("name", RECIPES)
def test_recipes_are_keywords_of_train(name, net, few):
    """A misspelt key in a published recipe fails after the data has been loaded."""
    train(
        net, few.images[:8], few.labels[:8], progress=False, device="cpu",
        **recipe(name, epochs=1),
    )  # fmt: skip


def test_label_smoothing_and_clipping_reach_the_loss(few):
    """Keywords that are accepted and ignored."""
    losses = []
    for extra in ({}, {"label_smoothing": 0.2}, {"max_norm": 1e-9}):
        net = zoo.lenet5(in_channels=1, size=16)
        start = copy.deepcopy(net)
        history = train(
            net, few.images, few.labels, weight_decay=0.0, **QUICK | {"epochs": 1} | extra
        )
        losses.append(history.epochs[0]["loss"])
    assert losses[0] != losses[1]
    torch.testing.assert_close(net.fc1.weight, start.fc1.weight, atol=1e-6, rtol=0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epochs": -1}, "epochs: expected a whole number of 0 or more, got -1"),
        ({"lr": 0}, "lr: expected a positive number, got 0"),
        ({"lr": float("nan")}, "got nan"),
        ({"optimizer": "rmsprop"}, "got 'rmsprop'"),
        ({"schedule": "linear"}, "got 'linear'"),
        ({"label_smoothing": 1.0}, r"got 1\.0"),
        ({"batch_size": 0}, "got 0"),
        ({"crop": -1}, "got -1"),
    ],
)
def test_bad_settings(change, message, net, few):
    """Each would otherwise fail in the first step, or never."""
    with pytest.raises(ValueError, match=message):
        train(net, few.images, few.labels, **QUICK | change)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"milestones": 3}, "milestones: expected a list of epochs, got 3"),
        ({"milestones": (2, "last")}, "got .2, 'last'."),
        ({"validation": 5}, r"validation: expected \(images, labels\) or None, got 5"),
    ],
)
def test_one_value_for_several(change, message, net, few):
    """A bare 'int is not iterable', for the validation after an epoch has been trained."""
    before = copy.deepcopy(net.state_dict())
    with pytest.raises(TypeError, match=message):
        train(net, few.images, few.labels, **QUICK | change)
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())


def test_divergence_and_mismatches_are_named(net, few):
    """NaN weights that are saved and pruned for hours."""
    with pytest.raises(FloatingPointError, match=r"epoch 1 at lr=100000000\.0"):
        train(net, few.images, few.labels, **QUICK | {"lr": 1e8})
    with pytest.raises(ValueError, match="3 labels and 200 images"):
        train(net, few.images, few.labels[:3], **QUICK)
    for parameter in net.parameters():
        parameter.requires_grad_(False)
    with pytest.raises(ValueError, match="requires_grad=True, found none"):
        train(net, few.images, few.labels, **QUICK)


def test_progress_bar_shows_epoch_loss_and_accuracy(net, few, capsys):
    """A silent hour."""
    train(net, few.images, few.labels, label="cycle 2/3", **QUICK | {"progress": True})
    shown = capsys.readouterr().err
    assert "cycle 2/3" in shown
    assert "3/3" in shown
    assert "loss=" in shown
    assert "accuracy=" in shown


def test_accuracy_restores_the_mode(net, few):
    """Evaluating in the middle of training must not switch dropout off."""
    net.train()
    with torch.no_grad():
        logits = net.eval()(to_input(few.images))
    net.train()
    expected = float(np.mean(logits.argmax(1).numpy() == few.labels))
    assert accuracy(net, few.images, few.labels, batch_size=33, device="cpu") == expected
    assert net.training
