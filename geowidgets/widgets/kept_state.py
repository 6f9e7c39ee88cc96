"""What a saved notebook shows without a kernel: numbers in the widgets' state, or a picture."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from geowidgets.widgets import headless
from geowidgets.widgets._base import BundledWidget, Displayed, nearest
from geowidgets.widgets.columns import Columns, read
from geowidgets.widgets.saved_page import contents_of
from geowidgets.widgets.similarity_map import SimilarityMap

if TYPE_CHECKING:
    from geowidgets.widgets.bqplot_chart import ChartBox

VARIABLE = "GEOWIDGETS_KEEP"
KINDS = ("state", "pictures")
CHART = "application/vnd.geowidgets.chart+json"  # names the widget that a page shows instead
IMAGES = 120
PICTURE = {"kind": "png", "scale": 1.5, "theme": "light", "width": 1000}
SECONDS = 60.0  # that a picture may take
_following = False


def keep_alive(
    views: Displayed | Sequence[Displayed] | None = None,
    *,
    include: str | Iterable[tuple[Any, Any]] | None = None,
    images: int = IMAGES,
) -> int:
    """Put into the widgets' state what their views need, for notebooks that are saved with it.

    JupyterLab saves that state where Settings → Save Widget State Automatically is on;
    `jupyter execute` and `nbconvert --execute` always do. Such a notebook, trusted and opened
    again without being run, shows its views linked and alive. With `GEOWIDGETS_KEEP=state` in its
    environment a kernel does so after every cell by itself.

    Args:
        views: one view or several; by default all that are open.
        include: (model, benchmark) pairs whose samples are kept, or `"all"`; by default those
            that the views show. See `save_page`.
        images: at most so many images a sample set.

    Returns:
        Bytes in the state of the views' columns, before base64 adds a third.

    Raises:
        ValueError: an unknown pair, or one that has not been computed.

    >>> gw.keep_alive()                                             # doctest: +SKIP
    812044
    """
    roots = _open() if views is None else [views] if isinstance(views, Displayed) else list(views)
    for view in roots:
        _begin(view)
    header, _, kept = contents_of(roots, include, images)
    widgets = BundledWidget.all_open()
    for name in header["widgets"]:
        _settle(widgets[name])
    size = 0
    for one in kept:
        sheets = header["images"][one.hub.model_id]
        pictures = [f"images/{s}/{i}-{i}" for s in sheets for i in sheets[s]["samples"]]
        size += _fill(one.hub, [*one.keys(), *pictures])
    return size


def _open() -> list[Displayed]:
    return [one for one in BundledWidget.all_open().values() if isinstance(one, Displayed)]


def _begin(view: Displayed) -> None:
    """Start a map that would wait for somebody to see it; what is saved is waited for."""
    if isinstance(view, SimilarityMap) and view.similarity is None:
        view.start()


def _settle(widget: Any) -> None:
    """Give a widget the state of a saved page where that is more than its own."""
    own = BundledWidget.page_state(widget)
    for name, value in widget.page_state().items():
        if value != own[name]:
            setattr(widget, name, value)


def _fill(hub: Columns, keys: Sequence[str]) -> int:
    """Preload what is not there yet; what the store does not hold stays out."""
    found = []
    for key in keys:
        if key in hub.preloaded:
            continue
        try:
            read(hub.store, key)
        except (KeyError, RuntimeError, ValueError):
            continue
        found.append(key)
    hub.preload(found)
    return sum(len(one["data"]) for one in hub.preloaded.values())


def wanted() -> set[str]:
    """What `GEOWIDGETS_KEEP` asks for: "state", "pictures", both with a comma, or nothing.

    Raises:
        ValueError: another word.
    """
    words = {word.strip() for word in os.environ.get(VARIABLE, "").split(",")} - {"", "0"}
    for word in words:
        if word not in KINDS:
            raise ValueError(f"${VARIABLE}: expected {KINDS}, got {word!r}.{nearest(word, KINDS)}")
    return words


def follow() -> None:
    """Keep open views alive after every cell from now on, where the environment asks for it."""
    global _following
    if _following or "state" not in wanted():
        return
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    if shell is not None:
        shell.events.register("post_run_cell", lambda *_: keep_alive())
        _following = True


def mime_bundle(view: Displayed, data: dict[str, Any]) -> dict[str, Any]:
    """The MIME bundle of a view's output: beside the widget a sentence, and a picture if asked.

    The picture is what GitHub, an untrusted notebook and `nbconvert` without a network show. A
    browser without a window draws it, in some two seconds a view.
    """
    follow()
    return {**data, **_stand_ins(view, _sentence(view))}


def chart_bundle(box: ChartBox, data: dict[str, Any]) -> dict[str, Any]:
    """The same for charts by bqplot; their numbers are kept as they are when they are shown."""
    words = _sentence(box)
    if not wanted():
        return {**data, "text/plain": words}
    # Closed again at once: what executes the notebook has its state by then.
    with box.page_view() as page:
        return {**data, CHART: {"model_id": page.model_id}, **_stand_ins(page, words)}


def _stand_ins(view: Displayed, words: str) -> dict[str, str]:
    """A sentence, and a picture where the environment asks for pictures."""
    if "pictures" not in wanted():
        return {"text/plain": words}
    try:
        picture = headless.draw(view, PICTURE, SECONDS)
    except headless.NoBrowserError as reason:
        return {"text/plain": f"{words} There is no picture of it: {reason}."}
    return {"text/plain": words, "image/png": base64.b64encode(picture).decode()}


def _sentence(view: Any) -> str:
    """What the view is, and what brings it to life."""
    name = type(view).__name__
    store = getattr(view, "store", None)
    on = (
        ""
        if store is None
        else f" of {len(store.models)} models × {len(store.benchmarks)} benchmarks"
    )
    return f"{name}{on}: an interactive view. Run its cell to see it."
