"""One image as the models of a store saw it: from the study, or remade from what is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geowidgets.schema import BenchmarkSlot, StoreError
from geowidgets.store.arrays import reading
from geowidgets.store.contents import Contents

if TYPE_CHECKING:
    from geowidgets.study import Study


def picture(
    contents: Contents, study: Study | None, benchmark: str | int, sample: int
) -> np.ndarray:
    """One sample of one benchmark, uint8 (y, x, channel); see `GeometryStore.picture`."""
    place = contents.benchmark(benchmark)
    info = contents.index.sets[place.set]
    if not 0 <= sample < info.size:
        raise StoreError(f"sample {sample!r} is out of range: expected 0 … {info.size - 1}")
    if study is not None:
        for known in study.benchmarks:
            if known.name == place.name and known.fingerprint() == place.fingerprint:
                images = study.sets[place.set].images[sample : sample + 1]
                return known.render(images, sample)[0]
    return _remade(contents, place, sample)


def _remade(contents: Contents, place: BenchmarkSlot, sample: int) -> np.ndarray:
    from geowidgets.study import Benchmark

    path, name = contents.place.path, f"sets/{place.set}/images"
    if name not in contents.root:
        raise StoreError(
            f"{path} keeps no images of the set {place.set!r}: compute it with images='full', or "
            "open it by GeometryStore.compute(study, path)"
        )
    images = contents.array(name)
    if tuple(images.shape[1:]) != tuple(contents.index.sets[place.set].image_shape):
        raise StoreError(
            f"{path} keeps thumbnails {tuple(images.shape[1:])} of images of "
            f"{tuple(contents.index.sets[place.set].image_shape)}: open it by "
            "GeometryStore.compute(study, path), or compute it with images='full'"
        )
    known = Benchmark(place.name, place.corruption, place.severity, set=place.set)
    if known.fingerprint() != place.fingerprint:
        raise StoreError(
            f"benchmark {place.name!r} of {path} cannot be made again from its name: it has images "
            "or a seed of its own; open the store by GeometryStore.compute(study, path)"
        )
    with reading(name, path):
        image = images[sample : sample + 1]
    return known.render(image, sample)[0]
