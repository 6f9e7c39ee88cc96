"""What a corruption is given besides the images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from geowidgets.corruptions.randomness import Draws


@dataclass(frozen=True)
class Task:
    """One block of samples of one corruption at one severity.

    Attributes:
        constants: the row of `constants.py`: a number or a tuple of numbers.
        draws: random numbers of the block's samples.
        set: name of the constant set, "cifar" or "imagenet".
        frost_textures: folder of the frost photographs, None for the procedural textures.
    """

    constants: Any
    draws: Draws
    set: str
    frost_textures: str | None = None


def to_uint8(values: torch.Tensor) -> torch.Tensor:
    """Values in grey levels, limited to [0, 255] and truncated (not rounded), as the original."""
    return values.clamp(0, 255).to(torch.uint8)
