"""Models pruned elsewhere: taken over with their masks, not refused."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from geowidgets.pruning.layers import PruningError, bias_name, find_example, prunable, weight_name
from geowidgets.pruning.masks import Masks, apply
from geowidgets.pruning.measured import Measured, measure

WRAPPERS = ("state_dict", "model", "model_state_dict", "net", "module")
PREFIXES = ("module.", "_orig_mod.", "model.")
LISTED = 6


class MasksFromZeros(UserWarning):
    """Said aloud when masks had to be read off exact zeros."""


@dataclass(frozen=True)
class Adopted:
    """A model pruned elsewhere.

    Attributes:
        module: plain copy, without hooks and parametrizations.
        masks: parameter name → bool.
        measured: what was removed; against `dense` where the net is physically smaller.
        source: "torch.nn.utils.prune", "parametrization", "zeros", "smaller" or "dense".
    """

    module: nn.Module
    masks: Masks
    measured: Measured
    source: str


def adopt(
    source: nn.Module | Mapping[str, Any] | str | Path,
    build: Callable[[], nn.Module] | None = None,
    *,
    dense: nn.Module | None = None,
    example: Tensor | None = None,
) -> Adopted:
    """Take over a pruned model with its masks.

    Understood are modules pruned by `torch.nn.utils.prune` (weight_orig and weight_mask), modules
    with parametrizations (made plain), modules and state dicts with exact zeros (mask = nonzero,
    with a `MasksFromZeros` warning), and nets that are physically smaller than `dense`.

    Args:
        source: a module, a state dict, or the path of one (read with `weights_only=True`).
        build: makes the net that a state dict belongs to.
        dense: the net before pruning; ratios of a physically smaller net are against it.
        example: one input `(1, …)`, for multiply-adds.

    Raises:
        PruningError: a state dict without `build`, or one of another architecture (the keys that
            differ are named).

    Example:
        >>> from torch.nn.utils import prune as torch_prune
        >>> net = nn.Sequential(nn.Linear(4, 2))
        >>> _ = torch_prune.l1_unstructured(net[0], "weight", amount=4)
        >>> adopt(net).measured.parameters
        0.5
    """
    if isinstance(source, nn.Module):
        module, masks, kind = _plain(source)
    else:
        if build is None:
            raise PruningError("build: expected the function that makes the net of a state dict")
        module = build()
        masks, kind = load_state(module, source), "torch.nn.utils.prune"
    if not masks:
        masks = masks_from_zeros(module, warn=kind != "parametrization")
        kind = kind if kind == "parametrization" else ("zeros" if masks else "dense")
    apply(module, masks)
    example = find_example(module, example)
    measured = measure(module, masks, example=example)
    if dense is not None and _size(module) < _size(dense):
        return Adopted(module, masks, _against(module, masks, dense, example), "smaller")
    return Adopted(module, masks, measured, kind)


def load_state(module: nn.Module, source: Mapping[str, Any] | str | Path) -> Masks:
    """Fill `module` from a state dict or its file; the masks that it carries, often none.

    Wrappers (`{"state_dict": …}`) and prefixes (`module.`) are taken off, `weight_orig` and
    `weight_mask` become a weight and a mask.

    Raises:
        PruningError: not a state dict, or one of another architecture; the keys are named.
    """
    where = source if isinstance(source, (str, Path)) else "the state dict"
    if isinstance(source, (str, Path)):
        source = read_checkpoint(source)
    state = _unwrapped(source, module, where)
    masks = {}
    for name in [n for n in state if n.endswith("_mask") and f"{n[:-5]}_orig" in state]:
        masks[name[:-5]] = state.pop(name).bool()
        state[name[:-5]] = state.pop(f"{name[:-5]}_orig") * masks[name[:-5]]
    _check_keys(module, state, where)
    module.load_state_dict(state)
    return masks


def read_checkpoint(path: str | Path) -> Any:
    """What a checkpoint holds; nothing but tensors and plain values is unpickled.

    Raises:
        FileNotFoundError: no such file.
        PruningError: damaged, or it holds objects that would have to run code.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"no checkpoint {Path(path).resolve()}")
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises whatever its reader stumbles over
        reason = str(error).split("\n")[0]
        raise PruningError(f"{path}: could not be read as a checkpoint: {reason}") from error


