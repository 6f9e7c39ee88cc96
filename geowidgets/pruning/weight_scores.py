"""Weight scores that need at most one gradient: random, magnitude, gradient."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from geowidgets.pruning.registry import Request, register

Loss = Callable[[Tensor, Tensor], Tensor]


@register("random")
def random(request: Request) -> dict[str, Tensor]:
    """A uniform permutation of all weights.

    The scores are ranks, so that the count is exact and ties cannot occur.
    """
    sizes = [layer.weight.numel() for layer in request.layers.values()]
    ranks = torch.randperm(sum(sizes), generator=request.generator).double().split(sizes)
    return {
        name: rank.view(layer.weight.shape).to(layer.weight.device)
        for (name, layer), rank in zip(request.layers.items(), ranks, strict=True)
    }


@register("magnitude")
def magnitude(request: Request) -> dict[str, Tensor]:
    """abs(w): weight thresholding ("Lost in pruning", Table 1, WT)."""
    return {name: layer.weight.detach().abs() for name, layer in request.layers.items()}


@register("gradient", needs_data=True)
def gradient(
    request: Request, *, batches: int = 10, loss: Loss = functional.cross_entropy
) -> dict[str, Tensor]:
    """abs(Σ_batches g ⊙ w): first-order Taylor term, as SNIP (Lee et al. 2019, eq. 5).

    The gradient is accumulated with its sign and the absolute value is taken last, in eval mode.
    Batches are weighted by their samples, so the score is the data's mean.

    Args:
        request: what to score.
        batches: how many batches of the loader to use; fewer only where the loader ends.
        loss: `(logits, labels) -> scalar`, a mean over samples.
    """
    mean = mean_gradient(request, batches, loss)
    return {
        name: (mean[name] * layer.weight.detach()).abs() for name, layer in request.layers.items()
    }


def mean_gradient(request: Request, batches: int, loss: Loss) -> dict[str, Tensor]:
    """Layer → gradient of the mean loss over the first `batches` batches, of the weight's shape."""
    weights = {name: layer.weight for name, layer in request.layers.items()}
    total = {name: torch.zeros_like(weight) for name, weight in weights.items()}
    seen = 0
    for images, labels in request.take(batches):
        value = loss(request.logits(images), labels) * len(labels)
        gradients = torch.autograd.grad(value, list(weights.values()), allow_unused=True)
        for name, part in zip(weights, gradients, strict=True):
            if part is not None:
                total[name] += part
        seen += len(labels)
    return {name: value / seen for name, value in total.items()}
