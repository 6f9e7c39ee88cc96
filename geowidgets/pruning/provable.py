"""PFP (Liebenwein et al. 2020): channels kept by their sensitivity in the next layer."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from geowidgets.pruning.filters import closing
from geowidgets.pruning.layers import (
    NORMALISATIONS,
    Layer,
    PruningError,
    evaluating,
    hooks,
    prunable,
    trace,
    weight_name,
)
from geowidgets.pruning.masks import Masks, smallest
from geowidgets.pruning.measured import measure
from geowidgets.pruning.plan import Plan
from geowidgets.pruning.registry import Request, register
from geowidgets.pruning.sensitivity import channel_sensitivity, over_samples

C = 3.0
DELTA = 1e-16
STEPS = 40
CLOSE_ENOUGH = 5e-4
MOST_DOUBLINGS = 40
LARGEST_TAG = 1 << 40


@dataclass(frozen=True)
class _Layer:
    """The input channels of one layer: sensitivity, features of each channel, patches, k²."""

    sensitivity: Tensor
    groups: Tensor
    guarded: bool
    patches: int
    kernel: int


@register("pfp", unit="plan", needs_data=True)
def pfp(request: Request, *, samples: int = 256, budget: str = "parameters") -> Plan:
    """Provable filter pruning: sample complexity decides how many channels each layer keeps.

    s_j = max over x, patches, output filters and kernel positions of g of the *next* layer's
    weights on channel j; p_j = s_j / Σs. For one ε over all layers

        m(ε) = ⌈3 (6 + 2ε) · coef / ε²⌉,  coef = 2·C·Σs·ln(8 (patches + 1) k² / δ),
        kept(ε) = Σ_j 1 − (1 − p_j)^m,   C = 3, δ = 1e-16,

    and ε is bisected until the measured size is nearest to the ratio; the kept(ε) channels of
    largest s stay (at least one). `patches` and k² are those of the next layer. The image's own
    channels are guarded. A filter goes when no layer reads it any more, with its bias,
    normalisation entries and inputs.

    Args:
        request: what to prune; the loader should be of a validation split.
        samples: size of the sample S.
        budget: "parameters", "channels" or "multiply_adds".

    Source: Liebenwein et al. 2020; "Lost in pruning", §3.1, Table 3 (γ = δ).
    """
    layers = _inputs_of(request, samples)
    close = closing(request, "zero")
    known: dict[tuple[int, ...], tuple[Masks, float]] = {}

    def reached(epsilon: float) -> tuple[Masks, float]:
        kept = tuple(_kept(layer, epsilon) for layer in layers.values())
        if kept not in known:
            masks = close(_masks(request, layers, kept))
            found = measure(request.model, masks, example=request.example, layers=request.counted)
            known[kept] = masks, getattr(found, budget)
        return known[kept]

    low, high = _span(layers)
    for _ in range(STEPS):
        middle = (low + high) / 2
        size = reached(math.exp(middle))[1]
        if abs(size - request.ratio) < CLOSE_ENOUGH:
            break
        low, high = (low, middle) if size >= request.ratio else (middle, high)
    return Plan(min(known.values(), key=lambda pair: abs(pair[1] - request.ratio))[0])


def samples_needed(epsilon: float, total: float, patches: int, kernel: int) -> float:
    """m(ε) of one layer with Σs = `total`.

    Example:
        >>> samples_needed(1.0, 1.0, 1, 1)
        5705.0
    """
    coefficient = 2 * C * total * math.log(8 * (patches + 1) * kernel / DELTA)
    return float(math.ceil(3 * (6 + 2 * epsilon) * coefficient / epsilon**2))


def expected_distinct(probability: Tensor, draws: float) -> float:
    """Σ_j 1 − (1 − p_j)^m: how many different channels m draws hit on average."""
    # log1p keeps the small p of wide layers; p = 1 gives −inf · m = −inf and exp(−inf) = 0.
    return float(-torch.expm1(draws * torch.log1p(-probability.double())).sum())


def _span(layers: dict[str, _Layer]) -> tuple[float, float]:
    """The ln ε where every channel is kept, and where each layer keeps one."""
    low, high = 0.0, 0.0
    while any(_kept(layer, math.exp(low)) < len(layer.sensitivity) for layer in layers.values()):
        low -= 1
        if low < -MOST_DOUBLINGS:
            break
    while any(_kept(layer, math.exp(high)) > 1 for layer in layers.values() if not layer.guarded):
        high += 1
        if high > MOST_DOUBLINGS:
            break
    return low, high


def _kept(layer: _Layer, epsilon: float) -> int:
    total = float(layer.sensitivity.double().sum())
    if layer.guarded or total == 0:
        return len(layer.sensitivity)
    draws = samples_needed(epsilon, total, layer.patches, layer.kernel)
    return max(1, round(expected_distinct(layer.sensitivity / total, draws)))


def _masks(request: Request, layers: dict[str, _Layer], kept: tuple[int, ...]) -> Masks:
    masks = {}
    for (name, layer), count in zip(layers.items(), kept, strict=True):
        gone = smallest(layer.sensitivity, len(layer.sensitivity) - count)[layer.groups]
        weight = request.layers[name].weight
        masks[weight_name(name)] = ~gone.view(1, -1, *[1] * (weight.ndim - 2)).expand_as(weight)
    return masks


def _inputs_of(request: Request, samples: int) -> dict[str, _Layer]:
    if request.example is None:
        raise PruningError("example: pfp follows channels through the net; pass example=images[:1]")
    sources = channel_sources(request.model, request.example)
    positions = trace(request.model, request.example).positions
    sensitivities = over_samples(request, samples, channel_sensitivity)
    found = {}
    for name, layer in request.layers.items():
        grouped = getattr(layer, "groups", 1) > 1
        if name not in sources or grouped:
            continue
        tags, groups = sources[name].unique(return_inverse=True)
        # several features of one flattened channel leave together: their maximum speaks for them
        best = torch.zeros(len(tags)).to(sensitivities[name])
        best.scatter_reduce_(0, groups.to(best.device), sensitivities[name], "amax")
        guarded = bool((sources[name] == 0).all())
        kernel = math.prod(getattr(layer, "kernel_size", (1,)))
        found[name] = _Layer(best, groups.to(best.device), guarded, positions[name], kernel)
    return found


@torch.no_grad()
def channel_sources(model: nn.Module, example: Tensor) -> dict[str, Tensor]:
    """Layer → which channel of an earlier layer each of its inputs comes from, as a tag.

    Every layer's output is replaced by a constant tag a channel, and the input image by 0, so
    that pooling and flattening carry the tags along: features of one flattened channel have one
    tag, the image's own channels have tag 0.
    """
    seen: dict[str, Tensor] = {}
    # Sums of tags (residual nets) must differ too, and stay exact in float64.
    generator = torch.Generator().manual_seed(0)

    def hook(name: str):
        def note(layer: Layer, inputs: tuple[Tensor, ...], output: Tensor) -> Tensor:
            linear = isinstance(layer, nn.Linear)
            read = inputs[0].movedim(-1 if linear else 1, 0).flatten(1).amax(1)
            seen.setdefault(name, read.round().long())
            drawn = torch.randint(1, LARGEST_TAG, (len(layer.weight),), generator=generator)
            tags = drawn.to(output)
            return (tags if linear else tags.view(-1, *[1] * (output.ndim - 2))).expand_as(output)

        return note

    net = copy.deepcopy(model).double()
    norms = [m for m in net.modules() if isinstance(m, NORMALISATIONS)]
    for module in norms:
        if module.running_mean is not None and module.running_var is not None:
            module.running_mean.zero_()
            module.running_var.fill_(1).sub_(module.eps)
        if module.affine:
            module.weight.fill_(1)
            module.bias.zero_()
    handles = [m.register_forward_hook(hook(n)) for n, m in prunable(net).items()]
    with evaluating(net), hooks(handles):
        net(torch.zeros_like(example, dtype=torch.float64))
    return seen
