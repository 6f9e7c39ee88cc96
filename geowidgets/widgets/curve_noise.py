"""A table over noise levels as lines that `PruneCurves` can draw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

KINDS = {
    "potential": ("prune potential", "fraction of weights removed"),
    "agreement": ("equal predictions", "share of noisy images"),
    "distance": ("‖softmax − softmax′‖₂", "mean over noisy images"),
}


def noise_lines(table: Any, models: Sequence[Any]) -> dict[str, Any] | None:
    """Lines over ε from a result of `noise_potential` or `noise_similarity`.

    Args:
        table: a Dataset of those, one of its variables, or None. Of a Dataset the first of
            `potential`, `agreement`, `distance` is taken.
        models: the store's, to find those that the table names.

    Returns:
        `name`, `unit`, `levels` (ε), `lines`: name, family ("" for none), model (position or
        None), and per level mean, low and high, None where unknown. None for no table.

    Raises:
        ValueError: not such a table.

    Example:
        >>> noise_lines(None, []) is None
        True
    """
    if table is None:
        return None
    kind, mean, low, high = _columns(table)
    if "family" in mean.dims:
        rows = [
            {"name": str(name), "family": str(name), "model": None} for name in mean.family.values
        ]
    else:
        rows = [_model_row(mean, place, models) for place in range(mean.sizes["model"])]
    values = [np.asarray(one.transpose(..., "noise").values, float) for one in (mean, low, high)]
    for place, row in enumerate(rows):
        for name, column in zip(("mean", "low", "high"), values, strict=True):
            row[name] = [float(v) if np.isfinite(v) else None for v in column[place]]
    name, unit = KINDS[kind]
    return {
        "kind": kind,
        "name": name,
        "unit": unit,
        "levels": [float(epsilon) for epsilon in mean.noise.values],
        "lines": rows,
    }


def _columns(table: Any) -> tuple[str, Any, Any, Any]:
    """Kind, mean, low and high of a table."""
    names = list(getattr(table, "data_vars", None) or [getattr(table, "name", None)])
    kind = next((name for name in KINDS if name in names), None)
    if kind is None or "noise" not in getattr(table, "dims", ()):
        raise ValueError(
            f"noise: expected a result of noise_potential or noise_similarity (a table over "
            f"'noise' with one of {', '.join(KINDS)}), got {type(table).__name__} with {names}"
        )
    whole = hasattr(table, "data_vars")
    column = table[kind] if whole else table
    if "repeat" in column.dims:
        # n − 1 in the denominator; of one repeat there is no spread.
        mean, std = column.mean("repeat"), column.std("repeat", ddof=1)
        return kind, mean, mean - std, mean + std
    if whole and f"{kind}_low" in table:
        return kind, column, table[f"{kind}_low"], table[f"{kind}_high"]
    return kind, column, column * np.nan, column * np.nan


def _model_row(mean: Any, place: int, models: Sequence[Any]) -> dict[str, Any]:
    name = str(mean.model.values[place])
    found = next((k for k, one in enumerate(models) if one.name == name), None)
    role = str(mean.role.values[place]) if "role" in mean.coords else ""
    own = models[found] if found is not None else None
    family = f"{own.architecture} / {own.method}" if own is not None and role != "separate" else ""
    label = f"{name} ({role})" if role in ("parent", "separate") else name
    return {"name": label, "family": family, "model": found}
