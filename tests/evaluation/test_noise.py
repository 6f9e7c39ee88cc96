"""Noise similarity and noise potential against one image, one draw, one model at a time."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

import numpy as np
import pytest
import torch

import geowidgets as gw
from geowidgets.evaluation import noise
from geowidgets.evaluation.noise import LEVELS, noisy_batches, uniform_noise


def normalise(images: torch.Tensor) -> torch.Tensor:
    """A normalised space that is not [0, 1]: ε is in its units."""
    return (images - 0.25) / 0.3


@pytest.fixture(scope="module")
def entries(vulnerable_net) -> list[gw.ModelEntry]:
    """A parent, two prunings and a separate net."""
    net = copy.deepcopy(vulnerable_net)
    separate = gw.zoo.lenet5(in_channels=1, seed=9)
    return [
        gw.ModelEntry("separate", separate, seed=1),
        *gw.prune_family(net, method="magnitude", ratios=[0.3, 0.8]),
        gw.ModelEntry("dense", net),
    ]


def naive(entries, images, levels, draws, seed) -> dict[str, Any]:
    """Softmax `(model, level, draw, sample, class)`, sample by sample."""
    found = np.zeros((len(entries), len(levels), draws, len(images), 10))
    with torch.no_grad():
        for i in range(len(images)):
            first = i - i % noise.BLOCK
            size = min(noise.BLOCK, len(images) - first)
            pixels = torch.from_numpy(images[i]).permute(2, 0, 1).float()[None] / 255
            for d in range(draws):
                drawn = uniform_noise((size, *pixels.shape[1:]), seed, d, first)[i - first]
                for k, epsilon in enumerate(levels):
                    for m, entry in enumerate(entries):
                        said = entry.module.eval()(normalise(pixels) + epsilon * drawn)
                        found[m, k, d, i] = said.double().softmax(1)[0].numpy()
    return found


def test_similarity_equals_a_loop(entries, digits, monkeypatch) -> None:
    """Noise before the normalisation; other draws for another model; a clipped input."""
    monkeypatch.setattr(noise, "BLOCK", 4)
    images, levels = digits.images[:6], [0.0, 0.4, 1.5]
    found = gw.noise_similarity(
        entries, images, levels=levels, draws=3, seed=2, transform=normalise, device="cpu",
        progress=False, resamples=30,
    )  # fmt: skip
    shares = naive(entries, images, levels, 3, 2)
    said = shares.argmax(axis=-1)
    same = (said == said[3]).mean(axis=(2, 3))
    apart = np.linalg.norm(shares - shares[3], axis=-1).mean(axis=(2, 3))
    np.testing.assert_allclose(found.agreement, same, atol=1e-12)
    np.testing.assert_allclose(found.distance, apart, atol=1e-5)
    assert found.role.values.tolist() == ["separate", "pruned", "pruned", "parent"]
    assert found.parent == "dense"
    assert (found.agreement_low <= found.agreement).all()
    assert (found.agreement <= found.agreement_high).all()
    assert len(np.unique(found.agreement)) > 3


def test_pruned_nets_are_nearer_to_their_parent_than_a_separate_one(entries, digits) -> None:
    """A control that is compared with itself; a subset that changes with the levels."""
    found = gw.noise_similarity(
        entries, digits.images, draws=1, samples=60, transform=normalise, device="cpu",
        progress=False, resamples=5,
    )  # fmt: skip
    assert int(found.n) == 60
    assert found.noise.values.tolist() == pytest.approx(np.linspace(0, 0.7, 15).tolist())
    lightly = found.agreement.sel(model="magnitude-30")
    assert (lightly > found.agreement.sel(model="separate")).all()
    assert (found.agreement.sel(model="dense") == 1).all()
    assert (found.distance.sel(model="dense") == 0).all()


def test_draws_depend_on_seed_and_sample_alone() -> None:
    """A global generator that is moved; a draw that repeats."""
    torch.manual_seed(5)
    before = torch.get_rng_state()
    first = uniform_noise((3, 1, 4, 5), 0, 0, 0)
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(first, uniform_noise((3, 1, 4, 5), 0, 0, 0))
    others = [(1, 0, 0), (0, 1, 0), (0, 0, 250)]
    assert all(not torch.equal(first, uniform_noise((3, 1, 4, 5), *other)) for other in others)
    many = uniform_noise((250, 1, 8, 9), 0, 0, 0)
    assert -1 <= many.min() < -0.99 and 0.99 < many.max() <= 1
    assert many.mean().abs() < 0.02


def test_models_come_back_as_they_were(entries, digits) -> None:
    """A net left in eval mode or with hooks on it."""
    net = copy.deepcopy(entries[3].module).train()
    entry = gw.ModelEntry("dense", net)
    batches = noisy_batches([entry], digits.images[:3], levels=[0.1], device="cpu", progress=False)
    assert sum(len(batch.logits[0]) for batch in batches) == 3
    assert net.training
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in net.modules())


def test_noise_potential_equals_a_loop(entries, digits) -> None:
    """Errors of one draw against a margin for all draws; ε = 0 counted once for all draws."""
    images, labels, levels = digits.images[:40], digits.labels[:40], [0.0, 0.5, 2.0]
    models = entries[1:]
    found = gw.noise_potential(
        models, images, labels, 0.05, levels=levels, draws=2, seed=1, transform=normalise,
        device="cpu", progress=False,
    )  # fmt: skip
    wrong = naive(models, images, levels, 2, 1).argmax(axis=-1) != labels
    errors = wrong.sum(axis=(2, 3))
    np.testing.assert_allclose(found.error, errors / 80)
    for k in range(3):
        held = [r for m, r in enumerate((0.3, 0.8)) if errors[m, k] <= errors[2, k] + 4]
        assert float(found.potential[0, 0, k]) == pytest.approx(max(held, default=0), abs=1e-4)
    assert int(found.n) == 80
    with pytest.raises(ValueError, match=r"40 labels, one an image, got shape \(39,\)"):
        gw.noise_potential(models, images, labels[:39])


def test_arguments_are_checked(entries, digits) -> None:
    """A negative level, no draws, an unknown parent, none at all."""
    images = digits.images[:2]
    with pytest.raises(ValueError, match="at least one ε ≥ 0, got"):
        gw.noise_similarity(entries, images, levels=[-0.1], draws=1)
    with pytest.raises(ValueError, match="draws must be at least 1, got 0"):
        gw.noise_similarity(entries, images, draws=0)
    with pytest.raises(ValueError, match="unknown parent 'dens'; did you mean 'dense'"):
        gw.noise_similarity(entries, images, "dens")
    alone = [dataclasses.replace(entries[3], name=name) for name in ("a", "b")]
    with pytest.raises(ValueError, match="pruned from another one: name the parent"):
        gw.noise_similarity(alone, images)
    with pytest.raises(ValueError, match="samples must be at least 1, got 0"):
        gw.noise_similarity(entries, images, samples=0)
    assert len(LEVELS) == 15
