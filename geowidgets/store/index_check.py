"""Whether an index can be true: names that stay in the store, slots and sizes that fit together.

An index is read before anything else, and everything else is found by it: a set called `../x` would
lead out of the store, and 10¹² samples would be asked of the memory.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

from geowidgets.schema import (
    MARGIN_READINGS,
    MAX_CLASSES,
    Index,
    SetInfo,
    StoreError,
    check_name,
    check_set_name,
    check_unique,
)

MAX_SAMPLES = 1 << 27  # of a set: a hundred times ImageNet's training images
MAX_MARKS = 1 << 28  # models × benchmarks × blocks
INDEX_BYTES = 64 << 20
DIGEST = "digest"


def index_digest(attrs: Mapping[str, Any]) -> str:
    """32 hex digits over everything in an index but the digest itself."""
    plain = {name: value for name, value in attrs.items() if name != DIGEST}
    text = json.dumps(plain, sort_keys=True, default=list)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def check_index(index: Index, attrs: Mapping[str, Any], path: str) -> Index:
    """The index, if it can be true.

    Args:
        index: As it was read.
        attrs: What it was read from; its digest, where it has one, must agree.
        path: Of the store, for errors.

    Raises:
        StoreError: what is wrong, with the value.
    """
    try:
        _check_classes(index)
        for name, info in index.sets.items():
            check_set_name(name)
            _check_set(info, name)
        _check_entries(index)
        if DIGEST in attrs and attrs[DIGEST] != index_digest(attrs):
            raise ValueError(f"the digest {index_digest(attrs)}, expected {attrs[DIGEST]!r}")
    except (TypeError, ValueError) as error:
        raise StoreError(f"the index of {path} is damaged: found {error}") from error
    return index


def _check_classes(index: Index) -> None:
    if not 0 < len(index.classes) <= MAX_CLASSES:
        raise ValueError(f"{len(index.classes)} classes, expected 1 … {MAX_CLASSES}")
    check_unique((check_name(name, "a class name") for name in index.classes), "classes")
    settings, known = index.settings, range(len(index.classes))
    if settings.margin not in MARGIN_READINGS or settings.images not in (
        "full",
        "thumbnails",
        None,
    ):
        raise ValueError(f"the settings {settings}")
    if isinstance(settings.angles, tuple):
        wrong = [c for c in settings.angles if not (_is_count(c) and c in known)]
        if wrong:
            raise ValueError(f"angles of class {wrong[0]!r}, expected 0 … {len(known) - 1}")
    elif settings.angles not in ("all", None):
        raise ValueError(f"angles={settings.angles!r}, expected 'all', null or class indices")


def _check_set(info: SetInfo, name: str) -> None:
    if not (_is_count(info.size) and 0 < info.size <= MAX_SAMPLES):
        raise ValueError(f"set {name!r} of {info.size!r} samples, expected 1 … {MAX_SAMPLES:,}")
    if not (_is_count(info.block) and 0 < info.block <= info.size):
        raise ValueError(f"set {name!r} in blocks of {info.block!r}, expected 1 … {info.size}")
    sides = info.image_shape
    if len(sides) != 3 or not all(_is_count(side) and 0 < side < 1 << 16 for side in sides):
        raise ValueError(f"set {name!r} with images of {sides!r}, expected (y, x, channel)")


def _check_entries(index: Index) -> None:
    _check_slots((m.slot for m in index.models), "models")
    check_unique((check_name(m.name, "a model's name") for m in index.live_models), "models")
    names = (check_name(b.name, "a benchmark's name") for b in index.live_benchmarks)
    check_unique(names, "benchmarks")
    for model in index.models:
        if not isinstance(model.ratio, int | float):
            raise ValueError(f"model {model.name!r} with ratio {model.ratio!r}, expected a number")
        if model.parent is not None and not isinstance(model.parent, str):
            raise ValueError(f"model {model.name!r} with parent {model.parent!r}, expected a name")
    single = {model.name for model in index.live_models if not model.members}
    for model in index.live_models:
        if lost := [name for name in model.members if name not in single]:
            raise ValueError(f"ensemble {model.name!r} of {lost[0]!r}, which is no model")
    for benchmark in index.benchmarks:
        if benchmark.set not in index.sets:
            raise ValueError(
                f"benchmark {benchmark.name!r} of the set {benchmark.set!r}, expected one of "
                f"{list(index.sets)!r:.80}"
            )
    for name, info in index.sets.items():
        _check_slots((b.slot for b in index.benchmarks if b.set == name), f"benchmarks of {name!r}")
        marks = math.prod(index.axis(name)) * info.blocks
        if marks > MAX_MARKS:
            raise ValueError(f"{marks:,} blocks of pairs in set {name!r}, expected ≤ {MAX_MARKS:,}")


def _check_slots(slots: Iterable[int], what: str) -> None:
    found = sorted(slots)
    if found != list(range(len(found))):
        raise ValueError(
            f"slots {found!r:.80} of the {what}, expected 0 … {len(found) - 1} each once"
        )


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
