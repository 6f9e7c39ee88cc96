"""Tables as JSON that other programs read."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


def table_json(
    table: xr.Dataset | xr.DataArray | pd.DataFrame, path: str | Path | None = None
) -> str:
    """A labelled table as JSON text: dims, coordinates, attributes and values; NaN is null.

    Args:
        table: what the functions of `geowidgets.evaluation` return.
        path: where to write it, too.

    Returns:
        The text; `xarray.Dataset.from_dict` and `DataArray.from_dict` read back what
        `json.loads` gives, null being NaN again. A DataFrame is a list of its rows.

    >>> import xarray as xr
    >>> table_json(xr.DataArray([1.0, float("nan")], dims="model"))
    '{"dims": ["model"], "attrs": {}, "data": [1.0, null], "coords": {}, "name": null}'
    """
    if hasattr(table, "to_dict") and hasattr(table, "columns"):
        plain: Any = table.reset_index().to_dict("records")  # pyright: ignore
    else:
        plain = table.to_dict()
    text = json.dumps(_jsonable(plain), allow_nan=False, ensure_ascii=False)
    if path is not None:
        Path(path).write_text(text, encoding="utf-8")
    return text


def _jsonable(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _jsonable(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_jsonable(entry) for entry in value]
    if isinstance(value, np.ndarray):
        return _jsonable(value.tolist())
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
