"""`save_image`: a view as PNG or SVG, drawn by a browser at the sharpness of print."""

from __future__ import annotations

import asyncio
import os
import struct
import threading
import time
import uuid
import zlib
from collections.abc import Generator
from pathlib import Path
from typing import Any

from geowidgets.widgets import headless, whole_file
from geowidgets.widgets._base import Displayed, nearest

KINDS = {".png": "png", ".svg": "svg"}
THEMES = ("light", "dark")
INCH = 96  # CSS pixels
ACCEPT = 6.0  # seconds within which a page that shows the view says so
MAX_SCALE = 16


class NoPictureError(RuntimeError):
    """No browser drew the view; the message says what to do."""


class SavedImage:
    """A picture that was asked for.

    Attributes:
        path: where it is, or will be.
        done: whether it is there.
        error: why it is not, "" while nothing went wrong.
    """

    def __init__(self, path: Path, scale: float) -> None:
        self.path, self.scale = path, scale
        self.error = ""
        self.accepted = self.hidden = False
        self.ended = threading.Event()
        self._parts: dict[str, dict[int, bytes]] = {}

    @property
    def done(self) -> bool:
        """Whether the file is written."""
        return self.ended.is_set() and not self.error

    def __await__(self) -> Generator[Any, None, SavedImage]:
        """Wait in a cell for what was asked with `wait=False`."""
        while not self.ended.is_set():
            yield from asyncio.sleep(0.05).__await__()
        if self.error:
            raise NoPictureError(f"{self.path}: {self.error}")
        return self

    def __fspath__(self) -> str:
        return str(self.path)

    def __repr__(self) -> str:
        state = f"failed: {self.error}" if self.error else "written" if self.done else "to come"
        return f"SavedImage({str(self.path)!r}, {state})"

    def hear(self, content: dict[str, Any], buffers: list[Any]) -> None:
        """Take a page's message; the first page that sends all parts wins."""
        step, page = content.get("step"), str(content.get("page"))
        if self.ended.is_set():
            return
        if step == "accepted":
            self.accepted, self.hidden = True, bool(content.get("hidden"))
        elif step == "failed":
            self.fail(str(content.get("message")))
        elif step == "part":
            own = self._parts.setdefault(page, {})
            own[int(content["part"])] = bytes(buffers[0])
            if len(own) == int(content["parts"]):
                self.keep(b"".join(own[k] for k in sorted(own)))

    def keep(self, data: bytes) -> None:
        """Write the picture."""
        try:
            whole_file.write(self.path, sized(data, self.scale))
        except OSError as error:
            self.error = f"{type(error).__name__}: {error}"
        self.ended.set()

    def fail(self, words: str) -> None:
        """Give up."""
        self.error = words
        self.ended.set()


def save_image(
    view: Displayed,
    path: str | os.PathLike[str],
    *,
    scale: float | None = None,
    dpi: float | None = None,
    theme: str | None = None,
    width: int | None = None,
    headless: bool | None = None,
    wait: bool = True,
    timeout: float = 60.0,
) -> SavedImage:
    """Write a picture of a view, drawn once more for it: densities too are as sharp as asked for.

    A page that shows the view draws it and sends it back; where none does, an installed Chromium,
    Chrome or Edge does so without a window. Page turns and the map's zoom, which belong to one
    display, are not in it; everything that Python knows of the view is.

    Args:
        view: any view, or an `Explorer`, whose views stand together in one picture.
        path: `.png` or `.svg`; replaced when it is there, and never half-written.
        scale: pixels of a PNG a CSS pixel, 0.5..16; 2 by default. In an SVG it is the sharpness of
            the densities, everything else is shapes and text.
        dpi: the same as pixels an inch: scale = dpi / 96.
        theme: `"light"` or `"dark"`; as the page by default.
        width: of the view in CSS pixels; as in the page by default, else 1,200.
        headless: False: only a page that shows the view; True: only a browser without a window;
            None: the first that can.
        wait: False: return at once; the file appears when the page has answered. Kernels that hear
            the browser only between cells (VS Code, Colab) need it where no browser is installed;
            where cells may wait, `await view.save_image(path, wait=False)` does.
        timeout: seconds.

    Returns:
        A `SavedImage`, usable as a path.

    Raises:
        ValueError: an ending, scale, theme or width that cannot be.
        FileNotFoundError: the folder does not exist.
        NoPictureError: no browser drew it; says why, and what to do.

    >>> view.save_image("figure.png", dpi=300, theme="light")          # doctest: +SKIP
    """
    where = Path(path)
    kind = KINDS.get(where.suffix.lower())
    if kind is None:
        raise ValueError(f"{where}: expected a name that ends in .png or .svg")
    if theme is not None and theme not in THEMES:
        raise ValueError(
            f"theme: expected 'light', 'dark' or None, got {theme!r}.{nearest(theme, THEMES)}"
        )
    if width is not None and not 200 <= width <= 10_000:
        raise ValueError(f"width: expected 200..10000 CSS pixels, got {width!r}")
    fine = _scale(scale, dpi)
    whole_file.check_folder(where)
    wish = {"kind": kind, "scale": fine, "theme": theme, "width": width}
    saved = SavedImage(where, fine if kind == "png" else 0)
    reasons = []
    if headless is not True:
        reasons.append(_ask_page(view, saved, wish, wait, timeout))
    if headless is not False and not saved.ended.is_set() and reasons != [""]:
        reasons.append(_ask_headless(view, saved, wish, timeout))
    if saved.ended.is_set() and saved.error:
        raise NoPictureError(f"{where}: {saved.error}")
    if not saved.ended.is_set() and reasons != [""]:
        saved.fail("; ".join(reasons))
        raise NoPictureError(f"{where} was not written: {saved.error}")
    return saved


