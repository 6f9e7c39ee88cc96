"""A sample set as a lazy `xarray.Dataset`: live entries in order, unfinished pairs missing."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
import zarr
from xarray.backends import BackendArray
from xarray.core import indexing

from geowidgets.schema import VARIABLES, BenchmarkSlot, Index, ModelSlot
from geowidgets.store.arrays import open_array, reading


class PairArray(BackendArray):
    """An array over slots, read as one over live entries; what is not complete reads as fill."""

    def __init__(
        self, array: zarr.Array, path: str, models: list[int], benchmarks: list[int],
        done: np.ndarray,
    ) -> None:  # fmt: skip
        self._array: Any = array
        self._path = path
        self._slots = np.array(models, int), np.array(benchmarks, int)
        self._done = done
        self.shape = (len(models), len(benchmarks), *array.shape[2:])
        self.dtype = array.dtype

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        return indexing.explicit_indexing_adapter(
            key, self.shape, indexing.IndexingSupport.OUTER, self._read
        )

    def _read(self, key: tuple[Any, ...]) -> np.ndarray:
        with reading(self._array.name.strip("/"), self._path):
            return self._values(key)

    def _values(self, key: tuple[Any, ...]) -> np.ndarray:
        rows = [np.arange(n)[k] for n, k in zip(self.shape, key, strict=True)]
        models, benchmarks = np.atleast_1d(rows[0]), np.atleast_1d(rows[1])
        tail = [np.atleast_1d(r) for r in rows[2:]]
        shape = (len(models), len(benchmarks), *(len(t) for t in tail))
        wanted = self._done[np.ix_(models, benchmarks)]
        if wanted.size and wanted.all():
            # One request for many chunks: a third of the time of one request each.
            slots = self._slots[0][models], self._slots[1][benchmarks]
            values = self._array.oindex[slots][(slice(None), slice(None), *np.ix_(*tail))]
            return values.reshape([n for r in rows for n in np.shape(r)])
        values = np.full(shape, self._array.fill_value, self.dtype)
        for i, model in enumerate(models):
            for j, benchmark in enumerate(benchmarks):
                if self._done[model, benchmark]:
                    pair = self._slots[0][model], self._slots[1][benchmark]
                    values[i, j] = self._array[pair][np.ix_(*tail)]
        return values.reshape([n for r in rows for n in np.shape(r)])


def open_dataset(
    root: zarr.Group, path: str, index: Index, name: str, labels: np.ndarray, done: np.ndarray
) -> xr.Dataset:
    """The variables of one set with names, methods, ratios, severities and labels beside them.

    Args:
        root: The store's root group.
        path: Of the store.
        index: Of the store.
        name: Of the set.
        labels: (sample,).
        done: (model, benchmark) over live entries of this set.
    """
    models = index.live_models
    benchmarks = tuple(b for b in index.live_benchmarks if b.set == name)
    slots = [m.slot for m in models], [b.slot for b in benchmarks]
    kept = index.settings.angle_classes(len(index.classes))
    variables = {}
    for variable in VARIABLES.values():
        if variable.per_class and not kept:
            continue
        array: Any = open_array(root, f"sets/{name}/{variable.name}", index, path)
        lazy = indexing.LazilyIndexedArray(PairArray(array, path, *slots, done))
        attrs = {"units": variable.unit, "long_name": variable.text}
        variables[variable.name] = xr.Variable(variable.dims, lazy, attrs)
    coords = {**_coords(models, benchmarks), "label": ("sample", labels)}
    if kept:
        coords["class"] = [index.classes[c] for c in kept]
    coords["done"] = (("model", "benchmark"), done)
    return xr.Dataset(variables, coords, attrs={"set": name, "classes": list(index.classes)})


def _coords(models: tuple[ModelSlot, ...], benchmarks: tuple[BenchmarkSlot, ...]) -> dict[str, Any]:
    return {
        "model": [m.name for m in models],
        "architecture": ("model", [m.architecture for m in models]),
        "method": ("model", [m.method for m in models]),
        "ratio": ("model", [m.ratio for m in models]),
        "parent": ("model", [m.parent or "" for m in models]),
        "seed": ("model", [m.seed for m in models]),
        "benchmark": [b.name for b in benchmarks],
        "corruption": ("benchmark", [b.corruption for b in benchmarks]),
        "severity": ("benchmark", [b.severity for b in benchmarks]),
        "family": ("benchmark", [b.family for b in benchmarks]),
    }
