"""Filters and units: what leaves together, how many, and in which order."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from geowidgets import zoo
from geowidgets.pruning import frame_potential, prune, removal_order, score, unit_curve
from geowidgets.pruning.closure import Prober
from geowidgets.pruning.filters import rows
from geowidgets.pruning.layers import PruningError, prunable
from geowidgets.pruning.masks import apply

CRITERIA = ["max_mag", "min_mag", "max_fp", "min_fp", "max_gram", "min_gram"]


def closed(net, example, removed):
    """Row masks of the removed filters, closed, and the two masked nets."""
    removed = {
        n: torch.isin(torch.arange(len(prunable(net)[n].weight)), torch.tensor(r))
        for n, r in removed.items()
    }
    start = rows(net, removed, biases=True)
    prober = Prober(net, example, "fc2", set(prunable(net)))
    return start, prober.close(start)


def test_ft_is_the_l1_norm_of_output_filters(residual):
    """dim 1 in place of dim 0 sums over the wrong axis (rows ≠ columns)."""
    found = score(residual, "ft")["conv1.weight"]
    expected = torch.stack([residual.conv1.weight[j].abs().sum() for j in range(7)])
    torch.testing.assert_close(found, expected.detach())


def test_a_removed_filter_takes_its_norm_bias_and_readers_along(residual, images):
    """conv1's filter 2: bn1's entry 2 and conv2's input 2 go, nothing else."""
    _, masks = closed(residual, images[:1], {"conv1": [2]})
    gone = {n: (~m).nonzero().tolist() for n, m in masks.items() if not m.all()}
    assert set(gone) == {"conv1.weight", "bn1.weight", "bn1.bias", "conv2.weight"}
    assert gone["bn1.weight"] == gone["bn1.bias"] == [[2]]
    assert not masks["conv2.weight"][:, 2].any()
    assert int((~masks["conv2.weight"]).sum()) == 5 * 9


def test_a_residual_sum_keeps_a_channel_alive(residual, images):
    """conv2's filter 1 alone leaves the sum alive; with the stem's filter 1 it is dead."""
    _, one = closed(residual, images[:1], {"conv2": [1]})
    assert one.get("side.weight", torch.ones(1, dtype=torch.bool)).all()
    assert not one["bn2.weight"][1]
    _, both = closed(residual, images[:1], {"conv2": [1], "stem": [1]})
    assert not both["side.weight"][:, 1].any()
    assert not both["fc1.weight"].view(6, 8, 4)[:, 1].any()
    assert not both["conv1.weight"][:, 1].any()


def test_dead_readers_kill_their_sources(residual, images):
    """A channel that no layer reads any more goes too (backwards), with its bias."""
    net = residual
    masks = {"fc1.weight": torch.ones(6, 32, dtype=torch.bool)}
    masks["fc1.weight"].view(6, 8, 4)[:, 6] = False
    found = Prober(net, images[:1], "fc2", set(prunable(net))).close(masks)
    assert not found["side.weight"][1].any()
    assert not found["side.bias"][1]
    assert found["side.weight"][0].all()


@pytest.mark.parametrize(
    "removed", [{"conv1": [0, 3]}, {"stem": [4], "conv2": [4, 0]}, {"fc1": [5]}, {"side": [0, 2]}]
)
def test_closing_never_changes_the_function(removed, residual, images):
    """What is masked in addition must have been without effect once norm entries are gone."""
    _, masks = closed(residual, images[:1], removed)
    net = copy.deepcopy(residual)
    apply(net, masks)
    weights_only = {
        n: m
        for n, m in masks.items()
        if "bn" in n or n.removesuffix(".bias").removesuffix(".weight") in removed
    }
    other = copy.deepcopy(residual)
    apply(other, weights_only)
    torch.testing.assert_close(net(images), other(images))


