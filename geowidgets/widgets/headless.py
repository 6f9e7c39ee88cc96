"""Pictures without a page: an installed browser, without a window, draws a saved one."""

from __future__ import annotations

import contextlib
import http.server
import os
import queue
import secrets
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from typing import Any

from geowidgets.widgets._base import Displayed

NAMES = (
    "chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome", "msedge",
    "microsoft-edge", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)  # fmt: skip
VARIABLE = "GEOWIDGETS_BROWSER"
ARGUMENTS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--window-size=1600,1200",
)  # fmt: skip


class NoBrowserError(RuntimeError):
    """There is no browser that could draw, or it did not."""


def find_browser() -> str:
    """Path of an installed Chromium, Chrome or Edge; `$GEOWIDGETS_BROWSER` goes first.

    Raises:
        NoBrowserError: there is none.
    """
    named = os.environ.get(VARIABLE)
    for name in (named,) if named else NAMES:
        if found := shutil.which(name):
            return found
    asked = f"${VARIABLE} is {named!r}, which cannot be run" if named else f"none of {NAMES[:5]}"
    raise NoBrowserError(
        f"no browser is installed where Python runs ({asked}); install Chromium or Chrome, or "
        f"name one in ${VARIABLE}"
    )


def draw(view: Displayed, wish: dict[str, Any], timeout: float) -> bytes:
    """The view's picture, drawn from a saved page of it.

    The page comes from a server of our own on this machine, to which it gives the picture back.

    Args:
        view: what to draw.
        wish: `kind`, `scale`, `theme`, `width`, as `saved_image` sends them to a page.
        timeout: seconds.

    Raises:
        NoBrowserError: no browser, or it gave no picture.
    """
    from geowidgets.widgets.saved_page import page_of

    browser = find_browser()
    text, _ = page_of([view], picture=wish)
    with _serve(text.encode()) as (address, answers), tempfile.TemporaryDirectory() as profile:
        command = [browser, *ARGUMENTS, f"--user-data-dir={profile}", address]
        null = subprocess.DEVNULL
        running = subprocess.Popen(command, stdout=null, stderr=null, start_new_session=True)
        with _ended(running):
            try:
                said, data = answers.get(timeout=timeout)
            except queue.Empty:
                raise NoBrowserError(f"{browser} gave no picture within {timeout:g} s") from None
    if said != "picture":
        raise NoBrowserError(data.decode(errors="replace"))
    return data


@contextlib.contextmanager
def _ended(process: subprocess.Popen) -> Iterator[None]:
    """The browser, stopped with all of its own processes afterwards."""
    try:
        yield
    finally:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()


@contextlib.contextmanager
def _serve(page: bytes) -> Iterator[tuple[str, queue.Queue[tuple[str, bytes]]]]:
    """A server for one page at an address that nobody can guess, and what the page answers."""
    answers: queue.Queue[tuple[str, bytes]] = queue.Queue()
    path = f"/{secrets.token_urlsafe(16)}/"

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply(200 if self.path == path else 404, page if self.path == path else b"")

        def do_POST(self) -> None:
            said = self.path.removeprefix(path)
            if said in ("picture", "problem"):
                length = int(self.headers.get("Content-Length", 0))
                answers.put((said, self.rfile.read(length)))
            self._reply(204, b"")

        def _reply(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}{path}", answers
        finally:
            server.shutdown()
            thread.join()
