"""Masks held at zero during training."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor, nn


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
    pairs = []
    for name, mask in (masks or {}).items():
        if name not in named:
            raise ValueError(f"masks: the model has no parameter {name!r}")
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
