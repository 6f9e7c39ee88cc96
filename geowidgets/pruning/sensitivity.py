"""SiPP and PFP: how much of an output a single weight or channel carries at most.

For a layer with inputs a (doubled by sign: max(a, 0) and max(−a, 0)) and weights W (doubled too),
z± = W±·a without bias, the relative sensitivity of weight (i, j) on sample x is

    g_ij(x) = max over the four sign pairs of  W±_ij a_j / z±_i   in [0, 1], 0 where z ≤ ε.

A weight and an input have one sign each, so at most one of the four is not 0: their maximum is
their sum. Source: Baykal et al. 2019 (SiPP); Liebenwein et al. 2020 (PFP); "Lost in pruning", §3.1.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from geowidgets.pruning.layers import Layer, PruningError, hooks
from geowidgets.pruning.registry import Request, register

EPSILON = 1e-12
MOST_ENTRIES = 1 << 24
CACHED_ENTRIES = 1 << 19


@register("sipp", needs_data=True)
def sipp(request: Request, *, samples: int = 256) -> dict[str, Tensor]:
    """s_ij = max_x mean over patches of g_ij(x): the weight's relative sensitivity (SiPP).

    Args:
        request: what to score; the loader should be of a validation split.
        samples: size of the sample S.
    """
    return over_samples(request, samples, weight_sensitivity)


def over_samples(
    request: Request, samples: int, reduce: Callable[[Layer, Tensor], Tensor]
) -> dict[str, Tensor]:
    """Layer → maximum over samples of `reduce(layer, inputs)`, in one pass over the data."""
    best: dict[str, Tensor] = {}

    def hook(name: str):
        def note(layer: Layer, inputs: tuple[Tensor, ...]) -> None:
            found = reduce(layer, inputs[0].detach())
            best[name] = torch.maximum(best[name], found) if name in best else found

        return note

    handles = [m.register_forward_pre_hook(hook(n)) for n, m in request.layers.items()]
    with hooks(handles), torch.no_grad():
        for images, _ in request.samples(samples):
            for part in images.split(32):
                request.model(part)
    for name, layer in request.layers.items():
        if name not in best:  # an auxiliary branch that does not run carries nothing
            best[name] = reduce(layer, torch.zeros(_blank_shape(layer)).to(layer.weight))
    return best


def _blank_shape(layer: Layer) -> tuple[int, ...]:
    if isinstance(layer, nn.Linear):
        return (1, layer.in_features)
    sides = (d * (k - 1) + 1 for k, d in zip(layer.kernel_size, layer.dilation, strict=True))
    return (1, layer.in_channels, *sides)


def patches(layer: Layer, inputs: Tensor) -> Tensor:
    """What the layer multiplies its weights with: `(sample, group, feature, patch)`.

    Linear layers see one patch, or as many as there are tokens.
    """
    if isinstance(layer, nn.Linear):
        return inputs.reshape(len(inputs), -1, inputs.shape[-1]).transpose(1, 2)[:, None]
    if isinstance(layer, nn.Conv3d):
        raise PruningError("sipp and pfp: expected linear, Conv1d or Conv2d layers, got Conv3d")
    mode = "constant" if layer.padding_mode == "zeros" else layer.padding_mode
    padded = functional.pad(inputs, layer._reversed_padding_repeated_twice, mode=mode)
    flat = isinstance(layer, nn.Conv1d)
    unfolded = functional.unfold(
        padded[:, :, None] if flat else padded,
        (1, *layer.kernel_size) if flat else layer.kernel_size,
        (1, *layer.dilation) if flat else layer.dilation,
        0,
        (1, *layer.stride) if flat else layer.stride,
    )
    return unfolded.view(len(inputs), layer.groups, -1, unfolded.shape[-1])


def weight_sensitivity(layer: Layer, inputs: Tensor) -> Tensor:
    """The max_x mean over patches of g_ij(x), of the weight's shape.

    The mean over patches is a matrix product: mean_p W_ij a_jp / z_ip = W_ij (a · (1/z)ᵀ)_ji / P.
    """
    weight = _grouped(layer)
    best = torch.zeros_like(weight)
    step = max(1, MOST_ENTRIES // weight.numel())
    for part in patches(layer, inputs).split(step):
        total = torch.zeros((len(part), *weight.shape), dtype=weight.dtype, device=weight.device)
        for signed_weight, signed_input, inverse in _sign_pairs(weight, part):
            total += signed_weight * (inverse @ signed_input.transpose(-1, -2))
        best = torch.maximum(best, total.amax(0) / part.shape[-1])
    return best.reshape(layer.weight.shape)


def channel_sensitivity(layer: Layer, inputs: Tensor) -> Tensor:
    """The max over x, patches, output filters and kernel positions of g, `(input channel,)`.

    For a linear layer each input feature is a channel.
    """
    weight = _grouped(layer)
    best = torch.zeros((weight.shape[0], weight.shape[2]), dtype=weight.dtype, device=weight.device)
    for part in patches(layer, inputs).split(1):
        step = max(1, CACHED_ENTRIES // part.numel())
        for signed_weight, signed_input, inverse in _sign_pairs(weight, part):
            for rows, scales in zip(
                signed_weight.split(step, 1), inverse[0].split(step, 1), strict=True
            ):
                # (group, filter, feature, patch), maximised over filter and patch
                share = rows[..., None] * scales[:, :, None] * signed_input[0][:, None]
                best = torch.maximum(best, share.amax((1, 3)))
    kernel = math.prod(getattr(layer, "kernel_size", (1,)))
    return best.view(-1, kernel).amax(1)


def _grouped(layer: Layer) -> Tensor:
    """The weight as `(group, filter of the group, feature)`."""
    return layer.weight.detach().flatten(1).unflatten(0, (getattr(layer, "groups", 1), -1))


def _sign_pairs(weight: Tensor, inputs: Tensor):
    """The four (W±, a±, 1/z); inputs are `(sample, group, feature, patch)`."""
    for signed_input in (inputs.clamp(min=0), (-inputs).clamp(min=0)):
        for signed_weight in (weight.clamp(min=0), (-weight).clamp(min=0)):
            total = signed_weight @ signed_input
            inverse = torch.where(total > EPSILON, 1 / total.clamp(min=EPSILON), 0)
            yield signed_weight, signed_input, inverse
