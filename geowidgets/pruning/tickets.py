"""Layers whose mask is learned on frozen random weights: biprop and edge-popup.

The frozen weight, the scores and the number kept are ordinary parameters and buffers, and the
effective weight is computed when it is asked for, so such a net can be deep-copied, moved and
saved like any other.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from geowidgets.pruning.layers import AFFINE, Layer, PruningError, prunable
from geowidgets.pruning.masks import smallest


class _Effective(torch.autograd.Function):
    """W_eff forwards; straight-through ds = G ⊙ W ⊙ sign(s) backwards, α held constant."""

    @staticmethod
    def forward(ctx: Any, scores: Tensor, weight: Tensor, kept: int, binary: bool) -> Tensor:
        ctx.save_for_backward(scores, weight)
        return _effective(scores, weight, kept, binary)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None, None]:  # type: ignore[override]
        scores, weight = ctx.saved_tensors
        return gradient * weight * scores.sign(), None, None, None


def top_mask(scores: Tensor, kept: int) -> Tensor:
    """M: the `kept` entries of largest abs(s); ties leave the lower index out, as everywhere."""
    return ~smallest(scores.detach().abs().flatten(), scores.numel() - kept).view_as(scores)


def _effective(scores: Tensor, weight: Tensor, kept: int, binary: bool) -> Tensor:
    mask = top_mask(scores, kept)
    if not binary:
        return weight * mask
    scale = (weight * mask).abs().sum() / mask.sum()
    return scale * weight.sign() * mask


class Ticket(nn.Module):
    """A linear layer or convolution that learns which of its frozen weights to keep.

    W_eff = α·sign(W) ⊙ M (binary, Diffenderfer & Kailkhura 2021, Algorithm 1: biprop) or W ⊙ M
    (edge-popup, Ramanujan et al. 2020), M = top-k of abs(s), α = ‖W ⊙ M‖₁ / ‖M‖₀. No bias.

    Attributes:
        weight: frozen random weights, kaiming normal of the fan-in (with `scale_fan`, of the
            number of inputs that are kept on average).
        scores: s ~ kaiming uniform(a = √5); the only thing that is trained.
        kept: k, how many weights stay.
        binary: biprop or edge-popup.
    """

    def __init__(
        self,
        layer: Layer,
        kept: int,
        binary: bool,
        generator: torch.Generator,
        scale_fan: bool = False,
    ) -> None:
        super().__init__()
        fan_in = layer.weight[0].numel()
        inputs = fan_in * (kept / layer.weight.numel() if scale_fan and kept else 1.0)
        like = layer.weight.detach()
        weight = torch.randn(like.shape, generator=generator) * math.sqrt(2 / inputs)
        # kaiming uniform with a = √5 has the bound √(6 / ((1 + 5) fan_in)) = 1/√fan_in
        scores = (2 * torch.rand(like.shape, generator=generator) - 1) / math.sqrt(fan_in)
        self.weight = nn.Parameter(weight.to(like), requires_grad=False)
        self.scores = nn.Parameter(scores.to(like))
        self.kept, self.binary = kept, binary
        self._run = _linear if isinstance(layer, nn.Linear) else _Convolution(layer)

    def effective_weight(self) -> Tensor:
        """W_eff of the layer's weight shape, differentiable in the scores."""
        return _Effective.apply(self.scores, self.weight, self.kept, self.binary)

    def mask(self) -> Tensor:
        """M, bool of the weight's shape."""
        return top_mask(self.scores, self.kept)

    def forward(self, inputs: Tensor) -> Tensor:
        """The layer's own operation with the effective weight."""
        return self._run(inputs, self.effective_weight())


def _linear(inputs: Tensor, weight: Tensor) -> Tensor:
    return functional.linear(inputs, weight)


class _Convolution:
    """The geometry of a convolution without its weights; a class so that it can be copied."""

    def __init__(self, layer: Layer) -> None:
        self.stride, self.dilation, self.groups = layer.stride, layer.dilation, layer.groups
        self.padding = tuple(layer._reversed_padding_repeated_twice)
        self.mode = "constant" if layer.padding_mode == "zeros" else layer.padding_mode
        self.dimensions = len(layer.kernel_size)

    def __call__(self, inputs: Tensor, weight: Tensor) -> Tensor:
        run = (functional.conv1d, functional.conv2d, functional.conv3d)[self.dimensions - 1]
        if any(self.padding):
            inputs = functional.pad(inputs, self.padding, mode=self.mode)
        return run(inputs, weight, None, self.stride, 0, self.dilation, self.groups)


def ticketed(
    model: nn.Module,
    kept: dict[str, int],
    *,
    binary: bool = True,
    train_norm: bool = False,
    scale_fan: bool = False,
    generator: torch.Generator | None = None,
) -> nn.Module:
    """Replace layers of `model` in place by `Ticket`s and freeze all the rest.

    Normalisation becomes non-affine in effect: its weight is set to 1 and its bias to 0, frozen
    unless `train_norm`. Biases of the replaced layers are gone.

    Args:
        model: a private copy.
        kept: layer name → number of weights kept.
        binary: biprop (True) or edge-popup.
        train_norm: train the normalisation's weight and bias as well.
        scale_fan: see `Ticket`.
        generator: of the random weights and scores.
    """
    generator = generator or torch.Generator().manual_seed(0)
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    for module in model.modules():
        if isinstance(module, AFFINE) and module.weight is not None:
            nn.init.ones_(module.weight).requires_grad_(train_norm)
            if module.bias is not None:
                nn.init.zeros_(module.bias).requires_grad_(train_norm)
    layers = prunable(model)
    for name, count in kept.items():
        parent, _, leaf = name.rpartition(".")
        if not leaf:
            raise PruningError("a bare layer has no parent module to be replaced in; wrap it")
        ticket = Ticket(layers[name], count, binary, generator, scale_fan)
        setattr(model.get_submodule(parent), leaf, ticket)
    return model


def tickets_of(model: nn.Module) -> dict[str, Ticket]:
    """Name → ticket layer."""
    return {n: m for n, m in model.named_modules() if isinstance(m, Ticket)}
