"""Ensembles as models of a store: each predicts what most of its members predict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from geowidgets import fingerprint as fp
from geowidgets.schema import VARIABLES, Index, ModelSlot, StoreError, check_unique
from geowidgets.store import layout
from geowidgets.store.disk import Place
from geowidgets.store.marks import done_blocks
from geowidgets.store.modal import modal_label
from geowidgets.store.plan import place_entry
from geowidgets.store.summary import refresh_column
from geowidgets.store.writer import write_block
from geowidgets.study import Ensemble
from geowidgets.suggest import nearest

VOTE = "vote-"  # begins an ensemble's fingerprint
KIND = "ensemble"  # in place of an architecture


def join(index: Index, ensembles: Iterable[Ensemble], path: str) -> Index:
    """The index after the ensembles joined it, and after those there were renewed.

    An ensemble whose members have changed takes a new slot, as any model does.

    Raises:
        StoreError: a member that the store does not have, or that is an ensemble itself.
    """
    models = list(index.models)
    known = {model.name: model for model in index.live_models}
    wanted = {model.name: model.members for model in index.live_models if model.members}
    for ensemble in ensembles:
        if ensemble.name in known and ensemble.name not in wanted:
            raise StoreError(
                f"{path} has a model {ensemble.name!r}: give the ensemble another name"
            )
        wanted[ensemble.name] = ensemble.models
    for name, members in wanted.items():
        own = [_member(known, name, member, path) for member in members]
        place_entry(models, _slot(name, own, len(models)))
    joined = replace(index, models=tuple(models))
    return index if joined == index else replace(joined, revision=index.revision + 1)


def check_ensembles(
    index: Index, ensembles: Iterable[Ensemble], joining: Iterable[str], path: str
) -> None:
    """Whether ensembles could join once the models named `joining` have: before these are computed.

    Raises:
        StoreError: as `join`.
        ValueError: two ensembles of one name.
    """
    ensembles = tuple(ensembles)
    check_unique((ensemble.name for ensemble in ensembles), "ensembles")
    models = list(index.models)
    for name in joining:
        place_entry(models, ModelSlot(name, "", "", 0.0, None, 0, len(models), ""))
    join(replace(index, models=tuple(models)), ensembles, path)


def _member(known: dict[str, ModelSlot], ensemble: str, name: str, path: str) -> ModelSlot:
    single = {one: model for one, model in known.items() if not model.members}
    if name not in single:
        what = "an ensemble itself" if name in known else f"no model of {path}"
        raise StoreError(f"ensemble {ensemble!r}: {name!r} is {what}; {nearest(name, single)}")
    return single[name]


def _slot(name: str, members: list[ModelSlot], slot: int) -> ModelSlot:
    print_ = VOTE + fp.of_values(sorted((m.name, m.fingerprint) for m in members))
    names = tuple(member.name for member in members)
    return ModelSlot(name, KIND, name, 0.0, None, 0, slot, print_, members=names)


def fill_votes(place: Place, ensembles: Iterable[Ensemble] = ()) -> None:
    """Join ensembles to a store, and count every vote whose members' predictions are complete."""
    ensembles = tuple(ensembles)
    if not ensembles and not any(model.members for model in place.read_index().live_models):
        return
    with place.lease():
        old = place.read_index()
        index = join(old, ensembles, place.path)
        root: Any = place.root("r+")
        layout.lengthen(root, index)
        if index != old:
            place.write_index(index)
    for name in index.sets:
        _fill_set(place, root, index, name)


def _fill_set(place: Place, root: Any, index: Index, name: str) -> None:
    done = done_blocks(place, index, name)
    slots = {model.name: model.slot for model in index.live_models}
    labels = root[f"sets/{name}/label"][:]
    for benchmark in (b for b in index.live_benchmarks if b.set == name):
        counted = []
        for model in (m for m in index.live_models if m.members):
            members = [slots[member] for member in model.members]
            for block in range(index.sets[name].blocks):
                whole = done[members, benchmark.slot, block].all()
                if whole and not done[model.slot, benchmark.slot, block]:
                    _count(root[f"sets/{name}"], index, members, model, benchmark.slot, block)
                    counted.append(model.slot)
        if counted:
            refresh_column(root, name, benchmark.slot, list(dict.fromkeys(counted)), labels)


def _count(
    group: Any, index: Index, members: list[int], model: ModelSlot, benchmark: int, block: int
) -> None:
    array = group["prediction"]
    first = block * array.chunks[2]
    span = slice(first, min(first + array.chunks[2], array.shape[2]))
    said = np.stack([array[member, benchmark, span] for member in members])
    values = {
        v.name: np.full((said.shape[1], *group[v.name].shape[3:]), v.fill, v.dtype)
        for v in VARIABLES.values()
        if v.name in group
    }
    values["prediction"] = modal_label(said, len(index.classes)).astype(np.int16)
    write_block(group, model.slot, benchmark, block, values)
