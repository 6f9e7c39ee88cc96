"""How much each sample's loss counts: checked, and scaled."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor


def checked_weights(
    weights: Tensor | np.ndarray | Sequence[float], count: int, what: str = "weights"
) -> np.ndarray:
    """Weights float64 `(sample,)`, as given.

    Args:
        weights: one a sample.
        count: how many samples there are.
        what: the argument's name in errors.

    Raises:
        ValueError: another length, values that are negative or not finite, or none above 0.

    Example:
        >>> checked_weights([0, 1, 3], 3).tolist()
        [0.0, 1.0, 3.0]
    """
    values = np.asarray(weights, np.float64)
    if values.shape != (count,):
        raise ValueError(f"{what}: expected {count}, one a sample, got shape {values.shape}")
    wrong = ~(np.isfinite(values) & (values >= 0))
    if wrong.any():
        at = int(wrong.argmax())
        raise ValueError(f"{what}: expected weights >= 0, got {values[at]} at sample {at}")
    if not values.any():
        raise ValueError(f"{what}: expected at least one sample of {count} to count, got none")
    return values


def loss_weights(weights: Tensor | np.ndarray | Sequence[float], count: int) -> Tensor:
    """Weights float32 `(sample,)`, scaled so that those above 0 have the mean 1.

    Raises:
        ValueError: as `checked_weights` says.

    Example:
        >>> loss_weights([0, 1, 3], 3).tolist()
        [0.0, 0.5, 1.5]
    """
    values = checked_weights(weights, count)
    return torch.from_numpy((values / values[values > 0].mean()).astype(np.float32))
