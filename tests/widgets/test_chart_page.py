"""Charts as numbers, for pages and pictures: the same as bqplot holds in the notebook."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from torch import nn

import geowidgets as gw

from .test_saved_page import contents

RANDOM = pd.DataFrame(
    {"mean": [80.0, 90.0], "std": [30.0, 4.0]}, index=pd.Index([2, 100], name="dimension")
)


@pytest.fixture
def spectrum(recorded):
    table = pd.DataFrame(
        {"accuracy": [0.5, 0.9], "lost": [0.4, 0.0]}, index=pd.Index([3, 20], name="rank")
    )
    net, record = recorded
    view = gw.Spectrum(net, record=record, accuracy={"fc2": table}, layer="fc1")
    yield view
    view.close()


def chart_of(path) -> tuple[dict[str, Any], dict[str, int]]:
    """What a page of charts alone holds."""
    [record] = contents(path)[0]["widgets"].values()
    return record["state"]["chart"], record["state"]["chosen"]


def sentence(chart: dict[str, Any], key: str, rank: int) -> str:
    """What the page says at a rank, put together as the page does."""
    frame = chart["frames"][key]
    ranks = chart["ranks"][frame["ranks"]]
    lost = ranks["losses"].get(str(rank), ranks["losses"][""])
    return f"{frame['words']}; rank {rank} keeps {ranks['kept'][rank]:.1f} % of the norm{lost}."


def test_every_frame_is_what_the_view_shows(spectrum, tmp_path) -> None:
    """A page whose epochs are shifted by one, whose layers are swapped, or whose axes stay."""
    chart, chosen = chart_of(spectrum.save_html(tmp_path / "page.html").path)
    layers, epochs = ["fc2", "fc1"], [0, 1, 2]
    assert chosen == {"layer": 1, "epoch": 2, "axes": 0, "rank": 9}
    for name, wanted in (("layer", layers), ("epoch", [str(e) for e in epochs])):
        assert next(c["options"] for c in chart["choices"] if c["name"] == name) == wanted
    for i, layer in enumerate(layers):
        for j, epoch in enumerate(epochs):
            for k, axes in enumerate(("near", "all")):
                spectrum.layer, spectrum.epoch, spectrum.axes = layer, epoch, axes
                spectrum.rank = 3
                frame = chart["frames"][f"{i}/{j}/{k}"]
                shown = spectrum._figures.children
                assert sentence(chart, f"{i}/{j}/{k}", 3) == spectrum.status
                assert frame["legend"] == spectrum._frame.legend
                figures = [chart["figures"][place] for place in frame["figures"]]
                assert frame["reach"] == shown[1].axes[0].scale.max
                same_density(figures[0], shown[0])
                same_marks(figures[1], shown[1])


def same_density(packed: dict[str, Any], figure: Any) -> None:
    """Axes and marks of the first figure."""
    assert packed["title"] == figure.title
    assert packed["x"]["label"] == figure.axes[0].label
    scale = figure.axes[0].scale
    assert packed["x"]["range"] == pytest.approx([scale.min, scale.max], rel=1e-4)
    assert packed["x"]["log"] == type(scale).__name__.startswith("Log")
    same_marks(packed, figure)


def same_marks(packed: dict[str, Any], figure: Any) -> None:
    """Every mark's points as bqplot has them, as far as its axis reaches."""
    assert len(packed["marks"]) == len(figure.marks)
    for mark, ours in zip(figure.marks, packed["marks"], strict=True):
        n = len(mark.y)
        assert len(ours["y"]) >= n
        if ours.get("at") != "rank":
            np.testing.assert_allclose(np.array(ours["x"], float)[:n], mark.x, rtol=1e-4)
            np.testing.assert_allclose(np.array(ours["y"], float)[:n], mark.y, rtol=1e-4)


def test_figures_that_do_not_change_travel_once(spectrum, tmp_path) -> None:
    """A page that grows with every epoch by curves that it has already."""
    page = spectrum.save_html(tmp_path / "page.html")
    chart, _ = chart_of(page.path)
    frames = chart["frames"].values()
    assert len(frames) == 2 * 3 * 2
    used = [place for frame in frames for place in frame["figures"]]
    assert sorted(set(used)) == list(range(len(chart["figures"])))
    assert len(chart["figures"]) < len(used)
    assert page.size < 300_000


def test_include_names_layers(spectrum, tmp_path) -> None:
    """A misspelt layer that saves a page without it."""
    chart, chosen = chart_of(spectrum.save_html(tmp_path / "a.html", include=["fc2"]).path)
    assert chart["choices"][0]["options"] == ["fc2"]
    assert chosen["layer"] == 0
    whole, _ = chart_of(spectrum.save_html(tmp_path / "b.html", include="all").path)
    assert whole["choices"][0]["options"] == ["fc2", "fc1"]
    with pytest.raises(ValueError, match=r"unknown layer 'fc3'\. Did you mean 'fc"):
        spectrum.save_html(tmp_path / "c.html", include=["fc3"])
    with pytest.raises(ValueError, match=r"got 'al'\. Did you mean 'all'"):
        spectrum.save_html(tmp_path / "c.html", include="al")
    with pytest.raises(ValueError, match="at least one layer"):
        spectrum.save_html(tmp_path / "c.html", include=[])
    assert not (tmp_path / "c.html").exists()


def test_views_without_a_store_have_no_pairs(recorded, tmp_path) -> None:
    """Names that nothing could mean, accepted in silence."""
    curves = gw.DimensionCurves(RANDOM)
    with pytest.raises(ValueError, match="always whole, got 'all'"):
        curves.save_html(tmp_path / "a.html", include="all")
    graph = gw.WeightGraph(recorded[1], "fc2")
    with pytest.raises(ValueError, match="no view here reads a store"):
        graph.save_html(tmp_path / "a.html", include=[("dense", "clean")])
    for view in (curves, graph):
        view.close()
    assert list(tmp_path.iterdir()) == []


def test_dimension_curves_hold_the_tables(tmp_path) -> None:
    """A linear axis, a band of another table, NaN in JSON."""
    widths = RANDOM.assign(untrained_mean=[95.0, np.nan], untrained_std=[45.0, 5.0])
    view = gw.DimensionCurves(RANDOM, widths)
    chart, _ = chart_of(view.save_html(tmp_path / "page.html").path)
    left, right = (chart["figures"][place] for place in chart["frames"][""]["figures"])
    assert left["x"]["log"] and left["x"]["ticks"] == [[2, "2"], [100, "100"]]
    assert left["marks"][0]["y"] == [50, 86, 94, 110]
    assert left["marks"][1]["y"] == [80, 90]
    assert right["marks"][1]["y"] == [95, None]
    assert chart["frames"][""]["words"] == view.status
    assert json.dumps(chart, allow_nan=False)
    view.close()


def test_charts_and_views_share_a_page(tiny_store, tmp_path) -> None:
    """A list of views that must be of one kind; widgets made for a page that stay behind."""
    from ipywidgets.widgets.widget import _instances

    table, chart = gw.EvaluationTable(tiny_store), gw.Spectrum(nn.Linear(6, 4))
    before = set(_instances)
    page = gw.save_page([chart, table], tmp_path / "page.html", include=[("dense", "clean")])
    header, _ = contents(page.path)
    assert {"chart_page", "evaluation_table"} <= set(header["bundles"])
    assert "bqplot" not in json.dumps(header)
    assert set(_instances) <= before
    for view in (table, chart):
        view.close()
