"""The maps that a saved page of `AttributionGrid` carries, as the page reads them."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import numpy as np

from geowidgets.schema import AttributionMap, StoreError
from geowidgets.widgets.attribution_maps import AbsentError, MapMaker
from geowidgets.widgets.attribution_request import Asked
from geowidgets.widgets.columns import as_message

PAGE_BYTES = 3_000_000  # of maps that a page takes without being asked


def map_message(asked: Asked, found: AttributionMap) -> tuple[dict[str, Any], memoryview]:
    """A map as the page reads it: JSON without NaN, and float32 (metric, y, x) in C order."""
    header, data = as_message(found.values)
    numbers = [float(v) if np.isfinite(v) else None for v in found.baseline]
    probability = found.probability if np.isfinite(found.probability) else None
    settings = found.settings
    return {
        **header, "metrics": list(found.metrics), "baseline": numbers,
        "prediction": found.prediction, "probability": probability,
        "made": {
            "window": settings.window, "stride": settings.stride, "fill": settings.fill,
            "margin": settings.margin,
        },
    }, data  # fmt: skip


def packed(maker: MapMaker, one: Asked) -> dict[str, Any]:
    """A map and its image by the keys under which the page looks for them.

    Raises:
        AbsentError: there is no way to the map here.
    """
    header, data = map_message(one, maker.get(one))
    found: dict[str, Any] = {one.key: {**header, "data": bytes(data)}}
    with suppress(StoreError):  # maps are shown without it, too
        header, data = as_message(maker.picture(one.benchmark, one.sample))
        found[f"picture/{one.benchmark}/{one.sample}"] = {**header, "data": bytes(data)}
    return found


def at_hand(maker: MapMaker, asked: Iterable[Asked], limit: int = PAGE_BYTES) -> dict[str, Any]:
    """Those maps to which there is a way, in order, up to `limit` bytes."""
    found: dict[str, Any] = {}
    size = 0
    for one in asked:
        with suppress(AbsentError):
            added = packed(maker, one)
            size += sum(len(part["data"]) for name, part in added.items() if name not in found)
            if size > limit:
                break
            found |= added
    return found
