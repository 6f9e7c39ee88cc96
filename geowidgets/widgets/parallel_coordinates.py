"""`ParallelCoordinates`: the angle to every class, length, margin and probability as axes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import traitlets as t

from geowidgets.widgets import bits
from geowidgets.widgets._base import nearest
from geowidgets.widgets.class_angles import kept_classes
from geowidgets.widgets.columns import ReadableStore
from geowidgets.widgets.pair_view import PairView
from geowidgets.widgets.selection import Selection

METRICS = ("length", "margin", "probability")
LINES = ("reference", "compared", "both")
ORDERS = ("class", "confused", "moved", "reacting")
PAGE = 12  # class angles that are drawn at once; the same number stands in parallel_axes.js


class ParallelCoordinates(PairView):
    """Parallel coordinates over n class angles and three metrics (paper §6.3, Figs 5 and 8).

    Every sample is a line through its angle to each class direction [deg, 0..180] and, apart from
    them, through length, margin and probability. Lines are drawn as exact density: each counts.
    Beside every axis stand the distributions of the reference (grey) and of the compared pair
    (yellow), the values upwards. Brush any number of axes: samples that lie in all ranges are
    selected, in every view that shares the selection.

    Args:
        store: What to show.
        selection: Shared with other views; a new one by default.
        axes: Classes whose angles are shown, by name or position, in this order; all by default
            (12 a page).
        pin: A (model, benchmark) pair by name or position that this view keeps; by default it
            follows `selection.reference`.
        compared: The pair compared with it; None follows `selection.compared`, `()` is none.
        lines: Whose lines are drawn: `"reference"`, `"compared"` or `"both"`.
        order: Axes in the order of the `"class"`es, or those first that are most `"confused"` (by
            the samples shown that are wrong and belong to them or are taken for them), that
            have `"moved"` most (by mean |angle − angle′| between reference and compared over the
            samples shown) or whose samples are most `"reacting"` (right in one of the two pairs,
            wrong in the other).
        sequence: Axes in an order of one's own, as dragging leaves it.
        hidden: Axes that are not drawn: class names, `"length"`, `"margin"`, `"probability"`.
        inverted: Axes whose low values stand at the top.
        lock: Views of one store with the same lock have the same axis ranges.
        confident: Least probability of a sample that the question "right, confident, but close to
            another class" finds, 0..1.
        within: Degrees by which, at most, its smallest angle to another class exceeds the angle to
            its own, 0..180.
        height: In CSS pixels; by default what the width asks for.

    Raises:
        TypeError: an unknown option.
        ValueError: a name, position or choice that does not exist; says which do.

    >>> ParallelCoordinates(store, pin=("dense", "fog-3"), axes=["cat", "dog"])  # doctest: +SKIP
    """

    bundle = "parallel_coordinates"
    choices: ClassVar = {"lines": LINES, "order": ORDERS}

    axes = t.Any(help="Classes shown (positions), None: all; Python and view.").tag(sync=True)
    lines = t.Enum(LINES, "reference", help="Whose lines; Python and view.").tag(sync=True)
    order = t.Enum(ORDERS, "class", help="Order of the axes; Python and view.").tag(sync=True)
    sequence = t.List(t.Unicode(), help="Axes as dragged; Python and view.").tag(sync=True)
    hidden = t.List(t.Unicode(), help="Axes not drawn; Python and view.").tag(sync=True)
    inverted = t.List(t.Unicode(), help="Axes upside down; Python and view.").tag(sync=True)
    lock = t.Unicode("", help="Name of the group with the same ranges; Python.").tag(sync=True)
    confident = t.Float(0.9, min=0, max=1, help="Probability; Python and view.").tag(sync=True)
    within = t.Float(10.0, min=0, max=180, help="Degrees; Python and view.").tag(sync=True)
    height = t.Int(None, allow_none=True, min=160, help="CSS pixels; Python.").tag(sync=True)
    kept = t.List(t.Int(), help="Classes whose angles the store keeps; Python.").tag(sync=True)

    def __init__(
        self, store: ReadableStore, selection: Selection | None = None, **options: Any
    ) -> None:
        super().__init__(store, selection, kept=kept_classes(store), **options)

    # ---- checks

    @t.validate("axes")
    def _valid_axes(self, proposal: dict[str, Any]) -> list[int] | None:
        classes = self._class_positions(proposal["value"], "axes")
        return None if classes is None else list(dict.fromkeys(classes))

    @t.validate("sequence", "hidden", "inverted")
    def _valid_names(self, proposal: dict[str, Any]) -> list[str]:
        return [self._axis(one, proposal["trait"].name) for one in proposal["value"]]

    def _axis(self, name: str, what: str) -> str:
        """The id of an axis: `length`, `margin`, `probability` or `angle/<class>`."""
        if name in METRICS:
            return name
        known = self._classes()
        label = name.removeprefix("angle/") if name not in known else name
        if label not in known:
            raise ValueError(f"{what}: unknown axis {name!r}.{nearest(name, [*known, *METRICS])}")
        return f"angle/{label}"

    def shown_classes(self) -> list[int]:
        """Classes on the first page of axes and under this view's ranges, as positions."""
        away = {name.removeprefix("angle/") for name in self.hidden if name not in METRICS}
        names = self._classes()
        chosen = self.kept if self.axes is None else [c for c in self.axes if c in self.kept]
        ranked = [axis.removeprefix("angle/") for axis in self.sequence if axis not in METRICS]
        order = sorted(chosen, key=lambda c: _place(names[c], ranked))
        page = [c for c in order if names[c] not in away][:PAGE]
        clauses: Any = self.selection.state["clauses"]
        ranges = [
            name.removeprefix("angle/")
            for clause in clauses
            if clause["view"] == self.view_id
            for name in clause["predicate"].get("axes", {})
            if name not in METRICS
        ]
        return list(dict.fromkeys([*page, *(names.index(n) for n in ranges if n in names)]))

    # ---- brushing from Python

    def brush(self, ranges: Mapping[str, tuple[float, float]] | None) -> np.ndarray:
        """Select the samples that lie in every range, on the pair that this view shows.

        Args:
            ranges: Axis → (low, high), both included: degrees for a class name, the metric's own
                unit for `"length"`, `"margin"`, `"probability"`; None drops the view's brush.

        Returns:
            Indices of the samples in all of the view's ranges, before other views' clauses.

        Raises:
            ValueError: an unknown axis, or a class whose angles the store does not keep.

        >>> view.brush({"dog": (60, 80), "probability": (0.9, 1)})  # doctest: +SKIP
        """
        if not ranges:
            self.selection.dispatch({"type": "clear", "view": self.view_id})
            return np.arange(0)
        pair = self.pin or self.selection.state["reference"]
        axes = {self._axis(name, "brush"): sorted(map(float, r)) for name, r in ranges.items()}
        inside = [self._column(axis, pair) for axis in axes]
        kept = np.logical_and.reduce(
            [
                (values >= low) & (values <= high)
                for values, (low, high) in zip(inside, axes.values(), strict=True)
            ]
        )
        clause = {
            "view": self.view_id, "set": self.selection.sizes["benchmark_sets"][pair[1]],
            "pair": list(pair), "predicate": {"type": "ranges", "axes": axes},
            "mask": bits.encode(kept),
        }  # fmt: skip
        self.selection.dispatch({"type": "clause", **clause})
        return np.flatnonzero(kept)

    def _column(self, axis: str, pair: list[int]) -> np.ndarray:
        """An axis's values in float64, so that bounds are compared as the browser does."""
        if axis in METRICS:
            return self.store.column(axis, *pair).astype(np.float64)
        place = self._classes().index(axis.removeprefix("angle/"))
        if place not in self.kept:
            raise ValueError(f"brush: the store keeps no angles to {self._classes()[place]!r}")
        return self.store.column("angles", *pair)[:, self.kept.index(place)].astype(np.float64)


def _place(name: str, ranked: list[str]) -> float:
    """Where a name stands in a list, behind it if it does not."""
    return ranked.index(name) if name in ranked else float("inf")
