"""The edges that a saved page of a weight graph carries, so that it plays without a kernel."""

from __future__ import annotations

from typing import Any

import numpy as np

from geowidgets.widgets.weight_graph_epochs import Epochs, strongest

PAGE_BYTES = 3_000_000  # of edges in a saved page, before compression
EDGE_BYTES = 8


def preloaded(epochs: Epochs) -> dict[str, dict[str, Any]]:
    """`"<kind>/<epoch>"` → its strongest edges, about `PAGE_BYTES` of them in all."""
    numbers, kinds = epochs.stacked.epochs, epochs.kinds
    most = max(epochs.stacked.units, PAGE_BYTES // (EDGE_BYTES * len(numbers) * len(kinds)))
    return {
        f"{kind}/{epoch}": _packed(epochs, kind, epoch, most) for kind in kinds for epoch in numbers
    }


def _packed(epochs: Epochs, kind: str, epoch: int, most: int) -> dict[str, Any]:
    cosines = epochs.cosines(kind, epoch)
    places, floor = strongest(cosines, most)
    return {
        "places": places.astype("<u4").tobytes(),
        "cosines": cosines[places].astype("<f4").tobytes(),
        "visible": epochs.visible(kind, epoch).astype(np.uint8).tobytes(),
        "floor": floor,
    }
