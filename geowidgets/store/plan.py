"""Which models and benchmarks a store will hold: a study merged into an index, on paper first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from geowidgets.schema import (
    BenchmarkSlot,
    Index,
    ModelSlot,
    SetInfo,
    Settings,
    StoreError,
)
from geowidgets.store.progress import preparing
from geowidgets.study import ModelEntry, Study
from geowidgets.study.model_entry import NET

TILE_BYTES = 512 << 20
RESULT_BYTES = 8 << 20  # of one pair's block: several are in memory while they are written
NUMBERS = 7  # of a sample, beside its angles


@dataclass(frozen=True)
class Prints:
    """A study's fingerprints, taken once."""

    models: Mapping[str, str]
    benchmarks: Mapping[str, str]
    sets: Mapping[str, str]

    @classmethod
    def of(cls, study: Study, progress: bool) -> Prints:
        """Read all weights, pixels and labels of a study."""
        models = preparing(study.models, "reading models", progress)
        return cls(
            {entry.name: entry.fingerprint(study.transform) for entry in models},
            {benchmark.name: benchmark.fingerprint() for benchmark in study.benchmarks},
            {name: samples.fingerprint() for name, samples in study.sets.items()},
        )


def merge(index: Index, study: Study, prints: Prints, settings: Settings, path: str) -> Index:
    """The index after `study` joined it; equal to `index` when nothing is new.

    A model or benchmark of another fingerprint takes a new slot in the old one's place in the
    order; the old slot becomes a tombstone. What the study does not name stays.

    Raises:
        StoreError: other classes, settings or samples than the store has; names both.
    """
    if index.classes != study.classes:
        raise StoreError(
            f"{path} has the classes {_short(index.classes)}, the study has {_short(study.classes)}"
        )
    if index.settings != settings:
        raise StoreError(
            f"{path} was computed with {_differing(index.settings, settings)}: "
            "give the same settings or another path"
        )
    sets = dict(index.sets)
    kept = len(settings.angle_classes(len(study.classes)))
    for name, samples in study.sets.items():
        new = set_info(samples.images, prints.sets[name], kept)
        old = sets.setdefault(name, new)
        if old.fingerprint != new.fingerprint:
            raise StoreError(
                f"{path} holds set {name!r} with fingerprint {old.fingerprint} ({old.size} "
                f"samples), the study's set {name!r} has {new.fingerprint} ({new.size} samples): "
                "other data need another path or another set name"
            )
    next_slot = dict.fromkeys(sets, 0)
    for entry in index.benchmarks:
        next_slot[entry.set] += 1
    models = list(index.models)
    for entry in study.models:
        slot = ModelSlot(
            **asdict(entry.info), slot=len(models), fingerprint=prints.models[entry.name]
        )
        place_entry(models, slot, _is_early_print_of(entry, study, models))
    benchmarks = list(index.benchmarks)
    for entry in study.benchmarks:
        slot = BenchmarkSlot(
            **asdict(entry.info),
            slot=next_slot[entry.set],
            fingerprint=prints.benchmarks[entry.name],
        )
        next_slot[entry.set] += place_entry(benchmarks, slot)
    merged = replace(index, sets=sets, models=tuple(models), benchmarks=tuple(benchmarks))
    return index if merged == index else replace(merged, revision=index.revision + 1)


def _is_early_print_of(entry: ModelEntry, study: Study, models: Iterable[ModelSlot]) -> bool:
    """Whether the store has this very model, under the fingerprint that early stores took."""
    found = [old for old in models if old.live and old.name == entry.name]
    return any(
        not old.fingerprint.startswith(NET)
        and entry.has_fingerprint(old.fingerprint, study.transform)
        for old in found
    )


def place_entry(entries: list[Any], new: Any, known: bool = False) -> bool:
    """Put `new` among the entries; whether it took its slot. `known`: only its print is new."""
    for position, old in enumerate(entries):
        if not old.live or old.name != new.name:
            continue
        same_place = getattr(old, "set", None) == getattr(new, "set", None)
        if (known or old.fingerprint == new.fingerprint) and same_place:
            entries[position] = replace(new, slot=old.slot)
            return False
        entries[position] = new
        entries.append(replace(old, live=False))
        return True
    entries.append(new)
    return True


def set_info(images: np.ndarray, fingerprint: str, classes: int) -> SetInfo:
    """A set whose blocks fit a tile of images and, with `classes` angles kept, one of results."""
    result = 4 * (classes + NUMBERS)
    block = max(1, min(len(images), TILE_BYTES // images[0].nbytes, RESULT_BYTES // result))
    return SetInfo(len(images), block, images.shape[1:], fingerprint)


def _short(names: Iterable[str]) -> str:
    names = list(names)
    return f"{names!r:.100} ({len(names)})"


def _differing(old: Settings, new: Settings) -> str:
    pairs = zip(asdict(old).items(), asdict(new).values(), strict=True)
    found = [f"{name}={was!r}, not {now!r}" for (name, was), now in pairs if was != now]
    return "; ".join(found)
