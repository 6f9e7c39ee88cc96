"""`save_html`: views, their selection and their numbers in one file that lives without a kernel."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geowidgets.widgets import _bundles, class_angles, packing
from geowidgets.widgets._base import BundledWidget, Displayed, View, pair_position
from geowidgets.widgets.columns import VARIABLES, Columns, read
from geowidgets.widgets.evaluation_metrics import MEANS, METRICS
from geowidgets.widgets.parallel_coordinates import ParallelCoordinates
from geowidgets.widgets.saved_document import document
from geowidgets.widgets.whole_file import write

if TYPE_CHECKING:
    from geowidgets.widgets.bqplot_chart import ChartBox

Pair = tuple[int, int]
MAX_IMAGES = 400
MEANS_PAIRS = 200  # pairs up to which the table's other metrics go in
SAMPLES_BYTES = 400_000  # of samples that serve the table's means on a selection
OF_SAMPLES = ("local_geometry", "parallel_coordinates", "attribution_grid")
"""Bundles of the views that show single samples; the others count bits of all pairs."""


@dataclass(frozen=True, slots=True)
class SavedPage:
    """What `save_html` wrote.

    Attributes:
        path: the file.
        size: its bytes.
        pairs: (model, benchmark) names whose samples are in it.
        missing: what needs a kernel still, in a sentence; "" when nothing does.
    """

    path: Path
    size: int
    pairs: tuple[tuple[str, str], ...]
    missing: str


def save_page(
    views: Displayed | ChartBox | Sequence[Displayed | ChartBox],
    path: str | os.PathLike[str],
    *,
    include: str | Iterable[tuple[Any, Any]] | None = None,
    images: int = MAX_IMAGES,
    title: str = "geowidgets",
) -> SavedPage:
    """Write views as one HTML file: linked, alive without a kernel, nothing from a network.

    Metrics travel as 16-bit numbers: v ≈ low + q (high − low) / 65534, so that a value is off by
    at most (high − low) / 131068 of its column's range, 0.0014° for an angle. Labels, predictions
    and the bits that say which samples are right are exact.

    Args:
        views: one view, an `Explorer` or charts, or several that share a selection or not.
        path: the file; replaced when it is there, and never half-written.
        include: (model, benchmark) pairs by name or position whose samples travel; `"all"`; by
            default those that the views show: reference, compared, pinned, brushed.
        images: at most so many images a set: the brushed samples' first, then some of each class.
        title: the page's title.

    Raises:
        TypeError: something that is no view.
        ValueError: an unknown pair, or one that has not been computed; no view.

    >>> page = save_page([table, panels], "lecture.html")           # doctest: +SKIP
    >>> page.size, page.missing                                     # doctest: +SKIP
    """
    given = list(views) if isinstance(views, Iterable) else [views]
    if not given:
        raise ValueError("views: expected at least one, got none")
    for one in given:
        if not isinstance(one, Displayed) and not hasattr(one, "page_view"):
            raise TypeError(f"views: expected views, got {type(one).__name__}")
    with ExitStack() as open_:
        roots = [
            one if isinstance(one, Displayed) else open_.enter_context(one.page_view())
            for one in given
        ]
        text, kept = page_of(roots, include, images, title)
    where = write(Path(path), text.encode())
    pairs = tuple(name for one in kept for name in one.names())
    return SavedPage(where, where.stat().st_size, pairs, _missing(kept))


def page_of(
    roots: Sequence[Displayed],
    include: str | Iterable[tuple[Any, Any]] | None = None,
    images: int = MAX_IMAGES,
    title: str = "geowidgets",
    picture: dict[str, Any] | None = None,
) -> tuple[str, list[_Kept]]:
    """A page's text, and what of each store is in it; `picture`: it draws only that, as text."""
    header, parts, kept = contents_of(roots, include, images)
    text = packing.pack({"title": title, "picture": picture, **header}, parts)
    return document(title, text, connect=picture is not None), kept


def contents_of(
    roots: Sequence[Displayed],
    include: str | Iterable[tuple[Any, Any]] | None = None,
    images: int = MAX_IMAGES,
) -> tuple[dict[str, Any], packing.Parts, list[_Kept]]:
    """Everything that the views need: states, bundles, columns and pictures."""
    widgets = _reachable(roots)
    hubs = [widget for widget in widgets if isinstance(widget, Columns)]
    if include is not None and not hubs:
        raise ValueError(
            f"include: no view here reads a store, so it has no pairs; got {include!r}"
        )
    parts = packing.Parts()
    kept = {hub.model_id: _Kept(hub, widgets, include, images) for hub in hubs}
    header = {
        "views": [view.model_id for view in roots],
        "widgets": {w.model_id: _record(w, parts) for w in widgets},
        "bundles": {
            name: {"script": _bundles.script(name), "style": _bundles.style(name)}
            for name in sorted({w.bundle for w in widgets})
        },
        "columns": {id: one.columns(parts) for id, one in kept.items()},
        "images": {id: one.pictures(parts) for id, one in kept.items()},
    }
    held = list(kept.values())
    return {**header, "missing": _missing(held)}, parts, held


