"""How large pages are, and which of the table's metrics they hold."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import geowidgets as gw
from geowidgets.widgets import columns
from geowidgets.widgets.evaluation_metrics import METRICS
from tests.benchmarks.synthetic_store import SyntheticStore

from .test_saved_page import contents, unpacked


class WithImages(SyntheticStore):
    """32×32 colour images that hardly compress."""

    def images(self, set: str, samples: slice | None = None) -> Any:
        """Noise around a colour of the sample's own, uint8 `(sample, y, x, channel)`."""
        chosen = range(self.n)[samples or slice(None)]
        noise = np.random.default_rng(0).integers(-20, 21, (32, 32, 3))
        return np.array(
            [np.clip(np.array([i % 200, 90, 160]) + noise, 0, 255) for i in chosen], np.uint8
        ).reshape(-1, 32, 32, 3)


def test_ten_thousand_samples_stay_below_two_megabytes(tmp_path) -> None:
    """A page of one pair that no mail takes."""
    store: Any = WithImages(10_000, models=16, benchmarks=13)
    view = gw.Explorer(store, views=["evaluation_table", "local_geometry", "parallel_coordinates"])
    page = view.save_html(tmp_path / "page.html")
    assert page.pairs == (("dense", "clean"),)
    assert page.size < 2_000_000
    assert "400 of 10,000 images" in page.missing
    assert "On selected samples it counts accuracy alone again" in page.missing


def test_every_metric_of_a_small_store_travels(tiny_store, tmp_path) -> None:
    """A mean that quantising changed, or that the page cannot count on selected samples."""
    table = gw.EvaluationTable(tiny_store)
    page = table.save_html(tmp_path / "page.html")
    header, parts = contents(page.path)
    held = header["columns"][table.columns.model_id]
    for metric in METRICS[1:]:
        key = f"moments/{metric}/all/test"
        true = columns.read(tiny_store, key).ravel()
        np.testing.assert_allclose(unpacked(held[key], parts), true, rtol=2e-7)
    assert {f"samples/{m}/test" for m in ("angle", "length", "margin", "probability")} <= set(held)
    assert "accuracy" not in page.missing


def test_of_a_large_store_the_metric_shown_travels(tmp_path) -> None:
    """A call that reads every number of a large store, or a page that lacks what it showed."""
    store: Any = SyntheticStore(40, models=16, benchmarks=13)
    table = gw.EvaluationTable(store, metric="margin")
    page = table.save_html(tmp_path / "page.html")
    held = contents(page.path)[0]["columns"][table.columns.model_id]
    assert [key for key in held if key.startswith("moments")] == ["moments/margin/all/test"]
    assert "The table shows accuracy, margin." in page.missing


@pytest.mark.parametrize("kind", [gw.EvaluationTable, gw.PruneCurves])
def test_views_that_only_count_need_no_samples(tiny_store, tmp_path, kind) -> None:
    """Images and columns that nothing shows, or a warning of pairs that nobody can look at."""
    view = kind(tiny_store)
    page = view.save_html(tmp_path / "page.html")
    assert (page.missing, page.pairs) == ("", ())
    assert page.size < 150_000
    asked = view.save_html(tmp_path / "asked.html", include=[("dense", "clean")])
    assert asked.pairs == (("dense", "clean"),)
    assert asked.size > page.size
    view.close()


@pytest.mark.parametrize("directive", ["default-src 'none'", "connect-src 'none'"])
def test_a_page_may_reach_nothing(tiny_store, tmp_path, directive) -> None:
    """A label or title that could load something from elsewhere."""
    view = gw.EvaluationTable(tiny_store)
    text = view.save_html(tmp_path / "page.html").path.read_text()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy and directive in policy[1]
    assert "http" not in policy[1]
