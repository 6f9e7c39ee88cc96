"""Nets of which a part is drawn again."""

from __future__ import annotations

import copy

import pytest
import torch

import geowidgets as gw
from geowidgets import redundancy


def test_resampled_layers_and_no_others():
    """Layers that stay, others that change, the same draw for every seed, a generator moved on."""
    net = gw.zoo.conv2(10, 3, 16)
    before, state = copy.deepcopy(net.state_dict()), torch.get_rng_state()
    one, same = (redundancy.resampled(net, ["fc1", "fc3"], seed=4) for _ in range(2))
    other = redundancy.resampled(net, ["fc1", "fc3"], seed=5)
    assert torch.equal(torch.get_rng_state(), state)
    for name, value in before.items():
        assert torch.equal(net.state_dict()[name], value)
        assert torch.equal(one.state_dict()[name], same.state_dict()[name])
        drawn = name.startswith(("fc1", "fc3"))
        assert torch.equal(one.state_dict()[name], value) != drawn
        assert torch.equal(one.state_dict()[name], other.state_dict()[name]) != drawn
    # As fresh as the first: the same random law, and a subspace that has nothing to do with it.
    assert redundancy.spectrum(one, "fc1").outliers() <= 1
    assert redundancy.principal_angles(net, one, 10, "fc1").min() > 70
    assert not torch.equal(
        redundancy.resampled(net, ["features"]).features[2].weight, net.features[2].weight
    )


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        (["fc9"], "unknown name 'fc9'; did you mean 'fc"),
        ("fc1", "expected a list of names, got 'fc1'"),
        ([], r"expected a list of names, got \[\]"),
        (["features.1"], r"'features.1' \(ReLU\) has nothing that can be drawn again"),
    ],
)
def test_resampling_refuses(layers, message):
    """A copy in which nothing was drawn again looks like a perfect reproduction."""
    with pytest.raises(ValueError, match=message):
        redundancy.resampled(gw.zoo.conv2(10, 3, 16), layers)
