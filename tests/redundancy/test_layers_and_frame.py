"""Layers as matrices, and the frame potential."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import prune

import geowidgets as gw
from geowidgets import redundancy


def matrix(m: int, n: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(m, n, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_layers_by_name_module_and_matrix():
    """Units read along the wrong dim, a filter flattened in another order, a name not found."""
    net = gw.zoo.lenet5(in_channels=2)
    expected = net.conv2.weight.detach().double().reshape(16, 150)
    for found in (
        redundancy.weight_matrix(net, "conv2"),
        redundancy.weight_matrix(net, net.conv2),
        redundancy.weight_matrix(net.conv2),
        redundancy.weight_matrix(net.conv2.weight),
        redundancy.weight_matrix(net.conv2.weight.detach().numpy()),
    ):
        assert torch.equal(found, expected)
        assert not found.requires_grad


def test_masks_act():
    """Removed weights that count as if they were there."""
    layer = prune.ln_structured(nn.Linear(7, 5), "weight", amount=2, n=2, dim=0)
    assert int((redundancy.weight_matrix(layer) == 0).all(1).sum()) == 2


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda net: redundancy.weight_matrix(net, "fc7"), "unknown name 'fc7'; did you mean 'fc"),
        (lambda net: redundancy.weight_matrix(net), "expected one of conv1, .*, got None"),
        (lambda net: redundancy.weight_matrix(net, "pool"), "got MaxPool2d"),
        (lambda net: redundancy.weight_matrix("fc1"), "got str"),
        (lambda net: redundancy.weight_matrix(torch.ones(3)), r"got shape \(3,\)"),
        (lambda net: redundancy.weight_matrix(torch.tensor([[0.0, math.nan]])), "got 1 of 2"),
        (lambda net: redundancy.low_rank(net, 85, "fc2"), "1..84, got 85"),
    ],
)
def test_bad_layers(call, message):
    """An error from inside a decomposition says nothing about the layer."""
    with pytest.raises((ValueError, TypeError), match=message):
        call(gw.zoo.lenet5(in_channels=1))


def test_frame_potential_equals_a_loop():
    """Rows left unnormalised, the diagonal counted twice, or a removed unit counted."""
    weight = matrix(6, 4)
    weight[0] = 0
    found = redundancy.frame_potential(weight)
    rows = [w / w.norm() if w.norm() else w for w in weight]
    expected = [sum(float(a @ b) ** 2 for b in rows) for a in rows]
    np.testing.assert_allclose(found.contributions, expected, atol=1e-12)
    assert found.value == pytest.approx(sum(expected))
    assert found.contributions[0] == 0
    assert (found.least, found.most) == (25 / 4, 25)
    assert found.least <= found.value <= found.most


@pytest.mark.parametrize(("m", "n"), [(7, 3), (5, 5), (64, 9)])
def test_unit_norm_tight_frames_reach_the_bound(m, n):
    """FP of a unit-norm tight frame is m²/n: here harmonic frames, whose columns are orthogonal."""
    steps = torch.arange(m, dtype=torch.float64)[:, None]
    half = torch.arange(1, n // 2 + 1, dtype=torch.float64)
    angle = 2 * math.pi * steps * half / m
    frame = torch.cat([angle.cos(), angle.sin()], 1) * math.sqrt(2 / n)
    if n % 2:
        frame = torch.cat([frame, torch.full((m, 1), 1 / math.sqrt(n), dtype=torch.float64)], 1)
    scale = torch.rand(m, 1, generator=torch.Generator().manual_seed(1), dtype=torch.float64) + 0.1
    found = redundancy.frame_potential(frame * scale)
    assert found.value == pytest.approx(m * m / n, rel=1e-12)
    assert found.least == pytest.approx(m * m / n)


def test_frame_potential_of_lines_and_of_pruning():
    """Another definition than the one that the pruning criteria use."""
    line = torch.outer(torch.tensor([1.0, -2.0, 3.0]), torch.ones(4))
    assert redundancy.frame_potential(line).value == pytest.approx(9)
    weight = matrix(9, 4)
    assert redundancy.frame_potential(weight).value == pytest.approx(
        gw.pruning.frame_potential(weight)
    )
