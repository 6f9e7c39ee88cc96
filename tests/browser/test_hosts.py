"""Notebook 7 and marimo, each a real server, driven by the same brushes as JupyterLab.

JupyterLab itself is driven by them in `test_saved_state`.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

import geowidgets as gw

from .lab import KERNEL, environment, free_port
from .notebook import WAIT, Notebook
from .same_brushes import Brushed
from .views import setup

VIEWS = ["gw.EvaluationTable(store, selection)", "gw.LocalGeometry(store, selection)"]


@contextlib.contextmanager
def serving(command: list[str], folder: Path, address: str, **variables: str) -> Iterator[None]:
    """A server that answers at `address`, stopped with all of its own processes afterwards."""
    log = folder / "server.log"
    with log.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=folder, stdout=said, stderr=said, stdin=subprocess.DEVNULL,
            env={**environment(folder), **variables},
        )  # fmt: skip
    try:
        while not answers(address):
            if process.poll() is not None:
                pytest.fail(f"{command[1]} ended:\n{log.read_text()[-3000:]}")
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.1)
        yield
    finally:
        process.terminate()
        process.wait(30)


def answers(address: str) -> bool:
    """Whether a server answers there within a second."""
    ready = None
    with contextlib.suppress(OSError):
        ready = urllib.request.urlopen(address, timeout=1).status
    return ready == 200


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of its own; what it throws fails the test."""
    context = browser.new_context(viewport={"width": 1600, "height": 1700})
    page = context.new_page()
    page.set_default_timeout(WAIT)
    thrown: list[str] = []
    page.on("pageerror", lambda error: thrown.append(f"{error.message}\n{error.stack}"))
    yield page
    context.close()
    assert [error for error in thrown if "blob:" in error] == []


def test_notebook_7(page: Page, tiny_store: gw.GeometryStore, tmp_path: Path) -> None:
    """Views that lean on something that JupyterLab has and Notebook 7 has not."""
    from nbformat import write
    from nbformat.v4 import new_code_cell, new_notebook

    spec = {"name": KERNEL, "display_name": KERNEL, "language": "python"}
    cells = [new_code_cell(cell) for cell in (setup(tiny_store), *VIEWS)]
    write(new_notebook(cells=cells, metadata={"kernelspec": spec}), tmp_path / "brush.ipynb")
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [
        "-m", "notebook", "--no-browser", "--allow-root",
        f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.root_dir={tmp_path}", "--IdentityProvider.token=", "--ServerApp.password=",
        # Beside other settings of the same application the page would not get it.
        "--expose-app-in-browser",
    ]  # fmt: skip
    with serving(command, tmp_path, f"{address}/api"):
        Notebook(page, f"{address}/notebooks/brush.ipynb").run_all()
        Brushed(page).run(tiny_store)


def test_marimo(page: Page, tiny_store: gw.GeometryStore, tmp_path: Path) -> None:
    """Views that need a document of their own: marimo puts each into a shadow root."""
    (tmp_path / "brush.py").write_text(marimo(tiny_store))
    port = free_port()
    command = [
        "-m", "marimo", "run", "brush.py", "--headless", "--no-token", "--host", "127.0.0.1",
        "--port", str(port),
    ]  # fmt: skip
    with serving(command, tmp_path, f"http://127.0.0.1:{port}/health", HOME=str(tmp_path)):
        page.goto(f"http://127.0.0.1:{port}")
        Brushed(page).run(tiny_store)


def marimo(store: gw.GeometryStore) -> str:
    """The same cells as an app of marimo."""
    return f"""
import marimo
app = marimo.App(width="full")

@app.cell
def _():
    import geowidgets as gw
    store = gw.GeometryStore.open({str(store.path)!r})
    selection = gw.Selection(store)
    return gw, selection, store

@app.cell
def _(gw, selection, store):
    gw.EvaluationTable(store, selection)
    return

@app.cell
def _(gw, selection, store):
    gw.LocalGeometry(store, selection)
    return
"""
