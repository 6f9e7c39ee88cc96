"""Prune-retrain cycles, masks that survive training, robust recipes, the geometric penalty."""

from __future__ import annotations

import copy
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import nn

from geowidgets.geometry import measure
from geowidgets.pruning import (
    GeometricPenalty,
    PruningError,
    Snapshots,
    cycle_ratios,
    prune,
    prune_retrain,
    robust_augment,
)
from geowidgets.pruning.penalty import margins
from geowidgets.pruning.robust import ROBUST_RECIPES, draws
from geowidgets.training import train

QUICK = {"epochs": 2, "lr": 0.02, "batch_size": 32, "momentum": 0.9, "weight_decay": 1e-2}


@pytest.fixture
def few(digits):
    return digits[:160]


def test_masks_survive_momentum_and_weight_decay(lenet, few):
    """Zeroing the gradient alone lets momentum and weight decay revive pruned weights."""
    pruned = prune(lenet, "magnitude", 0.8)
    net = pruned.module
    warm = train(net, few.images, few.labels, progress=False, device="cpu", **QUICK)
    assert any(net.get_parameter(n)[~m].any() for n, m in pruned.masks.items())  # it would happen
    train(net, few.images, few.labels, progress=False, device="cpu", masks=pruned.masks, **QUICK)
    assert not any(net.get_parameter(n)[~m].any() for n, m in pruned.masks.items())
    assert len(warm.epochs) == 2
    for moved in (copy.deepcopy(net), copy.deepcopy(net).double().cpu()):
        assert not any(moved.get_parameter(n)[~m].any() for n, m in pruned.masks.items())


def test_masks_of_another_model_are_refused(lenet, few):
    """A mask that matches nothing would silently train a dense net."""
    with pytest.raises(ValueError, match=r"no parameter 'fc9\.weight'"):
        train(
            lenet, few.images, few.labels, progress=False,
            masks={"fc9.weight": torch.ones(2, 2, dtype=torch.bool)}, **QUICK,
        )  # fmt: skip


def test_iterative_cycles_nest_and_know_their_parents(lenet, few):
    """Each cycle prunes r of what remains, from the one before, and keeps what was removed."""
    state = torch.get_rng_state()
    stages = prune_retrain(
        lenet, few.images, few.labels, method="magnitude", ratios=cycle_ratios(0.4, 3),
        schedule=QUICK, progress=False, device="cpu",
    )  # fmt: skip
    assert torch.equal(torch.get_rng_state(), state)
    assert [s.name for s in stages] == ["magnitude-40", "magnitude-64", "magnitude-78.4"]
    assert [s.parent for s in stages] == ["dense", "magnitude-40", "magnitude-64"]
    for stage, ratio in zip(stages, (0.4, 0.64, 0.784), strict=True):
        assert stage.measured.removed == round(ratio * stage.measured.total)
        assert len(stage.history) == 2
        weights = dict(stage.module.named_parameters())
        assert not any(weights[n][~m].any() for n, m in stage.masks.items())
    for earlier, later in pairwise(stages):
        assert all((earlier.masks[n] | ~later.masks[n]).all() for n in earlier.masks)


def test_one_shot_starts_from_the_dense_net_each_time(lenet, few):
    """One-shot masks must equal those of `prune` on the dense net."""
    stages = prune_retrain(
        lenet, few.images, few.labels, method="gradient", ratios=[0.6, 0.3], iterative=False,
        schedule=None, progress=False, device="cpu", name="g",
    )  # fmt: skip
    assert [s.parent for s in stages] == ["dense", "dense"]
    alone = prune(lenet, "gradient", 0.3, loader=(few.images, few.labels))
    assert all(torch.equal(stages[1].masks[n], alone.masks[n]) for n in alone.masks)
    assert stages[1].history == []
    with pytest.raises(PruningError, match=r"ascending.*\[0\.6, 0\.3\]"):
        prune_retrain(lenet, few.images, few.labels, method="random", ratios=[0.6, 0.3])


