"""What an open store answers: what it holds, and its numbers, by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from geowidgets.schema import (
    SUMMARY_METRICS,
    VARIABLES,
    BenchmarkInfo,
    ModelInfo,
    Settings,
    StoreError,
)
from geowidgets.store.arguments import sample_mask
from geowidgets.store.arrays import reading
from geowidgets.store.contents import Contents
from geowidgets.store.dataset import open_dataset
from geowidgets.store.derived import Derived
from geowidgets.store.disk import Place
from geowidgets.store.maps import StoredMaps
from geowidgets.store.pictures import picture
from geowidgets.store.summary import correct_counts
from geowidgets.suggest import nearest

if TYPE_CHECKING:
    from geowidgets.study import Study


class Asking:
    """What is read of an open store; `GeometryStore` is the only one."""

    _place: Place
    _study: Study | None
    _contents: Contents

    # -- what it holds --------------------------------------------------------------------------

    @property
    def path(self) -> str:
        """Where the store lies."""
        return self._place.path

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes."""
        return self._contents.index.classes

    @property
    def settings(self) -> Settings:
        """Reading of the margin and what is kept."""
        return self._contents.index.settings

    @property
    def sets(self) -> tuple[str, ...]:
        """Names of the sample sets."""
        return tuple(self._contents.index.sets)

    @property
    def revision(self) -> int:
        """Grows with every model or benchmark that joins."""
        return self._contents.index.revision

    @property
    def models(self) -> tuple[ModelInfo, ...]:
        """The models, in the order in which they joined."""
        return self._contents.index.live_models

    @property
    def benchmarks(self) -> tuple[BenchmarkInfo, ...]:
        """The benchmarks of all sets, in the order in which they joined."""
        return self._contents.index.live_benchmarks

    @property
    def done(self) -> np.ndarray:
        """bool (model, benchmark): which pairs are complete."""
        return self._contents.done

    @property
    def missing(self) -> list[tuple[str, str]]:
        """(model, benchmark) names of the pairs that are not computed."""
        pairs = np.argwhere(~self.done)
        return [(self.models[i].name, self.benchmarks[j].name) for i, j in pairs]

    def size(self, set: str | None = None) -> int:
        """Number of samples of a set."""
        return self._contents.index.sets[self._contents.set_name(set)].size

    def labels(self, set: str | None = None) -> np.ndarray:
        """True class indices, int16 (sample,)."""
        return self._contents.labels(self._contents.set_name(set))

    def images(
        self, set: str | None = None, samples: slice | np.ndarray | None = None
    ) -> np.ndarray | None:
        """Clean images uint8 (sample, y, x, channel), or None where none were kept."""
        name = self._contents.set_name(set)
        if f"sets/{name}/images" not in self._contents.root:
            return None
        array = self._contents.array(f"sets/{name}/images")
        with reading(f"sets/{name}/images", self.path):
            if isinstance(samples, np.ndarray):
                return array.oindex[samples]
            return array[samples if samples is not None else slice(None)]

    def image_shape(self, set: str | None = None) -> tuple[int, ...]:
        """(y, x, channel) of the images that the models of a set are measured on."""
        return tuple(self._contents.index.sets[self._contents.set_name(set)].image_shape)

    def picture(self, benchmark: str | int, sample: int) -> np.ndarray:
        """One image as the models saw it, uint8 (y, x, channel): clean, or corrupted again.

        Raises:
            StoreError: neither the study nor full images are at hand, or the benchmark brought
                images or a seed of its own; names the ways out.
        """
        return picture(self._contents, self._study, benchmark, int(sample))

    @property
    def maps(self) -> StoredMaps:
        """The attribution maps that this store keeps: `keep`, `get`, `kept`."""
        return StoredMaps(self._contents)

    @property
    def derived(self) -> Derived:
        """Arrays derived from the numbers and kept beside them: `get`, `keep`, `digests`."""
        return Derived(self._contents)

    def head(self, model: str | int) -> tuple[np.ndarray, np.ndarray | None]:
        """The effective classifier of a model: weight (class, feature), bias (class,) or None."""
        found = self._contents.model(model)
        if found.members:
            raise StoreError(f"{found.name!r} is an ensemble: it has no classifier of its own")
        slot = found.slot
        bias = f"heads/{slot}/bias"
        has_bias = bias in self._contents.root
        weight = self._contents.whole(f"heads/{slot}/weight")
        return weight, self._contents.whole(bias) if has_bias else None

    # -- numbers --------------------------------------------------------------------------------

    def column(self, variable: str, model: str | int, benchmark: str | int) -> np.ndarray:
        """One variable of one pair.

        Args:
            variable: `"angle"` (to the true class), `"angles"` (to every kept class),
                `"length"`, `"margin"`, `"probability"`, `"prediction"` or `"runner_up"`.
            model: Name or position.
            benchmark: Name or position.

        Returns:
            (sample,), for `"angles"` (sample, class).

        Raises:
            StoreError: an unknown name, or a pair that was not computed.
        """
        stored = {"angle": "true_angle", "angles": "angle"}.get(variable, variable)
        if stored not in VARIABLES:
            raise StoreError(f"unknown variable {variable!r}; {nearest(variable, VARIABLES)}")
        row, place = self._contents.model(model), self._contents.benchmark(benchmark)
        if not self._contents.is_done(row, place):
            raise StoreError(
                f"pair ({row.name!r}, {place.name!r}) of {self.path} is not computed: run "
                "GeometryStore.compute(study, path) to fill it"
            )
        if stored == "angle" and not self.settings.angle_classes(len(self.classes)):
            raise StoreError(
                f"{self.path} keeps no class angles: compute it with angles='all' or class indices"
            )
        array = self._contents.array(f"sets/{place.set}/{stored}")
        with reading(f"{variable} of ({row.name!r}, {place.name!r})", self.path):
            return array[row.slot, place.slot]

    def metric(
        self,
        name: str,
        model: str | int | None = None,
        benchmark: str | int | None = None,
        set: str | None = None,
    ) -> xr.DataArray:
        """A variable with its labels, lazily: nothing is read before a value is asked for.

        Args:
            name: A variable as in `column`.
            model: Name or position; all by default.
            benchmark: Name or position; all of the set by default.
            set: Sample set; that of the benchmark, else the first.
        """
        stored = {"angle": "true_angle", "angles": "angle"}.get(name, name)
        if benchmark is not None:
            set = self._contents.benchmark(benchmark).set
        dataset = self.to_dataset(set)
        if stored not in dataset:
            raise StoreError(f"unknown metric {name!r}; {nearest(name, VARIABLES)}")
        chosen: dict[str, Any] = {}
        if model is not None:
            chosen["model"] = self._contents.model(model).name
        if benchmark is not None:
            chosen["benchmark"] = self._contents.benchmark(benchmark).name
        return dataset[stored].sel(chosen).rename(name)

    def accuracy(
        self, samples: np.ndarray | Sequence[int] | None = None, set: str | None = None
    ) -> xr.DataArray:
        """Share of correct samples of every pair of a set, NaN where a pair is not computed.

        Args:
            samples: Indices or a boolean mask (sample,); all by default.
            set: Sample set; the first by default.

        Returns:
            (model, benchmark) float64 in [0, 1], with coordinate `n`, the number of samples.
        """
        name = self._contents.set_name(set)
        mask = sample_mask(samples, self.size(name))
        n = int(mask.sum())
        counts = correct_counts(self.correct(name), np.packbits(mask, bitorder="little"))
        with np.errstate(invalid="ignore"):
            values = np.where(self._contents.done_in(name), np.divide(counts, n or np.nan), np.nan)
        dataset = self.to_dataset(name)
        coords = {c: dataset[c] for c in dataset.coords if c not in ("label", "class", "done")}
        return xr.DataArray(
            values, coords={**coords, "n": n}, dims=("model", "benchmark"), name="accuracy"
        )

    def correct(self, set: str | None = None) -> np.ndarray:
        """Correctness bits uint8 (model, benchmark of the set, byte), little bit order."""
        return self._contents.summary(self._contents.set_name(set))["correct"]

    def mean(self, metric: str, set: str | None = None) -> np.ndarray:
        """Mean of a metric over the samples of every pair, (model, benchmark of the set)."""
        stored = "true_angle" if metric == "angle" else metric
        if stored not in SUMMARY_METRICS:
            raise StoreError(f"unknown metric {metric!r}; {nearest(metric, SUMMARY_METRICS)}")
        name = self._contents.set_name(set)
        values = self._contents.summary(name)["mean"][..., SUMMARY_METRICS.index(stored)]
        return np.where(self._contents.done_in(name), values, np.nan)

    @property
    def dataset(self) -> xr.Dataset:
        """The first sample set as a lazy dataset."""
        return self.to_dataset(None)

    def to_dataset(self, set: str | None = None) -> xr.Dataset:
        """A sample set as a lazy dataset (model, benchmark, sample[, class])."""
        name = self._contents.set_name(set)
        known = self._contents
        return open_dataset(
            known.root, self.path, known.index, name, self.labels(name), known.done_in(name)
        )

    def features_matrix(self, model: str | int, benchmark: str | int) -> np.ndarray:
        """Latents of one pair, float32 (sample, feature).

        Raises:
            StoreError: they were not kept; names the ways out.
        """
        row, place = self._contents.model(model), self._contents.benchmark(benchmark)
        name = f"features/{row.slot}/{place.set}"
        values = None
        if name in self._contents.root and self._contents.is_done(row, place):
            array = self._contents.array(name)
            with reading(f"features of ({row.name!r}, {place.name!r})", self.path):
                values = array[place.slot].astype(np.float32)
            lost = np.isnan(values).all(axis=1) & (self.column("prediction", model, benchmark) >= 0)
            values = None if lost.any() else values
        if values is None:
            raise StoreError(
                f"{self.path} holds no features of {row.name!r} on {place.name!r}: compute it "
                "with features='float16', or store.attach(models) and capture them again"
            )
        return values
