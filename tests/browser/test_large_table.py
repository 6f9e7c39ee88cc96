"""A table of more correct predictions than the page takes: what it shows until all is counted."""

from __future__ import annotations

import os
import re
import signal

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from tests.benchmarks.bench_table_large import PackedStore

from .conftest import Open
from .lab import ROOT
from .notebook import Notebook
from .views import Table, steady

# 200 × 3 pairs of 480,000 bits: 36 MB, and the page takes 32 MiB whole.
SAMPLES, MODELS, BENCHMARKS = 480_000, 200, 3
SHOW, TWICE, PROCESS = 1, 2, 3
SETUP = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
import geowidgets as gw
from tests.benchmarks.bench_table_large import PackedStore
store = PackedStore({SAMPLES}, {MODELS}, {BENCHMARKS})
selection = gw.Selection(store)
"""
TABLE = """
gw.EvaluationTable(store, selection, mode="numbers", height=260, sort_by="clean",
    sort_selected=True)
"""
FIRST, SECOND = slice(0, SAMPLES, 40), slice(7, SAMPLES, 60)
# The page hears of the second alone; the first, one step back, it has never counted.
SELECT = f"""
import numpy as np
every = np.arange({SAMPLES})
with selection.hold_sync():
    selection.samples = every[{FIRST}]
    selection.samples = every[{SECOND}]
"""
SELECTED = re.compile("selected")
ALL = "not clearly different"


@pytest.fixture(scope="module")
def orders() -> dict[str, list[str]]:
    """The rows' labels from the top: by accuracy on clean images, or by what a subset changes."""
    store = PackedStore(SAMPLES, MODELS, BENCHMARKS)  # the notebook's, made again
    by: dict[str, list[float]] = {"whole": [], "first": [], "second": []}
    for row in store.correct("test")[:, 0]:
        right = np.unpackbits(row, count=SAMPLES, bitorder="little")
        by["whole"].append(right.mean())
        by["first"].append(right[FIRST].mean() - right.mean())
        by["second"].append(right[SECOND].mean() - right.mean())
    label = "ResNet, {0.method} {1:.1f} %, clean".format
    names = [label(one, 100 * one.ratio) for one in store.models]
    return {key: [names[k] for k in np.argsort(values)[::-1]] for key, values in by.items()}


@pytest.fixture(scope="module")
def shared(open_shared: Open) -> Notebook:
    process = "import os\nprint(os.getpid())"
    notebook = open_shared([SETUP, TABLE, SELECT, process], height=900)
    for index in (0, SHOW):
        notebook.run(index)
    Table(notebook.output(SHOW)).wait()
    return notebook


@pytest.fixture
def table(shared: Notebook) -> Table:
    """The view."""
    return Table(shared.output(SHOW))


def scroll(table: Table, share: float) -> None:
    """To a part of the rows' height."""
    table.root.get_by_role("grid").evaluate("(e, k) => { e.scrollTop = k * e.scrollHeight }", share)


def at_the_top(table: Table, wanted: list[str]) -> None:
    """Until the first rows are these."""
    scroll(table, 0)
    expect(table.root.locator("[role=gridcell]").first).to_have_attribute(
        "aria-label", re.compile(f"^{re.escape(wanted[0])}")
    )
    shown = [label for label in table.labels() if ", clean." in label]
    # Further down some are equal.
    assert [label.split(", clean")[0] + ", clean" for label in shown[:6]] == wanted[:6]


def reach(table: Table, order: list[str], row: str) -> Locator:
    """A row's cell on clean images, scrolled to."""
    scroll(table, (order.index(row) - 2) / MODELS)
    found = table.cell(row.removesuffix(", clean"), "clean")
    expect(found).to_be_visible()
    return found


def test_rows_out_of_view_wait_for_the_kernel_and_then_all_are_sorted(
    shared: Notebook, table: Table, orders: dict[str, list[str]]
) -> None:
    """Rows that move under the pointer, an order by half of the numbers, counts of nothing."""
    at_the_top(table, orders["whole"])
    shared.run(TWICE)
    expect(table.status).to_contain_text(ALL)
    at_the_top(table, orders["second"])
    process = int(shared.run(PROCESS))  # and with it comes all that the page had asked for
    os.kill(process, signal.SIGSTOP)  # a busy one answers views from a subshell
    try:
        first = table.root.locator("[role=gridcell]").first
        steady(first)
        first.focus()
        shared.page.keyboard.press("Control+z")
        counted = re.compile(r"12,000 of .* counted on \d+ of 200 models")
        expect(table.status).to_contain_text(counted)
        at_the_top(table, orders["second"])
        legend = table.root.locator(".gw-table-legend")
        expect(legend).to_contain_text("on its way: whole-set values")
        near = orders["whole"][:60]
        far = next(row for row in orders["second"][90:] if row not in near)
        expect(reach(table, orders["second"], far)).not_to_have_attribute("aria-label", SELECTED)
        shared.photograph("table-waiting", table.root)
        # What the page was sent for the rows that it showed first is enough to count those here.
        expect(reach(table, orders["second"], near[0])).to_have_attribute("aria-label", SELECTED)
    finally:
        os.kill(process, signal.SIGCONT)
    expect(table.status).to_contain_text(ALL)
    expect(legend).not_to_contain_text("on its way")
    at_the_top(table, orders["first"])
    table.root.get_by_role("button", name="Sort on selected").click()
    at_the_top(table, orders["whole"])
