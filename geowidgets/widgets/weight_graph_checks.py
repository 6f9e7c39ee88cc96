"""What a weight graph's options may be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from geowidgets.widgets._base import nearest

# Name → (default, least, most). d3-force's words; gravity pulls to the middle along x and y.
FORCES: dict[str, tuple[float, float, float]] = {
    "charge": (-30.0, -200.0, 0.0),
    "link": (30.0, 0.0, 200.0),
    "collision": (0.7, 0.0, 1.0),
    "radius": (12.0, 0.0, 40.0),
    "gravity": (0.03, 0.0, 0.3),
}


def checked_forces(given: dict[str, Any]) -> dict[str, float]:
    """All forces, those that were given in place of the defaults.

    Raises:
        ValueError: an unknown force, or a value out of its range.

    >>> checked_forces({"charge": -60})["charge"], checked_forces({})["gravity"]
    (-60.0, 0.03)
    """
    for name, value in given.items():
        if name not in FORCES:
            raise ValueError(f"forces: unknown name {name!r}.{nearest(name, list(FORCES))}")
        _, least, most = FORCES[name]
        if not least <= value <= most:
            raise ValueError(f"forces: expected {name} in {least:g}..{most:g}, got {value!r}")
    return {name: float(given.get(name, default)) for name, (default, _, _) in FORCES.items()}


def check_units(given: Any, count: int) -> list[int] | None:
    """Positions in order, each once, from positions or a boolean `(unit,)`; None for none.

    Raises:
        ValueError: a position out of range, or a mask of another length.

    >>> check_units([2, 0, 2], 3), check_units([], 3), check_units(None, 3)
    ([0, 2], [], None)
    """
    if given is None:
        return None
    values = np.asarray(list(given) if isinstance(given, Iterable) else given)
    if values.dtype == bool:
        if values.shape != (count,):
            raise ValueError(f"units: expected a mask of {count} units, got {values.shape}")
        return np.flatnonzero(values).tolist()
    wrong = [one for one in values.ravel().tolist() if one != int(one) or not 0 <= one < count]
    if wrong:
        raise ValueError(f"units: expected positions in 0..{count - 1}, got {wrong[0]!r}")
    return sorted({int(one) for one in values.ravel().tolist()})
