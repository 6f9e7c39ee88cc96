"""Fine-tuning on chosen samples: weights in the loss, masks, seeds, interruptions, refusals."""

from __future__ import annotations

import copy
import dataclasses

import numpy as np
import pytest
import torch
from torch import nn

import geowidgets as gw
from geowidgets.study.sample_weights import sample_weights
from geowidgets.training import train

QUICK = {"epochs": 2, "lr": 0.01, "progress": False, "device": "cpu"}
STEP = {"epochs": 1, "lr": 0.05, "progress": False, "device": "cpu", "schedule": "constant",
        "batch_size": 1000, "weight_decay": 0.0, "momentum": 0.0}  # fmt: skip


@pytest.fixture(scope="module")
def few() -> gw.datasets.Samples:
    return gw.datasets.digits(16, "train")[:90]


@pytest.fixture(scope="module")
def dense() -> gw.ModelEntry:
    return gw.ModelEntry("dense", gw.zoo.lenet5(in_channels=1, size=16), architecture="LeNet-5")


def state(entry: gw.ModelEntry) -> dict[str, torch.Tensor]:
    return entry.load().state_dict()


def equal(a: gw.ModelEntry, b: gw.ModelEntry) -> bool:
    return all(torch.equal(x, y) for x, y in zip(state(a).values(), state(b).values(), strict=True))


def close(a: gw.ModelEntry, b: gw.ModelEntry) -> bool:
    pairs = zip(state(a).values(), state(b).values(), strict=True)
    return all(torch.allclose(x, y, atol=1e-6) for x, y in pairs)


def test_the_entry_knows_its_parent_and_keeps_its_place(dense, few):
    """A tuned model that stands in another row group, or in place of the one it came from."""
    entry = dataclasses.replace(dense, method="magnitude", ratio=0.5, seed=3, head="fc3")
    before = copy.deepcopy(state(entry))
    tuned = gw.finetune(entry, few.images, few.labels, **QUICK)
    assert (tuned.name, tuned.parent) == ("dense fine-tuned", "dense")
    assert (tuned.method, tuned.architecture) == ("magnitude, fine-tuned", "LeNet-5")
    assert (tuned.ratio, tuned.seed, tuned.head) == (0.5, 3, "fc3")
    assert all(torch.equal(x, before[name]) for name, x in state(entry).items())
    assert not equal(entry, tuned)


def test_weights_are_those_of_the_loss(dense, few):
    """A weight that only repeats samples, or is lost: one step on all, against autograd by hand."""
    weights = np.linspace(0, 3, len(few.labels))
    tuned = gw.finetune(dense, few.images, few.labels, samples=weights, **STEP)
    net = copy.deepcopy(dense.load()).train()
    logits = net(gw.training.to_input(few.images))
    each = nn.functional.cross_entropy(logits, torch.as_tensor(few.labels).long(), reduction="none")
    # The first weight is 0: that sample is none of the chosen, whose mean weight is 1.
    chosen = torch.from_numpy(weights) > 0
    scaled = torch.from_numpy(weights) / weights[weights > 0].mean()
    (scaled * each)[chosen].mean().backward()
    for name, parameter in net.named_parameters():
        stepped = parameter - 0.05 * parameter.grad
        assert torch.allclose(stepped, state(tuned)[name], atol=1e-5), name


def test_an_index_twice_a_mask_and_equal_weights_mean_what_they_say(dense, few):
    """Sample 0 dropped, a mask read as indices 0 and 1, or repeats that count once."""
    images, labels = few.images, few.labels
    chosen = [0, 4, 4, 7]
    by_index = gw.finetune(dense, images, labels, samples=chosen, **STEP)
    assert close(by_index, gw.finetune(dense, images[chosen], labels[chosen], **STEP))
    mask = np.isin(np.arange(len(labels)), [0, 4, 7])
    by_mask = gw.finetune(dense, images, labels, samples=mask, **STEP)
    assert equal(by_mask, gw.finetune(dense, images, labels, samples=[7, 0, 4], **STEP))
    assert not close(by_mask, by_index)
    alike = gw.finetune(dense, images, labels, samples=np.full(len(labels), 2.5), **QUICK)
    assert close(alike, gw.finetune(dense, images, labels, **QUICK))