def test_masked_net_equals_a_physically_smaller_one():
    """The whole point of filter pruning: slicing the dead entries out gives the same logits."""
    net = nn.Sequential(
        nn.Conv2d(2, 5, 3), nn.BatchNorm2d(5), nn.ReLU(), nn.Flatten(), nn.Linear(20, 3)
    ).eval()  # fmt: skip
    pruned = prune(net, "ft", 0.45, example=torch.zeros(1, 2, 4, 4))
    alive = pruned.masks["0.weight"].flatten(1).any(1)
    assert 0 < int(alive.sum()) < 5
    small = nn.Sequential(
        nn.Conv2d(2, int(alive.sum()), 3), nn.BatchNorm2d(int(alive.sum())), nn.ReLU(),
        nn.Flatten(), nn.Linear(4 * int(alive.sum()), 3),
    ).eval()  # fmt: skip
    with torch.no_grad():
        small[0].weight.copy_(net[0].weight[alive])
        small[0].bias.copy_(net[0].bias[alive])
        small[4].weight.copy_(net[4].weight[:, alive.repeat_interleave(4)])
        small[4].bias.copy_(net[4].bias)
    images = torch.randn(3, 2, 4, 4)
    torch.testing.assert_close(pruned.module(images), small(images))
    assert pruned.measured.removed == 90 + 60 - small[0].weight.numel() - small[4].weight.numel()


@pytest.mark.parametrize("budget", ["parameters", "channels", "multiply_adds"])
def test_ft_takes_the_nearest_reachable_ratio(budget, residual, images):
    """Bisection that stops one filter early, against all uniform allocations by brute force."""
    found = prune(residual, "ft", 0.5, example=images[:1], budget=budget)
    from geowidgets.pruning import measure

    reached = []
    for percent in range(0, 96, 5):
        counts = {
            n: min(round(percent / 100 * len(m.weight)), len(m.weight) - 1)
            for n, m in prunable(residual).items()
            if n != "fc2"
        }
        removed = {
            n: prunable(residual)[n]
            .weight.abs()
            .flatten(1)
            .sum(1)
            .argsort(stable=True)[:c]
            .tolist()
            for n, c in counts.items()
        }
        _, masks = closed(residual, images[:1], removed)
        reached.append(getattr(measure(residual, masks, example=images[:1]), budget))
    best = min(abs(value - 0.5) for value in reached)
    assert abs(getattr(found.measured, budget) - 0.5) <= best + 1e-12


def test_ft_without_an_example_says_what_to_pass():
    """A net whose input cannot be guessed."""
    net = nn.Sequential(
        nn.Unflatten(1, (3, 7, 9)), nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(140, 2)
    )
    with pytest.raises(PruningError, match="pass example="):
        prune(net, "ft", 0.5)


def leave_one_out(weight, sign):
    """The greedy order by recomputing the frame potential without each unit, in float64."""
    unit = weight.flatten(1).double()
    unit = unit / unit.norm(dim=1, keepdim=True)
    left, order = list(range(len(unit))), []
    while left:
        contributions = [sign * float(((unit[left] @ unit[i]) ** 2).sum()) for i in left]
        order.append(
            left.pop(min(range(len(left)), key=lambda k: (round(contributions[k], 12), k)))
        )
    return order


@pytest.mark.parametrize(("criterion", "sign"), [("max_fp", 1), ("min_fp", -1)])
@pytest.mark.parametrize("shape", [(23, 7), (9, 30), (12, 2, 3, 3)])
def test_fast_frame_potential_order_equals_leave_one_out(criterion, sign, shape):
    """A missing update, or one with ⟨·,·⟩ for its square, diverges after the first removal."""
    weight = torch.randn(shape, generator=torch.Generator().manual_seed(3))
    assert removal_order(weight, criterion).tolist() == leave_one_out(weight, sign)


@pytest.mark.parametrize("criterion", ["max_gram", "min_gram"])
@pytest.mark.parametrize("shape", [(13, 7), (9, 30), (8, 2, 3, 3)])
def test_gram_order_equals_leave_one_out(criterion, shape):
    """A diagonal counted twice changes the order as soon as norms differ."""
    weight = torch.randn(shape, generator=torch.Generator().manual_seed(3))
    flat = weight.flatten(1).double()
    left, order = list(range(len(flat))), []
    while left:
        rest = {i: [j for j in left if j != i] for i in left}
        after = {i: float((flat[kept] @ flat[kept].T).square().sum()) for i, kept in rest.items()}
        pick = max if criterion == "max_gram" else min
        order.append(pick(left, key=lambda i: after[i]))
        left.remove(order[-1])
    assert removal_order(weight, criterion).tolist() == order
    # Norms alone, where all directions are orthogonal.
    assert removal_order(torch.diag(torch.tensor([2.0, 1.0, 3.0])), "max_gram").tolist() == [
        1,
        0,
        2,
    ]


