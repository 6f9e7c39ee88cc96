"""`GeometryStore`: compute, resume, open, ask."""

from __future__ import annotations

import hashlib
import os
import weakref
from collections.abc import Callable, Sequence
from dataclasses import replace
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
from geowidgets.store.arguments import sample_mask, settings_of
from geowidgets.store.arrays import reading
from geowidgets.store.contents import Contents
from geowidgets.store.dataset import open_dataset
from geowidgets.store.derived import Derived
from geowidgets.store.disk import Place, writing
from geowidgets.store.growth import Growing
from geowidgets.store.maps import StoredMaps
from geowidgets.store.pictures import picture
from geowidgets.store.summary import correct_counts
from geowidgets.store.verify import Damage, drop_entries, find_damage
from geowidgets.suggest import nearest

if TYPE_CHECKING:
    import torch

    from geowidgets.study import ModelEntry, Study


class GeometryStore(Growing):
    """Geometry of every sample for models × benchmarks, on disk, asked by name.

    Made by `compute` or `open`, never by hand.

    Example:
        >>> store = GeometryStore.open("digits.zarr")  # doctest: +SKIP
        >>> store.accuracy().sel(model="dense", benchmark="clean")  # doctest: +SKIP
    """

    def __init__(self, place: Place, study: Study | None = None) -> None:
        self._place = place
        self._study = study
        self._attached: dict[str, ModelEntry] = {}
        self._listeners: list[weakref.ref[Callable[[], None]]] = []
        self.refresh()

    # -- made -----------------------------------------------------------------------------------

    @classmethod
    def compute(
        cls,
        study: Study,
        path: str | os.PathLike[str],
        device: str | torch.device = "auto",
        *,
        margin: str = "predicted",
        use_bias: bool = True,
        angles: str | Sequence[int] | None = "all",
        images: str | None = "full",
        features: str | Sequence[str] | None = None,
        batch_size: int | None = None,
        progress: bool = True,
        client: Any = None,
    ) -> GeometryStore:
        """Compute what is missing of a study and open the result; run again to resume.

        Args:
            study: Models, benchmarks, samples.
            path: Folder or fsspec URL; made when absent.
            device: `"auto"` (CUDA where there is one), `"cpu"`, `"cuda:1"`, …
            margin: Reading of the margin: `"predicted"`, `"true"` or `"signed"`
                (`geometry.measure`).
            use_bias: Whether margins count the classifier's bias.
            angles: Classes whose angles are kept: `"all"`, class indices, or `None`. The angle to
                the true class and the runner-up class are always kept.
            images: Clean images kept for the views: `"full"`, `"thumbnails"` or `None`.
            features: Latents kept: `None`, `"float16"` for all models, or names of models.
            batch_size: Images a forward pass; halved when the device runs out of memory.
            progress: Show a bar with pairs done, images a second and time left.
            client: A `distributed.Client`: its workers compute the pairs and write them, on their
                own `device`, each with as many threads as torch has here (docs/clusters.md).

        Raises:
            StoreError: the path holds something else, other data, other settings or a newer
                version; a model has no head or fails; no space is left or the store may not be
                written; the cluster is gone. Complete pairs are kept.
            ImportError: `client` without `pip install "geowidgets[cluster]"`.
        """
        from geowidgets.store.compute import fill
        from geowidgets.store.votes import fill_votes

        settings = settings_of(margin, use_bias, angles, images, len(study.classes))
        place = Place(path)
        with writing(place.path):
            fill(
                study,
                place,
                settings,
                device=device,
                features=features,
                batch_size=batch_size,
                progress=progress,
                client=client,
            )
            fill_votes(place)
        return cls(place, study)

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> GeometryStore:
        """Open a store; needs neither torch nor the models.

        Raises:
            StoreError: nothing there, no store, damaged, or newer than this package.
        """
        return cls(Place(path))

    # -- described ------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Look again at what is on disk: another process may have added to it."""
        self._contents = Contents(self._place)
        self._tell()

    def _tell(self) -> None:
        self._listeners = [one for one in self._listeners if one() is not None]
        for listener in list(self._listeners):
            call = listener()
            if call is not None:
                call()

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Call `listener()` after `add`, `refresh` and `attach`, while somebody else holds it.

        Example:
            >>> store.subscribe(view.redraw)  # doctest: +SKIP
        """
        bound = hasattr(listener, "__self__")
        self._listeners.append(weakref.WeakMethod(listener) if bound else weakref.ref(listener))

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

    # -- asked ----------------------------------------------------------------------------------

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

    def attach(self, models: Sequence[ModelEntry], transform: Any = None) -> None:
        """Make live models available to what needs them; each must be the one that was measured.

        Args:
            models: Entries named as in the store.
            transform: The study's transform, where the entries have none of their own.

        Raises:
            StoreError: an entry's fingerprint is not the stored one; names both.
        """
        for entry in models:
            stored = self._contents.model(entry.name).fingerprint
            if not entry.has_fingerprint(stored, transform):
                raise StoreError(entry.refusal(stored, transform, self.path))
        self._attached.update({entry.name: _with(entry, transform) for entry in models})
        self._tell()

    def live_model(self, model: str | int) -> ModelEntry:
        """The attached entry of a model, or that of the study this store came from.

        It carries the transform that its images take, the study's where it has none of its own.

        Raises:
            StoreError: it is not at hand; names the way out.
        """
        found = self._contents.model(model)
        name = found.name
        if found.members:
            raise StoreError(
                f"{name!r} is an ensemble: it votes by {', '.join(found.members)} and has no net"
            )
        if name in self._attached:
            return self._attached[name]
        for entry in self._study.models if self._study else ():
            if entry.name == name:
                return _with(entry, self._study.transform if self._study else None)
        raise StoreError(f"model {name!r} is not at hand: call store.attach(models) with it")

    @property
    def at_hand(self) -> tuple[str, ...]:
        """Names of the models that `live_model` gives."""
        known = {*self._attached, *(m.name for m in (self._study.models if self._study else ()))}
        return tuple(model.name for model in self.models if model.name in known)

    # -- kept whole -----------------------------------------------------------------------------

    def digest(self) -> str:
        """Digest over names and numbers of all complete pairs, whatever order they came in."""
        whole = hashlib.sha256()
        pairs = [
            (m.name, b.name, self._contents.array(f"sets/{b.set}/digest")[m.slot, b.slot].tobytes())
            for i, m in enumerate(self._contents.index.live_models)
            for j, b in enumerate(self._contents.index.live_benchmarks)
            if self.done[i, j]
        ]
        for model, benchmark, digest in sorted(pairs):
            whole.update(f"{model}\0{benchmark}\0".encode() + digest)
        return whole.hexdigest()

    def verify(self, repair: bool = False) -> list[Damage]:
        """Read all that is kept and compare it with its digests.

        Args:
            repair: Drop what is damaged, so that the next `compute` makes it again.

        Returns:
            One entry for each damaged pair, head or set: model, benchmark and what is wrong.

        Raises:
            StoreError: `repair` of a store that may not be written.
        """
        with writing(self.path):
            damage = find_damage(self._place, self._contents.index, repair)
        if repair and damage:
            self.refresh()
        return damage

    def compact(self) -> None:
        """Free the space of replaced models and benchmarks; slots never move."""
        with writing(self.path), self._place.lease():
            drop_entries(self._place, self._place.read_index())
        self.refresh()

    def __repr__(self) -> str:
        done = int(self.done.sum())
        sizes = ", ".join(f"{name}: {self.size(name)} samples" for name in self.sets)
        return (
            f"GeometryStore({self.path!r}: {len(self.models)} models × {len(self.benchmarks)} "
            f"benchmarks, {done} of {self.done.size} pairs, {sizes})"
        )


def _with(entry: ModelEntry, transform: Any) -> ModelEntry:
    """The entry with a transform, where it has none of its own."""
    if transform is None or entry.transform is not None:
        return entry
    return replace(entry, transform=transform)
