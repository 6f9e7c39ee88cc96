"""The same masks and the same enforcement on a CUDA device; runs where there is one."""

from __future__ import annotations

import pytest
import torch

from geowidgets.pruning import METHODS, prune, prune_retrain
from geowidgets.training import to_input, train

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
LEARNED = ("mpt", "edge_popup")


@pytest.mark.parametrize("method", sorted(set(METHODS) - set(LEARNED)))
def test_methods_agree_with_the_cpu(method, lenet, batches):
    """A tensor left on the other device, or another order of ties."""
    here = prune(lenet, method, 0.5, loader=batches, seed=1)
    there = prune(lenet.cuda(), method, 0.5, loader=batches, seed=1)
    assert next(there.module.parameters()).is_cuda
    total = sum(mask.numel() for mask in here.masks.values())
    differing = sum(int((here.masks[n] != there.masks[n].cpu()).sum()) for n in here.masks)
    assert differing <= 0.002 * total


@pytest.mark.parametrize("method", ["magnitude", "ft", "edge_popup"])
def test_stages_train_on_the_device(method, lenet, digits):
    """Masks that stay on the CPU, or half precision that breaks the loop."""
    options = {"epochs": 1} if method in LEARNED else {}
    stage = prune_retrain(
        lenet, digits.images[:64], digits.labels[:64], method=method, ratios=[0.5],
        schedule={"epochs": 1, "lr": 0.01, "amp": True, "channels_last": True, "crop": 2},
        progress=False, device="cuda", **options,
    )[0]  # fmt: skip
    weights = dict(stage.module.named_parameters())
    assert not any(weights[n][~m.cuda()].any() for n, m in stage.masks.items())
    assert torch.isfinite(stage.module(to_input(digits.images[:8], "cuda"))).all()


def test_the_cuda_generator_is_left_alone(lenet, digits):
    """Seeding by torch.manual_seed reseeds every CUDA generator."""
    state = torch.cuda.get_rng_state()
    train(lenet, digits.images[:32], digits.labels[:32], epochs=1, lr=0.01, progress=False)
    assert torch.equal(torch.cuda.get_rng_state(), state)
