"""The built front end: bundle texts by name, and their reload while one works on them."""

from __future__ import annotations

import os
import threading
import weakref
from functools import lru_cache
from pathlib import Path
from typing import Any

STATIC = Path(__file__).parent.parent / "static"
POLL_SECONDS = 0.5


@lru_cache(maxsize=64)
def _read(path: Path, modified: int) -> str:
    return path.read_text(encoding="utf-8")


def script(name: str) -> str:
    """Text of the bundle `name`.

    Raises:
        FileNotFoundError: the front end has not been built; says how to build it.
    """
    path = STATIC / f"{name}.js"
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} is missing: the front end has not been built. Run `pip install -e .` in the "
            f"source tree, or `npm ci && npm run build` in geowidgets/js"
        )
    return _read(path, path.stat().st_mtime_ns)


def style(name: str) -> str:
    """Text of the style sheet beside the bundle, or "" where it has none."""
    path = STATIC / f"{name}.css"
    return _read(path, path.stat().st_mtime_ns) if path.is_file() else ""


def watching() -> bool:
    """Whether GEOWIDGETS_DEV asks for open widgets to follow their rebuilt bundles."""
    return os.environ.get("GEOWIDGETS_DEV", "") not in ("", "0")


_open: weakref.WeakSet[Any] = weakref.WeakSet()
_watcher: threading.Thread | None = None


def watch(widget: Any) -> None:
    """Keep a `BundledWidget` up to date for as long as somebody else holds it."""
    global _watcher
    _open.add(widget)
    if _watcher is None:
        _watcher = threading.Thread(target=_follow, name="geowidgets-reload", daemon=True)
        _watcher.start()


def _follow() -> None:
    pause = threading.Event()
    while not pause.wait(POLL_SECONDS):
        update(list(_open))


def update(widgets: list[Any]) -> None:
    """Give each widget its bundle as it is on disk now."""
    for widget in widgets:
        try:
            widget._esm, widget._css = script(widget.bundle), style(widget.bundle)
        except FileNotFoundError:
            continue  # a build is under way: it empties the folder first
