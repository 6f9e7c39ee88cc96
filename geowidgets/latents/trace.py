"""Running a model under observation: which layers ran, and which of them is the output."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from geowidgets.latents.head import ForwardError, layer_input
from geowidgets.latents.outputs import named_outputs
from geowidgets.latents.weights import is_linear_map

LISTED = 12
# Wide enough that ReLU6, tanh and soft caps show; a sharp softmax underflows there and gets a
# second try in the narrow range.
WIDE, NARROW = 8.0, 0.125


@dataclass
class Call:
    """One candidate layer in one forward pass."""

    name: str
    module: nn.Module
    seen: Tensor
    result: Tensor
    runs: int = 1

    @property
    def kind(self) -> str:
        """`"linear"`, `"conv1x1"` or `"custom"`."""
        if isinstance(self.module, nn.Linear):
            return "linear"
        return "conv1x1" if isinstance(self.module, nn.Conv2d) else "custom"


def run(model: nn.Module, images: Tensor) -> Any:
    """`model(images)`; what it raises names the model and the batch. Out of memory passes."""
    try:
        return model(images)
    except torch.cuda.OutOfMemoryError:
        raise
    except Exception as error:
        raise ForwardError(
            f"{type(model).__name__} failed on a batch of shape {tuple(images.shape)}, "
            f"{images.dtype} on {images.device}: {type(error).__name__}: {error}"
        ) from error


def trace(model: nn.Module, example: Tensor) -> tuple[Any, list[Call]]:
    """The model's result and the calls of its candidate layers, in the order of their names.

    Outputs are copied: an in-place activation behind a layer would change what was noted.
    """
    calls: dict[str, Call] = {}

    def note(name: str, module: nn.Module, args: Any, kwargs: Any, result: Any) -> None:
        seen = layer_input(args, kwargs)
        if not (isinstance(seen, Tensor) and isinstance(result, Tensor)):
            return
        runs = calls[name].runs + 1 if name in calls else 1
        calls[name] = Call(name, module, seen.clone(), result.clone(), runs)

    candidates = [pair for pair in model.named_modules() if is_linear_map(pair[1])]
    handles = []
    try:
        for name, module in candidates:

            def hook(module: nn.Module, args: Any, kwargs: Any, result: Any, name: str = name):
                note(name, module, args, kwargs, result)

            handles.append(module.register_forward_hook(hook, with_kwargs=True))
        result = run(model, example)
    finally:
        for handle in handles:
            handle.remove()
    return result, [calls[name] for name, _ in candidates if name in calls]


def inject(
    model: nn.Module, example: Tensor, call: Call, outputs: dict[str, Tensor], output: Any
) -> tuple[str, float] | None:
    """Relation and scale between a layer's output and the model's; None when it is not direct.

    The layer's output is replaced by distinct random numbers; see `find_head`.
    """
    sizes = {value.numel() for value in outputs.values() if value.ndim}
    if call.runs != 1 or call.result.numel() not in sizes or len(call.result) != len(example):
        return None
    for reach in (WIDE, NARROW):
        given = _distinct(call.result, reach)
        handle = call.module.register_forward_hook(lambda module, args, result, g=given: g.clone())
        try:
            returned = named_outputs(run(model, example), output)
        except ForwardError:
            return None  # it ran on its own numbers: these do not pass through unchanged
        finally:
            handle.remove()
        for value in returned.values():
            relation = relate(value, given)
            if relation and (reach == WIDE or relation[0] == "softmax"):
                return relation
    return None


def _distinct(like: Tensor, reach: float) -> Tensor:
    """Distinct numbers in [−reach, reach] in random order, from a generator of its own."""
    order = torch.randperm(like.numel(), generator=torch.Generator().manual_seed(7))
    values = torch.linspace(-reach, reach, like.numel(), dtype=torch.float64)
    return values[order].reshape(like.shape).to(like.device, like.dtype)


def relate(value: Tensor, given: Tensor) -> tuple[str, float] | None:
    """How `value` follows from `given` up to shape: relation and positive scale, or None.

    Example:
        >>> given = torch.tensor([[1.0, -2.0, 3.0], [0.5, 0.0, -1.0]])
        >>> relate(2.0 * given, given), relate(given.log_softmax(1), given), relate(-given, given)
        (('scale', 2.0), ('log_softmax', 1.0), None)
    """
    if value.ndim == 0 or value.numel() != given.numel() or len(value) != len(given):
        return None
    tolerance = max(1e-4, 8.0 * torch.finfo(given.dtype).eps)
    out = value.reshape(len(value), -1).double()
    put = given.reshape(len(given), -1).double()
    scale = _factor(out, put, tolerance)
    if scale is not None:
        return ("identity", 1.0) if abs(scale - 1.0) < tolerance else ("scale", scale)
    for relation, logs in (("log_softmax", out), ("softmax", out.log())):
        if logs.logsumexp(dim=1).abs().max() < 100.0 * tolerance:
            scale = _factor(_centred(logs), _centred(put), tolerance)
            if scale is not None:
                return relation, round(scale, 6)
    return None


def _centred(rows: Tensor) -> Tensor:
    return rows - rows.mean(dim=1, keepdim=True)


def _factor(out: Tensor, put: Tensor, tolerance: float) -> float | None:
    """Positive s with out = s·put to within the tolerance, else None."""
    scale = float((out * put).sum() / (put * put).sum())
    error = float((out - scale * put).abs().max())
    largest = float(put.abs().max())
    return scale if scale > 0 and error <= tolerance * scale * largest else None


def listing(model: nn.Module, calls: list[Call]) -> str:
    """The candidates with names, types and shapes: the last ones that ran, then the idle."""
    lines = []
    if len(calls) > LISTED:
        lines.append(f"  … {len(calls) - LISTED} earlier layers")
    for call in calls[-LISTED:]:
        often = f", ran {call.runs} times" if call.runs != 1 else ""
        lines.append(
            f"  {call.name or '(the model)'}: {type(call.module).__name__} "
            f"{tuple(call.seen.shape)} → {tuple(call.result.shape)}{often}"
        )
    ran = {call.name for call in calls}
    idle = [
        f"{name} ({type(module).__name__})"
        for name, module in model.named_modules()
        if is_linear_map(module) and name not in ran
    ]
    if idle:
        more = f" and {len(idle) - LISTED} more" if len(idle) > LISTED else ""
        lines.append(f"  not run: {', '.join(idle[:LISTED])}{more}")
    return "candidates:\n" + ("\n".join(lines) or "  none: no Linear or 1×1 Conv2d layer in it")