def test_frame_potential_bounds():
    """Rows that are not normalised, or the trace for the norm."""
    assert frame_potential(7 * torch.eye(4)) == pytest.approx(4)
    assert frame_potential(torch.ones(5, 3)) == pytest.approx(25)
    assert frame_potential(torch.tensor([[1.0, 0.0], [0.0, 0.0]])) == pytest.approx(1)


def test_magnitude_orders_and_ties():
    """max_mag removes the smallest norm first; equal norms leave by index."""
    weight = torch.tensor([[3.0, 4.0], [0.0, 1.0], [5.0, 0.0], [0.0, -1.0]])
    assert removal_order(weight, "max_mag").tolist() == [1, 3, 0, 2]
    assert removal_order(weight, "min_mag").tolist() == [0, 2, 1, 3]


@pytest.mark.parametrize("method", [*CRITERIA, "random_units"])
def test_units_remove_rows_and_keep_or_zero_the_bias(method, lenet):
    """`bias="keep"` leaves relu(b) as a constant, `"zero"` silences the unit and its readers."""
    kept = prune(lenet, method, 0.25, layers=["fc1"], seed=2)
    gone = ~kept.masks["fc1.weight"].any(1)
    assert int(gone.sum()) == 30
    assert set(kept.masks) == {"fc1.weight"}
    assert torch.equal(kept.module.fc1.bias, lenet.fc1.bias)
    zeroed = prune(lenet, method, 0.25, layers=["fc1"], seed=2, bias="zero")
    assert torch.equal(~zeroed.masks["fc1.weight"].any(1), gone)
    assert not zeroed.module.fc1.bias[gone].any()


def test_cycles_of_unit_removal_keep_the_earlier_ones(lenet):
    """min_mag ranks a zeroed row last; an earlier removal must still count as the first."""
    first = prune(lenet, "min_mag", 0.2, layers=["fc2"])
    second = prune(first.module, "min_mag", 0.5, layers=["fc2"], masks=first.masks)
    assert int((~second.masks["fc2.weight"].any(1)).sum()) == 42
    assert (~first.masks["fc2.weight"] <= ~second.masks["fc2.weight"]).all()


def test_unit_curve_equals_pruning_each_count_and_restores(lenet, digits):
    """A curve that removes cumulatively from a net it forgets to restore."""
    from geowidgets.training import accuracy

    before = copy.deepcopy(lenet.state_dict())

    def evaluate(model):
        return accuracy(model, digits.images[600:800], digits.labels[600:800], device="cpu")

    curve = unit_curve(lenet, "fc1", "max_fp", (0, 30, 12), evaluate)
    assert all(torch.equal(v, before[n]) for n, v in lenet.state_dict().items())
    assert curve == [
        evaluate(prune(lenet, "max_fp", count / 120, layers=["fc1"]).module)
        for count in (0, 30, 12)
    ]
    with pytest.raises(PruningError, match=r"0\.\.120 units, got 121"):
        unit_curve(lenet, "fc1", "max_fp", (121,), evaluate)
    assert all(torch.equal(v, before[n]) for n, v in lenet.state_dict().items())


def test_densenet_and_inception_follow_channels_through_concatenation():
    """Pre-activation norms and branches: what is closed must not change the function."""
    for name in ("densenet22", "googlenet"):
        net = zoo.build(name).eval()
        layer = {"densenet22": "body.3.conv", "googlenet": "features.1.three.1.0"}[name]
        weight = dict(net.named_modules())[layer].weight
        gone = torch.zeros(len(weight), dtype=torch.bool)
        gone[[0, 3]] = True
        prober = Prober(net, torch.zeros(1, 3, 16, 16), "fc", set(prunable(net)))
        masks = prober.close(rows(net, {layer: gone}, biases=True))
        assert (
            sum(int((~m).sum()) for n, m in masks.items() if n.endswith("weight"))
            > 2 * weight[0].numel()
        )
        before = copy.deepcopy(net)
        norms = {n: m for n, m in masks.items() if m.ndim == 1}
        apply(before, norms | {f"{layer}.weight": masks[f"{layer}.weight"]})
        apply(net, masks)
        images = torch.rand(2, 3, 16, 16)
        torch.testing.assert_close(net(images), before(images), rtol=1e-3, atol=1e-5)
