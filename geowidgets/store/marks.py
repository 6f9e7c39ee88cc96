"""Which pairs are complete: one listing of the digests that are there."""

from __future__ import annotations

import numpy as np

from geowidgets.schema import Index
from geowidgets.store.disk import Place


def done_blocks(place: Place, index: Index, name: str) -> np.ndarray:
    """bool (model slot, benchmark slot, block): whose data and digest are on disk."""
    shape = (*index.axis(name), index.sets[name].blocks)
    done = np.zeros(shape, bool)
    for key in place.names(f"sets/{name}/digest"):
        parts = key.split(".")
        if len(parts) == 3 and all(part.isdigit() for part in parts):
            slot = tuple(int(part) for part in parts)
            if all(i < n for i, n in zip(slot, shape, strict=True)):
                done[slot] = True
    return done
