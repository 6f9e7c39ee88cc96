"""A labelled table of the user's, in place of accuracy."""

from __future__ import annotations

from typing import Any

import numpy as np

from geowidgets.widgets._base import nearest

DIMS = ("model", "benchmark")


def given_table(values: Any, models: list[str], benchmarks: list[str]) -> dict[str, Any]:
    """What the browser needs of a user's `(model, benchmark)` table.

    Args:
        values: an xarray `DataArray` with the dims `model` and `benchmark` and their names as
            coordinates, or a `DataFrame` with models as index and benchmarks as columns. Names
            may be left out (shown as not computed), not made up. Attributes (`.attrs`): `unit`
            (text behind numbers; `"fraction"` is written in per cent) and `better` (`"more"`,
            `"less"`, or None, the default: neither).
        models: names that the store has.
        benchmarks: names that the store has.

    Returns:
        `name unit percent better models benchmarks values`; values float32, model-major bytes.

    Raises:
        TypeError: neither of the two kinds, or no numbers.
        ValueError: other dims, unknown or repeated names, an unknown `better`.
    """
    name, rows, columns, numbers, attrs = _parts(values)
    _check_names("model", rows, models)
    _check_names("benchmark", columns, benchmarks)
    better = attrs.get("better")
    ways = {"more": 1, "less": -1, None: 0}
    if better not in ways:
        raise ValueError(f"metric: attrs['better'] must be 'more', 'less' or None, got {better!r}")
    unit = str(attrs.get("unit") or attrs.get("units") or "")
    return {
        "name": str(name or "given values"),
        "unit": "" if unit == "fraction" else unit,
        "percent": unit == "fraction",
        "better": ways[better],
        "models": rows,
        "benchmarks": columns,
        "values": numbers.astype("<f4").tobytes(),
    }


def _parts(values: Any) -> tuple[Any, list[str], list[str], np.ndarray, dict[str, Any]]:
    kind = type(values).__name__
    if kind == "DataArray":
        if set(values.dims) != set(DIMS):
            raise ValueError(
                f"metric: expected the dims model and benchmark, got {tuple(values.dims)}"
            )
        for dim in DIMS:
            if dim not in values.coords:
                raise ValueError(f"metric: the dim {dim!r} has no names: give it a coordinate")
        values = values.transpose(*DIMS)
        rows, columns = values[DIMS[0]].values.tolist(), values[DIMS[1]].values.tolist()
        return values.name, rows, columns, _numbers(values.values), dict(values.attrs)
    if kind == "DataFrame":
        rows, columns = list(values.index), list(values.columns)
        return values.attrs.get("name"), rows, columns, _numbers(values.to_numpy()), values.attrs
    raise TypeError(
        "metric: expected a metric's name, an xarray DataArray or a pandas DataFrame with "
        f"(model, benchmark), got {kind}"
    )


def _numbers(values: Any) -> np.ndarray:
    if values.dtype.kind not in "fiub":
        raise TypeError(f"metric: expected numbers, got {values.dtype}")
    return np.asarray(values, np.float64)


def _check_names(dim: str, names: list[Any], known: list[str]) -> None:
    if not names:
        raise ValueError(f"metric: the table names no {dim}")
    for name in names:
        if name not in known:
            raise ValueError(f"metric: unknown {dim} {name!r}.{nearest(name, known)}")
    doubled = [name for k, name in enumerate(names) if name in names[:k]]
    if doubled:
        raise ValueError(f"metric: {dim} {doubled[0]!r} stands in the table twice")