def test_pruned_weights_stay_zero(dense, few):
    """Momentum and weight decay that revive what was pruned, found by zeros or given as masks."""
    [pruned] = gw.prune_family(dense.load(), method="magnitude", ratios=[0.7])
    tuned = gw.finetune(pruned, few.images, few.labels, **QUICK)
    changed = 0
    for name, weight in state(pruned).items():
        if name.endswith("weight"):
            assert not state(tuned)[name][weight == 0].any()
            changed += int((state(tuned)[name] != weight).sum())
    assert changed > 1000
    mask = torch.ones(10, 84, dtype=torch.bool)
    mask[0, 0] = mask[3] = False
    masked = dataclasses.replace(dense, masks={"fc3.weight": mask})
    kept = gw.finetune(masked, few.images, few.labels, **QUICK)
    assert torch.equal(state(kept)["fc3.weight"] != 0, mask)


def test_a_layer_that_begins_at_zero_learns(few):
    """An initialisation taken for pruning: a classifier that never moves."""
    net = gw.zoo.lenet5(in_channels=1, size=16)
    nn.init.zeros_(net.fc3.weight)
    tuned = gw.finetune(gw.ModelEntry("fresh", net), few.images, few.labels, **QUICK)
    assert state(tuned)["fc3.weight"].any()


def test_seeds_decide_and_the_global_generator_is_left_alone(dense, few):
    """Shuffles from the global generator; two repeats with one number."""
    torch.manual_seed(1)
    before = torch.get_rng_state()
    first = gw.finetune(dense, few.images, few.labels, seed=5, batch_size=8, **QUICK)
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(2)
    assert equal(first, gw.finetune(dense, few.images, few.labels, seed=5, batch_size=8, **QUICK))
    other = gw.finetune(dense, few.images, few.labels, seed=6, batch_size=8, **QUICK)
    assert not equal(first, other) and (first.seed, other.seed) == (5, 6)


def test_a_penalty_does_to_the_geometry_what_it_is_for(trained):
    """A penalty that is accepted and never added to the loss."""
    train_images = gw.datasets.digits(split="train")[:300]
    entry = gw.ModelEntry("net", copy.deepcopy(trained))
    data = train_images.images, train_images.labels
    longer = QUICK | {"epochs": 4, "lr": 0.03, "batch_size": 32}
    plain = gw.finetune(entry, *data, **longer)
    bound = gw.finetune(entry, *data, penalty=gw.GeometricPenalty(angle=1.0), **longer)

    def angle(one: gw.ModelEntry) -> float:
        net = one.load()
        inputs = gw.training.to_input(train_images.images)
        with torch.inference_mode():
            found = gw.latents.capture(net, inputs)
        truth = torch.as_tensor(train_images.labels).long()
        geometry = gw.geometry.measure(found.features, found.weight, found.bias, truth)
        return float(geometry.angle.gather(1, truth[:, None]).mean())

    assert angle(bound) < angle(plain) - 3


@pytest.mark.parametrize("batch_size", [4, 1000])
def test_a_penalty_counts_a_sample_as_often_as_its_loss(dense, few, batch_size):
    """Weights in the loss alone: constraints that hold for other samples than were chosen."""
    penalty, chosen = gw.GeometricPenalty(angle=3.0, margin=2.0, target=5.0), [0, 4, 4, 4, 7]
    keywords = {**STEP, "penalty": penalty, "batch_size": batch_size}
    if batch_size > 4:  # all in one batch, whose mean is over 3 samples that weigh as 5
        twice = gw.finetune(dense, few.images[chosen], few.labels[chosen], **keywords)
        once = gw.finetune(dense, few.images, few.labels, samples=chosen, **keywords)
        assert close(once, twice)
        alone = gw.finetune(dense, few.images, few.labels, samples=[0, 4, 7], **keywords)
        assert not close(once, alone)
    ones = gw.finetune(dense, few.images, few.labels, samples=np.ones(90), **keywords)
    assert close(ones, gw.finetune(dense, few.images, few.labels, **keywords))


