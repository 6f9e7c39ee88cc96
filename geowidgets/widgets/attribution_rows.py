"""Which models an `AttributionGrid` shows, and in which order; the counterpart of `grid_rows.js`.

Both run over tests/vectors/grid_rows.json.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from geowidgets.widgets import bits

FEW = 5


def rows(models: Sequence[Any], benchmarks: int, state: dict[str, Any]) -> list[int]:
    """Positions of the models in focus, ordered by architecture, then ratio.

    The chosen models; else those of the chosen pairs; else reference and compared; else the
    reference among its relatives: what it was pruned from and its siblings, or what was pruned
    from it by one method.

    Args:
        models: Entries with `name`, `architecture`, `method`, `ratio`, `parent`, `seed`.
        benchmarks: Number of benchmarks, which the bits of the pairs count.
        state: A selection's state.
    """
    chosen = _chosen(models, benchmarks, state)
    first: dict[str, int] = {}
    for entry in models:
        first.setdefault(entry.architecture, len(first))
    return sorted(chosen, key=lambda m: (first[models[m].architecture], _ratio(models[m]), m))


def _chosen(models: Sequence[Any], benchmarks: int, state: dict[str, Any]) -> list[int]:
    if state["models"] is not None:
        return list(state["models"])
    if state["pairs"] is not None:
        pairs = bits.decode(state["pairs"], len(models) * benchmarks)
        return np.flatnonzero(pairs.reshape(len(models), benchmarks).any(axis=1)).tolist()
    if state["reference"] is None:
        return []
    reference = state["reference"][0]
    if state["compared"] is not None:
        return list({reference, state["compared"][0]})
    return relatives(models, reference)


def relatives(models: Sequence[Any], reference: int) -> list[int]:
    """The reference and at most four others that tell most beside it."""
    own = models[reference]
    parent = [m for m, entry in enumerate(models) if own.parent and entry.name == own.parent]
    if own.parent:
        like = [m for m, entry in enumerate(models) if _made_as(entry, own)]
    else:
        parent = [reference]
        children = [m for m, entry in enumerate(models) if entry.parent == own.name]
        methods = [models[m].method for m in children]
        method = "magnitude" if "magnitude" in methods else next(iter(methods), None)
        same = [m for m in children if models[m].method == method]
        like = [m for m in same if models[m].seed == models[same[0]].seed]
    found = parent + [m for m in like if m not in parent]
    if len(found) < 2:
        others = [m for m, e in enumerate(models) if e.architecture == own.architecture]
        found = [reference, *(m for m in others if m != reference)]
    return _spread(sorted(found, key=lambda m: (_ratio(models[m]), m)), reference)


def _made_as(entry: Any, own: Any) -> bool:
    return all(
        getattr(entry, name) == getattr(own, name)
        for name in ("parent", "method", "architecture", "seed")
    )


def _spread(found: list[int], reference: int) -> list[int]:
    """At most `FEW` of them, evenly spaced, the ends and the reference among them."""
    if len(found) <= FEW:
        return found
    last = len(found) - 1
    kept = {(2 * k * last + FEW - 1) // (2 * (FEW - 1)) for k in range(FEW)}
    place = found.index(reference)
    if place not in kept:
        inner = sorted(kept - {0, last}, key=lambda k: (abs(k - place), k))
        kept = (kept - {inner[0]}) | {place}
    return [found[k] for k in sorted(kept)]


def _ratio(entry: Any) -> float:
    ratio = entry.ratio
    return float(ratio) if ratio is not None and ratio == ratio else 0.0