def _scale(scale: float | None, dpi: float | None) -> float:
    if scale is not None and dpi is not None:
        raise ValueError(f"expected scale or dpi, got scale={scale!r} and dpi={dpi!r}")
    value = 2.0 if scale is None and dpi is None else scale if dpi is None else dpi / INCH
    if not isinstance(value, int | float) or not 0.5 <= value <= MAX_SCALE:
        asked = f"dpi={dpi!r}, a scale of {value!r}" if dpi is not None else repr(value)
        raise ValueError(f"scale: expected 0.5..{MAX_SCALE}, got {asked}")
    return float(value)


def _ask_page(
    view: Displayed, saved: SavedImage, wish: dict[str, Any], wait: bool, timeout: float
) -> str:
    """Have a page that shows the view draw it; "" when it does or may yet, else why not."""
    kernel = _kernel()
    if kernel is None:
        return "Python runs in no notebook whose page could show the view"
    hears = bool(getattr(kernel, "_supports_kernel_subshells", False))
    if wait and not hears:
        return (
            "this kernel hears the browser only between cells (save_image(path, wait=False) "
            "writes the file then)"
        )
    name = uuid.uuid4().hex

    def hear(_: Any, content: Any, buffers: list[Any]) -> None:
        if isinstance(content, dict) and content.get("request") == name:
            saved.hear(content, buffers)
            if saved.ended.is_set():
                view.on_msg(hear, remove=True)

    view.on_msg(hear)
    view.send({"type": "picture", "request": name, "state": view.picture_state(), **wish})
    if wait:
        _hear_while_running(view)
    if not wait:
        return ""
    begun = time.monotonic()
    while not saved.ended.wait(0.05):
        gone = time.monotonic() - begun
        if gone > timeout or (gone > ACCEPT and not saved.accepted):
            view.on_msg(hear, remove=True)
            if not saved.accepted:
                return (
                    "no page that shows the view answered: display it first, or use "
                    "save_image(path, wait=False)"
                )
            back = "; it is in the background, bring it to the front" if saved.hidden else ""
            return f"the page that shows the view did not draw it within {timeout:g} s{back}"
    return ""


def _hear_while_running(view: Displayed) -> None:
    """Let the page's answers in while a cell runs.

    ipykernel sends answers to a comm to the thread that spoke last, which is the one that waits
    here; without that note they go to the page's own subshell.
    """
    vars(view.comm).pop("_reply_subshell_id", None)


def _ask_headless(view: Displayed, saved: SavedImage, wish: dict[str, Any], timeout: float) -> str:
    wish = {**wish, "theme": wish["theme"] or "light", "width": wish["width"] or 1200}
    try:
        saved.keep(headless.draw(view.picture_source(), wish, timeout))
    except headless.NoBrowserError as reason:
        return str(reason)
    return ""


def _kernel() -> Any:
    """The notebook's kernel, or None."""
    from IPython.core.getipython import get_ipython

    return getattr(get_ipython(), "kernel", None)


def sized(data: bytes, scale: float) -> bytes:
    """A PNG that says how many pixels make a metre, so that it prints at its size on screen.

    Args:
        data: the file; anything but a PNG stays as it is.
        scale: pixels a CSS pixel, of which 96 make an inch.
    """
    head = data[:33]  # signature and header: 8 + 25 bytes
    if not scale or not head.startswith(b"\x89PNG\r\n\x1a\n"):
        return data
    each = round(scale * INCH / 0.0254)
    body = b"pHYs" + struct.pack(">IIB", each, each, 1)
    chunk = struct.pack(">I", 9) + body + struct.pack(">I", zlib.crc32(body))
    return head + chunk + data[33:]
