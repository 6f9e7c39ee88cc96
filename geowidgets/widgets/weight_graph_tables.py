"""A weight graph's units and components as labelled tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from geowidgets.redundancy.kernel import Kernel
    from geowidgets.widgets.weight_graph_epochs import Epochs

CUTS = 101  # inner products of the components' curve


def component_curve(square: np.ndarray, kernel: Kernel, norms: np.ndarray) -> xr.Dataset:
    """`redundancy.components` at 101 inner products from −1 to 1."""
    from geowidgets.redundancy.similarity_graph import components

    cutoffs = kernel.weight(np.linspace(-1, 1, CUTS))
    # A narrow kernel gives the farthest pairs a weight of 0, which is no cut-off.
    return components(square, kernel, cutoffs[cutoffs > 0], norms)


def unit_rows(
    epochs: Epochs,
    place: int,
    square: np.ndarray,
    limit: float,
    names: list[tuple[str, int]],
    chosen: list[int],
) -> pd.DataFrame:
    """A row a unit of one epoch; see `WeightGraph.to_dataframe`.

    Args:
        epochs: norms and turns.
        place: of the epoch among them.
        square: similarities `(unit, unit)`, NaN where a unit is hidden.
        limit: least similarity of an edge.
        names: (layer, unit in it) of every position.
        chosen: selected positions.
    """
    import pandas as pd

    from geowidgets.redundancy.kernel import Kernel
    from geowidgets.redundancy.similarity_graph import component_labels

    # Who hangs together with whom depends on the inner product alone; this kernel has a cut-off
    # for every one of them.
    plain = Kernel("report", 1.0)
    joined = square >= limit - 1e-12
    layers, units = zip(*names, strict=True)
    return pd.DataFrame(
        {
            "layer": layers,
            "unit": units,
            "norm": epochs.norms[place],
            "initial_norm": epochs.norms[0],
            "turn": epochs.turns[place],
            "edges": joined.sum(axis=1) - joined.diagonal(),
            "component": component_labels(square, plain, float(plain.weight(limit))),
            "selected": np.isin(np.arange(len(units)), chosen),
        }
    )
