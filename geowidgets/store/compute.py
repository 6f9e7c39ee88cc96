"""Plan, then fill: what is missing of a study is computed tile by tile into the store."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
import torch

from geowidgets.latents import effective_weight
from geowidgets.schema import Index, Settings
from geowidgets.store import layout
from geowidgets.store.batching import Batching
from geowidgets.store.disk import Place
from geowidgets.store.filling import Filler, Job, Tile
from geowidgets.store.marks import done_blocks, kept_features
from geowidgets.store.modules import Modules
from geowidgets.store.plan import Prints, merge
from geowidgets.store.progress import Progress, preparing
from geowidgets.store.summary import as_records, refresh_column
from geowidgets.store.writer import Writer
from geowidgets.study import Study
from geowidgets.training import resolve_device


def fill(
    study: Study,
    place: Place,
    settings: Settings,
    *,
    device: str | torch.device,
    features: str | Sequence[str] | None,
    batch_size: int | None,
    progress: bool,
    client: Any = None,
) -> None:
    """Compute every missing pair of a study; see `GeometryStore.compute`."""
    # With workers only the plan is made here, perhaps on a machine without the device.
    target = resolve_device(device if client is None else "cpu")
    prints = Prints.of(study, progress)
    place.require(Index(study.classes, settings))
    example = next(iter(study.sets.values())).images[:4]
    modules = Modules(example, len(study.classes), study.transform, target)
    kept = _kept(study, features)
    heads = _probe(study, prints, place, settings, modules, kept, progress)
    index = _plan(study, prints, place, settings, heads, kept, progress)
    job = Job(place, index, device, batch_size, kept, study.transform, example)
    tiles = list(_tiles(study, place, index, kept))
    missing = sum(len(tile.models) for tile in tiles)
    blocks = sum(index.sets[benchmark.set].blocks for benchmark in study.benchmarks)
    total = blocks * len(study.models)
    with Progress(total, total - missing, progress) as bar:
        if client is None:
            batching = _fill_here(study, Filler(job, modules), tiles, bar)
        else:
            batching = _cluster().fill_there(client, study, job, tiles, bar)
    _tell_missing(place.root("r"), index, tiles)
    batching.warn(stacklevel=3)


def _fill_here(study: Study, filler: Filler, tiles: list[Tile], bar: Progress) -> Batching:
    entries = {entry.name: entry for entry in study.models}
    benchmarks = {benchmark.name: benchmark for benchmark in study.benchmarks}
    with Writer() as writer:
        for tile in tiles:
            samples, span = study.sets[tile.benchmark.set], tile.span(filler.job.index)
            images = benchmarks[tile.benchmark.name].render(samples.images[span], span.start)
            known: dict[int, np.ndarray] = {}
            labels = samples.labels[span]
            for count in filler.fill(tile, entries, images, labels, writer, known):
                bar.advance(1, count)
            slots = [model.slot for model in tile.models]
            column = tile.benchmark.set, tile.benchmark.slot, slots, samples.labels, known
            writer.submit(partial(refresh_column, filler.root, *column))
    return filler.batching


def _cluster() -> Any:
    try:
        from geowidgets.store import cluster
    except ImportError as error:
        raise ImportError(
            f'client= needs Dask\'s distributed: pip install "geowidgets[cluster]" ({error})'
        ) from error
    return cluster


def _probe(
    study: Study,
    prints: Prints,
    place: Place,
    settings: Settings,
    modules: Modules,
    features: frozenset[str],
    progress: bool,
) -> dict[str, tuple[np.ndarray, np.ndarray | None]]:
    """Heads of the models with something to compute; a bad model fails here, before the work."""
    index = merge(place.read_index(), study, prints, settings, place.path)
    wanted = {model.name for tile in _tiles(study, place, index, features) for model in tile.models}
    heads_there = {
        m.name for m in index.live_models if "c" in place.names(f"heads/{m.slot}/weight")
    }
    wanted |= {entry.name for entry in study.models} - heads_there
    heads = {}
    entries = [entry for entry in study.models if entry.name in wanted]
    for entry in preparing(entries, "finding heads", progress):
        weight, bias = effective_weight(modules.get(entry).head.module)
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
    progress: bool,
) -> Index:
    """Make room for everything under the lease; the index is written last."""
    with place.lease() as lease:
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
        found = [model for model in index.live_models if model.name in heads]
        for model in preparing(found, "keeping heads", progress):
            weight, bias = heads[model.name]
            layout.write_head(root, model.slot, weight, bias)
            if model.name in features:
                for name, info in index.sets.items():
                    axis = index.axis(name)[1]
                    layout.require_features(root, model.slot, name, info, axis, weight.shape[1])
        lease.check()
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


def _tell_missing(root: Any, index: Index, tiles: list[Tile]) -> None:
    found: list[str] = []
    missing: dict[tuple[str, int], np.ndarray] = {}
    for tile in tiles:
        size = index.sets[tile.benchmark.set].size
        column = tile.benchmark.set, tile.benchmark.slot
        if column not in missing:
            array: Any = root[f"summary/{column[0]}"]
            missing[column] = as_records(array[column[1]], size)["missing"].copy()
        for model in tile.models:
            if count := int(missing[column][model.slot]):
                found.append(f"{count} of {size} for {model.name!r} on {tile.benchmark.name!r}")
    if found:
        warnings.warn(
            "samples with NaN or infinite features are kept as missing: "
            + "; ".join(dict.fromkeys(found)),
            stacklevel=4,
        )
