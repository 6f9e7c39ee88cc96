"""`LocalGeometry`: one angle × length scatter a class, or one class's matrix of all metrics."""

from __future__ import annotations

from typing import Any, ClassVar

import traitlets as t

from geowidgets.widgets._base import nearest, position
from geowidgets.widgets.pair_view import PairView
from geowidgets.widgets.predicates import METRICS, REACTIONS

MODES = ("lasso", "box")
AXES = ("shared", "each", "held")
ORDERS = ("class", "worst", "moved", "reacting")


class LocalGeometry(PairView):
    """Small multiples of angle against length, one panel a true class (Fig. 4 of the paper).

    Every sample of the reference pair is drawn: grey where the prediction is right, red where it
    is wrong; above each panel the class's accuracy. Lasso, box and click select samples (Shift
    adds, Alt or Control subtracts, Escape clears); the brush moves every view that shares the
    selection. The images of the selected samples stand beside the panels.

    With a compared pair on the same samples, dots are coloured by their reaction from the
    reference to it (right→wrong red, wrong→right green, …), chips count, select, show and hide
    each, and the distributions of both stand at the panels' edges. A click (or Enter) on a class
    opens its scatter-plot matrix of angle, length, margin and probability, as they are or as
    Δ = metric(compared) − metric(reference); Escape without a brush goes back.

    Args:
        store: What to show.
        selection: Shared with other views; a new one by default.
        panels: Classes to show, by name or position; all by default (20 a page).
        pin: A (model, benchmark) pair by name or position that this view keeps; by default it
            follows `selection.reference`.
        compared: The pair compared with it; None follows `selection.compared`, `()` is none. Where
            it holds other samples nothing is compared, and the view says so.
        mode: What dragging draws: `"lasso"` or `"box"`.
        axes: `"shared"` by all panels, `"each"` its own, or `"held"` as they are when the
            reference changes.
        order: Panels in the order of the `"class"`es, the `"worst"` accuracy first, or those first
            that have `"moved"` most (by mean |angle − angle′| over the class's samples, between
            reference and compared) or whose samples are most `"reacting"` (right in one of the
            two, wrong in the other).
        sort: Metric by which the images are sorted: `"angle"`, `"length"`, `"margin"` or
            `"probability"`.
        descending: Largest first.
        matrix: The class whose scatter-plot matrix is shown, by name or position; None: panels.
        delta: Whether the matrix shows differences, where there is a compared pair.
        reactions: Reactions that are drawn, of `"right-wrong"`, `"wrong-right"`, `"right-right"`
            and `"wrong-wrong"` (reference-compared); None: all.
        height: Of the panels in CSS pixels; by default what the width asks for.

    Raises:
        TypeError: an unknown option.
        ValueError: a name, position or choice that does not exist; says which do.

    >>> LocalGeometry(store, pin=("dense", "fog-3"), panels=["cat", "dog"])  # doctest: +SKIP
    """

    bundle = "local_geometry"
    choices: ClassVar = {"mode": MODES, "axes": AXES, "order": ORDERS, "sort": METRICS}

    panels = t.Any(help="Classes shown (positions), None: all; Python and view.").tag(sync=True)
    mode = t.Enum(MODES, "lasso", help="What dragging draws; Python and view.").tag(sync=True)
    axes = t.Enum(AXES, "shared", help="Whose axes are one; Python and view.").tag(sync=True)
    order = t.Enum(ORDERS, "class", help="Order of the panels; Python and view.").tag(sync=True)
    sort = t.Enum(METRICS, "angle", help="Order of the images; Python and view.").tag(sync=True)
    descending = t.Bool(True, help="Largest first; Python and view.").tag(sync=True)
    height = t.Int(None, allow_none=True, min=120, help="CSS pixels; Python.").tag(sync=True)
    held = t.Dict(None, allow_none=True, help="Held axes, written by the view.").tag(sync=True)

    matrix = t.Any(help="Class of the matrix (position), None; Python and view.").tag(sync=True)
    delta = t.Bool(False, help="Matrix of differences; Python and view.").tag(sync=True)
    reactions = t.Any(help="Reactions drawn, None: all; Python and view.").tag(sync=True)

    @t.validate("panels")
    def _valid_panels(self, proposal: dict[str, Any]) -> list[int] | None:
        return self._class_positions(proposal["value"], "panels")

    @t.validate("matrix")
    def _valid_matrix(self, proposal: dict[str, Any]) -> int | None:
        value = proposal["value"]
        return None if value is None else position(value, self._classes(), "matrix")

    @t.validate("reactions")
    def _valid_reactions(self, proposal: dict[str, Any]) -> list[str] | None:
        value = proposal["value"]
        if value is None:
            return None
        names = [value] if isinstance(value, str) else list(value)
        for name in names:
            if name not in REACTIONS:
                raise ValueError(f"reactions: unknown {name!r}.{nearest(name, REACTIONS)}")
        return [name for name in REACTIONS if name in names]
