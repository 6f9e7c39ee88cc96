"""A browser, a JupyterLab of our own, and notebooks opened in it.

The browser lives as long as this package: Playwright's synchronous interface keeps an event loop
running in its thread, and other tests of the session must be able to start theirs.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from .chromium import ARGUMENTS, NoBrowserError, find
from .lab import Lab, serve
from .notebook import WAIT, Notebook

Open = Callable[..., Notebook]
expect.set_options(timeout=WAIT)


@pytest.fixture(scope="package")
def chromium_path() -> str:
    """A browser that starts, or a failure in one line."""
    try:
        return find()
    except NoBrowserError as reason:
        pytest.fail(str(reason), pytrace=False)


@pytest.fixture(scope="package")
def browser(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=chromium_path, args=list(ARGUMENTS), headless=True
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One context for all tests: JupyterLab's files are fetched once."""
    context = browser.new_context(viewport={"width": 1600, "height": 1000})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield context
    context.close()


@pytest.fixture(scope="package")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with serve(tmp_path_factory.mktemp("lab")) as lab:
        yield lab


@contextlib.contextmanager
def notebooks(lab: Lab, context: BrowserContext, name: str) -> Iterator[Open]:
    """Opens notebooks; at the end closes them and fails on errors seen in their pages."""
    opened: list[Notebook] = []

    def open_(cells: list[str], *, width: int = 1600, height: int = 1000) -> Notebook:
        url = lab.write(f"{name}-{len(opened)}.ipynb", cells)
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": height})
        opened.append(Notebook(page, url))
        return opened[-1]

    yield open_
    for notebook in opened:
        notebook.theme(False)  # JupyterLab keeps it for the next page
        notebook.stop_kernel()
        notebook.page.close()
    errors = [error for notebook in opened for error in notebook.errors]
    assert not errors, "\n".join(errors)


@pytest.fixture
def open_notebook(
    lab: Lab, context: BrowserContext, request: pytest.FixtureRequest
) -> Iterator[Open]:
    """`open_notebook(cells, width=…, height=…)`: a page; errors seen in it fail the test."""
    with notebooks(lab, context, request.node.name) as open_:
        yield open_


@pytest.fixture(scope="module")
def flag(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file whose appearance ends the busy cell."""
    return tmp_path_factory.mktemp("flag") / "go on"


@pytest.fixture(scope="module")
def open_shared(
    lab: Lab, context: BrowserContext, request: pytest.FixtureRequest
) -> Iterator[Open]:
    """The same for a notebook that the tests of a module share: opening one takes seconds."""
    with notebooks(lab, context, request.node.path.stem) as open_:
        yield open_