def test_rewinding_returns_the_kept_weights(lenet, few):
    """Kept weights go back to epoch k, removed ones stay 0; magnitudes are the trained ones."""
    snapshots = Snapshots([0, 1])
    net = copy.deepcopy(lenet)
    train(net, few.images, few.labels, progress=False, device="cpu", on_epoch=snapshots, **QUICK)
    assert torch.equal(snapshots.states[0]["fc1.weight"], lenet.fc1.weight)
    stage = prune_retrain(
        net, few.images, few.labels, method="magnitude", ratios=[0.5], schedule=None,
        rewind=snapshots.states[1], progress=False, device="cpu",
    )[0]  # fmt: skip
    mask = stage.masks["fc1.weight"]
    assert torch.equal(stage.module.fc1.weight[mask], snapshots.states[1]["fc1.weight"][mask])
    assert not stage.module.fc1.weight[~mask].any()
    assert torch.equal(mask, prune(net, "magnitude", 0.5).masks["fc1.weight"])


def test_an_interrupted_stage_resumes(lenet, few, tmp_path):
    """Retraining started again from its checkpoint ends at the same weights."""

    class StoppedError(Exception):
        pass

    settings = {"method": "magnitude", "ratios": [0.5], "progress": False, "device": "cpu"}
    whole = prune_retrain(lenet, few.images, few.labels, schedule=QUICK, **settings)[0]
    calls = []

    def stop_after_one(epoch, model):
        calls.append(epoch)
        if epoch == 1:
            raise StoppedError

    broken = QUICK | {"on_epoch": stop_after_one}
    with pytest.raises(StoppedError):
        prune_retrain(lenet, few.images, few.labels, schedule=broken, folder=tmp_path, **settings)
    resumed = prune_retrain(
        lenet, few.images, few.labels, schedule=QUICK, folder=tmp_path, **settings
    )[0]
    assert calls == [0, 1]
    assert torch.equal(resumed.module.fc1.weight, whole.module.fc1.weight)
    assert [e["loss"] for e in resumed.history] == [e["loss"] for e in whole.history]
    with torch.no_grad():
        lenet.fc3.bias.add_(1)
    other = prune_retrain(
        lenet, few.images, few.labels, schedule=QUICK, folder=tmp_path, **settings
    )[0]
    assert not torch.equal(other.module.fc3.bias, whole.module.fc3.bias)


@pytest.mark.parametrize("recipe", ["paper", "code"])
def test_recipes_are_disjoint_from_what_they_hold_out(recipe):
    """A held-out corruption that is trained on makes the test worthless."""
    from geowidgets.corruptions import CORRUPTIONS

    chosen = ROBUST_RECIPES[recipe]
    assert not set(chosen.choices) & set(chosen.held_out)
    assert set(chosen.held_out) <= set(CORRUPTIONS)
    assert set(chosen.choices) - {"clean"} <= set(CORRUPTIONS)
    assert len(chosen.choices) == 9
    assert len(chosen.held_out) == {"paper": 7, "code": 10}[recipe]


def test_draws_are_uniform_and_do_not_depend_on_the_batch():
    """Choices drawn a batch would change with the batch size and on resuming."""
    recipe = ROBUST_RECIPES["code"]
    names, severities = draws(recipe, 3, 1, np.arange(20000))
    counts = np.unique(names, return_counts=True)[1]
    assert abs(counts - 20000 / 9).max() < 5 * (20000 / 9) ** 0.5
    assert sorted(set(severities)) == [0, 1, 2, 3, 4, 5]
    some = np.array([5, 17, 4, 11000])
    part, level = draws(recipe, 3, 1, some)
    assert (part == names[some]).all()
    assert (level == severities[some]).all()
    assert (draws(recipe, 3, 2, np.arange(100))[0] != names[:100]).any()


def test_robust_augment_corrupts_what_was_drawn(few):
    """Clean samples must pass untouched and corrupted ones equal `corrupt` of their number."""
    from geowidgets.corruptions import corrupt

    indices = np.array([0, 7, 33, 21, 90, 14])
    images = torch.from_numpy(few.images[indices])
    augment = robust_augment("paper", seed=2)
    found = augment(images, indices, 4)
    names, _ = draws(ROBUST_RECIPES["paper"], 2, 4, indices)
    assert found.dtype == torch.uint8
    assert "clean" in set(names)
    seed = int(np.random.SeedSequence((2, 4)).generate_state(1)[0])
    for row, (name, index) in enumerate(zip(names, indices, strict=True)):
        expected = images[row : row + 1]
        if name != "clean":
            expected = corrupt(expected, str(name), 3, seed, indices=[index])
        assert torch.equal(found[row : row + 1], expected), name
    with pytest.raises(PruningError, match="got 'papre'; did you mean 'paper'"):
        robust_augment("papre")


