"""What can be pruned in a model, in which order it runs, and on how many positions."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

# A convolution or linear layer. torch declares every attribute of a Module as Tensor | Module, so a
# narrower type would have to be asserted at each use.
Layer: TypeAlias = Any

CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
NORMALISATIONS = (
    nn.BatchNorm1d,
    nn.BatchNorm2d,
    nn.BatchNorm3d,
    nn.SyncBatchNorm,
)
AFFINE = (
    *NORMALISATIONS,
    nn.GroupNorm,
    nn.LayerNorm,
    nn.InstanceNorm1d,
    nn.InstanceNorm2d,
    nn.InstanceNorm3d,
)
TRIED_SIZES = (32, 28, 64, 224)


class PruningError(ValueError):
    """A request that cannot be met: the message names the value and what was expected."""


def prunable(model: nn.Module) -> dict[str, Layer]:
    """Name → convolution or linear layer, in the order of registration.

    Biases and normalisation layers are never prunable. Layers that share one weight tensor are
    listed once.

    Raises:
        PruningError: nothing to prune.

    Example:
        >>> from geowidgets import zoo
        >>> list(prunable(zoo.lenet300_100()))
        ['fc1', 'fc2', 'fc3']
    """
    found: dict[str, Layer] = {}
    seen: set[int] = set()
    for name, module in model.named_modules():
        if isinstance(module, (*CONVOLUTIONS, nn.Linear)) and id(module.weight) not in seen:
            seen.add(id(module.weight))
            found[name] = module
    if not found:
        raise PruningError(
            f"nothing to prune: {type(model).__name__} has no convolution or linear layer"
        )
    return found


def weight_name(layer: str) -> str:
    """State-dict name of a layer's weight; the root module itself has the name ""."""
    return f"{layer}.weight" if layer else "weight"


def bias_name(layer: str) -> str:
    """State-dict name of a layer's bias."""
    return f"{layer}.bias" if layer else "bias"


@dataclass(frozen=True)
class Trace:
    """One forward pass: which layers ran, in order, and on how many positions a sample.

    Attributes:
        order: names of prunable layers in order of (first) execution; layers that did not run,
            such as auxiliary heads, are absent.
        positions: name → output positions a sample, summed over calls (1 for a linear layer
            behind a flatten).
    """

    order: tuple[str, ...]
    positions: dict[str, int]

    @property
    def head(self) -> str:
        """The layer that ran last: the classifier, never filter-pruned."""
        return self.order[-1]


@torch.no_grad()
def trace(model: nn.Module, example: Tensor) -> Trace:
    """Run `example` `(sample, …)` once in eval mode and note what ran."""
    positions: dict[str, int] = {}
    layers = prunable(model)

    def note(name: str, module: Layer):
        def hook(_module, _inputs, output: Tensor) -> None:
            count = output.numel() // (len(output) * module.weight.shape[0])
            positions[name] = positions.get(name, 0) + count

        return hook

    with evaluating(model), hooks([m.register_forward_hook(note(n, m)) for n, m in layers.items()]):
        model(example)
    if not positions:
        raise PruningError(f"{type(model).__name__}: no convolution or linear layer ran")
    return Trace(tuple(positions), positions)


def find_example(model: nn.Module, given: Tensor | None) -> Tensor | None:
    """One sample on the model's device: the given one, the zoo's `input_shape`, or a guess.

    Returns None when neither fits; multiply-adds are then unknown.
    """
    reference = next(model.parameters())
    if given is not None:
        return given[:1].to(reference.device, reference.dtype)
    shape = getattr(model, "input_shape", None)
    shapes = [tuple(shape)] if shape is not None else _guesses(model)
    for candidate in shapes:
        example = torch.zeros((1, *candidate), device=reference.device, dtype=reference.dtype)
        with contextlib.suppress(RuntimeError, ValueError, IndexError):
            with torch.no_grad(), evaluating(model):
                model(example)
            return example
    return None


def _guesses(model: nn.Module) -> list[tuple[int, ...]]:
    first = next(iter(prunable(model).values()))
    if isinstance(first, nn.Linear):
        return [(first.in_features,)]
    if isinstance(first, nn.Conv2d):
        return [(first.in_channels, size, size) for size in TRIED_SIZES]
    return []


@contextlib.contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Eval mode inside, every module's own mode restored after."""
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        yield
    finally:
        for module, mode in modes.items():
            module.training = mode


@contextlib.contextmanager
def hooks(handles: list) -> Iterator[None]:
    """Remove the hooks afterwards, also on errors."""
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
