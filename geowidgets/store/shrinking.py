"""Indices without some entries: those that a failed `add` left, and those that were removed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from geowidgets.schema import Index, StoreError
from geowidgets.suggest import nearest


def withdrawn(
    now: Index, before: Index, models: Collection[str], benchmarks: Collection[str]
) -> Index:
    """`now` as if the named entries had never joined after `before`.

    What they had replaced is live again. Slots stay taken; others' entries are left alone.

    Args:
        now: the index on disk.
        before: as it was.
        models: names.
        benchmarks: names.
    """
    kept = replace(
        now,
        models=_without(now.models, before.models, models),
        benchmarks=_without(now.benchmarks, before.benchmarks, benchmarks),
    )
    kept = _without_empty_sets(kept, keep=before.sets)
    return now if kept == now else replace(kept, revision=now.revision + 1)


def _without(now: Sequence[Any], before: Sequence[Any], names: Collection[str]) -> tuple[Any, ...]:
    old = {entry.name: entry for entry in before if entry.live}
    entries, dead = list(now), []
    for position, entry in enumerate(entries):
        if not entry.live or entry.name not in names:
            continue
        known = old.get(entry.name)
        if known is not None and (known.slot, known.fingerprint) == (entry.slot, entry.fingerprint):
            continue
        if known is None:
            entries[position] = replace(entry, live=False)
        else:
            entries[position] = known
            dead.append((replace(known, live=False), replace(entry, live=False)))
    for was, failed in dead:
        entries[entries.index(was)] = failed
    return tuple(entries)


def removed(index: Index, names: Sequence[str], path: str) -> Index:
    """The index without the named models and benchmarks; see `GeometryStore.remove`."""
    models = {model.name for model in index.live_models}
    benchmarks = {benchmark.name for benchmark in index.live_benchmarks}
    for name in names:
        if name not in models | benchmarks:
            raise StoreError(
                f"{path} has no model and no benchmark {name!r}; "
                f"{nearest(name, [*models, *benchmarks])}"
            )
        if name in models & benchmarks:
            raise StoreError(f"{path}: a model and a benchmark are called {name!r}: remove neither")
    gone = set(names)
    for what, known in (("model", models), ("benchmark", benchmarks)):
        if known <= gone:
            raise StoreError(f"{path}: expected at least one {what} to stay, got all {len(known)}")
    for model in index.live_models:
        if model.name not in gone and (lost := [m for m in model.members if m in gone]):
            raise StoreError(
                f"model {lost[0]!r} votes in the ensemble {model.name!r}: remove that one, too"
            )
    kept = replace(
        index, models=_dead(index.models, gone), benchmarks=_dead(index.benchmarks, gone)
    )
    return replace(_without_empty_sets(kept), revision=index.revision + 1)


def _dead(entries: Sequence[Any], gone: Collection[str]) -> tuple[Any, ...]:
    return tuple(replace(e, live=e.live and e.name not in gone) for e in entries)


def _without_empty_sets(index: Index, keep: Collection[str] = ()) -> Index:
    """Without the sets that no benchmark is on any more; their names are free again."""
    used = {benchmark.set for benchmark in index.live_benchmarks} | {*keep}
    return replace(
        index,
        sets={name: info for name, info in index.sets.items() if name in used},
        benchmarks=tuple(b for b in index.benchmarks if b.set in used),
    )
