"""What a method that does more than score weights hands back."""

from __future__ import annotations

from dataclasses import dataclass, field

from torch import Tensor

from geowidgets.pruning.masks import Masks


@dataclass(frozen=True)
class Plan:
    """Masks, and the parameters that the method changed.

    Attributes:
        masks: parameter or buffer name → bool, False where removed.
        state: entries of the state dict that replace the model's (learned tickets); often empty.
    """

    masks: Masks
    state: dict[str, Tensor] = field(default_factory=dict)
