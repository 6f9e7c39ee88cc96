"""Weight scores against float64 re-implementations."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
import torch
from torch.nn import functional

from geowidgets.pruning import prune, score
from geowidgets.pruning.layers import PruningError, prunable
from geowidgets.pruning.registry import Request
from geowidgets.pruning.taylor import fisher_diagonal, hessian_diagonal
from geowidgets.pruning.weight_scores import mean_gradient


@pytest.fixture
def request64(residual, images, labels) -> Request:
    net = copy.deepcopy(residual).double()
    data = [(images.double()[i : i + 5], labels[i : i + 5]) for i in (0, 5, 10)]
    return Request(net, prunable(net), torch.Generator().manual_seed(0), data=data)


def test_magnitude_is_the_absolute_value(residual):
    """Signed weights would remove the most negative ones."""
    assert torch.equal(score(residual, "magnitude")["conv1.weight"], residual.conv1.weight.abs())


def test_gradient_accumulates_with_its_sign(request64):
    """abs() taken batch by batch, or batches of unequal size weighted alike, gives other scores."""
    net = request64.model
    images, labels = (torch.cat(part) for part in zip(*request64.data, strict=True))
    loss = functional.cross_entropy(net(images), labels)
    exact = torch.autograd.grad(loss, net.conv2.weight)[0]
    torch.testing.assert_close(
        mean_gradient(request64, 10, functional.cross_entropy)["conv2"], exact
    )
    found = score(net, "gradient", loader=request64.data)["conv2.weight"]
    torch.testing.assert_close(found, (exact * net.conv2.weight).abs().detach())


def test_gradient_leaves_running_statistics_alone(residual, images, labels):
    """Scoring in train mode would use batch statistics and move the running ones."""
    mean = residual.bn1.running_mean.clone()
    residual.train()
    trained = score(residual, "gradient", loader=[(images, labels)])
    assert torch.equal(residual.bn1.running_mean, mean)
    evaluated = score(residual.eval(), "gradient", loader=[(images, labels)])
    assert torch.equal(trained["fc1.weight"], evaluated["fc1.weight"])


def test_fisher_is_the_mean_of_per_sample_squares(request64):
    """The square of the batch's mean gradient is not Fisher; nor is a sum over samples."""
    net = request64.model
    images, labels = (torch.cat(part) for part in zip(*request64.data, strict=True))
    loop = torch.zeros_like(net.conv1.weight)
    for image, label in zip(images, labels, strict=True):
        loss = functional.cross_entropy(net(image[None]), label[None])
        loop += torch.autograd.grad(loss, net.conv1.weight)[0].square()
    found = fisher_diagonal(request64, 10, 4, functional.cross_entropy)["conv1"]
    torch.testing.assert_close(found, loop / len(images))
    squared_mean = mean_gradient(request64, 10, functional.cross_entropy)["conv1"].square()
    assert not torch.allclose(found, squared_mean, rtol=0.5)


def test_hutchinson_converges_to_the_exact_diagonal(request64):
    """A first-order product in place of the Hessian's, or a missing division by the probes."""
    net = request64.model
    images, labels = (torch.cat(part) for part in zip(*request64.data, strict=True))
    weight = net.fc2.weight.detach().clone()

    def loss(w: torch.Tensor) -> torch.Tensor:
        logits = torch.func.functional_call(net, {"fc2.weight": w}, (images,))
        return functional.cross_entropy(logits, labels)

    full = torch.autograd.functional.hessian(loss, weight).reshape(24, 24)
    exact = full.diagonal().view_as(weight)
    alone = replace(request64, layers={"fc2": net.fc2})
    found = hessian_diagonal(alone, 10, 700, functional.cross_entropy)["fc2"]
    off = full - full.diagonal().diag()
    deviation = off.square().sum(1).sqrt().view_as(weight) / (3 * 700) ** 0.5
    assert ((found - exact).abs() < 5 * deviation + 1e-9).all()
    assert (found - exact).norm() < 0.2 * exact.norm()


@pytest.mark.parametrize("curvature", ["hutchinson", "fisher"])
def test_taylor2_is_the_formula(request64, curvature):
    """+g·w for −g·w, or a missing half, changes the order of the weights."""
    net, data = request64.model, request64.data
    first = mean_gradient(request64, 10, functional.cross_entropy)["fc1"]
    fresh = replace(request64, generator=torch.Generator().manual_seed(4))
    if curvature == "fisher":
        second = fisher_diagonal(fresh, 10, 16, functional.cross_entropy)["fc1"]
    else:
        second = hessian_diagonal(fresh, 10, 2, functional.cross_entropy)["fc1"]
    w = net.fc1.weight.detach()
    found = score(net, "taylor2", loader=data, seed=4, curvature=curvature, probes=2)["fc1.weight"]
    torch.testing.assert_close(found, (-first * w + second * w * w / 2).abs())


def test_taylor2_predicts_the_loss_change(request64):
    """The score is |ΔL| to second order when one weight of the head is set to 0."""
    net = request64.model
    images, labels = (torch.cat(part) for part in zip(*request64.data, strict=True))
    with torch.no_grad():
        before = functional.cross_entropy(net(images), labels)
        w = float(net.fc2.weight[0, 3])
        net.fc2.weight[0, 3] = 0
        change = float(functional.cross_entropy(net(images), labels) - before)
        net.fc2.weight[0, 3] = w
    found = score(net, "taylor2", loader=request64.data, probes=500, layers=["fc2"])
    assert float(found["fc2.weight"][0, 3]) == pytest.approx(abs(change), rel=0.2)


def test_unknown_curvature(lenet, batches):
    """A typo must not fall back to the other estimator."""
    with pytest.raises(PruningError, match="expected one of hutchinson, fisher, got 'fischer'"):
        prune(lenet, "taylor2", 0.5, loader=batches, curvature="fischer")
