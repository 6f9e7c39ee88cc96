"""The logits in whatever a classifier returns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor


def logits_of(result: Any) -> Tensor:
    """The tensor itself, its `.logits` or `["logits"]`, or the first entry of a tuple.

    Raises:
        TypeError: none of these.

    Example:
        >>> import torch
        >>> logits_of({"logits": torch.zeros(2, 3)}).shape
        torch.Size([2, 3])
    """
    found = result
    if not isinstance(found, Tensor) and hasattr(found, "logits"):
        found = found.logits
    if isinstance(found, Mapping) and "logits" in found:
        found = found["logits"]
    if isinstance(found, (tuple, list)) and found:
        found = found[0]
    if not isinstance(found, Tensor):
        raise TypeError(
            f"the model's output: expected a tensor, .logits, ['logits'] or a tuple, "
            f"got {type(result).__name__}"
        )
    return found
