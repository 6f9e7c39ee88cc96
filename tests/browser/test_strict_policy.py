"""Hostile names under a strict content policy, from a real server: nothing runs or escapes."""

from __future__ import annotations

import base64
import hashlib
import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from playwright.sync_api import BrowserContext, Page, expect

import geowidgets as gw
from tests.benchmarks.synthetic_store import SyntheticStore

HOSTILE = "</script><img src=x onerror=window.ran=1><svg onload=window.ran=1>&lt;b>{}'\"`=1+1"


class Handler(SimpleHTTPRequestHandler):
    """Files of a folder under a policy of the server's."""

    policy = ""
    asked: ClassVar[list[str]] = []

    def end_headers(self) -> None:
        """Every answer carries the policy."""
        self.send_header("Content-Security-Policy", self.policy)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Keep what was asked for."""
        self.asked.append(self.path)


class HostileStore(SyntheticStore):
    """Every name is markup, a formula, or ends what it stands in."""

    def __init__(self) -> None:
        super().__init__(80, models=3)
        self.classes = tuple(f"{HOSTILE}{k}" for k in range(len(self.classes)))
        rename(self.models, ("name", "architecture", "method"))
        rename(self.benchmarks, ("name", "family"))


def rename(entries: object, fields: tuple[str, ...]) -> None:
    for k, entry in enumerate(entries):  # type: ignore[call-overload]
        for name in fields:
            object.__setattr__(entry, name, f"={HOSTILE}{k}")


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = HostileStore()
    explorer = gw.Explorer(
        store, views=["evaluation_table", "local_geometry", "parallel_coordinates"]
    )
    explorer.selection.samples = range(0, 80, 3)
    explorer.selection.save(HOSTILE[:60])
    folder = tmp_path_factory.mktemp("policy")
    saved = explorer.save_html(folder / "page.html", include="all", title=HOSTILE)
    explorer.close()
    return saved.path


def own_policy(page: Path) -> str:
    """What a server must allow: the page's own script by its digest, and what it makes itself."""
    [script] = re.findall(r'<script type="module">(.*?)</script>', page.read_text(), re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}' blob: 'wasm-unsafe-eval'; "
        "style-src 'unsafe-inline'; img-src data: blob:; connect-src 'none'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    )


@pytest.fixture
def served(page_file: Path) -> Iterator[tuple[str, type[Handler]]]:
    """`(address, handler)` of a server on this machine."""
    handler = type("Served", (Handler,), {"policy": own_policy(page_file), "asked": []})
    server = ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(handler, directory=str(page_file.parent))
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/page.html", handler
    server.shutdown()
    server.server_close()
    thread.join()


def watched(context: BrowserContext, address: str) -> tuple[Page, list[str], list[str]]:
    """The page, its errors, and what it asked for."""
    page, errors, asked = context.new_page(), [], []
    page.on("pageerror", lambda error: errors.append(error.message))
    page.on("console", lambda m: m.type == "error" and errors.append(m.text))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    return page, errors, asked


def test_nothing_runs_and_nothing_leaves(served, context: BrowserContext, tmp_path) -> None:
    """A name that becomes an element, a picture that carries a script, a request to anywhere."""
    address, handler = served
    page, errors, asked = watched(context, address)
    page.locator("html[data-gw-page=ready]").wait_for(state="attached")
    expect(page.locator("[role=gridcell]").first).to_be_visible()
    expect(page.locator(".gw-parallel [data-axis='length']")).to_be_visible()
    expect(page.locator(".gw-local-panel").first).to_be_visible()
    page.locator(".gw-parallel [data-axis='length']").focus()
    page.keyboard.press("Shift+ArrowUp")
    page.locator("[role=gridcell]").first.hover()
    assert page.title() == HOSTILE
    table = page.locator(".gw-table")
    for kind in ("SVG", "CSV file"):
        table.locator("summary").click()
        with page.expect_download() as download:
            table.get_by_role("button", name=kind, exact=True).click()
        download.value.save_as(tmp_path / kind)
    picture = (tmp_path / "SVG").read_text()
    assert "<img" not in picture and "onload" not in re.sub(r">[^<]*<", "><", picture)
    assert "<script" not in picture
    assert re.search("(&lt;|&#60;)img src=x onerror", picture), "the names should be in it as text"
    fields = re.findall(r'"((?:[^"]|"")*)"', (tmp_path / "CSV file").read_text())
    assert fields and not [one for one in fields if one[:1] in "=+-@\t\r" and one]
    for view in (".gw-local", ".gw-parallel"):
        page.locator(view).locator("summary", has_text="Save").click()
        with page.expect_download() as download:
            page.locator(view).get_by_role("button", name="SVG", exact=True).click()
        download.value.save_as(tmp_path / "view.svg")
        context_page = context.new_page()
        context_page.goto((tmp_path / "view.svg").as_uri())
        assert context_page.evaluate("() => window.ran") is None
        assert context_page.locator("svg script, img, [onload], [onerror]").count() == 0
        context_page.close()
    assert page.evaluate("() => window.ran") is None
    assert page.locator("img[src=x], [onerror], svg[onload]").count() == 0
    page.close()
    assert errors == []
    outside = [one for one in asked if not one.startswith(("blob:", "data:"))]
    assert [one for one in outside if not one.startswith(address)] == []
    assert [one for one in handler.asked if one != "/favicon.ico"] == ["/page.html"]


def test_a_server_that_allows_less_is_told_of(served, context: BrowserContext) -> None:
    """A page that half works where scripts are forbidden, or runs although they are."""
    address, handler = served
    handler.policy = "default-src 'none'"
    page, errors, asked = watched(context, address)
    page.wait_for_load_state("load")
    assert page.locator(".gw-root").count() == 0
    assert any("Content Security Policy" in one for one in errors)
    assert len(asked) == 1
    page.close()
