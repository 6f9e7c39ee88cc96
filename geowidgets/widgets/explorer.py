"""`Explorer`: the views on one store in one output, linked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import traitlets as t
from anywidget import WidgetTrait

from geowidgets.widgets._base import View, nearest
from geowidgets.widgets.attribution_grid import AttributionGrid
from geowidgets.widgets.evaluation_table import EvaluationTable
from geowidgets.widgets.local_geometry import LocalGeometry
from geowidgets.widgets.parallel_coordinates import ParallelCoordinates
from geowidgets.widgets.similarity_map import SimilarityMap

if TYPE_CHECKING:
    from geowidgets.widgets.columns import ReadableStore
    from geowidgets.widgets.selection import Selection


class Explorer(View):
    """All views side by side (from 1,200 px) or below each other, with one selection.

    A bar above them undoes, redoes and clears, and says in one line what is selected. The views
    are ordinary ones and may be changed: `explorer.evaluation_table.mode = "heat"`.

    Args:
        store: a `GeometryStore`.
        selection: shared with other views; a new one when left out.
        views: which views, in this order; all by default.
        options: `view_id`, `layout`.

    Raises:
        TypeError: an unknown option.
        ValueError: an unknown view.

    >>> explorer = Explorer(store)                                    # doctest: +SKIP
    >>> explorer.selection.samples                                    # doctest: +SKIP
    """

    bundle = "explorer"
    pythons = ("_esm", "_css", "shown")
    kinds: ClassVar[dict[str, type[View]]] = {
        "evaluation_table": EvaluationTable,
        "local_geometry": LocalGeometry,
        "similarity_map": SimilarityMap,
        "parallel_coordinates": ParallelCoordinates,
        "attribution_grid": AttributionGrid,
    }
    # The map takes seconds, so it begins when somebody sees the explorer.
    _options: ClassVar[dict[str, dict[str, Any]]] = {"similarity_map": {"compute": False}}

    # One trait a view: a list of them does not serialise.
    evaluation_table = WidgetTrait().tag(sync=True)
    local_geometry = WidgetTrait().tag(sync=True)
    similarity_map = WidgetTrait().tag(sync=True)
    parallel_coordinates = WidgetTrait().tag(sync=True)
    attribution_grid = WidgetTrait().tag(sync=True)
    shown = t.List(t.Unicode(), help="Names of the views, in order; written by Python.").tag(
        sync=True
    )

    def __init__(
        self,
        store: ReadableStore,
        selection: Selection | None = None,
        *,
        views: Sequence[str] | None = None,
        **options: Any,
    ) -> None:
        names = list(self.kinds) if views is None else list(views)
        for name in names:
            if name not in self.kinds:
                raise ValueError(f"views: unknown view {name!r}.{nearest(name, list(self.kinds))}")
        if len(set(names)) < len(names):
            raise ValueError(f"views: expected each view once, got {names}")
        super().__init__(store, selection, shown=names, **options)
        shared: Any = self.selection
        for name in names:
            options = self._options.get(name, {})
            setattr(self, name, self.kinds[name](store, selection=shared, **options))
        self.on_msg(Explorer._heard)

    def _heard(self, content: Any, buffers: list) -> None:
        if content != {"type": "shown"}:
            self.refuse(content, "{'type': 'shown'}")
        elif self.similarity_map is not None:
            self.similarity_map.start()

    def close(self) -> None:
        """Close the views in it, itself, and the hubs that nobody else uses."""
        if self.comm is not None:
            for name in self.shown:
                view: Any = getattr(self, name)
                view.close()
        super().close()