def _missing(kept: Sequence[_Kept]) -> str:
    return " ".join(filter(None, (one.missing() for one in kept)))


def _reachable(roots: Sequence[Displayed]) -> list[BundledWidget]:
    """The views and every widget of ours that they refer to, each once."""
    found: dict[str, BundledWidget] = {}
    waiting: list[Any] = list(roots)
    while waiting:
        widget = waiting.pop()
        if not isinstance(widget, BundledWidget) or widget.model_id in found:
            continue
        found[widget.model_id] = widget
        waiting += [getattr(widget, name) for name in widget.keys if not name.startswith("_")]
    return list(found.values())


def _record(widget: BundledWidget, parts: packing.Parts) -> dict[str, Any]:
    """A widget's bundle and its synced state, bytes set apart."""
    state = widget.page_state()
    ours = set(type(widget).own_options())
    if isinstance(widget, Columns):
        ours.discard("preloaded")  # packed smaller, with the pairs that were asked for
    return {
        "bundle": widget.bundle,
        "state": {name: parts.extract(value) for name, value in state.items() if name in ours},
    }


class _Kept:
    """What of one store goes into the page."""

    def __init__(
        self,
        hub: Columns,
        widgets: Sequence[BundledWidget],
        include: str | Iterable[tuple[Any, Any]] | None,
        images: int,
    ) -> None:
        self.hub, self.store = hub, hub.store
        self.views = [w for w in widgets if isinstance(w, View) and w.columns is hub]
        self.of_samples = include is not None or any(w.bundle in OF_SAMPLES for w in self.views)
        self.images = images if self.of_samples else 0
        self.done = np.asarray(self.store.done, dtype=bool)
        self.pairs = self._pairs(include)
        self.failed: list[str] = []
        self.metrics: list[str] = [*METRICS[1:]]  # that the table shows beside accuracy
        self.on_subsets = True  # whether it counts them again on a selection

    def _pairs(self, include: str | Iterable[tuple[Any, Any]] | None) -> list[Pair]:
        if isinstance(include, str):
            if include != "all":
                raise ValueError(f"include: expected 'all' or pairs, got {include!r}")
            return [(int(m), int(b)) for m, b in np.argwhere(self.done)]
        if include is None:
            return [pair for pair in self._shown() if self.done[pair]] if self.of_samples else []
        models = [str(entry.name) for entry in self.store.models]
        benchmarks = [str(entry.name) for entry in self.store.benchmarks]
        asked = [tuple(pair_position(one, models, benchmarks, "include")) for one in include]
        for model, benchmark in asked:
            if not self.done[model, benchmark]:
                raise ValueError(
                    f"include: ({models[model]}, {benchmarks[benchmark]}) has not been computed"
                )
        return list(dict.fromkeys((model, benchmark) for model, benchmark in asked))

    def _shown(self) -> list[Pair]:
        """Pairs that the views show or were brushed on."""
        found: list[Any] = []
        for view in self.views:
            state: dict[str, Any] = view.selection.state  # type: ignore[attr-defined]
            found += [state["reference"], state["compared"]]
            found += [clause["pair"] for clause in state["clauses"]]
            found += [getattr(view, name, None) for name in ("pin", "compared")]
        return list(dict.fromkeys((int(p[0]), int(p[1])) for p in found if p))

    def keys(self) -> list[str]:
        """The columns that go in, as `read` names them."""
        per_set = [
            f"{kind}/{name}"
            for name in self.store.sets
            for kind in ("labels", "correct", "accuracy")
        ]
        per_pair = [
            f"{name}/{m}/{b}" for m, b in self.pairs for name in VARIABLES if name != "angles"
        ]
        classes = self._classes()
        angles = [key for m, b in self.pairs for key in class_angles.pair_keys(m, b, classes)]
        keys = [*self.hub.preloaded, *per_set, *self._means(), *per_pair, *angles]
        return list(dict.fromkeys(keys))

    def _classes(self) -> list[int]:
        """Classes whose angles go in: every kept one, or of very many those that are shown."""
        kept = class_angles.kept_classes(self.store)
        if len(kept) <= class_angles.FEW:
            return kept
        shown: list[int] = []
        for view in self.views:
            if isinstance(view, ParallelCoordinates):
                shown += view.shown_classes()
        return list(dict.fromkeys(shown))

    def _means(self) -> list[str]:
        """What the table shows beside accuracy; on subsets where the samples are few enough."""
        tables = [w for w in self.views if w.bundle == "evaluation_table"]
        if not tables:
            return []
        # A mean reads every sample of every pair: of a large store only what is shown.
        shown = [getattr(w, "metric", "accuracy") for w in tables]
        self.metrics = [
            m for m in METRICS[1:] if m in shown or np.count_nonzero(self.done) <= MEANS_PAIRS
        ]
        found = [f"moments/{m}/all/{s}" for s in self.store.sets for m in self.metrics]
        # One allowance for all of them, so that one metric answers as the others do.
        cells = sum(self.store.size(b.set) for b in self.store.benchmarks)
        self.on_subsets = (
            len(self.metrics) == len(METRICS) - 1
            and 2 * len(MEANS) * len(self.store.models) * cells <= SAMPLES_BYTES
        )
        if self.on_subsets:
            found += [f"samples/{m}/{s}" for s in self.store.sets for m in MEANS]
        return found

    def columns(self, parts: packing.Parts) -> dict[str, Any]:
        """key → how its numbers are packed."""
        packed = {}
        for key in self.keys():
            try:
                values = read(self.store, key)
            except (KeyError, RuntimeError, ValueError) as reason:
                # A store without angles of every class still has everything else.
                self.failed.append(f"{key} ({reason})")
            else:
                packed[key] = packing.column(values, parts, exact=key.startswith("moments/"))
        return packed

    def pictures(self, parts: packing.Parts) -> dict[str, Any]:
        """set → the chosen samples and one picture with all of their images."""
        found = {}
        for name in self.store.sets:
            chosen = self._chosen(str(name))
            if chosen.size and self.store.images(name, slice(0, 0)) is not None:
                images = np.concatenate(
                    [np.asarray(self.store.images(name, slice(i, i + 1))) for i in chosen.tolist()]
                )
                found[str(name)] = {"samples": chosen.tolist(), **packing.sheet(images, parts)}
        return found

    def _chosen(self, name: str) -> np.ndarray:
        """Samples whose images go in, in order: brushed ones, then as many of each class."""
        n, labels = self.store.size(name), np.asarray(self.store.labels(name))
        brushed: list[int] = []
        for view in self.views:
            selection: Any = view.selection
            if any(clause["set"] == name for clause in selection.state["clauses"]):
                brushed += np.flatnonzero(selection.mask(name)).tolist()
            focus = selection.state["focus"]
            if focus and focus["set"] == name:
                brushed.insert(0, focus["sample"])
        # By the rank within the class, so that a cut anywhere leaves the classes alike.
        rank = np.zeros(n, dtype=int)
        for label in np.unique(labels):
            rank[labels == label] = np.arange(np.count_nonzero(labels == label))
        stratified = np.lexsort((labels, rank)).tolist()
        return np.sort(list(dict.fromkeys([*brushed, *stratified]))[: self.images])

    def names(self) -> list[tuple[str, str]]:
        """The pairs by name."""
        models, benchmarks = self.store.models, self.store.benchmarks
        return [(str(models[m].name), str(benchmarks[b].name)) for m, b in self.pairs]

    def missing(self) -> str:
        """What this page has not, in a sentence."""
        words = []
        total = int(np.count_nonzero(self.done))
        if self.of_samples and len(self.pairs) < total:
            shown = ", ".join(f"{m} / {b}" for m, b in self.names()[:4])
            more = ", …" if len(self.pairs) > 4 else ""
            words.append(
                f"Saved with the samples of {len(self.pairs)} of {total:,} pairs ({shown}{more}); "
                f"the others need a kernel."
            )
        short = [
            f"{min(self.images, self.store.size(s)):,} of {self.store.size(s):,} images of {s}"
            for s in self.store.sets
            if self.store.images(s, slice(0, 0)) is not None and self.store.size(s) > self.images
        ]
        if short and self.of_samples:
            words.append(f"It holds {', '.join(short)}.")
        kept, there = class_angles.kept_classes(self.store), self._classes()
        if self.of_samples and len(there) < len(kept):
            held = f"the angles to {len(there):,} of {len(kept):,} classes"
            words.append(f"It holds {held if there else 'no angles to single classes'}.")
        if len(self.metrics) < len(METRICS) - 1:
            words.append(f"The table shows {', '.join(['accuracy', *self.metrics])}.")
        if not self.on_subsets:
            words.append("On selected samples it counts accuracy alone again.")
        if self.failed:
            words.append(f"Not in the store: {', '.join(self.failed)}.")
        return " ".join(words)
