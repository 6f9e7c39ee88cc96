"""Hostile names under a strict content policy, from a real server: nothing runs or escapes."""

from __future__ import annotations

import base64
import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from torch import nn

import geowidgets as gw

from .hostile_names import HOSTILE, HostileStore
from .views import saved, steady

VIOLATIONS = """addEventListener('securitypolicyviolation',
  event => console.error(`${event.effectiveDirective}: ${event.blockedURI}`))"""

COLOURFUL = """canvas => {
  const { width, height } = canvas;
  const data = canvas.getContext('2d').getImageData(0, 0, width, height).data;
  let count = 0;
  for (let k = 0; k < data.length; k += 4) {
    const pixel = [data[k], data[k + 1], data[k + 2]];
    if (Math.max(...pixel) - Math.min(...pixel) > 40) count += 1;
  }
  return count;
}"""


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


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = HostileStore()
    explorer = gw.Explorer(
        store, views=["evaluation_table", "local_geometry", "parallel_coordinates"]
    )
    explorer.selection.samples = range(0, 80, 3)
    explorer.selection.save(HOSTILE[:60])
    folder = tmp_path_factory.mktemp("policy")
    page = explorer.save_html(folder / "page.html", include="all", title=HOSTILE)
    explorer.close()
    return page.path


def own_policy(page: Path) -> str:
    """What a server must allow: the page's own script by its digest, and what it makes itself."""
    [script] = re.findall(r'<script type="module">(.*?)</script>', page.read_text(), re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}' blob: 'wasm-unsafe-eval'; "
        "style-src 'unsafe-inline'; img-src data: blob:; connect-src 'none'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    )


@contextmanager
def serving(page_file: Path) -> Iterator[tuple[str, type[Handler]]]:
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


@pytest.fixture
def served(page_file: Path) -> Iterator[tuple[str, type[Handler]]]:
    """A page of made-up numbers."""
    with serving(page_file) as found:
        yield found


def watched(context: BrowserContext, address: str) -> tuple[Page, list[str], list[str]]:
    """The page, its errors, and what it asked for."""
    page, errors, asked = context.new_page(), [], []
    page.add_init_script(VIOLATIONS)
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
        saved(table, kind).save_as(tmp_path / kind)
    picture = (tmp_path / "SVG").read_text()
    assert "<img" not in picture and "onload" not in re.sub(r">[^<]*<", "><", picture)
    assert "<script" not in picture
    assert re.search("(&lt;|&#60;)img src=x onerror", picture), "the names should be in it as text"
    fields = re.findall(r'"((?:[^"]|"")*)"', (tmp_path / "CSV file").read_text())
    assert fields and not [one for one in fields if one[:1] in "=+-@\t\r" and one]
    for view in (".gw-local", ".gw-parallel"):
        saved(page.locator(view), "SVG").save_as(tmp_path / "view.svg")
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


@pytest.fixture(scope="module")
def real_store(
    trained: nn.Module, digits: gw.datasets.Samples, tmp_path_factory: pytest.TempPathFactory
) -> gw.GeometryStore:
    """Two models × 2 benchmarks × 33 samples with pictures, and maps of samples 0 and 3."""
    pruned = gw.prune_family(trained, method="magnitude", ratios=[0.5])
    models = [gw.ModelEntry("dense", trained), *pruned]
    renamed = [replace(one, name=f"={HOSTILE}{k}", parent=None) for k, one in enumerate(models)]
    study = gw.Study(
        renamed, [gw.Benchmark(HOSTILE), gw.Benchmark(f"{HOSTILE}3", "contrast", 3)],
        digits.images[:33], digits.labels[:33], [f"{HOSTILE}{k}" for k in range(10)],
    )  # fmt: skip
    path = tmp_path_factory.mktemp("real") / "store.zarr"
    store = gw.GeometryStore.compute(study, path, device="cpu", progress=False)
    grid = gw.AttributionGrid(store, models=[0, 1])
    assert grid.keep_maps([0, 3]) == 4
    grid.close()
    return store


def test_map_and_grid_live_under_the_policy(
    real_store: gw.GeometryStore, context: BrowserContext, tmp_path: Path
) -> None:
    """A layout or maps that need what the policy forbids, or whose names become elements."""
    selection = gw.Selection(real_store)
    selection.focus = 0
    similar = gw.SimilarityMap(real_store, selection, method="pca")
    similar.wait(300)
    grid = gw.AttributionGrid(real_store, selection, models=[0, 1])
    views = [similar, gw.EvaluationTable(real_store, selection), grid]
    made = gw.save_page(views, tmp_path / "page.html", include="all")
    for view in views:
        view.close()
    with serving(made.path) as (address, _):
        page, errors, asked = watched(context, address)
        table, the_map, maps = (page.locator(f".gw-{one}") for one in ("table", "map", "grid"))
        for view in (table, the_map, maps):
            expect(view).to_have_attribute("data-gw-state", "ready")
        chosen = table.locator("[role=gridcell][aria-selected=true]")
        expect(chosen).to_have_count(0)
        over = the_map.locator(".gw-map-over")
        steady(over)
        over.focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Space")
        expect(the_map.locator(".gw-map-count")).to_contain_text("1 of 4 pairs selected")
        expect(chosen).to_have_count(1)
        line = maps.locator(".gw-grid-line")
        expect(line).to_contain_text("Sample 0")
        expect(line).to_contain_text("<img src=x onerror=window.ran=1>")
        steady(maps.locator(".gw-grid-thumb").nth(3))
        maps.locator(".gw-grid-thumb").nth(3).click()
        expect(line).to_contain_text("Sample 3")
        expect(maps).to_have_attribute("data-gw-state", "ready")
        for canvas in (the_map.locator("canvas").first, maps.locator(".gw-grid-canvas")):
            assert canvas.evaluate(COLOURFUL) > 20
        assert page.evaluate("() => window.ran") is None
        assert page.locator("img[src=x], [onerror], svg[onload]").count() == 0
        page.close()
    assert errors == []
    assert [one for one in asked if not one.startswith(("blob:", "data:"))] == [address]


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
