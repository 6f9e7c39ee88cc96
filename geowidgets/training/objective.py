"""What a training step minimises: the loss of a batch, and what a penalty adds to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn
from torch.nn import functional


def batch_loss(logits: Tensor, target: Tensor, weight: Tensor | None, smoothing: float) -> Tensor:
    """Mean cross-entropy of a batch, or mean_i w_i ℓ_i.

    Args:
        logits: `(sample, class)`.
        target: int64 `(sample,)`.
        weight: w `(sample,)`, or None for all alike.
        smoothing: ε of label smoothing.

    Example:
        >>> import torch
        >>> float(batch_loss(torch.zeros(3, 2), torch.zeros(3).long(), None, 0.0))
        0.6931471824645996
    """
    if weight is None:
        return functional.cross_entropy(logits, target, label_smoothing=smoothing)
    each = functional.cross_entropy(logits, target, label_smoothing=smoothing, reduction="none")
    return (each * weight.to(each)).mean()


def batch_penalty(
    penalty: Callable[..., Tensor],
    weight: Tensor | None,
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    logits: Tensor,
) -> Tensor:
    """What a penalty adds to a batch's loss: mean_i w_i p_i where it tells p of each sample.

    Args:
        penalty: `(model, images, labels, logits) -> scalar`. One with a method `each` of the same
            arguments, whose result is `(sample,)`, is weighed as the loss is.
        weight: w `(sample,)`, or None for all alike.
        model: the model that has just run.
        images: the batch as the model took it.
        labels: `(sample,)`.
        logits: `(sample, class)`.
    """
    each: Any = getattr(penalty, "each", None)
    if weight is None or each is None:
        return penalty(model, images, labels, logits)
    values = each(model, images, labels, logits)
    return (values * weight.to(values)).mean()
