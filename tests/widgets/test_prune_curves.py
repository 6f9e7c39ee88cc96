"""`PruneCurves` in Python: options, what travels, its figures and their end."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from ipywidgets.widgets.widget import _instances

import geowidgets as gw
from geowidgets.widgets.curve_figures import MARKS
from geowidgets.widgets.curve_noise import noise_lines

from .test_saved_page import contents


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"deltas": 0.1}, TypeError, "deltas.*Did you mean 'delta'"),
        ({"value": "acuracy"}, ValueError, "value: expected one of accuracy, difference"),
        ({"benchmarks": ["clen"]}, ValueError, "benchmarks: unknown name 'clen'.*'clean'"),
        ({"benchmarks": [4]}, ValueError, r"benchmarks: expected a position in 0\.\.3, got 4"),
        ({"hidden": ["LeNet5 / magnitud"]}, ValueError, "hidden: unknown family.*magnitude"),
        ({"shifted": ["fog-3"]}, ValueError, "excess error: unknown benchmark 'fog-3'"),
        ({"noise": xr.Dataset({"x": 1})}, ValueError, "noise: expected a result of noise_pot"),
    ],
)
def test_wrong_options_are_refused(tiny_store, options, error, words) -> None:
    """A misspelt option that shows other curves than were asked for."""
    with pytest.raises(error, match=words):
        gw.PruneCurves(tiny_store, **options)


def test_distributions_and_slopes_travel(repeats_store) -> None:
    """Positions in another order than the store's, a band of another family, NaN in JSON."""
    view = gw.PruneCurves(repeats_store, shifted=["gaussian_noise-4"], delta=0.02)
    found = gw.excess_error(repeats_store, shifted=["gaussian_noise-4"])
    names = [b.name for b in repeats_store.benchmarks]
    assert [names[b] for b in view.excess["shifted"]] == ["gaussian_noise-4"]
    assert [names[b] for b in view.excess["nominal"]] == ["clean"]
    ends = [float(found[name][0]) for name in ("slope", "slope_low", "slope_high")]
    assert view.excess["slopes"] == {"LeNet5 / magnitude": ends}
    json.dumps(view.excess, allow_nan=False)
    without = gw.PruneCurves(repeats_store, severity=2)
    assert "corruptions at severity 2" in without.excess["message"]
    assert without.excess["shifted"] == []


def test_every_figure_has_the_marks_that_the_page_fills(tiny_store) -> None:
    """A mark that the page looks for in vain, or one figure's scales moved by another."""
    view = gw.PruneCurves(tiny_store)
    assert list(view.figures) == ["accuracy", "excess"]
    for figure in view.figures.values():
        assert [mark.labels[0] for mark in figure.marks] == list(MARKS)
        assert {mark.scales["x"] for mark in figure.marks} == {figure.axes[0].scale}
    scales = {figure.axes[0].scale for figure in view.figures.values()}
    assert len(scales) == 2


def test_closing_leaves_nothing(tiny_store) -> None:
    """Figures, marks and layouts that stay in the kernel for every view that was closed."""
    selection = gw.Selection(tiny_store)
    before = set(_instances)
    gw.PruneCurves(tiny_store, selection).close()
    assert set(_instances) <= before


def test_a_saved_page_names_its_figures_and_carries_no_bqplot(tiny_store, tmp_path) -> None:
    """A page on which the view is an empty box, or that grows by a library nobody asked for."""
    view = gw.PruneCurves(tiny_store)
    page = view.save_html(tmp_path / "a.html")
    header, _ = contents(page.path)
    state = header["widgets"][view.model_id]["state"]
    assert state["accuracy_figure"] and state["excess_figure"] and not state["noise_figure"]
    assert page.size < 500_000
    view.close()


def test_potentials_over_noise() -> None:
    """A band of the mean curve, repeats mixed with levels, NaN in JSON."""
    values = np.array([[[0.9, 0.6, 0.0], [0.7, 0.2, 0.0]], [[0.5, np.nan, 0], [np.nan] * 3]])
    table = xr.Dataset(
        {"potential": (("family", "repeat", "noise"), values)},
        coords={"family": ["net / ft", "net / pfp"], "repeat": [0, 1], "noise": [0.0, 0.1, 0.2]},
    )
    found = noise_lines(table, [])
    assert found is not None
    assert found["kind"] == "potential"
    first, second = found["lines"]
    assert first["mean"] == pytest.approx([0.8, 0.4, 0])
    spread = np.std([0.9, 0.7], ddof=1)
    assert first["low"] == pytest.approx([0.8 - spread, 0.4 - 2 * spread, 0])
    assert second["mean"] == [0.5, None, 0]
    assert second["low"] == [None] * 3
    json.dumps(found, allow_nan=False)


def test_agreement_over_noise_finds_its_models() -> None:
    """A separate net in its parent's colour; a model of the table taken for the store's first."""
    dims = ("model", "noise")
    table = xr.Dataset(
        {
            "agreement": (dims, [[1.0, 0.9], [1.0, 0.8], [0.7, 0.6]]),
            "agreement_low": (dims, [[1.0, 0.8], [1.0, 0.7], [0.6, 0.5]]),
            "agreement_high": (dims, [[1.0, 1.0], [1.0, 0.9], [0.8, 0.7]]),
        },
        coords={
            "model": ["dense", "ft-3", "other"],
            "role": ("model", ["parent", "pruned", "separate"]),
            "noise": [0.0, 0.3],
        },
    )
    models = [
        SimpleNamespace(name="ft-3", architecture="net", method="ft"),
        SimpleNamespace(name="dense", architecture="net", method="dense"),
    ]
    found = noise_lines(table, models)
    assert found is not None
    assert [line["model"] for line in found["lines"]] == [1, 0, None]
    assert [line["family"] for line in found["lines"]] == ["net / dense", "net / ft", ""]
    assert found["lines"][1]["low"] == [1.0, 0.7]
    assert found["lines"][2]["name"] == "other (separate)"
    distance = table.agreement.rename("distance")
    one = noise_lines(distance, models)
    assert one is not None
    assert one["lines"][0]["low"] == [None, None]
