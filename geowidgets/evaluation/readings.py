"""Angle, length and the three readings of the margin of one pair of a store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geowidgets.evaluation.logits import stored_scores
from geowidgets.schema import StoreError
from geowidgets.suggest import nearest

if TYPE_CHECKING:
    from geowidgets.store import GeometryStore

METRICS = ("angle", "length", "margin (predicted)", "margin (true)", "margin (signed)")


def geometry_readings(
    store: GeometryStore, model: str | int, benchmark: str | int
) -> dict[str, np.ndarray]:
    """The columns that sample-wise figures are correlated with.

    The store keeps one reading of the margin; the others are remade from length, class angles and
    the head (`geometry.margins` on `stored_scores`, with the bias where the store counts it).

    Args:
        store: with all class angles; without them the readings that it does not keep are NaN.
        model: name or position.
        benchmark: name or position.

    Returns:
        Name in `METRICS` → float64 `(sample,)`: the angle to the true class [degree], the length
        and the margins [feature units].

    Raises:
        StoreError: an unknown name, or a pair that is not computed.

    >>> geometry_readings(store, "dense", "clean")["margin (true)"]  # doctest: +SKIP
    """
    angle = store.column("angle", model, benchmark).astype(np.float64)
    length = store.column("length", model, benchmark).astype(np.float64)
    readings = {name: np.full(len(angle), np.nan) for name in METRICS}
    readings |= {"angle": angle, "length": length}
    if len(store.settings.angle_classes(len(store.classes))) == len(store.classes):
        readings |= _margins(store, model, benchmark)
    own = f"margin ({store.settings.margin})"
    readings[own] = store.column("margin", model, benchmark).astype(np.float64)
    return readings


def _margins(store: GeometryStore, model: str | int, benchmark: str | int) -> dict[str, np.ndarray]:
    import torch

    from geowidgets.geometry import MARGINS, margins, plane_norms

    weight, _ = store.head(model)
    norms = plane_norms(torch.from_numpy(np.ascontiguousarray(weight)))
    scores, bias = stored_scores(store, model, benchmark)
    counted = torch.from_numpy(scores + bias if store.settings.use_bias else scores)
    prediction = store.column("prediction", model, benchmark).astype(np.int64)
    labels = store.labels(set_of(store, benchmark)).astype(np.int64)
    truth, said = torch.from_numpy(labels), torch.from_numpy(np.maximum(prediction, 0))
    found = {
        f"margin ({reading})": margins(counted, truth, said, norms, reading).numpy()
        for reading in MARGINS
    }
    return {name: np.where(prediction < 0, np.nan, values) for name, values in found.items()}


def set_of(store: GeometryStore, benchmark: str | int) -> str:
    """The sample set of a benchmark, by name or position.

    Raises:
        StoreError: an unknown name.
    """
    for k, entry in enumerate(store.benchmarks):
        if benchmark in (k, entry.name):
            return entry.set
    names = [entry.name for entry in store.benchmarks]
    raise StoreError(f"unknown benchmark {benchmark!r}; {nearest(benchmark, names)}")
