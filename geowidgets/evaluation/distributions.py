"""Train and test distribution: which benchmarks a pruned net was made for, and which not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from geowidgets.schema import BenchmarkInfo, StoreError
from geowidgets.suggest import nearest

if TYPE_CHECKING:
    from geowidgets.store import GeometryStore

SEVERITY = 3


def nominal_benchmarks(store: GeometryStore, names: Sequence[str] | None = None) -> list[str]:
    """The train distribution: the named benchmarks, or the clean images of the first set.

    Raises:
        StoreError: an unknown name, or no clean benchmark.
    """
    if names is not None:
        return _known(store, names)
    home = store.sets[0]
    found = [b.name for b in store.benchmarks if b.set == home and not b.corruption]
    if not found:
        raise StoreError(
            f"{store.path} holds no clean benchmark of set {home!r}: name the train distribution"
        )
    return found[:1]


def shifted_benchmarks(
    store: GeometryStore,
    names: Sequence[str] | None = None,
    *,
    nominal: Sequence[str] | None = None,
    severity: int = SEVERITY,
    other_sets: bool = True,
    leave_out: Sequence[str] = (),
) -> list[str]:
    """The test distribution: the named benchmarks, or the corruptions at one severity.

    Args:
        store: any.
        names: of the benchmarks, instead of all that follows but `leave_out`.
        nominal: benchmarks of the train distribution, which do not count again.
        severity: of the corruptions, 1..5; the paper's is 3.
        other_sets: count the clean images of the other sample sets, such as CIFAR-10.1, too.
        leave_out: names of benchmarks that do not count, such as a corruption that leaves grey
            images as they are.

    Returns:
        Names, in the store's order; those of the first set, and the clean ones of the others.

    Raises:
        StoreError: an unknown name, or nothing left.

    Source: Liebenwein et al. 2021, "Lost in Pruning", §5.1 (severity 3; CIFAR-10.1, ObjectNet).
    """
    inside = set(nominal_benchmarks(store, nominal))
    if names is not None:
        chosen = _known(store, names)
    else:
        chosen = [b.name for b in store.benchmarks if _shifted(b, store, severity, other_sets)]
    left_out = set(_known(store, leave_out))
    chosen = [name for name in chosen if name not in inside | left_out]
    if not chosen:
        raise StoreError(
            f"{store.path} holds no benchmark of a test distribution: expected corruptions at "
            f"severity {severity}, or names of some of {[b.name for b in store.benchmarks]}"
        )
    return chosen


def _shifted(one: BenchmarkInfo, store: GeometryStore, severity: int, other_sets: bool) -> bool:
    if one.set == store.sets[0]:
        return bool(one.corruption) and one.severity == severity
    return other_sets and not one.corruption


def _known(store: GeometryStore, names: Sequence[str]) -> list[str]:
    known = [b.name for b in store.benchmarks]
    for name in names:
        if name not in known:
            raise StoreError(f"unknown benchmark {name!r}; {nearest(name, known)}")
    return list(names)
