"""Options and fixtures that every test shares."""

from __future__ import annotations

from pathlib import Path

import pytest

BROWSER = Path(__file__).parent / "browser"
LEFT_OUT = pytest.StashKey[int]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--no-browser-tests",
        action="store_true",
        help="leave out the tests that drive JupyterLab in a real browser (the summary says so)",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--no-browser-tests"):
        return
    browser = [item for item in items if item.path.is_relative_to(BROWSER)]
    items[:] = [item for item in items if item not in browser]
    config.hook.pytest_deselected(items=browser)
    config.stash[LEFT_OUT] = len(browser)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    count = config.stash.get(LEFT_OUT, None)
    if count is not None:
        terminalreporter.section("browser tests left out", yellow=True, bold=True)
        terminalreporter.line(f"--no-browser-tests: {count} tests in tests/browser did not run")
