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
CRITERIA = ("max_mag", "min_mag", "max_fp", "min_fp", "max_gram", "min_gram", "random_units")


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
    * `max_gram` / `min_gram`: the unit without which Σ_ij ⟨w_i, w_j⟩² = ‖WWᵀ‖_F² of what is left,
      the frame potential of rows that are not normalised, falls least / most. It weighs norm and
      direction at once; the report's program has it as `max_fp_mod` and its Fig. 2 leaves it to
      "other pruning metrics".
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
    sign = 1.0 if criterion.startswith("max") else -1.0
    if criterion.endswith("gram"):
        flat = weight.detach().flatten(1).double()
        longest = flat.norm(dim=1).max().clamp(min=1e-300)
        return _greedy_order((flat @ flat.T / longest**2) ** 2, sign)
    return _greedy_order(_gram_squared(weight), sign)


def _greedy_order(squared: Tensor, sign: float) -> Tensor:
    """Remove, one after another, the unit of the smallest signed change of Σ_ij S_ij."""
    # Row and column i go, and S_ii is in both.
    change = sign * (2 * squared.sum(1) - squared.diagonal())
    order = []
    for _ in range(len(squared)):
        # Rounding must not decide between equal changes, such as those of the last two.
        least = change.min() + TIE * len(squared)
        unit = int((change <= least).nonzero()[0, 0])
        order.append(unit)
        change -= 2 * sign * squared[unit]
        change[unit] = torch.inf
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


@register("max_gram", unit="unit")
def max_gram(request: Request) -> dict[str, Tensor]:
    """Remove the units without which ‖WWᵀ‖_F² falls least, greedily: norm and angle at once."""
    return _scores(request, "max_gram")


@register("min_gram", unit="unit")
def min_gram(request: Request) -> dict[str, Tensor]:
    """Remove the units without which ‖WWᵀ‖_F² falls most, greedily (harms)."""
    return _scores(request, "min_gram")


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
