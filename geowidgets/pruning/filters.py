"""Filter methods: whole output channels, a budget met by one uniform kept fraction."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from geowidgets.pruning.closure import Prober
from geowidgets.pruning.layers import PruningError, bias_name, prunable, weight_name
from geowidgets.pruning.masks import Masks, merge, smallest
from geowidgets.pruning.measured import measure
from geowidgets.pruning.registry import Request, register

BUDGETS = ("parameters", "channels", "multiply_adds")


@register("ft", unit="filter")
def ft(request: Request) -> dict[str, Tensor]:
    """Filter thresholding: the L1 norm of each output filter, ‖W_j‖₁ = Σ abs(W[j]).

    "Lost in pruning", Table 1 (the paper writes W transposed; filter j is dim 0 in torch). One
    kept fraction for all layers.
    """
    return {
        name: layer.weight.detach().abs().flatten(1).sum(1)
        for name, layer in request.layers.items()
    }


def check_budget(budget: str) -> None:
    """Refuse an unknown budget."""
    if budget not in BUDGETS:
        raise PruningError(f"budget: expected one of {', '.join(BUDGETS)}, got {budget!r}")


def rows(model: nn.Module, removed: Mapping[str, Tensor], *, biases: bool) -> Masks:
    """Masks of whole output filters.

    Args:
        model: the net.
        removed: layer → bool `(filter,)`, True where removed.
        biases: mask the filter's bias as well.
    """
    masks: Masks = {}
    layers = prunable(model)
    for name, gone in removed.items():
        weight, bias = layers[name].weight, layers[name].bias
        gone = gone.to(weight.device)
        masks[weight_name(name)] = ~gone.view(-1, *[1] * (weight.ndim - 1)).expand_as(weight)
        if biases and bias is not None:
            masks[bias_name(name)] = ~gone
    return masks


def uniform(request: Request, scores: Mapping[str, Tensor], bias: str, budget: str) -> Masks:
    """Remove the filters of smallest score, an equal fraction of every layer.

    Filters leave one at a time in the order in which a growing removed fraction, rounded in each
    layer, takes them; at least one stays in each layer. The number taken is the one whose measured
    budget is nearest to the requested ratio (bisection: the sets are nested).

    Args:
        request: model, layers, ratio and earlier masks.
        scores: weight name → `(filter,)`.
        bias: "zero" also removes biases, normalisation entries and the next layers' inputs.
        budget: what the ratio is of.
    """
    layers = list(request.layers)
    queue = _queue([len(scores[weight_name(name)]) for name in layers])
    ranked = {n: removed_first(request, n, scores[weight_name(n)]) for n in layers}
    close = closing(request, bias)

    def masks(taken: int) -> Masks:
        counts = dict.fromkeys(layers, 0)
        for index in queue[:taken]:
            counts[layers[index]] += 1
        removed = {n: smallest(ranked[n], count) for n, count in counts.items()}
        return close(rows(request.model, removed, biases=bias == "zero"))

    return nearest(request, masks, len(queue), budget)


def closing(request: Request, bias: str) -> Callable[[Masks], Masks]:
    """What turns masks of filters into masks of all that dies with them."""
    if bias == "keep":
        return lambda masks: merge(request.masks, masks)
    if request.example is None or request.head is None:
        raise PruningError(
            "example: removing filters together with the next layers' inputs needs one input; "
            "pass example=images[:1], or bias='keep' to mask filters alone"
        )
    free = set(request.layers) | ({request.head} if request.prune_head else set())
    prober = Prober(request.model, request.example, request.head, free)
    return lambda masks: prober.close(merge(request.masks, masks))


def nearest(request: Request, masks: Callable[[int], Masks], most: int, budget: str) -> Masks:
    """The masks among `masks(0..most)`, nested, whose measured budget is nearest to the ratio."""
    counted = request.counted

    def reached(taken: int) -> float:
        found = measure(request.model, masks(taken), example=request.example, layers=counted)
        return getattr(found, budget)

    low, high = 0, most
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if reached(middle) >= request.ratio else (middle + 1, high)
    below = max(low - 1, 0)
    if abs(reached(below) - request.ratio) <= abs(reached(low) - request.ratio):
        low = below
    return masks(low)


def _queue(sizes: list[int]) -> list[int]:
    """Layer indices in the order in which a growing fraction takes filters from them."""
    breaks = [
        ((taken + 0.5) / size, index)
        for index, size in enumerate(sizes)
        for taken in range(size - 1)
    ]
    return [index for _, index in sorted(breaks)]


def removed_first(request: Request, name: str, score: Tensor) -> Tensor:
    """Scores `(filter,)` with −∞ for the filters that earlier masks removed."""
    earlier = request.masks.get(weight_name(name))
    if earlier is None:
        return score
    return score.masked_fill(~earlier.flatten(1).any(1).to(score.device), -torch.inf)
