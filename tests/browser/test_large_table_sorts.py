"""Rows that another order brings into view while the kernel of a large table is late."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from geowidgets.widgets import bits
from tests.benchmarks.bench_table import open_table
from tests.benchmarks.bench_table_large import PackedStore

SAMPLES, MODELS, BENCHMARKS = 10_000, 300, 96
# Counts of rows out of view are held back until `release`. `asked`: all keys; `open`: those without
# an answer.
LATE = """() => {
  const answer = window.answer;
  const free = new Promise(done => { window.release = done; });
  window.open = new Set();
  window.asked = [];
  window.answer = async key => {
    window.asked.push(key);
    window.open.add(key);
    if (key.startsWith('counts/')) await free;
    const found = await answer(key);
    window.open.delete(key);
    return found;
  };
}"""
# All bits that were asked for have come and have been taken up.
QUIET = """async () => {
  const bits = () => [...window.open].some(key => !key.startsWith('counts/'));
  for (let still = 0; still < 10; still = bits() ? 0 : still + 1) {
    await new Promise(done => requestIdleCallback(done, { timeout: 100 }));
  }
}"""
SELECT = """mask => {
  const clause = { view: 'bench', set: 'test', pair: [0, 0], predicate: { kind: 'bench' }, mask };
  window.selection.dispatch({ type: 'clause', ...clause });
}"""
SORT = """([column, selected]) => {
  window.display.set('sort_selected', selected);
  window.display.set('sort_by', column);
}"""
LABELS = "cells => cells.map(cell => cell.getAttribute('aria-label'))"
SELECTED = re.compile("selected")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    store = PackedStore(SAMPLES, MODELS, BENCHMARKS)
    page = open_table(browser, store, mode="heat", sort_by="clean", sort_selected=False)
    page.evaluate(LATE)
    yield page
    page.close()


def select(page: Page, step: int) -> None:
    """Every `step`-th sample; until the rows in view are counted on them."""
    mask = bits.encode(np.arange(SAMPLES) % step == 0)
    page.evaluate(SELECT, mask)
    expect(top(page)).to_have_attribute("aria-label", SELECTED)


def top(page: Page) -> Locator:
    """The first cell of the first row."""
    return page.locator("[role=gridcell]").first


def test_rows_sorted_into_view_are_counted_without_a_scroll(page: Page) -> None:
    """Rows at the top hatched for as long as the kernel is busy: nobody asked for their bits."""
    select(page, 7)
    page.evaluate(QUIET)
    before = str(top(page).get_attribute("aria-label")).split(", clean")[0]
    page.evaluate(SORT, ["noise 5", False])
    expect(top(page)).not_to_have_attribute("aria-label", re.compile(re.escape(before)))
    expect(top(page)).to_have_attribute("aria-label", SELECTED)
    expect(page.locator(".gw-table-status")).to_contain_text("counted on")


def test_a_taller_table_counts_the_rows_that_it_shows_now(page: Page) -> None:
    """Rows that come into view below without a scroll, hatched until there is one."""
    select(page, 7)
    page.evaluate(QUIET)
    page.evaluate("window.display.set('height', 2400)")
    lowest = page.locator("[aria-rowindex='90'] [role=gridcell]").first
    expect(lowest).to_have_attribute("aria-label", SELECTED)


def test_a_drag_after_a_sort_by_differences_finds_its_bits(page: Page) -> None:
    """Rows in view hatched during a drag: their bits are first asked for when it begins."""
    page.evaluate("window.release()")
    page.evaluate(SORT, ["noise 5", True])
    before = str(top(page).get_attribute("aria-label")).split(", clean")[0]
    select(page, 7)
    expect(page.locator(".gw-table[data-gw-state='ready']")).to_be_visible()
    expect(top(page)).not_to_have_attribute("aria-label", re.compile(re.escape(before)))
    page.evaluate(QUIET)
    shown = page.locator("[role=gridcell]:nth-child(3)")
    ratios = [one.split(" %")[0].split()[-1] for one in shown.evaluate_all(LABELS)]
    models = [round(float(ratio) / 100 * MODELS) for ratio in ratios if "." in ratio]
    assert len(models) > 6
    assert {f"correct/test/{m}-{m}" for m in models} <= set(page.evaluate("window.asked"))
