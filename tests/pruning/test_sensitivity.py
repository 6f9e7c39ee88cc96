"""SiPP and PFP against plain loops over samples, patches, filters and weights."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from geowidgets.pruning import prune, score
from geowidgets.pruning.layers import PruningError
from geowidgets.pruning.provable import channel_sources, expected_distinct, samples_needed
from geowidgets.pruning.sensitivity import channel_sensitivity, patches, weight_sensitivity

LAYERS = {
    "linear": (lambda: nn.Linear(5, 3), (4, 5)),
    "tokens": (lambda: nn.Linear(5, 3), (4, 6, 5)),
    "conv": (lambda: nn.Conv2d(2, 3, (3, 2), stride=(1, 2), padding=1), (4, 2, 5, 4)),
    "groups": (lambda: nn.Conv2d(4, 6, 2, groups=2), (3, 4, 3, 4)),
    "dilated": (lambda: nn.Conv2d(2, 3, 2, dilation=2, padding="same"), (3, 2, 4, 5)),
    "1d": (lambda: nn.Conv1d(2, 3, 3, padding=1), (3, 2, 7)),
    "reflect": (lambda: nn.Conv2d(2, 3, 3, padding=1, padding_mode="reflect"), (3, 2, 4, 5)),
}


def made(name: str):
    build, shape = LAYERS[name]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return build().double(), torch.randn(shape, dtype=torch.float64)


def naive(layer, inputs):
    """g `(sample, patch, filter, feature of its group)` by loops over the four sign pairs."""
    unfolded = patches(layer, inputs)
    weight = layer.weight.detach().flatten(1)
    groups = unfolded.shape[1]
    per_group = len(weight) // groups
    g = torch.zeros(len(inputs), unfolded.shape[-1], *weight.shape, dtype=torch.float64)
    for x in range(len(inputs)):
        for p in range(unfolded.shape[-1]):
            for i in range(len(weight)):
                a = unfolded[x, i // per_group, :, p]
                for w in (weight[i].clamp(min=0), (-weight[i]).clamp(min=0)):
                    for signed in (a.clamp(min=0), (-a).clamp(min=0)):
                        z = float(w @ signed)
                        if z > 1e-12:
                            g[x, p, i] = torch.maximum(g[x, p, i], w * signed / z)
    return g


@pytest.mark.parametrize("name", LAYERS)
def test_patches_reproduce_the_layer(name):
    """Wrong padding, stride or group order would score other weights than the layer uses."""
    layer, inputs = made(name)
    unfolded = patches(layer, inputs)
    weight = layer.weight.flatten(1).unflatten(0, (unfolded.shape[1], -1))
    outputs = (weight @ unfolded).flatten(1, 2)
    expected = layer(inputs) - layer.bias.view(
        (-1,) if isinstance(layer, nn.Linear) else (-1, *[1] * (inputs.ndim - 2))
    )
    if isinstance(layer, nn.Linear):
        outputs = outputs.transpose(1, 2)
    torch.testing.assert_close(outputs.reshape(expected.shape), expected)


@pytest.mark.parametrize("name", LAYERS)
def test_sipp_equals_a_plain_loop(name):
    """A maximum over patches, a mean over samples, the bias in z, or unsigned inputs."""
    layer, inputs = made(name)
    g = naive(layer, inputs)
    assert 0 <= g.min() <= g.max() <= 1
    expected = g.mean(1).amax(0).view(layer.weight.shape)
    torch.testing.assert_close(weight_sensitivity(layer, inputs), expected)


@pytest.mark.parametrize("name", LAYERS)
def test_pfp_sensitivity_equals_a_plain_loop(name):
    """A mean over patches in place of the maximum, or kernel positions told apart."""
    layer, inputs = made(name)
    g = naive(layer, inputs).amax((0, 1))
    kernel = math.prod(getattr(layer, "kernel_size", (1,)))
    groups = getattr(layer, "groups", 1)
    each = g.view(groups, -1, g.shape[1] // kernel, kernel).amax((1, 3)).flatten()
    torch.testing.assert_close(channel_sensitivity(layer, inputs), each)


def test_sipp_scores_the_inputs_inside_the_net(lenet, digits):
    """Hooks that see the net's input, or another layer's, score the wrong activations."""
    from geowidgets.training import to_input

    x = to_input(digits.images[:6])
    found = score(
        lenet, "sipp", loader=[(x[:4], torch.zeros(4)), (x[4:], torch.zeros(2))], samples=5
    )
    hidden = torch.relu(lenet.fc1(_features(lenet, x[:5])))
    torch.testing.assert_close(
        found["fc2.weight"], weight_sensitivity(lenet.fc2, hidden.detach()), rtol=1e-4, atol=1e-6
    )


def _features(net, x):
    maps = net.pool(torch.relu(net.conv1(x)))
    return net.pool(torch.relu(net.conv2(maps))).flatten(1)


def test_zero_inputs_score_zero():
    """0/0 would be NaN and poison the ranking."""
    layer = nn.Linear(4, 3)
    assert not weight_sensitivity(layer, torch.zeros(2, 4)).any()
    assert not channel_sensitivity(layer, torch.zeros(2, 4)).any()


def test_expected_distinct_is_what_sampling_gives():
    """(1 − p)^m computed as 1 − p·m, or p = 1 giving NaN."""
    p = torch.tensor([0.5, 0.25, 0.15, 0.1])
    generator = torch.Generator().manual_seed(0)
    draws = torch.multinomial(p.expand(20000, -1), 6, True, generator=generator)
    hits = torch.stack([(draws == j).any(1) for j in range(4)]).sum(0).double()
    assert expected_distinct(p, 6) == pytest.approx(float(hits.mean()), abs=0.02)
    assert expected_distinct(torch.tensor([1.0, 0.0]), 5) == pytest.approx(1)


def test_samples_needed_is_the_formula():
    """Rounding down, or log2 for ln, changes every layer's budget."""
    coefficient = 2 * 3 * 2.5 * math.log(8 * (36 + 1) * 9 / 1e-16)
    assert samples_needed(0.3, 2.5, 36, 9) == math.ceil(3 * 6.6 * coefficient / 0.09)


def test_channel_sources_follow_flattening_and_concatenation(residual, images):
    """Features of one flattened channel that do not leave together would split a filter."""
    sources = channel_sources(residual, images[:1])
    assert not sources["stem"].any()
    assert len(sources["conv1"].unique()) == 5
    tags = sources["fc1"].view(8, 4)
    assert (tags == tags[:, :1]).all()
    assert len(tags[:, 0].unique()) == 8


def test_pfp_meets_the_budget_and_guards_the_image(residual, images, labels):
    """Removing an image channel, filters of the head, or parts of flattened channels."""
    pruned = prune(residual, "pfp", 0.4, loader=(images, labels), allow_empty=True)
    assert pruned.measured.parameters == pytest.approx(0.4, abs=0.06)
    stem = pruned.masks["stem.weight"]
    assert ((~stem).flatten(1).all(1) | stem.flatten(1).all(1)).all()
    assert pruned.masks["fc2.weight"].any(1).all()
    flattened = pruned.masks["fc1.weight"].any(0).view(8, 4)
    assert (flattened == flattened[:, :1]).all()


def test_conv3d_is_refused_by_name():
    """An unfold that does not exist should say so before the data is run."""
    net = nn.Sequential(nn.Conv3d(1, 2, 2), nn.Flatten(), nn.Linear(2, 2))
    with pytest.raises(PruningError, match="got Conv3d"):
        prune(net, "sipp", 0.5, loader=[(torch.rand(1, 1, 2, 2, 2), torch.zeros(1))])
