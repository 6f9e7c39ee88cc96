"""The zoo: sizes as published, seeds, shapes."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from geowidgets import zoo
from geowidgets.latents import find_head

PARAMETERS = {  # counted by hand from the papers' tables, classifier for ten classes
    "lenet300_100": (3072 * 300 + 300) + (300 * 100 + 100) + (100 * 10 + 10),
    "lenet5": (75 * 6 + 6) + (150 * 16 + 16) + (400 * 120 + 120) + (120 * 84 + 84) + 850,
    "conv2": (27 * 64 + 64) + (576 * 64 + 64) + (16384 * 256 + 256) + (256 * 256 + 256) + 2570,
    "conv4": 1_792 + 36_928 + 73_856 + 147_584 + (128 * 64 * 256 + 256) + 65_792 + 2_570,
    "conv6": 2_262_602,
    "resnet20": 272_474,
    "resnet56": 855_770,
    "resnet110": 1_730_714,
    "resnet18": 11_173_962,
    "vgg16": 14_724_042,
    "vgg16_plain": 15_245_130,
    "vgg19_bn": 20_560_330,
    "wrn16_8": 10_961_370,
    "densenet22": 270_706,
    "alexnet": 2_472_266,
    "googlenet": 6_158_346,
}


def test_every_architecture_is_listed():
    """An architecture without a test is one that may not run."""
    # Studies add small ones of their own.
    builders = zoo.ARCHITECTURES.items()
    own = {name for name, build in builders if build.__module__.startswith("geowidgets.")}
    assert set(PARAMETERS) == own


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameters_and_head(name):
    """A wrong width, a forgotten layer, a head that the latents cannot find."""
    net = zoo.build(name)
    assert sum(p.numel() for p in net.parameters()) == PARAMETERS[name]
    with torch.no_grad():
        assert net.eval()(torch.rand(2, 3, 32, 32)).shape == (2, 10)
    if PARAMETERS[name] < 3e6:
        assert find_head(net, torch.rand(2, 3, 32, 32)).classes == 10
        other = zoo.build(name, 7, 1, 36).eval()
        with torch.no_grad():
            assert other(torch.rand(3, 1, 36, 36)).shape == (3, 7)


def test_published_weight_counts():
    """Weights as printed in Fig. 1 of "Sources of redundancy": 266K, 4.3M, 38K, 1.1M, 20.0M.

    Conv-4's 2.4M and 260K are those of "The Lottery Ticket Hypothesis", Fig. 2.

    A width or a pooling step off changes them. Conv-6's 1.7M in all is not met: its classifier
    would have to read 2×2 maps.
    """

    def count(net: nn.Module, kind: type = nn.Module) -> float:
        return sum(
            m.weight.numel() for m in net.modules() if isinstance(m, kind) and hasattr(m, "weight")
        )

    assert round(count(zoo.lenet300_100(in_channels=1, size=28)) / 1e3) == 266
    assert round(count(zoo.conv2()) / 1e6, 1) == 4.3
    assert round(count(zoo.conv2(), nn.Conv2d) / 1e3) == 39
    assert round(count(zoo.conv4()) / 1e6, 1) == 2.4
    assert round(count(zoo.conv4(), nn.Conv2d) / 1e3) == 260
    assert round(count(zoo.conv6(), nn.Conv2d) / 1e6, 1) == 1.1
    assert round(count(zoo.vgg19_bn(), nn.Conv2d) / 1e6, 1) == 20.0


@pytest.mark.parametrize("name", ["lenet5", "resnet20"])
def test_seeds(name):
    """Builders that draw from, or reseed, the global generator."""
    state = torch.get_rng_state()
    first, second, other = zoo.build(name), zoo.build(name), zoo.build(name, seed=1)
    assert torch.equal(torch.get_rng_state(), state)
    pairs = list(zip(first.parameters(), second.parameters(), strict=True))
    assert all(torch.equal(a, b) for a, b in pairs)
    assert not torch.equal(next(first.parameters()), next(other.parameters()))
    copy.deepcopy(first)


def test_default_initialisation():
    """The spectra at initialisation depend on PyTorch's uniform(±1/√fan-in)."""
    weight = zoo.conv2().fc1.weight.detach()
    assert float(weight.abs().max()) == pytest.approx(1 / 16384**0.5, rel=1e-3)
    assert float(weight.std()) == pytest.approx((1 / (3 * 16384)) ** 0.5, rel=1e-2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: zoo.build("lenet6"), "got 'lenet6'; did you mean 'lenet5'"),
        (lambda: zoo.lenet5(size=8), "at least 12 pixels, got 8"),
        (lambda: zoo.vgg16(size=28), "at least 32 pixels, got 28"),
        (lambda: zoo.resnet20(num_classes=0), "got 0, 3, 32"),
    ],
)
def test_bad_requests(call, message):
    """Failing inside a convolution says nothing about the cause."""
    with pytest.raises(ValueError, match=message):
        call()
