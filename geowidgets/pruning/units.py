"""Unit methods of "Sources of redundancy" (§3.1): norms and the frame potential of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

from geowidgets.pruning.filters import removed_first, rows
from geowidgets.pruning.layers import PruningError, prunable
from geowidgets.pruning.masks import apply, smallest
from geowidgets.pruning.registry import Request, register

TIE = 1e-13
CRITERIA = ("max_mag", "min_mag", "max_fp", "min_fp", "random_units")


def frame_potential(weight: Tensor) -> float:
    """FP(Ŵ) = Σ_ij ⟨ŵ_i, ŵ_j⟩² = ‖ŴŴᵀ‖_F² of the normalised rows; zero rows count 0.

    Args:
        weight: `(unit, …)`, flattened from dim 1 on.

    Returns:
        Between m²/n and m² for m nonzero rows of n entries (m when they are orthogonal).

    Source: "Sources of redundancy", §3.1.

    Example:
        >>> frame_potential(torch.eye(3))
        3.0
    """
    return float(_gram_squared(weight).sum())


def removal_order(
    weight: Tensor, criterion: str, generator: torch.Generator | None = None
) -> Tensor:
    """In which order the greedy criterion removes all units.

    * `max_mag` / `min_mag`: smallest / largest ‖w_i‖ first, so that what stays has a high / low
      norm.
    * `max_fp` / `min_fp`: smallest / largest c_i = Σ_j ⟨ŵ_i, ŵ_j⟩² over the units that are left;
      after removing i, c_j −= ⟨ŵ_i, ŵ_j⟩² (O(m) a step, the order of recomputing in full).
    * `random_units`: a uniform permutation.

    Args:
        weight: `(unit, …)`, flattened from dim 1 on; computed in float64.
        criterion: one of `CRITERIA`.
        generator: for `random_units`.

    Returns:
        int64 `(unit,)`: units, first removed first; ties go to the lower index.

    Source: "Sources of redundancy", §3.1, Problem setup, and Fig. 2.

    Example:
        >>> removal_order(torch.tensor([[3.0], [1.0], [2.0]]), "max_mag").tolist()
        [1, 2, 0]
    """
    if criterion not in CRITERIA:
        raise PruningError(f"criterion: expected one of {', '.join(CRITERIA)}, got {criterion!r}")
    if criterion == "random_units":
        return torch.randperm(len(weight), generator=generator)
    if criterion.endswith("mag"):
        norms = weight.detach().flatten(1).double().norm(dim=1)
        norms = norms if criterion == "max_mag" else -norms
        return norms.argsort(stable=True).cpu()
    return _frame_potential_order(weight, 1.0 if criterion == "max_fp" else -1.0)


def _frame_potential_order(weight: Tensor, sign: float) -> Tensor:
    squared = _gram_squared(weight)
    contribution = sign * squared.sum(1)
    order = []
    for _ in range(len(weight)):
        # Rounding must not decide between equal contributions, such as those of the last two.
        least = contribution.min() + TIE * len(weight)
        unit = int((contribution <= least).nonzero()[0, 0])
        order.append(unit)
        contribution -= sign * squared[unit]
        contribution[unit] = torch.inf
    return torch.tensor(order)


def _gram_squared(weight: Tensor) -> Tensor:
    flat = weight.detach().flatten(1).double()
    unit = nn.functional.normalize(flat, dim=1, eps=1e-300)
    return (unit @ unit.T) ** 2


def _scores(request: Request, criterion: str) -> dict[str, Tensor]:
    """Scores = the step at which the greedy order removes a unit."""
    scores = {}
    for name, layer in request.layers.items():
        order = removal_order(layer.weight, criterion, request.generator)
        step = torch.empty(len(order), dtype=torch.float64)
        step[order] = torch.arange(len(order), dtype=torch.float64)
        scores[name] = step.to(layer.weight.device)
    return scores


@register("max_mag", unit="unit")
def max_mag(request: Request) -> dict[str, Tensor]:
    """Remove the units of smallest norm: the pruned matrix keeps a high norm (benign)."""
    return _scores(request, "max_mag")


@register("min_mag", unit="unit")
def min_mag(request: Request) -> dict[str, Tensor]:
    """Remove the units of largest norm (harms)."""
    return _scores(request, "min_mag")


@register("max_fp", unit="unit")
def max_fp(request: Request) -> dict[str, Tensor]:
    """Remove the units that contribute least to the frame potential, greedily (benign)."""
    return _scores(request, "max_fp")


@register("min_fp", unit="unit")
def min_fp(request: Request) -> dict[str, Tensor]:
    """Remove the units that contribute most to the frame potential, greedily (harms)."""
    return _scores(request, "min_fp")


@register("random_units", unit="unit")
def random_units(request: Request) -> dict[str, Tensor]:
    """Remove units at random: the baseline; repeat over seeds."""
    return _scores(request, "random_units")


def remove(request: Request, scores: dict[str, Tensor]) -> dict[str, Tensor]:
    """Layer → bool `(unit,)`: the round(ratio · m) units of smallest score, earlier ones first."""
    return {
        name: smallest(removed_first(request, name, score), round(request.ratio * len(score)))
        for name, score in zip(request.layers, scores.values(), strict=True)
    }


def unit_curve(
    model: nn.Module,
    layer: str,
    criterion: str,
    counts: Iterable[int],
    evaluate: Callable[[nn.Module], float],
    *,
    bias: str = "keep",
    seed: int = 0,
) -> list[float]:
    """`evaluate(model)` after the first n removals from one layer, for every n of `counts`.

    The model is changed in place while this runs and restored afterwards, also on errors.

    Args:
        model: the net.
        layer: name of the layer whose units are removed.
        criterion: one of `CRITERIA`.
        counts: numbers of units removed.
        evaluate: such as the test accuracy.
        bias: "keep" (the report) or "zero".
        seed: of `random_units`.

    Source: "Sources of redundancy", Fig. 2.
    """
    layers = prunable(model)
    if layer not in layers:
        raise PruningError(f"layer: expected one of {', '.join(layers)}, got {layer!r}")
    module = layers[layer]
    order = removal_order(module.weight, criterion, torch.Generator().manual_seed(seed))
    saved = {name: value.detach().clone() for name, value in module.named_parameters()}
    values = []
    try:
        for count in counts:
            if not 0 <= count <= len(order):
                raise PruningError(f"counts: expected 0..{len(order)} units, got {count}")
            module.load_state_dict(saved)
            gone = torch.zeros(len(order), dtype=torch.bool)
            gone[order[:count]] = True
            apply(model, rows(model, {layer: gone}, biases=bias == "zero"))
            values.append(float(evaluate(model)))
    finally:
        module.load_state_dict(saved)
    return values
