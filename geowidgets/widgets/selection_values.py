"""What a user may write to a selection's traits, as the state keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from geowidgets.widgets import bits
from geowidgets.widgets._base import nearest
from geowidgets.widgets.columns import ReadableStore


def read_value(
    name: str, value: Any, store: ReadableStore, sizes: Mapping[str, Any], current_set: str
) -> Any:
    """Names as positions, a boolean array (model, benchmark) as bits, a sample with its set.

    Raises:
        ValueError: an unknown name (with the nearest), or pairs of another shape or type.
    """
    if value is None:
        return None
    match name:
        case "models" | "benchmarks" | "classes":
            values = [value] if isinstance(value, str) else list(value)
            return [_position(name, one, store) for one in values]
        case "reference" | "compared":
            model, benchmark = value
            return [_position("models", model, store), _position("benchmarks", benchmark, store)]
        case "pairs":
            wanted = (sizes["models"], sizes["benchmarks"])
            array = np.asarray(value)
            if array.dtype != bool or array.shape != wanted:
                raise ValueError(
                    f"pairs: expected a boolean array (model, benchmark) {wanted}, got "
                    f"{array.dtype} {array.shape}"
                )
            return bits.encode(array)
    return _focus(value, current_set)


def _focus(value: Any, current_set: str) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    if isinstance(value, tuple):
        return {"set": value[0], "sample": _plain(value[1])}
    return {"set": current_set, "sample": _plain(value)}


def _position(kind: str, value: Any, store: ReadableStore) -> Any:
    if not isinstance(value, str):
        return _plain(value)
    entries = getattr(store, kind)
    names = [entry if isinstance(entry, str) else entry.name for entry in entries]
    if value not in names:
        raise ValueError(f"{kind}: unknown name {value!r}.{nearest(value, names)}")
    return names.index(value)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