def test_robust_retraining_runs(lenet, few):
    """The recipe has to reach the training loop and keep the masks."""
    stage = prune_retrain(
        lenet, few.images[:32], few.labels[:32], method="magnitude", ratios=[0.5],
        schedule=QUICK | {"epochs": 1}, recipe="paper", progress=False, device="cpu",
    )[0]  # fmt: skip
    assert not stage.module.fc1.weight[~stage.masks["fc1.weight"]].any()
    assert len(stage.history) == 1


def test_margin_equals_the_geometry_of_the_store():
    """The penalty's margin is `geometry.measure`'s signed one, with bias and duplicate rows."""
    generator = torch.Generator().manual_seed(0)
    features, weight = (
        torch.randn(9, 5, generator=generator),
        torch.randn(4, 5, generator=generator),
    )
    weight[3] = weight[1]
    bias = torch.tensor([0.1, -0.4, 0.3, -0.4])
    labels = torch.tensor([0, 1, 2, 3, 0, 1, 2, 3, 0])
    expected = measure(features, weight, bias, labels, margin="signed").margin
    torch.testing.assert_close(margins(features, weight, bias, labels), expected)


def test_penalty_is_the_formula_and_reaches_features_and_head(lenet, few):
    """Features detached by the hook would train the head alone."""
    from geowidgets.latents import find_head
    from geowidgets.training import to_input

    x, y = to_input(few.images[:8]), torch.from_numpy(few.labels[:8])
    penalty = GeometricPenalty(angle=0.5, margin=2.0, target=3.0)
    with penalty.attach(lenet, x):
        value = penalty(lenet, x, y, lenet(x))
    value.backward()
    assert lenet.conv1.weight.grad.abs().sum() > 0
    assert lenet.fc3.weight.grad.abs().sum() > 0
    head = find_head(lenet, x)
    with head.tap() as tap, torch.no_grad():
        lenet(x)
    found = measure(tap.features, lenet.fc3.weight, lenet.fc3.bias, y, margin="signed")
    cosine = torch.cos(torch.deg2rad(found.angle[torch.arange(8), y]))
    expected = 0.5 * (1 - cosine).mean() + 2 * (1 - found.margin / 3).clamp(min=0).mean()
    torch.testing.assert_close(value.detach(), expected.float(), rtol=1e-4, atol=1e-5)


def test_penalty_shrinks_the_angles(lenet, few):
    """A sign error would widen them."""
    from geowidgets.latents import capture
    from geowidgets.training import to_input

    x, y = to_input(few.images), torch.from_numpy(few.labels)
    angles = []
    for penalty in (None, GeometricPenalty(angle=5.0)):
        net = copy.deepcopy(lenet)
        train(
            net, few.images, few.labels, penalty=penalty, progress=False, device="cpu",
            **QUICK | {"epochs": 4},
        )  # fmt: skip
        found = capture(net, x).measure(y)
        angles.append(float(found.angle[torch.arange(len(y)), y].mean()))
    assert angles[1] < angles[0] - 3


@pytest.mark.parametrize("weights", [{}, {"angle": -1.0}, {"margin": 1.0, "target": 0.0}])
def test_penalty_refuses_nonsense(weights):
    """A penalty of weight 0 does nothing without a word."""
    with pytest.raises(PruningError, match="expected"):
        GeometricPenalty(**weights)


def test_penalty_outside_training_says_so(lenet):
    """Without its hook it has no features."""
    with pytest.raises(PruningError, match="not attached"):
        GeometricPenalty(angle=1.0)(lenet, torch.zeros(1), torch.zeros(1), torch.zeros(1))


def test_cycle_ratios():
    """(1 − r)^n for 1 − (1 − r)^n."""
    assert cycle_ratios(0.15, 3) == pytest.approx([0.15, 0.2775, 0.385875])
    with pytest.raises(PruningError, match=r"got 1\.5"):
        cycle_ratios(1.5, 2)


def test_tickets_are_not_retrained(lenet, few):
    """A schedule must not train the weights of a ticket, which are random by definition."""
    stage = prune_retrain(
        lenet, few.images[:64], few.labels[:64], method="edge_popup", ratios=[0.5],
        schedule=QUICK, progress=False, device="cpu", epochs=1,
    )[0]  # fmt: skip
    assert stage.history == []
    assert isinstance(stage.module.fc1, nn.Linear)
