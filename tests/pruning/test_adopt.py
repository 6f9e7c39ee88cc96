"""Models pruned elsewhere."""

from __future__ import annotations

import copy
import warnings

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrize
from torch.nn.utils import prune as torch_prune

from geowidgets import zoo
from geowidgets.pruning import MasksFromZeros, PruningError, adopt, prune


def test_torch_prune_modules(lenet):
    """deepcopy of such a module fails once it has run; its masks must be taken over exactly."""
    x = torch.rand(2, 1, 16, 16)
    torch_prune.l1_unstructured(lenet.fc1, "weight", 0.5)
    torch_prune.random_unstructured(lenet.conv1, "weight", 31)
    torch_prune.l1_unstructured(lenet.fc1, "weight", 0.5)
    expected = lenet(x)
    adopted = adopt(lenet)
    assert adopted.source == "torch.nn.utils.prune"
    assert torch.equal(adopted.module(x), expected)
    assert torch.equal(adopted.masks["fc1.weight"], lenet.fc1.weight_mask.bool())
    assert int((~adopted.masks["conv1.weight"]).sum()) == 31
    assert "weight" in dict(adopted.module.fc1.named_parameters())
    copy.deepcopy(adopted.module)
    assert hasattr(lenet.fc1, "weight_orig")  # the caller's model is untouched


def test_torch_prune_state_dicts(lenet, tmp_path):
    """weight_orig and weight_mask in a file, behind a wrapper and a prefix."""
    torch_prune.l1_unstructured(lenet.fc2, "weight", 0.3)
    state = {f"module.{n}": v for n, v in lenet.state_dict().items()}
    torch.save({"state_dict": state}, tmp_path / "pruned.pt")
    adopted = adopt(tmp_path / "pruned.pt", lambda: zoo.lenet5(in_channels=1, size=16))
    assert torch.equal(adopted.module.fc2.weight, lenet.fc2.weight)
    assert torch.equal(adopted.masks["fc2.weight"], lenet.fc2.weight_mask.bool())


def test_zeros_become_masks_and_are_said_aloud(lenet):
    """A sparse checkpoint without masks would come alive in retraining."""
    pruned = prune(lenet, "magnitude", 0.6)
    with pytest.warns(MasksFromZeros, match=r"5 masks were read off exact zeros.*conv1\.weight"):
        adopted = adopt(pruned.module.state_dict(), lambda: zoo.lenet5(in_channels=1, size=16))
    assert adopted.source == "zeros"
    assert all(torch.equal(adopted.masks[n], pruned.masks[n]) for n in pruned.masks)
    assert adopted.measured.parameters == pruned.measured.parameters


def test_a_dense_model_needs_no_warning(lenet):
    """Warning of nothing teaches people to ignore warnings."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        adopted = adopt(lenet)
    assert adopted.source == "dense"
    assert adopted.masks == {}


def test_parametrizations_become_plain(residual, images):
    """A parametrised weight has no leaf that masks could hold."""

    class Half(nn.Module):
        def forward(self, weight):
            mask = torch.ones_like(weight)
            mask[:, ::2] = 0
            return weight * mask

    parametrize.register_parametrization(residual.conv1, "weight", Half())
    expected = residual(images)
    adopted = adopt(residual)
    assert adopted.source == "parametrization"
    assert torch.equal(adopted.module(images), expected)
    assert not adopted.masks["conv1.weight"][:, ::2].any()
    assert adopted.masks["conv1.weight"][:, 1::2].all()
    assert not parametrize.is_parametrized(adopted.module.conv1)


def test_physically_smaller_nets_are_measured_against_the_dense_one():
    """A smaller net has no zeros; its ratio is what is missing."""
    dense = nn.Sequential(nn.Linear(10, 8), nn.ReLU(), nn.Linear(8, 3))
    small = nn.Sequential(nn.Linear(10, 4), nn.ReLU(), nn.Linear(4, 3))
    adopted = adopt(small, dense=dense)
    assert adopted.source == "smaller"
    assert adopted.measured.parameters == pytest.approx(1 - 52 / 104)
    assert adopted.measured.channels == pytest.approx(1 - 7 / 11)
    assert adopted.measured.multiply_adds == pytest.approx(0.5)


def test_another_architecture_is_named_key_by_key(lenet, tmp_path):
    """load_state_dict's own wall of text names neither the file nor the reason."""
    torch.save(zoo.lenet300_100(in_channels=1, size=16).state_dict(), tmp_path / "other.pt")
    with pytest.raises(PruningError) as caught:
        adopt(tmp_path / "other.pt", lambda: zoo.lenet5(in_channels=1, size=16))
    message = str(caught.value)
    assert "other.pt: does not fit LeNet5" in message
    assert "missing: conv1.weight, conv1.bias" in message
    assert "fc1.weight (300, 256) for (120, 64)" in message
    with pytest.raises(PruningError, match="expected a state dict of tensors, got dict"):
        adopt({"epoch": 3}, lambda: zoo.lenet5())
    with pytest.raises(PruningError, match="build: expected the function"):
        adopt(lenet.state_dict())


def test_prune_points_to_adopt(lenet):
    """torch's own message about graph leaves does not say what to do."""
    torch_prune.l1_unstructured(lenet.fc1, "weight", 0.5)
    lenet(torch.rand(2, 1, 16, 16))
    with pytest.raises(PruningError, match=r"LeNet5 cannot be copied .* adopt\(model\)"):
        prune(lenet, "magnitude", 0.7)
    adopted = adopt(lenet)
    pruned = prune(adopted.module, "magnitude", 0.7, masks=adopted.masks)
    assert not (pruned.masks["fc1.weight"] & ~adopted.masks["fc1.weight"]).any()
    assert pruned.measured.parameters == pytest.approx(0.7, abs=1e-4)
