"""What all widgets share: the bundle's text, strict keywords, and a view's link to the hubs."""

from __future__ import annotations

import math
import os
import uuid
import weakref
from collections.abc import Sequence
from contextlib import suppress
from numbers import Real
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import traitlets as t
from anywidget import AnyWidget, WidgetTrait

from geowidgets.suggest import closest
from geowidgets.widgets import _bundles

if TYPE_CHECKING:
    from geowidgets.widgets.columns import ReadableStore
    from geowidgets.widgets.saved_image import SavedImage
    from geowidgets.widgets.saved_page import SavedPage
    from geowidgets.widgets.selection import Selection
    from geowidgets.widgets.selection_growth import Move


def nearest(name: object, known: list[str] | tuple[str, ...]) -> str:
    """` Did you mean 'x'?` for the closest known name, or the list of them; for error messages."""
    near = closest(name, known, cutoff=0.4)
    if near:
        return f" Did you mean {near!r}?"
    shown = ", ".join(known[:12]) + (", …" if len(known) > 12 else "")
    return f" Known: {shown}." if known else " There is none."


def position(value: Any, names: list[str] | tuple[str, ...], what: str) -> int:
    """Position of a name, or a position itself, checked against `names`.

    Raises:
        ValueError: no such name or position; says `what` was asked for and what there is.

    >>> position("fog", ["clean", "fog"], "benchmark")
    1
    """
    if isinstance(value, str):
        if value not in names:
            raise ValueError(f"{what}: unknown name {value!r}.{nearest(value, names)}")
        return names.index(value)
    if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
        last = len(names) - 1
        raise ValueError(f"{what}: expected a name or a position in 0..{last}, got {value!r:.60}")
    place = int(float(value))
    if place != value or not 0 <= place < len(names):
        raise ValueError(f"{what}: expected a position in 0..{len(names) - 1}, got {value!r}")
    return place


def pair_position(
    value: Any,
    models: list[str] | tuple[str, ...],
    benchmarks: list[str] | tuple[str, ...],
    what: str,
) -> list[int]:
    """`[model, benchmark]` as positions, from names or positions.

    Raises:
        ValueError: not two values, or one that does not exist.
    """
    if isinstance(value, str) or not isinstance(value, Sequence | np.ndarray) or len(value) != 2:
        raise ValueError(f"{what}: expected (model, benchmark), got {value!r:.60}")
    return [
        position(value[0], models, f"{what} model"),
        position(value[1], benchmarks, f"{what} benchmark"),
    ]  # fmt: skip


