"""A table as text for a terminal or a report, with what has to be said beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

NOTES = ("unit", "interval", "protocol", "note", "nominal", "shifted", "std", "noise", "delta")


def table_text(table: xr.Dataset | xr.DataArray | pd.DataFrame, digits: int = 3) -> str:
    """Rows and columns, and under them units, intervals and how a paper's protocol differs.

    Args:
        table: what the functions of `geowidgets.evaluation` return; variables over samples are
            left out.
        digits: after the point.

    Returns:
        Text; one row for every combination of the table's labels.

    >>> import pandas as pd
    >>> table_text(pd.DataFrame({"mean": [0.12345]})).split()
    ['mean', '0', '0.123']
    """
    import pandas as pd
    import xarray as xr

    if isinstance(table, xr.DataArray):
        table = table.to_dataset(name=table.name or "value").assign_attrs(table.attrs)
    if isinstance(table, pd.DataFrame):
        rows = table
    else:
        rows = table.drop_dims("sample", errors="ignore").to_dataframe()
    notes = [f"{name}: {_plain(table.attrs[name])}" for name in NOTES if name in table.attrs]
    return "\n".join([rows.round(digits).to_string(), *notes])


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
