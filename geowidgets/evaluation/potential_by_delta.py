"""Prune potential for several margins δ, so that the choice of one can be judged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from geowidgets.evaluation.potential import prune_potential

if TYPE_CHECKING:
    import xarray as xr

    from geowidgets.store import GeometryStore

DELTAS = tuple(0.005 * k for k in range(11))


def potential_by_delta(
    store: GeometryStore, deltas: Sequence[float] = DELTAS, **options: Any
) -> xr.DataArray:
    """Prune potential for several margins δ, so that its choice can be judged.

    Args:
        store: as in `prune_potential`.
        deltas: fractions in [0, 1]; 0, 0.005, …, 0.05 by default.
        **options: `samples`, `set`, `benchmarks` of `prune_potential`.

    Returns:
        `(delta, family, repeat, benchmark)` float64, never falling along delta.

    Raises:
        ValueError: no δ, or one outside of [0, 1].

    Source: Liebenwein et al. 2021, "Lost in Pruning", App. D.4 and Fig. 38.

    >>> potential_by_delta(store, [0, 0.05]).mean("repeat")          # doctest: +SKIP
    """
    import xarray as xr

    chosen = [float(delta) for delta in deltas]
    if not chosen:
        raise ValueError(f"deltas must hold at least one fraction, got {deltas!r}")
    found = [prune_potential(store, d, **options) for d in chosen]
    joined = xr.concat([one.drop_attrs() for one in found], "delta").assign_coords(delta=chosen)
    return joined.assign_attrs({"unit": "fraction of weights removed"})
