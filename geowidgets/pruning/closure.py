"""What else is dead once some filters are: the inputs, biases and normalisation entries.

A net is *probed* with every kept weight positive and equal, positive inputs and no running means.
Nothing can cancel and no ReLU is closed, so an activation is exactly 0 if and only if no kept
weight leads to it, and a gradient is exactly 0 if and only if no kept weight leads on from it to
the classifier. That holds through additions, concatenations, pooling, flattening and any control
flow that depends on shapes alone, without reading the model's code. What breaks it: operations
with f(0) ≠ 0 (a sigmoid) count as alive, which is the truth, and layer or group normalisation
mixes channels, so what lies behind counts as alive, also the truth.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from geowidgets.pruning.layers import (
    NORMALISATIONS,
    Layer,
    PruningError,
    bias_name,
    evaluating,
    hooks,
    prunable,
    weight_name,
)
from geowidgets.pruning.masks import Masks

MOST_PASSES = 1000


@dataclass
class _Seen:
    """Per module: which input channels and outputs were nonzero in any call."""

    inputs: dict[str, Tensor] = field(default_factory=dict)
    outputs: dict[str, list[Tensor]] = field(default_factory=dict)


class Prober:
    """Closes masks of one model; holds a float64 copy of it, made once.

    Args:
        model: the net.
        example: one input `(1, …)`.
        head: name of the classifier, whose filters are never removed.
        free: layers whose weights may be changed; the others keep all they have.
    """

    def __init__(self, model: nn.Module, example: Tensor, head: str, free: set[str]) -> None:
        self.head, self.free = head, free
        self.net = copy.deepcopy(model).double()
        self.example = torch.ones_like(example, dtype=torch.float64)
        self.layers = prunable(self.net)
        self.norms = {n: m for n, m in self.net.named_modules() if isinstance(m, NORMALISATIONS)}
        for parameter in self.net.parameters():
            parameter.requires_grad_(False)

    def close(self, masks: Mapping[str, Tensor]) -> Masks:
        """The masks with everything added that they make dead, forwards and backwards."""
        closed = {name: mask.clone() for name, mask in masks.items()}
        for _ in range(MOST_PASSES):
            self._fill(closed)
            if not self._add(closed, self._look()):
                return closed
        raise PruningError(f"masks did not settle after {MOST_PASSES} passes")

    @torch.no_grad()
    def _fill(self, masks: Masks) -> None:
        for name, layer in self.layers.items():
            kept = masks.get(weight_name(name), torch.ones_like(layer.weight)).to(layer.weight)
            fan_in = kept.flatten(1).sum(1).clamp(min=1)
            layer.weight.copy_(kept / fan_in.view(-1, *[1] * (kept.ndim - 1)))
            if layer.bias is not None:
                layer.bias.copy_(masks.get(bias_name(name), torch.ones_like(layer.bias)))
        for name, norm in self.norms.items():
            if norm.affine:
                kept = masks.get(f"{name}.weight", torch.ones_like(norm.weight))
                norm.weight.copy_(kept)
                norm.bias.copy_(kept)
            if norm.running_mean is not None and norm.running_var is not None:
                # Without a weight to mask, a dead channel leaves as the constant −mean/std: alive.
                norm.running_mean.fill_(0 if norm.affine else -1)
                norm.running_var.fill_(1)

    def _look(self) -> _Seen:
        seen = _Seen()

        def hook(name: str, axis: int):
            def note(_module, inputs: tuple[Tensor, ...], output: Tensor) -> Tensor:
                alive = _any_but(inputs[0].detach() != 0, axis)
                seen.inputs[name] = alive | seen.inputs.get(name, torch.zeros_like(alive))
                output = output if output.requires_grad else output.clone().requires_grad_()
                output.retain_grad()
                seen.outputs.setdefault(name, []).append(output)
                return output

            return note

        watched = {
            **{n: (m, -1 if isinstance(m, nn.Linear) else 1) for n, m in self.layers.items()},
            **{n: (m, 1) for n, m in self.norms.items()},
        }
        handles = [m.register_forward_hook(hook(n, axis)) for n, (m, axis) in watched.items()]
        with evaluating(self.net), hooks(handles), torch.enable_grad():
            self.net(self.example)
        torch.cat([output.flatten() for output in seen.outputs[self.head]]).sum().backward()
        return seen

    def _add(self, masks: Masks, seen: _Seen) -> bool:
        changed = False
        for name, layer in self.layers.items():
            if name not in seen.inputs or name not in self.free:
                continue
            kept = _all_kept(masks, weight_name(name), layer.weight)
            changed |= _clear(kept, ~_reaching(layer, seen.inputs[name]))
            if name == self.head:
                continue
            dead = ~_used(seen.outputs[name], -1 if isinstance(layer, nn.Linear) else 1)
            changed |= _clear(kept, dead.view(-1, *[1] * (kept.ndim - 1)).expand_as(kept))
            if layer.bias is not None:
                changed |= _clear(_all_kept(masks, bias_name(name), layer.bias), dead)
        for name, norm in self.norms.items():
            if name not in seen.inputs:
                continue
            dead = ~(seen.inputs[name] & _used(seen.outputs[name], 1))
            if norm.affine and bool(dead.any()):
                changed |= _clear(_all_kept(masks, f"{name}.weight", norm.weight), dead)
                changed |= _clear(_all_kept(masks, f"{name}.bias", norm.bias), dead)
        return changed


def _all_kept(masks: Masks, name: str, value: Tensor) -> Tensor:
    """The mask of that name, made all True where there is none yet."""
    return masks.setdefault(name, torch.ones_like(value, dtype=torch.bool))


def _any_but(values: Tensor, axis: int) -> Tensor:
    return values.movedim(axis, 0).flatten(1).any(1)


def _used(outputs: list[Tensor], axis: int) -> Tensor:
    """Which output channels the classifier depends on, in any call."""
    used = torch.zeros(outputs[0].shape[axis], dtype=torch.bool, device=outputs[0].device)
    for output in outputs:
        if output.grad is not None:
            used |= _any_but(output.grad != 0, axis)
    return used


def _reaching(layer: Layer, alive: Tensor) -> Tensor:
    """Bool of the weight's shape: which weights read an input channel that is alive."""
    weight = layer.weight
    if isinstance(layer, nn.Linear):
        return alive.expand_as(weight)
    per_group = alive.view(layer.groups, 1, weight.shape[1])
    rows = per_group.expand(-1, len(weight) // layer.groups, -1).reshape(len(weight), -1)
    return rows.view(*rows.shape, *[1] * (weight.ndim - 2)).expand_as(weight)


def _clear(kept: Tensor, dead: Tensor) -> bool:
    """Clear `kept` where `dead`; whether anything changed."""
    newly = kept & dead.to(kept.device)
    kept &= ~newly
    return bool(newly.any())
