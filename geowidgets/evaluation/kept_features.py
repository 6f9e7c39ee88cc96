"""The latents that a store keeps of one benchmark."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from geowidgets.schema import StoreError
from geowidgets.suggest import nearest

if TYPE_CHECKING:
    from geowidgets.store import GeometryStore


def features_of(
    store: GeometryStore, benchmark: str | None = None, models: Sequence[str] | None = None
) -> tuple[str, dict[str, np.ndarray]]:
    """The benchmark's name, and the features of its models.

    Args:
        store: computed with `features=`.
        benchmark: name; the first by default.
        models: names; by default all whose features are kept.

    Returns:
        Name, and model → float32 `(sample, feature)`.

    Raises:
        StoreError: an unknown name, a model whose features are not kept, or none at all; names
            the ways out.
    """
    known = [b.name for b in store.benchmarks]
    if benchmark is not None and benchmark not in known:
        raise StoreError(f"unknown benchmark {benchmark!r}; {nearest(benchmark, known)}")
    place = known[0] if benchmark is None else benchmark
    if models is not None:
        return place, {name: store.features_matrix(name, place) for name in models}
    found = {}
    for model in store.models:
        try:
            found[model.name] = store.features_matrix(model.name, place)
        except StoreError:
            continue
    if not found:
        raise StoreError(
            f"{store.path} holds no features on {place!r}: compute it with features='float16', or "
            "store.attach(models) and capture them again"
        )
    return place, found
