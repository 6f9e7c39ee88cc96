"""Whether what is on disk is what was written, and what to do where it is not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from geowidgets.schema import VARIABLES, Index
from geowidgets.store.disk import Place
from geowidgets.store.marks import done_blocks
from geowidgets.store.writer import digest_of


@dataclass(frozen=True)
class Damage:
    """A pair whose data are not what its digest says."""

    model: str
    benchmark: str
    problem: str


def find_damage(place: Place, index: Index, repair: bool) -> list[Damage]:
    """Read every complete block of every live pair; with `repair`, unmark the damaged ones."""
    found = []
    root = place.root("r+" if repair else "r")
    for benchmark in index.live_benchmarks:
        group: Any = root[f"sets/{benchmark.set}"]
        done = done_blocks(place, index, benchmark.set)
        for model in index.live_models:
            for block in np.flatnonzero(done[model.slot, benchmark.slot]):
                at = model.slot, benchmark.slot, int(block)
                if problem := _problem(group, *at):
                    found.append(Damage(model.name, benchmark.name, problem))
                    if repair:
                        _unmark(root, benchmark.set, *at)
    return found


def _problem(group: Any, model: int, benchmark: int, block: int) -> str:
    values = {}
    for name in VARIABLES:
        if name not in group:
            continue
        length = group[name].chunks[2]
        span = slice(block * length, (block + 1) * length)
        try:
            values[name] = group[name][model, benchmark, span]
        except Exception as error:
            return f"{name} cannot be read: {error}"
    try:
        stored = int(group["digest"][model, benchmark, block])
    except Exception as error:
        return f"its digest cannot be read: {error}"
    found = digest_of(values)
    return "" if found == stored else f"digest is {found:016x}, expected {stored:016x}"


def _unmark(root: Any, name: str, model: int, benchmark: int, block: int) -> None:
    # The summary first: a kill between the two leaves a pair that is summarised again.
    root[f"summary/{name}"][benchmark, model] = 0
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
