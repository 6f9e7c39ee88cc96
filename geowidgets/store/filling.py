"""Filling tiles: images of one benchmark shown to models, each pair written with its mark."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from geowidgets.schema import BenchmarkSlot, Index, ModelSlot, StoreError
from geowidgets.store.batching import Batching
from geowidgets.store.chunks import write_chunk
from geowidgets.store.disk import Place
from geowidgets.store.modules import Modules, on_device
from geowidgets.store.summary import summarise
from geowidgets.store.tile import BATCH, measure_tile
from geowidgets.store.writer import Writer, opened, write_block
from geowidgets.study import ModelEntry
from geowidgets.study.model_entry import Transform
from geowidgets.training import resolve_device


@dataclass(frozen=True)
class Tile:
    """One benchmark on one block of samples, and the models that still miss it."""

    benchmark: BenchmarkSlot
    block: int
    models: tuple[ModelSlot, ...]

    def span(self, index: Index) -> slice:
        """Its samples in their set."""
        info = index.sets[self.benchmark.set]
        first = self.block * info.block
        return slice(first, min(first + info.block, info.size))


@dataclass(frozen=True)
class Job:
    """What filling takes beside tiles, models and images: the same in every process.

    Args:
        place: A planned store.
        index: Its index.
        device: As in `GeometryStore.compute`.
        batch_size: Images a pass; the device's own by default.
        features: Names of the models whose features are kept.
        transform: The study's.
        example: A few images, uint8 (sample, y, x, channel), by which heads are found.
    """

    place: Place
    index: Index
    device: Any
    batch_size: int | None
    features: frozenset[str]
    transform: Transform | None
    example: np.ndarray


class Filler:
    """A job in one process: its device, its modules, its batch size, its open store."""

    def __init__(self, job: Job, modules: Modules | None = None) -> None:
        self.job = job
        self.device = resolve_device(job.device)
        self.batching = Batching(job.batch_size or BATCH.get(self.device.type, 256))
        self.modules = modules or Modules(
            job.example, len(job.index.classes), job.transform, self.device
        )
        self.root: Any = job.place.root("r+")
        self._arrays: dict[str, dict[str, Any]] = {}
        self._features: dict[str, Any] = {}

    def arrays(self, name: str) -> dict[str, Any]:
        """A set's arrays, opened once: each opening is a request for metadata."""
        if name not in self._arrays:
            self._arrays[name] = opened(self.root[f"sets/{name}"])
        return self._arrays[name]

    def features(self, model: int, name: str) -> Any:
        """The array of a model's features on a set, opened once."""
        path = f"features/{model}/{name}"
        if path not in self._features:
            self._features[path] = self.root[path]
        return self._features[path]

    def missing(self, tile: Tile) -> Tile:
        """The tile without the models whose mark is on disk by now.

        Those whose features are kept stay: a mark says nothing of them.
        """
        slots = [model.slot for model in tile.models]
        digests = self.arrays(tile.benchmark.set)["digest"]
        marks = digests.oindex[slots, tile.benchmark.slot, tile.block].ravel()
        kept = self.job.features
        pairs = zip(tile.models, marks, strict=True)
        left = tuple(model for model, mark in pairs if not mark or model.name in kept)
        return replace(tile, models=left)

    def fill(
        self,
        tile: Tile,
        entries: Mapping[str, ModelEntry],
        images: np.ndarray,
        labels: np.ndarray,
        writer: Writer,
        known: dict[int, np.ndarray],
    ) -> Iterator[int]:
        """Measure and write the tile's pairs; the number of images after each of them.

        Args:
            tile: Which pairs.
            entries: Its models by name.
            images: As the models see them, uint8 (sample of the block, y, x, channel).
            labels: int64 (sample of the block,).
            writer: Takes the writing.
            known: Takes the summary's records by slot, where the block is the whole set.

        Raises:
            StoreError: a model fails; names it and the benchmark.
        """
        name, benchmark = tile.benchmark.set, tile.benchmark.slot
        arrays = self.arrays(name)
        # An axis of length 1 can have any stride, and torch picks its convolution by the strides:
        # equal images would differ in the last bit by how the user's array came to be.
        # A memory-mapped one is read-only, which torch warns of.
        shape, writeable = images.shape, images.flags.writeable
        images = images.ravel().reshape(shape) if writeable else images.copy()
        for model in tile.models:
            values = self._measure(entries[model.name], tile, images, labels)

            def write(model: ModelSlot = model, values: dict[str, np.ndarray] = values) -> None:
                if "features" in values:
                    array = self.features(model.slot, name)
                    write_chunk(array, (benchmark, tile.block, 0), values.pop("features"))
                digest = write_block(arrays, model.slot, benchmark, tile.block, values)
                if self.job.index.sets[name].blocks == 1:
                    known[model.slot] = summarise(values, labels, digest)

            writer.submit(write, sum(array.nbytes for array in values.values()))
            yield len(images)

    def _measure(
        self, entry: ModelEntry, tile: Tile, images: np.ndarray, labels: np.ndarray
    ) -> dict[str, np.ndarray]:
        ready = self.modules.get(entry)
        index = self.job.index
        try:
            with on_device(ready.module, self.device) as module:
                return measure_tile(
                    module,
                    ready.head,
                    ready.classifier(self.device),
                    images,
                    labels,
                    entry.transform or self.job.transform,
                    self.batching,
                    device=self.device,
                    margin=index.settings.margin,
                    use_bias=index.settings.use_bias,
                    angle_classes=index.settings.angle_classes(len(index.classes)),
                    keep_features=entry.name in self.job.features,
                )
        except Exception as error:
            raise StoreError(
                f"model {entry.name!r} failed on benchmark {tile.benchmark.name!r}: {error} "
                "(complete pairs are kept; run again to resume)"
            ) from error
