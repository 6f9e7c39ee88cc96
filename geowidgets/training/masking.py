"""Masks held at zero during training."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from geowidgets.suggest import nearest


def check_masks(masks: Any) -> None:
    """Raise unless these are masks by name.

    Raises:
        TypeError: names what is none.

    Example:
        >>> check_masks({"fc.weight": torch.ones(2, 3, dtype=torch.bool)})
    """
    if masks is None:
        return
    if not isinstance(masks, Mapping):
        raise TypeError(f"masks: expected parameter name → bool tensor, got {masks!r:.60}")
    for name, mask in masks.items():
        if not isinstance(mask, Tensor):
            raise TypeError(f"masks[{name!r}]: expected a bool tensor, got {mask!r:.60}")


def resolve_masks(
    model: nn.Module, masks: Mapping[str, Tensor] | None, device: torch.device | None = None
) -> list[tuple[Tensor, Tensor]]:
    """Pairs (parameter or buffer, bool mask); names and shapes are checked.

    Args:
        model: whose parameters and buffers.
        masks: name → bool, `False` = removed.
        device: of the masks; each its parameter's by default.

    Raises:
        ValueError: an unknown name, or another shape.
    """
    named = dict(model.named_parameters()) | dict(model.named_buffers())
    check_masks(masks)
    pairs = []
    for name, mask in (masks or {}).items():
        if name not in named:
            raise ValueError(f"masks: the model has no parameter {name!r}; {nearest(name, named)}")
        if mask.shape != named[name].shape:
            raise ValueError(
                f"masks[{name!r}]: expected shape {tuple(named[name].shape)}, "
                f"got {tuple(mask.shape)}"
            )
        pairs.append((named[name], mask.to(device or named[name].device, torch.bool)))
    return pairs


@torch.no_grad()
def enforce(pairs: Iterable[tuple[Tensor, Tensor]]) -> None:
    """Set every masked-out entry to 0 in place."""
    for tensor, mask in pairs:
        tensor.masked_fill_(~mask, 0)
