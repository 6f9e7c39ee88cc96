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
        if len(parts) == 3 and all(part.isascii() and part.isdigit() for part in parts):
            slot = tuple(int(part) for part in parts)
            if all(i < n for i, n in zip(slot, shape, strict=True)):
                done[slot] = True
    return done


def kept_features(place: Place, index: Index, name: str, model: int) -> np.ndarray:
    """bool (benchmark slot, block): whose features of a model are on disk."""
    kept = np.zeros((index.axis(name)[1], index.sets[name].blocks), bool)
    for benchmark, block in np.ndindex(*kept.shape):
        kept[benchmark, block] = bool(place.names(f"features/{model}/{name}/c/{benchmark}/{block}"))
    return kept