def _unwrapped(source: Any, module: nn.Module, where: object) -> dict[str, Tensor]:
    for key in WRAPPERS:
        if isinstance(source, Mapping) and isinstance(source.get(key), Mapping):
            source = source[key]
    if not isinstance(source, Mapping) or not all(isinstance(v, Tensor) for v in source.values()):
        raise PruningError(
            f"{where}: expected a state dict of tensors, got {type(source).__name__}"
        )
    state = dict(source)
    own = set(module.state_dict())
    for prefix in PREFIXES:
        if state and all(n.startswith(prefix) for n in state) and not own & set(state):
            state = {n.removeprefix(prefix): v for n, v in state.items()}
    return state


def _check_keys(module: nn.Module, state: Mapping[str, Tensor], where: object) -> None:
    own = module.state_dict()
    missing = [n for n in own if n not in state]
    extra = [n for n in state if n not in own]
    shapes = [
        f"{n} {tuple(state[n].shape)} for {tuple(own[n].shape)}"
        for n in own
        if n in state and state[n].shape != own[n].shape
    ]
    if missing or extra or shapes:
        raise PruningError(
            f"{where}: does not fit {type(module).__name__}; missing: {_some(missing)}; "
            f"not in the net: {_some(extra)}; other shapes: {_some(shapes)}"
        )


def _some(names: list[str]) -> str:
    if not names:
        return "none"
    more = len(names) - LISTED
    return ", ".join(names[:LISTED]) + (f" and {more} more" if more > 0 else "")


def _plain(source: nn.Module) -> tuple[nn.Module, Masks, str]:
    """A copy without pruning hooks and parametrizations, its masks, and what was found."""
    from torch.nn.utils import prune as torch_prune

    # torch's pruning keeps `weight` as a non-leaf tensor, which deepcopy refuses: hand it a clone.
    memo: dict[int, Any] = {}
    for module in source.modules():
        for hook in module._forward_pre_hooks.values():
            if isinstance(hook, torch_prune.BasePruningMethod):
                value = getattr(module, hook._tensor_name)
                memo[id(value)] = value.detach().clone()
    copied = copy.deepcopy(source, memo)
    masks: Masks = {}
    kind = "dense"
    for name, module in copied.named_modules():
        for hook in list(module._forward_pre_hooks.values()):
            if isinstance(hook, torch_prune.BasePruningMethod):
                entry = hook._tensor_name
                full = f"{name}.{entry}" if name else entry
                masks[full] = getattr(module, f"{entry}_mask").bool()
                torch_prune.remove(module, entry)
                kind = "torch.nn.utils.prune"
    for module in list(copied.modules()):
        if parametrize.is_parametrized(module):
            for entry in list(cast(Any, module.parametrizations)):
                parametrize.remove_parametrizations(module, entry, leave_parametrized=True)
            kind = "parametrization" if not masks else kind
    return copied, masks, kind


def masks_from_zeros(module: nn.Module, *, warn: bool) -> Masks:
    """Masks of the exact zeros in convolutions and linear layers, and of removed units' biases."""
    masks: Masks = {}
    for name, layer in prunable(module).items():
        kept = layer.weight.detach() != 0
        if not kept.all():
            masks[weight_name(name)] = kept
            gone = ~kept.flatten(1).any(1)
            if layer.bias is not None and gone.any() and not layer.bias.detach()[gone].any():
                masks[bias_name(name)] = ~gone
    if masks and warn:
        warnings.warn(
            f"{len(masks)} masks were read off exact zeros (mask = nonzero) in "
            f"{_some(list(masks))}",
            MasksFromZeros,
            stacklevel=3,
        )
    return masks


def _size(module: nn.Module) -> int:
    return sum(layer.weight.numel() for layer in prunable(module).values())


def _against(module: nn.Module, masks: Masks, dense: nn.Module, example) -> Measured:
    """Ratios of a smaller net, and of its zeros, against the net it came from."""
    from geowidgets.pruning.layers import trace

    small, large = prunable(module), prunable(dense)
    total = _size(dense)
    kept = _size(module) - sum(
        int((~masks[weight_name(n)]).sum()) for n in small if weight_name(n) in masks
    )
    widths = [sum(len(layer.weight) for layer in net.values()) for net in (small, large)]
    saved = float("nan")
    if example is not None:
        small_run, large_run = trace(module, example).positions, trace(dense, example).positions
        cost = sum(large[n].weight.numel() * p for n, p in large_run.items())
        saved = 1 - sum(small[n].weight.numel() * p for n, p in small_run.items()) / cost
    return Measured((total - kept) / total, 1 - widths[0] / widths[1], saved, total - kept, total)
