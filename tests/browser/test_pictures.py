"""Pictures of every view, light and dark, narrow and wide: whole, and with every label in them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser, Page

import geowidgets as gw

from .notebook import picture
from .test_saved_views import SETTLED

# A view says what it gives Python; what it gives is one SVG document.
PRINTS = """() => [...document.querySelectorAll('.gw-page-view > .gw-root')].map(root => {
  const { text, name } = root.gwPicture();
  return [name, text];
})"""
# Labels that reach over the edge, and graphics that need the page they came from.
FAULTS = """text => {
  const place = document.createElement('div');
  place.style.cssText = 'position: absolute; top: 0; left: 0; background: white; z-index: 9';
  place.innerHTML = text;
  document.body.append(place);
  const found = [];
  try {
    const whole = place.firstElementChild.getBoundingClientRect();
    for (const label of place.querySelectorAll('text')) {
      const { left, right, top, bottom } = label.getBoundingClientRect();
      const hidden = !label.textContent.trim() || right === left
        || getComputedStyle(label).visibility === 'hidden';
      const beyond = [whole.left - left, right - whole.right, whole.top - top,
        bottom - whole.bottom].some(by => by > 1.5);
      if (beyond && !hidden) found.push(label.textContent);
    }
  } finally {
    place.remove();
  }
  return found;
}"""


@pytest.fixture(scope="module")
def page_file(repeats_store: gw.GeometryStore, tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(0)
    labels = np.arange(60) % 3
    plane = gw.redundancy.Star(
        features=rng.normal(size=(60, 2)), labels=labels, predictions=labels[::-1].copy(),
        directions=rng.normal(size=(3, 2)), bias=np.zeros(3), raster=np.zeros((2, 3), np.int16),
        extent=(-3.0, 3.0, -3.0, 3.0), loss="hinge", accuracy=0.3,
    )  # fmt: skip
    table = pd.DataFrame({"mean": [80.0, 90.0], "std": [30.0, 4.0]}, index=[2, 1000])
    similar = gw.SimilarityMap(repeats_store, method="pca")
    similar.wait()
    selection = gw.Selection(repeats_store)
    selection.focus = 3
    views = [
        gw.EvaluationTable(repeats_store), gw.LocalGeometry(repeats_store),
        gw.ParallelCoordinates(repeats_store), similar, gw.PruneCurves(repeats_store),
        gw.AttributionGrid(repeats_store, selection), gw.LatentStar(plane),
        gw.WeightGraph(rng.normal(size=(2, 12, 7)), inner_product=0.1).wait(),
        gw.Spectrum(rng.normal(size=(40, 60)), rank=5), gw.DimensionCurves(table),
    ]  # fmt: skip
    saved = gw.save_page(views, tmp_path_factory.mktemp("pictures") / "page.html")
    for view in (*views, selection):
        view.close()
    return saved.path


@pytest.fixture(scope="module")
def page(browser: Browser, page_file: Path) -> Iterator[Page]:
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto(page_file.as_uri())
    page.locator("html[data-gw-page=ready]").wait_for(state="attached")
    yield page
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [800, 1600])
def test_every_label_is_inside(page: Page, width: int, theme) -> None:
    """A name cut off at the paper's edge; a view without a picture; colours of the other theme."""
    page.set_viewport_size({"width": width, "height": 1200})
    page.emulate_media(color_scheme=theme)
    page.evaluate(SETTLED, 60_000)
    prints = page.evaluate(PRINTS)
    assert len(prints) == 10
    ground = "17,20,23" if theme == "dark" else "255,255,255"
    for name, text in prints:
        assert text.startswith("<svg") and "var(--" not in text, name
        assert ground in text.replace(" ", ""), name
        assert page.evaluate(FAULTS, text) == [], name
        if where := picture(f"{name}-{theme}-{width}"):
            where.with_suffix(".svg").write_text(text)
