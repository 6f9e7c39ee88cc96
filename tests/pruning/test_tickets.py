"""Biprop and edge-popup: the formulas, and nets that behave like any other."""

from __future__ import annotations

import copy
import io

import pytest
import torch
from torch import nn

from geowidgets.latents import effective_weight
from geowidgets.pruning import Ticket, prune, ticketed
from geowidgets.pruning.tickets import tickets_of
from geowidgets.training import accuracy


@pytest.fixture
def ticket() -> Ticket:
    layer = nn.Conv2d(4, 6, 3, stride=2, padding=1, groups=2)
    return Ticket(layer, 31, True, torch.Generator().manual_seed(0))


def test_forward_is_the_formula(ticket):
    """α as the mean over all weights, a mask of signed scores, or a kept bias."""
    scores, weight = ticket.scores.detach().double(), ticket.weight.double()
    order = scores.abs().flatten().argsort(stable=True)
    mask = torch.ones(108, dtype=torch.bool)
    mask[order[: 108 - 31]] = False
    mask = mask.view_as(scores)
    expected = (weight * mask).abs().sum() / 31 * weight.sign() * mask
    torch.testing.assert_close(ticket.effective_weight().double(), expected)
    images = torch.randn(2, 4, 7, 5)
    torch.testing.assert_close(
        ticket(images),
        nn.functional.conv2d(images, expected.float(), None, stride=2, padding=1, groups=2),
    )


@pytest.mark.parametrize("binary", [True, False])
def test_gradient_is_straight_through(binary):
    """ds = G ⊙ W ⊙ sign(s), for the removed entries too; α takes no gradient."""
    ticket = Ticket(nn.Linear(5, 3), 4, binary, torch.Generator().manual_seed(1))
    outside = torch.randn(3, 5)
    (ticket.effective_weight() * outside).sum().backward()
    expected = outside * ticket.weight * ticket.scores.detach().sign()
    torch.testing.assert_close(ticket.scores.grad, expected)
    assert ticket.weight.grad is None


def test_initialisation_has_the_stated_spread():
    """Fan-out for fan-in, or √5 misread, changes both spreads."""
    ticket = Ticket(nn.Linear(400, 900), 10, True, torch.Generator().manual_seed(0))
    assert float(ticket.weight.detach().std()) == pytest.approx((2 / 400) ** 0.5, rel=0.02)
    assert float(ticket.scores.detach().abs().max()) == pytest.approx(400**-0.5, rel=0.02)


def test_ticket_nets_copy_save_and_move_like_others(residual, images):
    """Hidden state in hooks or non-leaf tensors makes deepcopy fail or the copies drift."""
    kept = {"stem": 20, "conv1": 30, "conv2": 30, "side": 5, "fc1": 50, "fc2": 9}
    net = ticketed(copy.deepcopy(residual), kept).eval()
    twin = copy.deepcopy(net)
    assert torch.equal(twin(images), net(images))
    file = io.BytesIO()
    torch.save(net.state_dict(), file)
    file.seek(0)
    other = ticketed(copy.deepcopy(residual), kept, generator=torch.Generator().manual_seed(9))
    other.load_state_dict(torch.load(file, weights_only=True))
    assert torch.equal(other.eval()(images), net(images))
    assert net.double()(images.double()).dtype == torch.float64
    assert {n: int(t.mask().sum()) for n, t in tickets_of(net).items()} == kept
    trained = [n for n, p in net.named_parameters() if p.requires_grad]
    assert trained == [f"{n}.scores" for n in kept]


def test_latents_read_the_effective_weight(residual):
    """The class directions of a ticket are its binarised rows, not the frozen random ones."""
    net = ticketed(copy.deepcopy(residual), {"fc2": 9})
    weight, bias = effective_weight(net.fc2)
    assert torch.equal(weight, net.fc2.effective_weight())
    assert bias is None
    assert len(weight.abs().unique()) == 2


@pytest.mark.parametrize("method", ["mpt", "edge_popup"])
def test_the_result_is_a_plain_net_that_has_learned(method, lenet, digits):
    """A result that needs special modules, keeps biases, or trains weights instead of scores."""
    pruned = prune(
        lenet, method, 0.6, loader=(digits.images[:600], digits.labels[:600]), batch_size=32,
        epochs=8, lr=0.01, scale_fan=True, progress=False,
    )  # fmt: skip
    assert type(pruned.module.conv1) is nn.Conv2d
    for name in ("conv1", "conv2", "fc1", "fc2", "fc3"):
        layer, mask = getattr(pruned.module, name), pruned.masks[f"{name}.weight"]
        assert not layer.bias.any()
        assert not layer.weight[~mask].any()
        assert abs(int((~mask).sum()) - 0.6 * mask.numel()) <= 1
        levels = layer.weight[mask].abs().unique()
        assert (len(levels) == 1) == (method == "mpt")
    assert pruned.measured.removed == round(0.6 * pruned.measured.total)
    assert accuracy(pruned.module, digits.images[600:900], digits.labels[600:900]) > 0.5


def test_normalisation_is_not_affine(residual, images, labels):
    """Left-over weights of the trained net would carry training into a random ticket."""
    pruned = prune(
        residual, "mpt", 0.5, loader=(images, labels), epochs=1, progress=False, batch_size=6
    )
    assert torch.equal(pruned.module.bn1.weight, torch.ones(7))
    assert not pruned.module.bn1.bias.any()
    assert not torch.equal(pruned.module.bn1.running_mean, residual.bn1.running_mean)


@pytest.mark.parametrize("norm", [nn.GroupNorm(2, 4), nn.LayerNorm([4, 3, 3])])
def test_every_kind_of_normalisation_is_reset(norm, images, labels):
    """A trained group norm carried into the ticket is a trained parameter after all."""
    with torch.no_grad():
        norm.weight.fill_(3)
        norm.bias.fill_(2)
    net = nn.Sequential(nn.Conv2d(2, 4, 4), norm, nn.Flatten(), nn.Linear(36, 4))
    found = prune(
        net, "mpt", 0.5, loader=(images, labels), epochs=1, progress=False, example=images[:1]
    )
    assert (found.module[1].weight == 1).all()
    assert not found.module[1].bias.any()
    assert (net[1].weight == 3).all()