class BundledWidget(AnyWidget):
    """A widget whose JavaScript is the bundle `static/<bundle>.js`.

    The bundle travels as text: given as a path, anywidget keeps every instance alive for ever.
    """

    bundle: ClassVar[str] = ""
    pythons: ClassVar[tuple[str, ...]] = ("_esm", "_css")
    _alive: ClassVar[weakref.WeakSet[BundledWidget]] = weakref.WeakSet()

    _esm = t.Unicode().tag(sync=True)
    _css = t.Unicode().tag(sync=True)

    def __init__(self, **options: Any) -> None:
        known = [name for name in self.trait_names() if not name.startswith("_")]
        for name in options:
            if name not in known:
                raise TypeError(
                    f"{type(self).__name__}() got an unknown option {name!r}."
                    f"{nearest(name, [k for k in known if k in type(self).own_options()])}"
                )
        self._owns_layout = "layout" not in options
        super().__init__(**options)
        BundledWidget._alive.add(self)
        if _bundles.watching():
            _bundles.watch(self)

    @staticmethod
    def all_open() -> dict[str, BundledWidget]:
        """Every open widget of this package, by its model's id."""
        return {str(one.model_id): one for one in BundledWidget._alive if one.comm is not None}

    def close(self) -> None:
        """Close the widget and the layout that was made for it, which ipywidgets keeps open."""
        if self.comm is not None:
            super().close()
            if self._owns_layout:
                self.layout.close()

    @classmethod
    def own_options(cls) -> list[str]:
        """Options that this package's classes define, for the hint after a misspelt one."""
        from ipywidgets import DOMWidget

        taken = set(DOMWidget.class_trait_names())
        return sorted(n for n in cls.class_trait_names() if n not in taken and n[0] != "_")

    def refuse(self, content: Any, expected: str) -> None:
        """Answer a message from the page that says nothing known, in words instead of silence."""
        known = content if isinstance(content, dict) else {}
        if isinstance(known.get("request"), str):
            return  # a picture, which another listener hears
        words = f"{type(self).__name__} expected {expected}, got {content!r:.200}"
        self.send({"type": "refused", "id": known.get("id"), "message": words})

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what the page sends: all of it, or none and say why.

        Of a wrong update traitlets would keep a part, and tell nobody but the kernel's log.
        """
        before = {name: getattr(self, name) for name in sync_data if name in self.keys}
        try:
            odd = [name for name in sync_data if name not in before]
            if odd:
                raise ValueError(f"unknown trait {odd[0]!r}.{nearest(odd[0], self.own_options())}")
            ours = [name for name in sync_data if self._is_pythons(name)]
            if ours:
                raise ValueError(f"{ours[0]} is written by Python alone")
            super().set_state(sync_data)
        except Exception as error:
            with suppress(Exception), self.hold_sync():
                for name, value in before.items():
                    setattr(self, name, value)
            self._trait_values.update(before)
            words = f"{type(self).__name__} refused a change: {error!s:.300}"
            self.send({"type": "refused", "id": None, "message": words})
            self.send_state(list(before))

    def _is_pythons(self, name: str) -> bool:
        """Whether no page may change a trait: what refers to other widgets, and `pythons`."""
        return name in self.pythons or isinstance(self.traits()[name], WidgetTrait)

    def page_state(self) -> dict[str, Any]:
        """The synced state that a saved page carries."""
        return self.get_state(drop_defaults=False)

    @t.default("_esm")
    def _bundled_script(self) -> str:
        return _bundles.script(self.bundle)

    @t.default("_css")
    def _bundled_style(self) -> str:
        return _bundles.style(self.bundle)


class Hub(BundledWidget):
    """A widget without a view of its own, shared by views."""

    # A hub that is displayed by mistake shows its text, not an empty box.
    _view_name = t.Unicode(None, allow_none=True).tag(sync=True)

    def __init__(self, **options: Any) -> None:
        self._users: weakref.WeakSet[View] = weakref.WeakSet()
        super().__init__(**options)

    def join(self, view: View) -> None:
        """Count `view` among those for whose sake this hub was made."""
        self._users.add(view)

    def leave(self, view: View) -> None:
        """Close when the last view that it was made for is closed."""
        if view in self._users:
            self._users.discard(view)
            if not self._users:
                self.close()


class Displayed(BundledWidget):
    """A widget with a view; those that need no store and no selection are this and no more."""

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The widget, and beside it what stands in where no widget can be shown."""
        from geowidgets.widgets.kept_state import mime_bundle

        data, metadata = super()._repr_mimebundle_(**kwargs)  # type: ignore[misc]
        return mime_bundle(self, data), metadata

    def save_html(self, path: str | os.PathLike[str], **options: Any) -> SavedPage:
        """Write this view as one HTML file that lives without a kernel; see `save_page`.

        >>> view.save_html("brushed.html", include=[("dense", "clean")])  # doctest: +SKIP
        """
        from geowidgets.widgets.saved_page import save_page

        return save_page(self, path, **options)

    def save_image(self, path: str | os.PathLike[str], **options: Any) -> SavedImage:
        """Write a picture of this view as PNG or SVG, by the ending; see `saved_image.save_image`.

        >>> view.save_image("figure-3.svg", theme="light", width=900)     # doctest: +SKIP
        """
        from geowidgets.widgets.saved_image import save_image

        return save_image(self, path, **options)

    def picture_source(self) -> Displayed:
        """What a browser without a window draws for a picture."""
        return self

    def picture_state(self) -> dict[str, Any] | None:
        """A state that a page draws a picture from instead of the view's own; None: the view's."""
        return None


class View(Displayed):
    """A view on a store, linked to others through a `Selection` and one store's `Columns`."""

    selection = WidgetTrait().tag(sync=True)
    columns = WidgetTrait().tag(sync=True)
    view_id = t.Unicode(
        help="Owner of this view's clause in the selection; stays when a notebook is saved."
    ).tag(sync=True)

    def __init__(
        self, store: ReadableStore, selection: Selection | None = None, **options: Any
    ) -> None:
        from geowidgets.widgets.columns import Columns
        from geowidgets.widgets.selection import Selection, sizes_of

        if selection is not None and selection.store is store:
            selection.refresh()
        if selection is not None and selection.sizes != sizes_of(store):
            raise ValueError(
                f"selection: made for another store: it counts {selection.sizes}, "
                f"this one {sizes_of(store)}"
            )
        columns = options.pop("columns", None) or Columns.of(store)
        own = selection is None
        chosen = Selection(store) if selection is None else selection
        try:
            super().__init__(selection=chosen, columns=columns, **options)
        except Exception:
            if own:
                chosen.close()
            raise
        self.store = store
        columns.join(self)
        if own:
            chosen.join(self)

    @t.default("view_id")
    def _new_view_id(self) -> str:
        return f"{type(self).__name__}-{uuid.uuid4().hex[:12]}"

    def follow(self, move: Move) -> None:
        """Carry what the view itself keeps by position over to a store that has changed."""

    def close(self) -> None:
        """Close the view, and with it the hubs that nobody else uses."""
        if self.comm is not None:
            super().close()
            for hub in (self.selection, self.columns):
                if isinstance(hub, Hub):
                    hub.leave(self)