def test_a_weighed_penalty_is_that_of_autograd(dense, few):
    """A penalty's mean over the batch, or its weights left unscaled: one step, by hand."""
    weights = np.linspace(0, 3, len(few.labels))
    penalty = gw.GeometricPenalty(angle=2.0, margin=0.5, target=4.0)
    tuned = gw.finetune(dense, few.images, few.labels, samples=weights, penalty=penalty, **STEP)
    net = copy.deepcopy(dense.load()).train()
    inputs, labels = gw.training.to_input(few.images), torch.as_tensor(few.labels).long()
    found: list[torch.Tensor] = []
    net.fc3.register_forward_pre_hook(lambda _, given: found.append(given[0]))
    each = nn.functional.cross_entropy(net(inputs), labels, reduction="none")
    [x], w, b = found, net.fc3.weight, net.fc3.bias
    for i, y in enumerate(labels.tolist()):
        cosine = x[i] @ w[y] / (x[i].norm() * w[y].norm())
        margin = min(
            ((w[y] - w[j]) @ x[i] + b[y] - b[j]) / (w[y] - w[j]).norm() for j in range(10) if j != y
        )
        each = each.clone()
        each[i] = each[i] + 2.0 * (1 - cosine) + 0.5 * (1 - margin / 4.0).clamp(min=0)
    scaled = torch.from_numpy(weights) / weights[weights > 0].mean()
    (scaled * each)[weights > 0].mean().backward()
    for name, parameter in net.named_parameters():
        stepped = parameter - 0.05 * parameter.grad
        assert torch.allclose(stepped, state(tuned)[name], atol=1e-5), name


class StoppedError(Exception):
    """Stands for an interruption between two epochs."""


def test_an_interrupted_call_goes_on(dense, few, tmp_path):
    """Epochs lost by an interruption; a checkpoint taken up by another model or other samples."""

    def stop(epoch: int, _model: nn.Module) -> None:
        if epoch == 2:
            raise StoppedError

    keywords = {**QUICK, "epochs": 4, "samples": [0, 5, 8, 9], "folder": tmp_path}
    with pytest.raises(StoppedError):
        gw.finetune(dense, few.images, few.labels, on_epoch=stop, **keywords)
    seen = []
    resumed = gw.finetune(
        dense, few.images, few.labels, on_epoch=lambda k, _: seen.append(k), **keywords
    )
    assert seen == [3, 4]
    assert equal(resumed, gw.finetune(dense, few.images, few.labels, **keywords | {"folder": None}))
    for changed in ({"samples": [0, 5, 8, 7]}, {"penalty": gw.GeometricPenalty(margin=0.1)}):
        seen.clear()
        gw.finetune(
            dense, few.images, few.labels, on_epoch=lambda k, _: seen.append(k),
            **keywords | changed,
        )  # fmt: skip
        assert seen == [0, 1, 2, 3, 4]


def test_a_study_is_trained_on_its_training_set(dense, few):
    """Tuning on the samples that models are measured on without having asked for it."""
    test = gw.datasets.digits(16, "test")[:30]
    both = {"test": (test.images, test.labels), "train": (few.images, few.labels)}
    study = gw.Study([dense], [gw.Benchmark("clean")], sets=both)
    tuned = gw.finetune(dense, study, **QUICK)
    assert equal(tuned, gw.finetune(dense, few.images, few.labels, **QUICK))
    alone = gw.Study([dense], None, test.images, test.labels)
    with pytest.raises(ValueError, match=r"no set 'train'.*flatters"):
        gw.finetune(dense, alone, **QUICK)
    asked = gw.finetune(dense, alone, set="test", **QUICK)
    assert equal(asked, gw.finetune(dense, test.images, test.labels, **QUICK))


