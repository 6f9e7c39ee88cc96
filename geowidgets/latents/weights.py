"""The weight that a layer really multiplies with, after masks, reparametrisation and scales."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from collections.abc import Iterator


def is_linear_map(module: nn.Module) -> bool:
    """Whether `module` can be a head: Linear, ungrouped 1×1 Conv2d, or `effective_weight()`."""
    if isinstance(module, nn.Conv2d):
        return module.kernel_size == (1, 1) and module.groups == 1
    return isinstance(module, nn.Linear) or callable(getattr(module, "effective_weight", None))


def effective_weight(module: nn.Module) -> tuple[Tensor, Tensor | None]:
    """W and b with which `module` computes W·X + b, as copies.

    In this order: the module's own `effective_weight()` (masked and binarised layers; it
    returns the weight, or weight and bias); the masks of `torch.nn.utils.prune`; plain
    parameters and `torch.nn.utils.parametrizations`; for everything else (a `forward` of its
    own, the older `weight_norm` and `spectral_norm`) the response to the unit vectors,
    W e_i = f(e_i) − f(0), which is exact for any affine map up to rounding.

    Args:
        module: Linear, 1×1 Conv2d, or a module with an `effective_weight()` method.

    Returns:
        weight `(class, feature)` and bias `(class,)` or None, detached.

    Raises:
        TypeError: for any other module, or when `effective_weight()` gives no matrix.

    Source: Diffenderfer and Kailkhura 2021 (multi-prize tickets), for why the stored weight of
    a binarised layer is not the one that acts.

    Example:
        >>> from torch.nn.utils import prune
        >>> layer = prune.l1_unstructured(nn.Linear(3, 2), "weight", 4)
        >>> weight, bias = effective_weight(layer)
        >>> int((weight == 0).sum()), bias.shape
        (4, torch.Size([2]))
    """
    if not is_linear_map(module):
        raise TypeError(
            f"expected a Linear, an ungrouped 1×1 Conv2d or a module with effective_weight(), "
            f"got {module}"
        )
    # Eval mode, because spectral norm moves its buffers whenever a training layer is read.
    with evaluating(module):
        own = getattr(module, "effective_weight", None)
        if callable(own):
            return _own_weight(module, own())
        weight = _masked(module, "weight")
        if weight is None or _needs_probe(module):
            return _probe(module)
        return weight.flatten(1).clone(), _copy(_masked(module, "bias"))


def _own_weight(module: nn.Module, result: object) -> tuple[Tensor, Tensor | None]:
    """Weight and bias from what the module's `effective_weight()` returned."""
    weight, bias = result if isinstance(result, tuple) else (result, _masked(module, "bias"))
    if not isinstance(weight, Tensor) or weight.ndim < 2 or weight[0, 0].numel() != 1:
        got = tuple(weight.shape) if isinstance(weight, Tensor) else type(weight).__name__
        raise TypeError(
            f"{type(module).__name__}.effective_weight() must return a (class, feature) or "
            f"(class, feature, 1, 1) tensor, or that and a bias, got {got}"
        )
    return weight.detach().flatten(1).clone(), _copy(bias)


def _copy(bias: Tensor | None) -> Tensor | None:
    return None if bias is None else bias.detach().clone()


def _masked(module: nn.Module, name: str) -> Tensor | None:
    """Parameter `name`, from `<name>_orig` and `<name>_mask` where pruning has split it.

    The attribute that pruning leaves behind is renewed in forward only, so that it is stale
    after `load_state_dict`.
    """
    mask = getattr(module, f"{name}_mask", None)
    original = getattr(module, f"{name}_orig", None)
    if isinstance(mask, Tensor) and isinstance(original, Tensor):
        return original.detach() * mask
    value = getattr(module, name, None)
    return value.detach() if isinstance(value, Tensor) else None


def _needs_probe(module: nn.Module) -> bool:
    """Whether the weight attribute may differ from what forward multiplies with."""
    if type(module).forward not in (nn.Linear.forward, nn.Conv2d.forward):
        return True
    stored = "weight" in module._parameters
    split = hasattr(module, "weight_mask")
    return not (stored or split or nn.utils.parametrize.is_parametrized(module, "weight"))


def _probe(module: nn.Module) -> tuple[Tensor, Tensor | None]:
    """Weight and bias from the module's answers to 0 and to the unit vectors."""
    spatial = (1, 1) if isinstance(module, nn.Conv2d) else ()
    width = module.in_channels if isinstance(module, nn.Conv2d) else module.in_features
    like = next((p for p in module.parameters() if p.is_floating_point()), torch.empty(0))
    unit = torch.eye(int(width), dtype=like.dtype, device=like.device)  # type: ignore[arg-type]
    bias = module(torch.zeros_like(unit[:1]).reshape(1, -1, *spatial)).flatten()
    weight = module(unit.reshape(*unit.shape, *spatial)).flatten(1) - bias
    silent = getattr(module, "bias", None) is None and not bias.any()
    return weight.T.clone(), None if silent else bias


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Eval mode without gradients; every submodule gets its own mode back, even on error."""
    modes = [(module, module.training) for module in model.modules()]
    try:
        model.eval()
        with torch.no_grad():
            yield
    finally:
        for module, mode in modes:
            module.training = mode
