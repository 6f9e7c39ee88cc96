"""The one script of brushes for every host; what it must show comes from the store."""

from __future__ import annotations

import numpy as np
from playwright.sync_api import Locator, Page, expect

import geowidgets as gw

from .views import Table, drag, panel

WHOLE_PANEL = [(0.001, 0.001), (0.999, 0.001), (0.999, 0.999), (0.001, 0.999)]
DEGREES = 70.5


class Brushed:
    """A page on which one table and one local geometry share a selection."""

    def __init__(self, page: Page, where: Locator | None = None) -> None:
        self.page = page
        root = where or page.locator("body")
        self.table = Table(root)
        self.local = root.locator(".gw-local")

    def run(self, store: gw.GeometryStore) -> None:
        """Lasso, brush by numbers, undo, pick a reference, clear; every cell is read each time."""
        self.table.wait()
        expect(panel(self.local)).to_be_visible()
        of_three = np.flatnonzero(store.labels() == 3)
        drag(self, 3, WHOLE_PANEL)
        self.table.expect_counts(store, of_three)
        self.by_numbers()
        far = np.flatnonzero(store.column("angle", "dense", "clean") > DEGREES)
        self.table.expect_counts(store, far)
        self.local.get_by_role("button", name="Undo").click()
        self.table.expect_counts(store, of_three)
        self.pick_reference(store)
        self.local.get_by_role("button", name="Undo").click()
        self.table.expect_counts(store, of_three)
        self.local.get_by_role("button", name="Clear").click()
        expect(self.table.status).to_contain_text("3 models × 4 benchmarks")

    def by_numbers(self) -> None:
        """Replace the brush by a range of angles, typed."""
        button = self.local.get_by_role("button", name="By numbers")
        button.click()
        self.local.get_by_label("angle [°] from").fill(str(DEGREES))
        self.page.keyboard.press("Enter")
        button.click()

    def pick_reference(self, store: gw.GeometryStore) -> None:
        """Click a bar; the other view must show that model and benchmark."""
        self.table.cell("LeNet5, magnitude", "contrast").click(position={"x": 8, "y": 20})
        chosen = self.local.locator("select")
        [model] = [k for k, one in enumerate(store.models) if one.method == "magnitude"]
        [benchmark] = [k for k, one in enumerate(store.benchmarks) if "contrast" in one.name]
        expect(chosen.nth(0)).to_have_value(str(model))
        expect(chosen.nth(1)).to_have_value(str(benchmark))
