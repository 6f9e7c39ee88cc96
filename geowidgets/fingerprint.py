"""Digests that say whether a model, a benchmark or data is still the same."""

from __future__ import annotations

import hashlib
import inspect
import json
import re
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_PIECE = 1 << 26


def of_values(*values: Any) -> str:
    """32 hex digits over plain JSON values."""
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:32]


def of_array(array: Any) -> str:
    """Over dtype, shape and content, read in pieces so that a memory map stays on disk."""
    if isinstance(array, torch.Tensor):
        array = array.detach().cpu()
        if array.dtype == torch.bfloat16:
            array = array.view(torch.int16)
        elif array.is_floating_point() and array.element_size() == 1:
            array = array.view(torch.uint8)
        array = array.numpy()
    shape = tuple(array.shape)
    digest = hashlib.sha256(f"{array.dtype.str}{shape}".encode())
    rows = max(1, _PIECE // max(1, array[:1].nbytes)) if shape else 0
    pieces = (array[i : i + rows] for i in range(0, len(array), rows)) if shape else [array]
    for piece in pieces:
        digest.update(np.ascontiguousarray(piece).data)
    return digest.hexdigest()[:32]


def of_file(path: str | Path) -> str:
    """Over a file's bytes."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:32]


def of_module(module: nn.Module) -> str:
    """Over a module's printed structure and every tensor of its state_dict."""
    state = {name: of_array(t) for name, t in module.state_dict().items() if torch.is_tensor(t)}
    return of_values(_ADDRESS.sub("", repr(module)), state)


def of_net(module: nn.Module) -> str:
    """Over what a net computes: its printed structure, parameters, buffers and plain attributes.

    How it was built does not count: a net with its weights pruned to zero, the same net from a
    checkpoint and one with masks applied have one fingerprint. Of modules that torch does not
    bring, attributes that are numbers, truth values, words or tuples of them count as well, such
    as a threshold that `forward` reads; the code of `forward` does not.

    Example:
        >>> first, second = nn.Linear(3, 2), nn.Linear(3, 2)
        >>> _ = second.load_state_dict(first.state_dict())
        >>> of_net(first) == of_net(second)
        True
    """
    tensors = [
        *module.named_parameters(remove_duplicate=False),
        *module.named_buffers(remove_duplicate=False),
    ]
    state = {name: of_array(_positive_zero(tensor)) for name, tensor in tensors}
    packed = {n: _packed(v) for n, v in module.state_dict().items() if not torch.is_tensor(v)}
    plain = {
        f"{name}.{key}": repr(value)
        for name, part in module.named_modules()
        if not type(part).__module__.startswith("torch.")
        for key, value in vars(part).items()
        if key != "training" and not key.startswith("_") and _is_plain(value)
    }
    return of_values(_ADDRESS.sub("", repr(module)), state, packed, plain)


def _positive_zero(tensor: torch.Tensor) -> torch.Tensor:
    """A weight times a mask is −0 where the same weight pruned in place is 0."""
    if tensor.is_quantized:
        tensor = tensor.dequantize()
    whole = not tensor.is_floating_point() or tensor.element_size() == 1
    return tensor if whole else tensor + 0


def _packed(value: Any) -> Any:
    """What quantised layers keep beside tensors: their packed weights."""
    if torch.is_tensor(value):
        return of_array(_positive_zero(value.detach()))
    if isinstance(value, tuple | list):
        return [_packed(one) for one in value]
    return _text(value)


def _is_plain(value: Any) -> bool:
    if isinstance(value, tuple | list):
        return all(_is_plain(one) for one in value)
    return isinstance(value, bool | int | float | str)


def of_callable(function: Any) -> str:
    """Over what a function does as far as it can be seen.

    A plain function counts by its source (its bytecode where there is none), defaults and closure;
    anything else by its printed form (torchvision's transforms print their settings).
    """
    if isinstance(function, nn.Module):
        return of_module(function)
    if function is None:
        return ""
    if isinstance(function, partial):
        parts = (of_callable(function.func), _text(function.args), _text(function.keywords))
        return of_values(*parts)
    if not hasattr(function, "__code__"):
        return of_values(_text(function))
    cells = [_value(cell.cell_contents) for cell in function.__closure__ or ()]
    defaults = [_value(value) for value in function.__defaults__ or ()]
    return of_values(_source(function), cells, defaults)


def _source(function: Any) -> str:
    try:
        return inspect.getsource(function)
    except (OSError, TypeError):
        return function.__code__.co_code.hex() + repr(function.__code__.co_names)


def _value(value: Any) -> str:
    if isinstance(value, torch.Tensor | np.ndarray):
        return of_array(value)
    return of_callable(value) if callable(value) else _text(value)


def _text(value: Any) -> str:
    return _ADDRESS.sub("", repr(value))
