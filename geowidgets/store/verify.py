"""Whether what is on disk is what was written, and what to do where it is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from geowidgets.schema import VARIABLES, Index, StoreError
from geowidgets.store.arrays import open_array, read_whole
from geowidgets.store.disk import Place
from geowidgets.store.marks import done_blocks
from geowidgets.store.summary import drop_record, is_true_record
from geowidgets.store.writer import digest_of


@dataclass(frozen=True)
class Damage:
    """Something whose data are not what its digest says.

    Attributes:
        model: Whose; "" where it is the labels or images of a sample set.
        benchmark: On which; "" where it is of no benchmark alone.
        problem: What is wrong, in words.
    """

    model: str
    benchmark: str
    problem: str


def find_damage(place: Place, index: Index, repair: bool) -> list[Damage]:
    """Read all that a store keeps; with `repair`, drop or unmark what is damaged."""
    root = place.root("r+" if repair else "r")
    broken = list(_arrays(root, place, index, repair))
    if broken:
        return [*broken, *_samples(root, place, index, repair), *_heads(root, place, index, repair)]
    return [
        *_samples(root, place, index, repair),
        *_heads(root, place, index, repair),
        *_pairs(root, place, index, repair),
    ]


def _arrays(root: Any, place: Place, index: Index, repair: bool) -> Iterator[Damage]:
    """Arrays whose own description is not what is written; with one of them goes every pair."""
    kept = index.settings.angle_classes(len(index.classes))
    variables = [v.name for v in VARIABLES.values() if kept or not v.per_class]
    for name in index.sets:
        for path in (*(f"sets/{name}/{v}" for v in (*variables, "digest")), f"summary/{name}"):
            try:
                open_array(root, path, index, place.path)
            except StoreError as error:
                yield Damage("", "", str(error))
                if repair:
                    place.remove(path)
                    if not path.startswith("summary"):
                        place.remove(f"sets/{name}/digest")


def _samples(root: Any, place: Place, index: Index, repair: bool) -> Iterator[Damage]:
    for name in index.sets:
        images = ["images"] if index.settings.images else []
        for array in ("label", *images):
            path = f"sets/{name}/{array}"
            if problem := _whole(root, path, place, index):
                yield Damage("", "", problem)
                if repair:
                    place.remove(path)


def _heads(root: Any, place: Place, index: Index, repair: bool) -> Iterator[Damage]:
    for model in (one for one in index.live_models if not one.members):
        folder = f"heads/{model.slot}"
        names = ["weight", *(["bias"] if "bias" in place.names(folder) else [])]
        problems = [_whole(root, f"{folder}/{name}", place, index) for name in names]
        if problem := next(filter(None, problems), ""):
            yield Damage(model.name, "", problem)
            if repair:
                place.remove(folder)


def _whole(root: Any, name: str, place: Place, index: Index) -> str:
    try:
        read_whole(root, name, index, place.path)
    except StoreError as error:
        return str(error)
    return ""


def _pairs(root: Any, place: Place, index: Index, repair: bool) -> Iterator[Damage]:
    for benchmark in index.live_benchmarks:
        group: Any = root[f"sets/{benchmark.set}"]
        done = done_blocks(place, index, benchmark.set)
        for model in index.live_models:
            at, whole = (model.slot, benchmark.slot), True
            for block in np.flatnonzero(done[at]).tolist():
                problem = _problem(group, *at, block) or _features(
                    root, place, index, benchmark.set, *at, block
                )
                if problem:
                    whole = False
                    yield Damage(model.name, benchmark.name, problem)
                    if repair:
                        _unmark(root, benchmark.set, *at, block)
            if not whole or not done[at].all():
                continue
            if not is_true_record(root, benchmark.set, *at, index, place.path):
                yield Damage(model.name, benchmark.name, "its summary is not of its numbers")
                if repair:
                    drop_record(root, benchmark.set, *at)


def _problem(group: Any, model: int, benchmark: int, block: int) -> str:
    values = {}
    for name in VARIABLES:
        if name not in group:
            continue
        try:
            length = group[name].chunks[2]
            span = slice(block * length, (block + 1) * length)
            values[name] = group[name][model, benchmark, span]
        except Exception as error:
            return f"{name} cannot be read: {error}"
    try:
        stored = int(group["digest"][model, benchmark, block])
    except Exception as error:
        return f"its digest cannot be read: {error}"
    found = digest_of(values)
    return "" if found == stored else f"digest is {found:016x}, expected {stored:016x}"


def _features(
    root: Any, place: Place, index: Index, name: str, model: int, benchmark: int, block: int
) -> str:
    """What is wrong with a pair's features; none are no damage, it may be computed without."""
    path = f"features/{model}/{name}"
    if path not in root:
        return ""
    try:
        array = open_array(root, path, index, place.path)
        array[benchmark, block * array.chunks[1] : (block + 1) * array.chunks[1]]
    except Exception as error:
        return f"its features cannot be read: {error}"
    return ""


def _unmark(root: Any, name: str, model: int, benchmark: int, block: int) -> None:
    # The summary first: a kill between the two leaves a pair that is summarised again.
    drop_record(root, name, model, benchmark)
    root[f"sets/{name}/digest"][model, benchmark, block] = 0


def drop_entries(place: Place, index: Index) -> None:
    """Delete the chunks of replaced entries, marks first."""
    root = place.root("r+")
    stored: Any = root["sets"]
    for name in [*stored.group_keys()]:
        if name not in index.sets:  # its last benchmark was removed
            del root[f"sets/{name}"], root[f"summary/{name}"]
    for name in index.sets:
        group: Any = root[f"sets/{name}"]
        dead_models = [m.slot for m in index.models if not m.live]
        dead_benchmarks = [b.slot for b in index.benchmarks if not b.live and b.set == name]
        for variable in ("digest", *VARIABLES):
            if variable in group:
                # Zarr deletes a chunk that holds nothing but fill.
                fill = group[variable].fill_value
                for slot in dead_models:
                    group[variable][slot] = fill
                for slot in dead_benchmarks:
                    group[variable][:, slot] = fill
    for model in index.models:
        for folder in ("heads", "features", "maps"):
            if not model.live and f"{folder}/{model.slot}" in root:
                del root[f"{folder}/{model.slot}"]
        for benchmark in index.benchmarks:
            folder = f"maps/{model.slot}/{benchmark.set}/{benchmark.slot}"
            if not benchmark.live and folder in root:
                del root[folder]
