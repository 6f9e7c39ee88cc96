"""Plan, then fill: what is missing of a study is computed tile by tile into the store."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
import zarr
from tqdm.auto import tqdm

from geowidgets.latents import effective_weight
from geowidgets.schema import BenchmarkSlot, Index, ModelSlot, Settings, StoreError
from geowidgets.store import layout
from geowidgets.store.batching import Batching
from geowidgets.store.disk import Place
from geowidgets.store.marks import done_blocks, kept_features
from geowidgets.store.modules import Modules, on_device, pick_device
from geowidgets.store.plan import Prints, merge
from geowidgets.store.summary import as_records, refresh_column, summarise
from geowidgets.store.tile import BATCH, measure_tile
from geowidgets.store.writer import Writer, opened, write_block
from geowidgets.study import Study


@dataclass(frozen=True)
class Tile:
    """One benchmark on one block of samples, and the models that still miss it."""

    benchmark: BenchmarkSlot
    block: int
    models: tuple[ModelSlot, ...]


def fill(
    study: Study,
    place: Place,
    settings: Settings,
    *,
    device: str | torch.device,
    features: str | Sequence[str] | None,
    batch_size: int | None,
    progress: bool,
) -> None:
    """Compute every missing pair of a study; see `GeometryStore.compute`."""
    target = pick_device(device)
    prints = Prints.of(study)
    place.require(Index(study.classes, settings))
    modules, kept = Modules(study, target), _kept(study, features)
    heads = _probe(study, prints, place, settings, modules, kept)
    index = _plan(study, prints, place, settings, heads, kept)
    batching = Batching(batch_size or BATCH.get(target.type, 256))
    run = _Run(study, place, index, settings, modules, target, batching, kept)
    run.fill(progress)
    batching.warn(stacklevel=3)


def _probe(
    study: Study,
    prints: Prints,
    place: Place,
    settings: Settings,
    modules: Modules,
    features: frozenset[str],
) -> dict[str, tuple[np.ndarray, np.ndarray | None]]:
    """Heads of the models with something to compute; a bad model fails here, before the work."""
    index = merge(place.read_index(), study, prints, settings, place.path)
    wanted = {model.name for tile in _tiles(study, place, index, features) for model in tile.models}
    heads_there = {
        m.name for m in index.live_models if "c" in place.names(f"heads/{m.slot}/weight")
    }
    wanted |= {entry.name for entry in study.models} - heads_there
    heads = {}
    for entry in study.models:
        if entry.name in wanted:
            _, head = modules.get(entry)
            weight, bias = effective_weight(head.module)
            heads[entry.name] = (
                weight.detach().float().cpu().numpy(),
                None if bias is None else bias.detach().float().cpu().numpy(),
            )
    return heads


def _plan(
    study: Study,
    prints: Prints,
    place: Place,
    settings: Settings,
    heads: dict[str, tuple[np.ndarray, np.ndarray | None]],
    features: frozenset[str],
) -> Index:
    """Make room for everything under the lease; the index is written last."""
    with place.lease():
        old = place.read_index()
        index = merge(old, study, prints, settings, place.path)
        root = place.root("r+")
        for name, info in index.sets.items():
            if name not in old.sets:
                layout.clear_set(place, name)
            layout.require_set(root, name, info, index)
        for name, samples in study.sets.items():
            layout.require_samples(
                root, name, samples.labels, layout.kept_images(samples.images, settings.images)
            )
        layout.lengthen(root, index)
        for model in index.live_models:
            if model.name not in heads:
                continue
            weight, bias = heads[model.name]
            layout.write_head(root, model.slot, weight, bias)
            if model.name in features:
                for name, info in index.sets.items():
                    axis = index.axis(name)[1]
                    layout.require_features(root, model.slot, name, info, axis, weight.shape[1])
        if index != old:
            place.write_index(index)
    return index


def _tiles(study: Study, place: Place, index: Index, features: frozenset[str]) -> Iterator[Tile]:
    models = {model.name: model for model in index.live_models}
    benchmarks = {benchmark.name: benchmark for benchmark in index.live_benchmarks}
    wanted = [models[entry.name] for entry in study.models]
    for name, info in index.sets.items():
        done = done_blocks(place, index, name)
        for model in wanted:
            if model.name in features and done[model.slot].any():
                done[model.slot] &= kept_features(place, index, name, model.slot)
        for entry in (entry for entry in study.benchmarks if entry.set == name):
            benchmark = benchmarks[entry.name]
            for block in range(info.blocks):
                missing = tuple(m for m in wanted if not done[m.slot, benchmark.slot, block])
                if missing:
                    yield Tile(benchmark, block, missing)


def _kept(study: Study, features: str | Sequence[str] | None) -> frozenset[str]:
    if features == "float16":
        return frozenset(entry.name for entry in study.models)
    names = frozenset(features or ())
    unknown = names - {entry.name for entry in study.models}
    if unknown or isinstance(features, str):
        raise ValueError(
            f"features must be None, 'float16' or names of the study's models, got {features!r}"
        )
    return names


@dataclass
class _Run:
    """One filling of a planned store."""

    study: Study
    place: Place
    index: Index
    settings: Settings
    modules: Modules
    device: torch.device
    batching: Batching
    features: frozenset[str]
    arrays: dict[str, dict[str, Any]] = field(default_factory=dict)

    def fill(self, progress: bool) -> None:
        tiles = list(_tiles(self.study, self.place, self.index, self.features))
        blocks = {name: info.blocks for name, info in self.index.sets.items()}
        total = sum(blocks[b.set] for b in self.study.benchmarks) * len(self.study.models)
        missing = sum(len(tile.models) for tile in tiles)
        root = self.place.root("r+")
        bar = tqdm(
            total=total,
            initial=total - missing,
            unit="pair",
            desc="geometry",
            disable=not progress,
        )
        with bar, Writer() as writer:
            images = 0
            for tile in tiles:
                for count in self._fill_tile(tile, root, writer):
                    images += count
                    elapsed = bar.format_dict["elapsed"] or 1e-9
                    bar.set_postfix_str(f"{images / elapsed:,.0f} images/s", refresh=False)
                    bar.update()
        self._tell_missing(root, tiles)

    def _fill_tile(self, tile: Tile, root: zarr.Group, writer: Writer) -> Iterator[int]:
        name = tile.benchmark.set
        info, samples = self.index.sets[name], self.study.sets[name]
        first = tile.block * info.block
        span = slice(first, first + info.block)
        benchmark = next(b for b in self.study.benchmarks if b.name == tile.benchmark.name)
        images = benchmark.render(samples.images[span], first)
        if name not in self.arrays:
            self.arrays[name] = opened(root[f"sets/{name}"])
        group, records = self.arrays[name], dict[int, np.ndarray]()
        for model in tile.models:
            values = self._measure(model, tile, images, samples.labels[span])

            def write(model: ModelSlot = model, values: dict[str, np.ndarray] = values) -> None:
                if "features" in values:
                    array: Any = root[f"features/{model.slot}/{name}"]
                    array[tile.benchmark.slot, span] = values.pop("features")
                digest = write_block(group, model.slot, tile.benchmark.slot, tile.block, values)
                if info.blocks == 1:
                    records[model.slot] = summarise(values, samples.labels, digest)

            writer.submit(write)
            yield len(images)
        slots = [model.slot for model in tile.models]
        writer.submit(
            lambda: refresh_column(root, name, tile.benchmark.slot, slots, samples.labels, records)
        )

    def _measure(
        self, model: ModelSlot, tile: Tile, images: np.ndarray, labels: np.ndarray
    ) -> dict[str, np.ndarray]:
        entry = next(entry for entry in self.study.models if entry.name == model.name)
        module, head = self.modules.get(entry)
        try:
            with on_device(module, self.device):
                return measure_tile(
                    module,
                    head,
                    images,
                    labels,
                    entry.transform or self.study.transform,
                    self.batching,
                    device=self.device,
                    margin=self.settings.margin,
                    use_bias=self.settings.use_bias,
                    angle_classes=self.settings.angle_classes(len(self.study.classes)),
                    keep_features=model.name in self.features,
                )
        except Exception as error:
            raise StoreError(
                f"model {model.name!r} failed on benchmark {tile.benchmark.name!r}: {error} "
                "(complete pairs are kept; run again to resume)"
            ) from error

    def _tell_missing(self, root: zarr.Group, tiles: list[Tile]) -> None:
        found = []
        for tile in tiles:
            array: Any = root[f"summary/{tile.benchmark.set}"]
            size = self.index.sets[tile.benchmark.set].size
            records = as_records(array[tile.benchmark.slot], size)
            for model in tile.models:
                if count := int(records[model.slot]["missing"]):
                    found.append(f"{count} of {size} for {model.name!r} on {tile.benchmark.name!r}")
        if found:
            warnings.warn(
                "samples with NaN or infinite features are kept as missing: "
                + "; ".join(dict.fromkeys(found)),
                stacklevel=4,
            )
