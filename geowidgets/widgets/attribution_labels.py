"""Raw maps as one labelled array."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from geowidgets.schema import AttributionMap
from geowidgets.widgets.attribution_request import Asked

if TYPE_CHECKING:
    import xarray as xr

UNITS = {"angle": "degree", "length": "feature units", "margin": "feature units"}


def labelled(store: Any, asked: Sequence[Asked], found: Sequence[AttributionMap]) -> xr.DataArray:
    """Maps of one sample on one benchmark as float32 `(model, metric, y, x)`; see `maps`.

    Raises:
        ValueError: no model is in focus.
    """
    import xarray as xr

    if not found:
        raise ValueError("models: none is in focus; give names, or set selection.models")
    first, place = found[0], store.benchmarks[asked[0].benchmark]
    models = [store.models[one.model] for one in asked]
    classes = [str(name) for name in store.classes]
    label = int(store.labels(place.set)[asked[0].sample])
    coords = {
        "model": [entry.name for entry in models],
        "ratio": ("model", [entry.ratio for entry in models]),
        "metric": list(first.metrics),
        "unit": ("metric", [UNITS.get(name, "1") for name in first.metrics]),
        "unoccluded": (("model", "metric"), np.stack([one.baseline for one in found])),
        "prediction": ("model", [_name(classes, one.prediction) for one in found]),
        "probability": ("model", [one.probability for one in found]),
    }
    attrs = {
        "sample": asked[0].sample, "label": classes[label], "benchmark": place.name,
        "set": place.set, **asdict(first.settings),
    }  # fmt: skip
    values = np.stack([one.values for one in found])
    return xr.DataArray(values, coords, ("model", "metric", "y", "x"), name="change", attrs=attrs)


def _name(classes: list[str], place: int) -> str:
    return classes[place] if 0 <= place < len(classes) else ""
