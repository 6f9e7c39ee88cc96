"""What lies in a store at one moment, found by name."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from geowidgets.schema import BenchmarkSlot, ModelSlot, StoreError
from geowidgets.store.arrays import open_array, read_whole
from geowidgets.store.disk import Place
from geowidgets.store.marks import done_blocks
from geowidgets.store.summary import read_summary
from geowidgets.suggest import nearest


class Contents:
    """The index and the marks as they were when this was made, and arrays read on demand."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.index = place.read_index()
        self.root = place.root("r")
        self._blocks = {name: done_blocks(place, self.index, name) for name in self.index.sets}
        self._labels: dict[str, np.ndarray] = {}
        self._summaries: dict[str, np.ndarray] = {}

    @cached_property
    def done(self) -> np.ndarray:
        """bool (model, benchmark) over live entries."""
        models = [model.slot for model in self.index.live_models]
        done = np.zeros((len(models), len(self.index.live_benchmarks)), bool)
        for j, benchmark in enumerate(self.index.live_benchmarks):
            done[:, j] = self._blocks[benchmark.set][models, benchmark.slot].all(axis=1)
        return done

    def done_in(self, name: str) -> np.ndarray:
        """bool (model, benchmark of the set)."""
        return self.done[:, [b.set == name for b in self.index.live_benchmarks]]

    def is_done(self, model: ModelSlot, benchmark: BenchmarkSlot) -> bool:
        """Whether a pair is complete."""
        return bool(self._blocks[benchmark.set][model.slot, benchmark.slot].all())

    def array(self, name: str) -> Any:
        """A Zarr array by its path in the store, checked (`store.arrays`)."""
        return open_array(self.root, name, self.index, self.place.path)

    def whole(self, name: str) -> np.ndarray:
        """All values of a small array, compared with its digest."""
        return read_whole(self.root, name, self.index, self.place.path)

    def labels(self, name: str) -> np.ndarray:
        """True classes of a set, int16 (sample,)."""
        if name not in self._labels:
            self._labels[name] = self.whole(f"sets/{name}/label")
        return self._labels[name]

    def summary(self, name: str) -> np.ndarray:
        """Summary records of a set (model, benchmark of the set)."""
        if name not in self._summaries:
            self._summaries[name] = read_summary(
                self.place, self.index, name, self._blocks[name], self.labels(name)
            )
        return self._summaries[name]

    def set_name(self, name: str | None) -> str:
        """A sample set's name, checked; the first one for None."""
        if name is None:
            return next(iter(self.index.sets))
        if name not in self.index.sets:
            raise StoreError(f"unknown sample set {name!r}; {nearest(name, self.index.sets)}")
        return name

    def model(self, key: str | int) -> ModelSlot:
        """A live model by name or position."""
        return _find(self.index.live_models, key, "model")

    def benchmark(self, key: str | int) -> BenchmarkSlot:
        """A live benchmark by name or position."""
        return _find(self.index.live_benchmarks, key, "benchmark")


def _find(entries: Sequence[Any], key: str | int, what: str) -> Any:
    if isinstance(key, str):
        for entry in entries:
            if entry.name == key:
                return entry
        raise StoreError(f"unknown {what} {key!r}; {nearest(key, [e.name for e in entries])}")
    if not 0 <= int(key) < len(entries):
        raise StoreError(f"{what} {key!r} is out of range: expected 0 … {len(entries) - 1}")
    return entries[int(key)]