def test_a_model_that_returns_several_things(few):
    """An auxiliary output that is trained instead of the logits that the study names."""

    class Two(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net = gw.zoo.lenet5(in_channels=1, size=16)

        def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
            return {"other": x.mean((1, 2, 3)), "scores": self.net(x)}

    net = Two()
    tuned = gw.finetune(gw.ModelEntry("two", net, output="scores"), few.images, few.labels, **QUICK)
    plain = gw.finetune(gw.ModelEntry("one", net.net), few.images, few.labels, **QUICK)
    assert torch.equal(state(tuned)["net.fc3.weight"], state(plain)["fc3.weight"])
    assert set(tuned.load()(torch.zeros(1, 1, 16, 16))) == {"other", "scores"}


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"samples": [0, 90]}, r"indices in 0\.\.89, got 90"),
        ({"samples": [-1]}, r"indices in 0\.\.89, got -1"),
        ({"samples": []}, "at least one sample"),
        ({"samples": np.zeros(90, bool)}, "at least one sample of 90"),
        ({"samples": np.ones(89, bool)}, "a mask of 90 samples, got 89"),
        ({"samples": [0.5, -1.0]}, "weights of 90 samples, got 2"),
        ({"samples": np.full(90, -1.0)}, r"weights >= 0, got -1.0 at sample 0"),
        ({"samples": np.full(90, np.nan)}, "got nan at sample 0"),
        ({"samples": "fragile"}, r"selection\.saved\['fragile'\]"),
        ({"lr": 0}, "lr: expected a positive number"),
        ({"lr": float("inf")}, "lr: expected a positive number, got inf"),
        ({"epochs": 1.5}, r"epochs: expected a whole number of 0 or more, got 1\.5"),
        ({"batch_size": 2.5}, r"batch_size: expected a whole number of 1 or more, got 2\.5"),
        ({"seed": -1}, "seed: expected a whole number of 0 or more, got -1"),
        ({"momentum": "0.9"}, "momentum: expected a number of 0 or more, got '0.9'"),
        ({"device": "gpu"}, "device: expected 'auto', 'cpu'.* got 'gpu'"),
        ({"suffix": ""}, "suffix must be printable text, got ''"),
        ({"samples": {3, 4}}, r"such as selection\.samples, got set"),
        ({"set": "train"}, "no set"),
        ({"penalty": None, "epochs": -1}, "epochs"),
    ],
)
def test_what_does_not_fit_is_named(dense, few, keywords, words):
    """Training for minutes on other samples than were meant."""
    with pytest.raises(ValueError, match=words):
        gw.finetune(dense, few.images, few.labels, **{**QUICK, **keywords})


def test_odd_calls(dense, few):
    """A misspelt keyword that is dropped; a module in place of an entry."""
    with pytest.raises(TypeError, match="'batch_sise'; did you mean 'batch_size'"):
        gw.finetune(dense, few.images, few.labels, batch_sise=3)
    with pytest.raises(TypeError, match="expected a ModelEntry, got LeNet5"):
        gw.finetune(dense.module, few.images, few.labels)
    for keywords, words in (
        ({"penalty": gw.GeometricPenalty}, "penalty: expected a function or None, got <class"),
        ({"transform": 3}, "transform: expected a function or None, got 3"),
        ({"masks": {"fc3.weight": 1}}, r"masks\['fc3\.weight'\]: expected a bool tensor, got 1"),
        ({"folder": 3}, "folder: expected a path, got int 3"),
    ):
        with pytest.raises(TypeError, match=words):
            gw.finetune(dense, few.images, few.labels, **keywords, **QUICK)
    with pytest.raises(TypeError, match="expected a Study, an array or a tensor, got list"):
        gw.finetune(dense, [1, 2], [0, 1], **QUICK)
    with pytest.raises(ValueError, match=r"'dense' does not take these images \(uint8 of shape"):
        gw.finetune(dense, few.images[:, :9], few.labels, **QUICK)
    floats = gw.training.to_input(few.images)
    for images in (few.images, floats):
        for at, value in ((0, 10), (7, -100)):  # torch skips a label of -100 in silence
            labels = few.labels.copy()
            labels[at] = value
            with pytest.raises(ValueError, match=rf"expected 0\.\.9.* got {value} at sample {at}"):
                gw.finetune(dense, images, labels, **QUICK)
    with pytest.raises(ValueError, match="labels: expected 90 integers, one an image, got float64"):
        gw.finetune(dense, floats, few.labels / 2, **QUICK)
    with pytest.raises(ValueError, match="labels missing"):
        gw.finetune(dense, few.images)
    with pytest.raises(ValueError, match=r"weights: expected 90.*\(3,\)"):
        train(dense.load(), few.images, few.labels, weights=[1, 2, 3], **QUICK)
    with pytest.raises(ValueError, match="images and labels"):
        train(dense.load(), [(few.images, few.labels)], weights=[1.0], **QUICK)
    assert sample_weights(None, 3) is None
