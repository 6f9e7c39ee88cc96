"""The ends of everything, in both sample views: none, one, all, all but one, and no value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

import geowidgets as gw
from tests.benchmarks.synthetic_store import SyntheticStore

SAMPLES = 70  # two words of bits and some
LINE = re.compile(r"^M[\d.]+ [\d.]+L")


class Odd(SyntheticStore):
    """Sample 0 without a length, class 2 without angles, nobody with a margin."""

    def column(self, variable: str, model: int, benchmark: int) -> np.ndarray:
        """One variable of one pair."""
        values = super().column(variable, model, benchmark).copy()
        if variable == "length":
            values[0] = np.nan
        elif variable == "angles":
            values[:, 2] = np.nan
        elif variable == "angle":
            values[self._labels == 2] = np.nan
        elif variable == "margin":
            values[:] = np.nan
        return values


class Pages:
    """Saved pages with both views, one after the other."""

    def __init__(self, context: BrowserContext, folder: Path) -> None:
        self.page: Page = context.new_page()
        self.folder, self.errors, self.made = folder, [], 0
        self.page.on("pageerror", lambda error: self.errors.append(error.message))
        self.page.on("console", lambda m: m.type == "error" and self.errors.append(m.text))

    def open(self, store: SyntheticStore, **state: object) -> tuple[Locator, Locator]:
        """ParallelCoordinates and LocalGeometry of a store on a selection with that state."""
        selection = gw.Selection(store)
        for name, value in state.items():
            setattr(selection, name, value)
        views = [gw.ParallelCoordinates(store, selection), gw.LocalGeometry(store, selection)]
        self.made += 1
        path = self.folder / f"{self.made}.html"
        gw.save_page(views, path, include="all")
        for widget in (*views, selection):
            widget.close()
        self.page.goto(path.as_uri())
        parallel, local = self.page.locator(".gw-parallel"), self.page.locator(".gw-local")
        expect(parallel.locator("[data-axis='probability']")).to_be_visible()
        expect(local.locator("[data-panel]").first).to_be_visible()
        return parallel, local


@pytest.fixture
def pages(context: BrowserContext, tmp_path: Path) -> Iterator[Pages]:
    pages = Pages(context, tmp_path)
    yield pages
    pages.page.close()
    assert pages.errors == []


def said(view: Locator) -> Locator:
    return view.locator(".gw-view-words")


def test_sample_0_alone(pages: Pages) -> None:
    """Index 0 taken for none."""
    parallel, local = pages.open(SyntheticStore(SAMPLES, models=2), samples=[0], focus=0)
    expect(said(parallel)).to_contain_text(f"1 of {SAMPLES} samples selected")
    expect(said(local)).to_contain_text(f"1 of {SAMPLES} selected")
    expect(parallel.locator(".gw-parallel-focus")).to_have_attribute("d", LINE)
    expect(local.locator(".gw-local-focus")).to_have_attribute("visibility", "visible")
    expect(local.locator(".gw-thumb")).to_have_count(1)
    expect(local.locator(".gw-thumb")).to_have_attribute("aria-pressed", "true")


def test_nothing_is_selected_and_everything_is(pages: Pages) -> None:
    """An empty selection taken for none at all, or shares of nothing."""
    store = SyntheticStore(SAMPLES)
    parallel, local = pages.open(store, samples=[])
    expect(said(parallel)).to_contain_text(f"0 of {SAMPLES} samples selected")
    expect(parallel.locator(".gw-parallel-note")).to_have_text("No sample satisfies every clause")
    expect(said(local)).to_contain_text(f"0 of {SAMPLES} selected")
    assert "NaN" not in parallel.inner_text() + local.inner_text()
    parallel, local = pages.open(store, samples=range(SAMPLES))
    expect(said(parallel)).to_contain_text(f"{SAMPLES} of {SAMPLES} samples selected")
    expect(said(local)).to_contain_text(f"{SAMPLES} of {SAMPLES} selected")


@pytest.mark.parametrize("classes", [[], [0], list(range(9))])
def test_some_classes(pages: Pages, classes: list[int]) -> None:
    """No class taken for every class; class 0 taken for none; the one left out drawn."""
    store = SyntheticStore(SAMPLES)
    parallel, local = pages.open(store, classes=classes)
    n = int(np.isin(store.labels("test"), classes).sum())
    expect(said(parallel)).to_contain_text(f"{n} samples of")
    expect(said(local)).to_contain_text(f"{n} of {SAMPLES} selected")
    pressed = local.locator(".gw-local-panel[aria-pressed=true]")
    expect(pressed).to_have_count(len(classes))
    if not classes:
        expect(parallel.locator(".gw-parallel-note")).to_have_text("No samples of no class")


def test_values_that_are_not_there(pages: Pages) -> None:
    """Lines through NaN, a scale of NaN, or samples that are dropped without a word."""
    parallel, local = pages.open(Odd(SAMPLES))
    expect(said(parallel)).to_contain_text(f"{SAMPLES} have no value on some axis")
    for view in (parallel, local):
        expect(said(view)).to_contain_text(f"{SAMPLES} samples")
        drawn = view.locator("svg").evaluate_all("all => all.map(one => one.outerHTML).join()")
        assert "NaN" not in drawn
        assert "Infinity" not in drawn
    expect(said(local)).to_contain_text("8 samples without a value")
    expect(local.locator(".gw-local-panel").nth(2)).to_have_attribute(
        "aria-label", "class class 2, 85.7 % of 7 correct, 7 without a value"
    )
    margin = parallel.locator("[data-axis='margin']")
    margin.focus()
    pages.page.keyboard.press("Shift+ArrowUp")
    expect(said(parallel)).to_contain_text(f"0 of {SAMPLES} samples selected")
    pages.page.keyboard.press("Escape")
    expect(said(parallel)).not_to_contain_text("selected")


def test_one_sample_in_the_store(pages: Pages) -> None:
    """A scale of width 0, and classes without anybody."""
    parallel, local = pages.open(SyntheticStore(1, models=2), compared=(1, 0))
    expect(said(parallel)).to_contain_text("1 sample")
    expect(local.locator(".gw-local-note", has_text="no samples")).to_have_count(9)
    parallel.locator("[data-axis='length']").focus()
    pages.page.keyboard.press("Shift+ArrowUp")
    expect(said(parallel)).to_contain_text("of 1 sample selected")
    labels = parallel.locator("[data-axis='length'] .gw-parallel-label").all_text_contents()
    assert len(labels) == len(set(labels)) >= 2
