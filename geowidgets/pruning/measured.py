"""What a set of masks removes, counted."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from torch import Tensor, nn

from geowidgets.pruning.layers import prunable, trace, weight_name


@dataclass(frozen=True)
class Measured:
    """Fractions removed (0 = nothing, 1 = all), counted from the masks.

    Attributes:
        parameters: weights of the counted convolutions and linear layers. Biases and
            normalisation entries are not counted.
        channels: output channels (filters, units) whose every weight is removed.
        multiply_adds: multiplications a forward pass of one sample no longer needs when zero
            weights are skipped, over all layers; NaN when no example input was known.
        removed: number of weights removed.
        total: number of weights counted.
    """

    parameters: float
    channels: float
    multiply_adds: float
    removed: int
    total: int


def measure(
    model: nn.Module,
    masks: Mapping[str, Tensor],
    *,
    example: Tensor | None = None,
    layers: Iterable[str] | None = None,
) -> Measured:
    """Count what `masks` remove from `model`.

    Args:
        model: the net that the masks belong to.
        masks: parameter name → bool, False where removed. Weights without a mask are kept.
        example: one input `(1, …)`, for the multiply-adds.
        layers: names of the layers counted in `parameters` and `channels`; all by default.

    Example:
        >>> import torch
        >>> from torch import nn
        >>> net = nn.Linear(4, 2)
        >>> mask = torch.tensor([[False] * 4, [False, True, True, True]])
        >>> measure(net, {"weight": mask}, example=torch.ones(1, 4))
        Measured(parameters=0.625, channels=0.5, multiply_adds=0.625, removed=5, total=8)
    """
    modules = prunable(model)
    counted = set(modules if layers is None else layers)
    removed = total = dead = channels = 0
    for name in (n for n in modules if n in counted):
        total += modules[name].weight.numel()
        channels += len(modules[name].weight)
        mask = masks.get(weight_name(name))
        if mask is not None:
            removed += int((~mask).sum())
            dead += int((~mask.flatten(1).any(1)).sum())
    saved = _multiply_adds(model, modules, masks, example)
    return Measured(removed / total, dead / channels, saved, removed, total)


def _multiply_adds(model, modules, masks, example) -> float:
    if example is None:
        return math.nan
    gone = all_of_them = 0
    for name, positions in trace(model, example).positions.items():
        mask = masks.get(weight_name(name))
        all_of_them += modules[name].weight.numel() * positions
        gone += 0 if mask is None else int((~mask).sum()) * positions
    return gone / all_of_them
