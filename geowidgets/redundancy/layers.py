"""The weight matrix of a layer: units × inputs, whatever the layer is given as."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from geowidgets.pruning.layers import PruningError, prunable
from geowidgets.suggest import nearest

# A matrix, a layer, or a model (then with the layer's name).
Source = Tensor | np.ndarray | nn.Module
KINDS = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)


def find_layer(model: nn.Module, layer: str | nn.Module | None = None) -> nn.Module:
    """The layer of that dotted name, the module itself, or the model where it is a layer.

    Raises:
        ValueError: an unknown name (the nearest is suggested), or none for a model of many layers.
        TypeError: a module that is neither linear nor a convolution.

    Example:
        >>> from geowidgets import zoo
        >>> find_layer(zoo.lenet300_100(), "fc1").out_features
        300
    """
    found = model if layer is None else layer
    if isinstance(layer, str):
        modules: Mapping[str, nn.Module] = dict(model.named_modules())
        if layer not in modules:
            raise ValueError(f"layer: unknown name {layer!r}; {nearest(layer, _names(model))}")
        found = modules[layer]
    if isinstance(found, KINDS) or callable(getattr(found, "effective_weight", None)):
        return found  # type: ignore[return-value]
    if layer is None and (names := _names(model)):
        raise ValueError(f"layer: expected one of {', '.join(names)}, got None")
    raise TypeError(
        f"layer: expected a linear layer or a convolution, got {type(found).__name__} ({layer!r})"
    )


def weight_matrix(source: Source, layer: str | nn.Module | None = None) -> Tensor:
    """W `(unit, input)`, as it acts (masks applied), float64, detached, on its own device.

    Row i holds the weights of unit i: a neuron's, or a filter's `(in, y, x)` flattened, which is
    dim 1 and what follows. Biases do not belong to it.

    Args:
        source: a matrix `(unit, …)`, a layer, or a model.
        layer: name of the layer in the model, or the layer itself.

    Returns:
        m × n, m units and n inputs.

    Raises:
        ValueError: an unknown name, a matrix of fewer than two dims or without entries, or
            entries that are not finite.
        TypeError: neither a matrix nor a layer with a weight matrix.

    Source: "Sources of redundancy", §1, Background (there the last dim counts the units).

    Example:
        >>> weight_matrix(nn.Conv2d(3, 8, 5)).shape
        torch.Size([8, 75])
    """
    if isinstance(source, nn.Module):
        weight = _weight_of(find_layer(source, layer))
    elif isinstance(source, (Tensor, np.ndarray)):
        weight = torch.as_tensor(source)
    else:
        raise TypeError(f"expected a matrix, a layer or a model, got {type(source).__name__}")
    if weight.ndim < 2 or weight.numel() == 0:
        raise ValueError(f"expected weights (unit, input, …), got shape {tuple(weight.shape)}")
    weight = weight.detach().flatten(1).double()
    if not bool(torch.isfinite(weight).all()):
        count = int((~torch.isfinite(weight)).sum())
        raise ValueError(f"expected finite weights, got {count} of {weight.numel()} that are not")
    return weight


def unit_rows(weight: Tensor) -> Tensor:
    """Ŵ: the rows divided by their norms; rows of zeros stay zeros."""
    # The smallest normal number: dividing by 0 would make NaN of removed units.
    return nn.functional.normalize(weight, dim=1, eps=1e-300)


def check_rank(rank: int, largest: int) -> int:
    """Refuse a rank outside of 1..largest."""
    if isinstance(rank, bool) or not 1 <= rank <= largest:
        raise ValueError(f"rank: expected 1..{largest}, got {rank!r}")
    return int(rank)


def _names(model: nn.Module) -> list[str]:
    try:
        return [name for name in prunable(model) if name]
    except PruningError:
        return []


def _weight_of(layer: Any) -> Tensor:
    """The weight that acts: the layer's own account, the masked original, or the parameter."""
    own = getattr(layer, "effective_weight", None)
    if callable(own):
        result = own()
        return result[0] if isinstance(result, tuple) else result  # type: ignore[return-value]
    mask = getattr(layer, "weight_mask", None)
    original = getattr(layer, "weight_orig", None)
    if isinstance(mask, Tensor) and isinstance(original, Tensor):
        return original * mask
    return layer.weight
