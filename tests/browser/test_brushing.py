"""Hours of brushing in minutes: neither kernel nor tab keeps what is over."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from tests.benchmarks.bench_brushing import in_kernel, in_tab, saved

LEAK = 100  # bytes a selection


def test_the_kernel_forgets(tmp_path: Path) -> None:
    """A list that grows with every selection: undo without an end, observers, subsets."""
    assert in_kernel(1500, 11, traced=True).slope("python") < LEAK / 2


def test_a_leak_in_the_kernel_would_show() -> None:
    """A test that no leak of 100 bytes makes fail."""
    kept: list[bytes] = []
    growth = in_kernel(400, 11, lambda k: kept.append(bytes(LEAK + k % 2)), traced=True)
    assert growth.slope("python") > LEAK / 2


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(tmp_path_factory.mktemp("brushed"))


def test_the_tab_forgets(context: BrowserContext, path: Path) -> None:
    """Listeners, nodes or masks that stay after the selection they were for."""
    page = context.new_page()
    growth = in_tab(page, path, 2000, 11)
    if growth.slope("heap") >= LEAK:  # code compiled late looks like a leak; a leak stays one
        growth = in_tab(page, path, 4000, 11)
    page.close()
    assert growth.slope("heap") < LEAK
    assert growth.slope("nodes") < 0.05
    assert growth.slope("listeners") < 0.05


def test_a_leak_in_the_tab_would_show(context: BrowserContext, path: Path) -> None:
    """A counter that sees no leak."""
    page = context.new_page()
    leak = """n => {
      window.gwLeak ??= [];
      for (let k = 0; k < n; k++) window.gwLeak.push(new Array(40).fill(k + 0.5));
    }"""
    growth = in_tab(page, path, 400, 6, leak)
    page.close()
    assert growth.slope("heap") > LEAK
