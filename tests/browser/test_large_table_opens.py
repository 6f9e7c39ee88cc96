"""A table whose bits are too many for the page."""

from __future__ import annotations

import numpy as np
from playwright.sync_api import Browser

from geowidgets.widgets import bits
from tests.benchmarks.bench_table import open_table
from tests.benchmarks.bench_table_large import PackedStore

SAMPLES, MODELS, BENCHMARKS = 10_000, 300, 96


def test_a_large_table_opens_on_a_selection(browser: Browser) -> None:
    """A view that asks which of its rows are in view before it has any, and never stands."""
    store = PackedStore(SAMPLES, MODELS, BENCHMARKS)
    assert store.correct("test").nbytes > 32 * 2**20
    mask = np.arange(SAMPLES) < 3000
    clause = {
        "view": "bench", "set": "test", "pair": [0, 0], "predicate": {"kind": "bench"},
        "mask": bits.encode(mask),
    }  # fmt: skip
    page = open_table(browser, store, clause=clause, mode="heat")
    said = page.locator(".gw-table-status").inner_text()
    page.close()
    assert said.startswith("3,000 of 10,000 samples selected:")
    cells = [int(word.replace(",", "")) for word in said.split() if word[0].isdigit()][2:]
    assert sum(cells) == MODELS * BENCHMARKS, said
