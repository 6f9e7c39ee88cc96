"""Picking the tensors that may be logits from whatever a model returns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from geowidgets.latents.head import HeadError
from geowidgets.suggest import did_you_mean


def named_outputs(result: Any, output: Any = None) -> dict[str, Tensor]:
    """Tensors of a model's result by name.

    Args:
        result: tensor, tuple, list, mapping, or an object with tensors as attributes.
        output: index, key or attribute name of the one to take. None takes `.logits` or
            `["logits"]` where there is one, else every tensor.

    Raises:
        HeadError: nothing of that name, not a tensor, or no tensor at all; lists what there is.

    Example:
        >>> import torch
        >>> list(named_outputs({"scores": torch.zeros(2, 3), "aux": None}))
        ['scores']
    """
    parts = _parts(result)
    if output is None:
        if isinstance(result, Tensor):
            return {"output": result}
        if isinstance(parts.get("logits"), Tensor):
            return {"logits": parts["logits"]}
        tensors = {str(name): part for name, part in parts.items() if isinstance(part, Tensor)}
        if not tensors:
            raise HeadError(f"the model returned {_describe(result, parts)}: no tensor in it")
        return tensors
    if isinstance(output, int) and isinstance(result, tuple | list):
        output = output if output >= 0 else output + len(result)
    if not isinstance(parts.get(output), Tensor):
        hint = did_you_mean(output, [str(name) for name in parts])
        raise HeadError(
            f"output={output!r} is no tensor of what the model returned, "
            f"{_describe(result, parts)}{hint}"
        )
    return {str(output): parts[output]}


def _parts(result: Any) -> dict[Any, Any]:
    """Everything in a result that can be named: keys, indices and attributes."""
    if isinstance(result, Tensor):
        return {0: result} if result.ndim else {}
    parts: dict[Any, Any] = dict(vars(result)) if hasattr(result, "__dict__") else {}
    if isinstance(result, Mapping):
        parts.update(result)
    elif isinstance(result, tuple | list):
        parts.update(dict(zip(getattr(result, "_fields", ()), result, strict=False)))
        if not parts:
            parts.update(enumerate(result))
    return parts


def _describe(result: Any, parts: Mapping[Any, Any]) -> str:
    shown = ", ".join(
        f"{name!r}: {tuple(part.shape) if isinstance(part, Tensor) else type(part).__name__}"
        for name, part in parts.items()
    )
    return f"a {type(result).__name__} ({shown or 'empty'})"
