"""Geometric constraints during (re)training: smaller angles, wider margins."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from geowidgets.pruning.layers import PruningError


class GeometricPenalty:
    """mean_i p_i, p = λ_a (1 − cos θ_y) + λ_m max(0, 1 − margin / target): `train(penalty=…)`.

    θ_y is the angle between a sample's feature vector X and its true class's direction W_y; the
    margin is min over j ≠ y of ((W_y − W_j)·X + b_y − b_j) / ‖W_y − W_j‖, the signed distance to
    the nearest boundary of the true class ("Robustness Lottery", §5.1, with the experts' wish of
    §7.2 to constrain them). Both terms are differentiable in the features and in the head. Where
    samples have weights w, as in `train(weights=…)` and `finetune(samples=…)`, it is
    mean_i w_i p_i.

    Args:
        angle: λ_a ≥ 0.
        margin: λ_m ≥ 0.
        target: margin, in feature units, beyond which a sample costs nothing.
        head: name of the classifier, where it cannot be found.

    Raises:
        PruningError: negative weights, both 0, or a target that is not positive.

    Example:
        >>> penalty = GeometricPenalty(angle=0.1)
        >>> net = nn.Sequential(nn.Linear(2, 2, bias=False))
        >>> _ = net[0].weight.data.copy_(torch.eye(2))
        >>> x = torch.tensor([[2.0, 0.0]])
        >>> with penalty.attach(net, x):
        ...     float(penalty(net, x, torch.tensor([1]), net(x)).detach())
        0.10000000149011612
    """

    def __init__(
        self, angle: float = 0.0, margin: float = 0.0, *, target: float = 1.0,
        head: str | None = None,
    ) -> None:  # fmt: skip
        if angle < 0 or margin < 0 or angle + margin == 0:
            raise PruningError(
                f"angle and margin: expected weights >= 0, not both 0, got {angle} and {margin}"
            )
        if not target > 0:
            raise PruningError(f"target: expected a positive margin, got {target}")
        self.angle, self.margin, self.target, self.head = angle, margin, target, head
        self._tap: Any = None
        self._module: nn.Module | None = None

    @contextlib.contextmanager
    def attach(self, model: nn.Module, example: Tensor) -> Iterator[None]:
        """Watch the classifier's input while training runs; `example` is a batch it accepts."""
        from geowidgets.latents import find_head

        head = find_head(model, example, head=self.head)
        with head.tap() as tap:
            self._tap, self._module = tap, head.module
            try:
                yield
            finally:
                self._tap = self._module = None

    def __call__(self, model: nn.Module, images: Tensor, labels: Tensor, logits: Tensor) -> Tensor:
        """The penalty of the batch that has just run, a scalar: the mean of `each`."""
        return self.each(model, images, labels, logits).mean()

    def each(self, model: nn.Module, images: Tensor, labels: Tensor, logits: Tensor) -> Tensor:
        """p of every sample of the batch that has just run, `(sample,)`."""
        if self._module is None:
            raise PruningError("the penalty is not attached; use train(penalty=…) or attach()")
        weight, bias = _weight_and_bias(self._module)
        features = self._tap.features.float()
        total = features.new_zeros(len(features))
        if self.angle:
            cosine = functional.cosine_similarity(features, weight[labels], dim=1)
            total = total + self.angle * (1 - cosine)
        if self.margin:
            distance = margins(features, weight, bias, labels)
            total = total + self.margin * functional.relu(1 - distance / self.target)
        return total


def margins(features: Tensor, weight: Tensor, bias: Tensor | None, labels: Tensor) -> Tensor:
    """Signed distance of each sample to the nearest boundary of its true class, `(sample,)`.

    Args:
        features: `(sample, feature)`.
        weight: `(class, feature)`.
        bias: `(class,)` or None.
        labels: `(sample,)`.
    """
    logits = features @ weight.T + (0 if bias is None else bias)
    squares = (weight[:, None] - weight[None]).square().sum(-1)
    apart = squares[labels] > 0
    # the square root's gradient at 0 is infinite, so identical rows never reach it
    norms = torch.where(apart, squares[labels], 1).sqrt()
    gaps = (logits.gather(1, labels[:, None]) - logits) / norms
    return gaps.masked_fill(~apart, torch.inf).amin(1)


def _weight_and_bias(module: nn.Module) -> tuple[Tensor, Tensor | None]:
    own = getattr(module, "effective_weight", None)
    weight: Any = own() if own is not None else module.weight
    return weight.float().flatten(1), getattr(module, "bias", None)
