"""A drag draws in haste: only what is in view. What comes into view then must be as new."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import BrowserContext, Page

import geowidgets as gw

from .views import Table, steady

LINES = """() => [...document.querySelectorAll('.gw-table-canvas')].map(canvas => {
  const { width, height } = canvas;
  return [...canvas.getContext('2d').getImageData(0, 0, width, height).data].join();
})"""
SCROLLED = """() => new Promise(done => {
  const scroll = document.querySelector('.gw-table-scroll');
  scroll.addEventListener('scroll', () => requestAnimationFrame(() => done()), { once: true });
  scroll.scrollLeft = scroll.scrollWidth;
})"""
DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def lines(page: Page) -> list[str]:
    """The pixels of the table's lines."""
    page.evaluate(DRAWN)
    return page.evaluate(LINES)


def test_columns_that_scroll_in_during_a_drag(
    tiny_store: gw.GeometryStore, context: BrowserContext, tmp_path: Path
) -> None:
    """Cells that were out of view while one brushed and show another brush's numbers later."""
    selection = gw.Selection(tiny_store)
    table = gw.EvaluationTable(tiny_store, selection)
    local = gw.LocalGeometry(tiny_store, selection, mode="box")
    saved = gw.save_page([table, local], tmp_path / "page.html")
    page = context.new_page()
    page.set_viewport_size({"width": 300, "height": 1200})
    page.goto(saved.path.as_uri())
    Table(page.locator("body")).wait()
    whole = lines(page)
    box = steady(page.locator("[data-panel='0']").first)
    page.mouse.move(box["x"] + 4, box["y"] + 4)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.7 * box["height"], steps=4)
    hasty = lines(page)
    page.evaluate(SCROLLED)
    scrolled = lines(page)
    page.mouse.up()
    settled = lines(page)
    page.close()
    assert whole != hasty != scrolled, "a column is out of view at this width"
    assert scrolled == settled
