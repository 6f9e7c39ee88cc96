"""Some samples of a set as a set of their own: their numbers copied, nothing computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from geowidgets.schema import VARIABLES, BenchmarkSlot, Index, StoreError, check_set_name
from geowidgets.store import layout
from geowidgets.store.arguments import sample_mask
from geowidgets.store.contents import Contents
from geowidgets.store.growth import extended
from geowidgets.store.pictures import picture
from geowidgets.store.plan import set_info
from geowidgets.store.summary import refresh_column
from geowidgets.store.writer import opened, write_block

if TYPE_CHECKING:
    from geowidgets.study import Benchmark, SampleSet, Study


def copy_subset(
    contents: Contents,
    study: Study | None,
    name: str,
    samples: Any,
    wanted: Sequence[str] | None,
    set: str | None,
) -> Study | None:
    """Write the set `name`, see `GeometryStore.add_subset`; returns the study with it, if any."""
    index, path = contents.index, contents.place.path
    sources = _sources(contents, wanted, set)
    home = sources[0].set
    taken = [*index.sets, *(benchmark.name for benchmark in index.live_benchmarks)]
    if check_set_name(name) in taken:
        raise StoreError(
            f"{path} has a set or benchmark {name!r}: choose another name, or remove it"
        )
    chosen = np.flatnonzero(sample_mask(samples, index.sets[home].size))
    if not len(chosen):
        raise StoreError(f"samples: expected at least one of set {home!r}, got none")
    own = _sample_set(contents, study, home, chosen)
    copies = [_copy_of(contents, study, source, name, chosen) for source in sources]
    _write(contents, own, name, chosen, [*zip(sources, copies, strict=True)])
    if study is None:
        return None
    return extended(study, (), copies, {name: (own.images, own.labels)})


def _sources(
    contents: Contents, wanted: Sequence[str] | None, set: str | None
) -> list[BenchmarkSlot]:
    if wanted is None:
        home = contents.set_name(set)
        of_set = [b for b in contents.index.live_benchmarks if b.set == home]
        found = [b for b in of_set if b.severity == 0 and not b.corruption]
        if not found:
            raise StoreError(
                f"set {home!r} has no clean benchmark: name some of {[b.name for b in of_set]}"
            )
        return found
    found = [contents.benchmark(one) for one in wanted]
    if not found:
        raise StoreError("benchmarks: expected at least one name, got none")
    home = contents.set_name(set if set is not None else found[0].set)
    for one in found:
        if one.set != home:
            raise StoreError(f"benchmark {one.name!r} is on set {one.set!r}, expected {home!r}")
    return found


def _sample_set(
    contents: Contents, study: Study | None, home: str, chosen: np.ndarray
) -> SampleSet:
    from geowidgets.study import SampleSet

    labels = contents.labels(home)[chosen].astype(np.int64)
    if study is not None and home in study.sets:
        return SampleSet(np.ascontiguousarray(study.sets[home].images[chosen]), labels)
    clean = f"sets/{home}/images"
    shape = tuple(contents.index.sets[home].image_shape)
    if clean not in contents.root or tuple(contents.array(clean).shape[1:]) != shape:
        raise StoreError(
            f"{contents.place.path} keeps no full images of set {home!r}: open it by "
            "GeometryStore.compute(study, path), or compute it with images='full'"
        )
    return SampleSet(contents.array(clean).oindex[chosen], labels)


def _copy_of(
    contents: Contents, study: Study | None, source: BenchmarkSlot, name: str, chosen: np.ndarray
) -> Benchmark:
    """The benchmark of the new set: images of its own where the source does more than show them."""
    from geowidgets.study import Benchmark

    clean = Benchmark(source.name, set=source.set).fingerprint() == source.fingerprint
    images = None
    if not clean:  # noise of a sample depends on its number in the set
        images = np.stack([picture(contents, study, source.name, int(k)) for k in chosen])
    only = source.name if source.corruption or not clean else ""
    return Benchmark(
        f"{name} {only}".strip(), source.corruption, source.severity, family=source.family,
        images=images, set=name,
    )  # fmt: skip


def _write(
    contents: Contents,
    own: SampleSet,
    name: str,
    chosen: np.ndarray,
    pairs: Sequence[tuple[BenchmarkSlot, Benchmark]],
) -> None:
    place, settings = contents.place, contents.index.settings
    with place.lease():
        index = _joined(place.read_index(), own, [copy for _, copy in pairs], name)
        root: Any = place.root("r+")
        layout.clear_set(place, name)
        layout.require_set(root, name, index.sets[name], index)
        images = layout.kept_images(own.images, settings.images)
        layout.require_samples(root, name, own.labels, images)
        layout.lengthen(root, index)
        place.write_index(index)
    group = opened(root[f"sets/{name}"])
    for slot, (source, _) in enumerate(pairs):
        copied = []
        whole = opened(root[f"sets/{source.set}"])
        for model in contents.index.live_models:
            if contents.is_done(model, source):
                _copy_pair(whole, group, model.slot, source.slot, slot, chosen)
                copied.append(model.slot)
        refresh_column(root, name, slot, copied, own.labels)


def _joined(index: Index, own: SampleSet, copies: Sequence[Benchmark], name: str) -> Index:
    slots = [
        BenchmarkSlot(**asdict(copy.info), slot=slot, fingerprint=copy.fingerprint())
        for slot, copy in enumerate(copies)
    ]
    kept = len(index.settings.angle_classes(len(index.classes)))
    return replace(
        index,
        sets={**index.sets, name: set_info(own.images, own.fingerprint(), kept)},
        benchmarks=(*index.benchmarks, *slots),
        revision=index.revision + 1,
    )


def _copy_pair(
    source: Any, group: Any, model: int, benchmark: int, slot: int, chosen: np.ndarray
) -> None:
    values = {v: source[v][model, benchmark][chosen] for v in VARIABLES if v in source}
    block = group["prediction"].chunks[2]
    for first in range(0, len(chosen), block):
        part = {v: column[first : first + block] for v, column in values.items()}
        write_block(group, model, slot, first // block, part)
