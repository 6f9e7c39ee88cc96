"""The local path gives the plain path's maps, on nets of all kinds, or says why it did not run."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import prune

import geowidgets as gw
from geowidgets.attribution import occlusion
from tests.attribution.nets import MAKERS, make


def image(height: int, width: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(3, height, width, generator=torch.Generator().manual_seed(seed))


def both(net, pixels, label=0, *args, **options):
    local = occlusion(net, pixels, label, *args, path="local", **options)
    plain = occlusion(net, pixels, label, *args, path="plain", **options)
    assert (local.attrs["path"], plain.attrs["path"]) == ("local", "plain")
    return local, plain


def as_double(batch: torch.Tensor) -> torch.Tensor:
    return (batch.double() - 0.45) / 0.25


@pytest.mark.parametrize("name", MAKERS)
def test_the_same_numbers_on_every_net_and_window(name):
    """A crop one pixel off, padding from the wrong side, a stride's phase, a lost shortcut."""
    net = make(name).double()
    rng = np.random.default_rng(sum(map(ord, name)))
    fixed = name in ("lenet5", "resnet20")
    for _ in range(1 if fixed else 5):
        shape = (32, 32) if fixed else tuple(rng.integers(24, 34, 2))
        window = tuple(rng.integers(1, 6, 2))
        stride = tuple(rng.integers(5, 9, 2) if fixed else rng.integers(1, 7, 2))
        pixels = image(*shape, seed=int(rng.integers(1000)))
        local, plain = both(
            net, pixels, 1, window, stride, transform=as_double, batch=int(rng.integers(3, 40)),
            metrics=("length", features_sum),
        )  # fmt: skip
        scale = np.abs(plain.values[np.isfinite(plain.values)]).max()
        np.testing.assert_allclose(
            local, plain, rtol=0, atol=1e-6 * scale, err_msg=f"{shape} {window} {stride}"
        )
        assert scale > 1e-6


def features_sum(features: torch.Tensor, logits: torch.Tensor, label: int) -> torch.Tensor:
    weights = torch.linspace(-1, 1, features.shape[1], dtype=features.dtype)
    return features @ weights


@pytest.mark.parametrize("name", ["resnet20", "pad shortcut", "odd"])
def test_the_four_metrics_in_single_precision(name):
    """Folded norms or another order of sums that move a metric by more than rounding."""
    net, pixels = make(name), image(32, 32)
    local, plain = both(net, pixels, 2, 4, 3, fill="blur")
    for metric in plain.metric.values:
        reference = abs(float(plain.unoccluded.sel(metric=metric)))
        np.testing.assert_allclose(
            local.sel(metric=metric), plain.sel(metric=metric), atol=1e-5 * max(1, reference)
        )
    np.testing.assert_allclose(local.unoccluded, plain.unoccluded, rtol=1e-5)
    assert local.attrs["prediction"] == plain.attrs["prediction"]


def test_masks_of_any_shape_and_size():
    """Boxes instead of masks; regions of different sizes in one batch; one at each corner."""
    net, pixels = make("pad shortcut").double(), image(32, 27)
    rng = np.random.default_rng(4)
    masks = np.zeros((9, 32, 27), bool)
    for place, (top, left) in enumerate([(0, 0), (0, 23), (28, 0), (28, 23), (9, 14), (10, 15)]):
        masks[place, top : top + 4, left : left + 4] = rng.random((4, 4)) < 0.6
        masks[place, top, left] = True
    masks[6, 31, 26] = masks[7, 0, 0] = masks[8, 13, 5:8] = True
    local, plain = both(net, pixels, 0, masks=masks, transform=as_double, fill=(0.1, 0.9, 0.4))
    np.testing.assert_allclose(local, plain, atol=1e-6)


def test_a_window_on_half_of_the_image_and_steps_in_order():
    """Progress that counts a region twice when they are taken in another order."""
    seen = []
    net, pixels = make("odd"), image(30, 28)
    occlusion(net, pixels, 0, 3, 2, path="local", batch=16, progress=lambda *at: seen.append(at))
    done = [at[0] for at in seen]
    assert done == sorted(set(done)) and done[-1] == 15 * 14


class Weighed(nn.Module):
    """Its code asks for the values of its input."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.fc = nn.Conv2d(3, 4, 3), nn.Linear(4, 3)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        maps = self.conv(images)
        if maps.abs().max() > 1e9:
            maps = maps * 0
        return self.fc(maps.mean((2, 3)))


def in_place() -> nn.Module:
    class Net(Weighed):
        def forward(self, images: torch.Tensor) -> torch.Tensor:
            maps = self.conv(images)
            return self.fc((torch.relu_(maps) + maps).mean((2, 3)))

    return Net()


@pytest.mark.parametrize(
    ("make_net", "options", "reason"),
    [
        (Weighed, {}, "torch.fx cannot trace it"),
        (in_place, {}, "changes a tensor that others read"),
        (lambda: gw.zoo.lenet300_100(), {}, "no step of it stays near"),
        (lambda: make("aliased"), {"window": 30}, "no step of it stays near"),
        (
            lambda: make("aliased"),
            {"transform": lambda x: x / x.amax((1, 2, 3), keepdim=True)},
            "does not go pixel by pixel",
        ),
        (
            lambda: make("aliased"),
            {"transform": lambda x: nn.functional.interpolate(x, size=20)},
            "changes the image's size",
        ),
    ],
)
def test_what_cannot_be_taken_apart_goes_whole_and_says_why(make_net, options, reason):
    """A fast path that guesses, or a slow one that nobody is told of."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = make_net()
    pixels = image(32, 32)
    found = occlusion(net, pixels, 0, **{"window": 4, "stride": 8, **options})
    assert found.attrs["path"] == "plain" and reason in found.attrs["path_reason"]
    plain = occlusion(net, pixels, 0, **{"window": 4, "stride": 8, **options}, path="plain")
    np.testing.assert_array_equal(found, plain)
    with pytest.raises(ValueError, match=reason):
        occlusion(net, pixels, 0, **{"window": 4, "stride": 8, **options}, path="local")
    with pytest.raises(ValueError, match="'fast'; expected one of"):
        occlusion(net, pixels, 0, path="fast")


def test_hooks_are_followed_or_seen_by_the_check():
    """A hook that the traced steps leave out, and maps of another net with it."""
    net = nn.Sequential(nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU()))
    net.extend([nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3)])
    handle = net[0].register_forward_hook(lambda module, args, result: 2 * result)
    local, plain = both(net, image(32, 32), 0, 4, 8)
    np.testing.assert_allclose(local, plain, atol=1e-5)
    handle.remove()
    net[0][0].register_forward_pre_hook(lambda module, args: (3 * args[0],))
    found = occlusion(net, image(32, 32), 0, 4, 8)
    assert "the traced steps give other features" in found.attrs["path_reason"]
    np.testing.assert_array_equal(found, occlusion(net, image(32, 32), 0, 4, 8, path="plain"))


def test_pruned_and_masked_weights_are_the_ones_that_act():
    """A stale weight beside a mask that is applied in forward only."""
    net = make("pad shortcut")
    prune.random_unstructured(net.conv1, "weight", 0.5)
    local, plain = both(net, image(32, 32), 0, 4, 4)
    np.testing.assert_allclose(local, plain, atol=1e-4)
