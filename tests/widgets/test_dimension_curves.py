"""`DimensionCurves`: means, bands and refusals."""

from __future__ import annotations

import pandas as pd
import pytest

import geowidgets as gw
from geowidgets.widgets import bqplot_ticks

RANDOM = pd.DataFrame(
    {"mean": [80.0, 90.0], "std": [30.0, 4.0]}, index=pd.Index([2, 100], name="dimension")
)


def test_curves_hold_the_tables():
    """A band of variances, a mean drawn at another dimension, curves in each other's colours."""
    widths = RANDOM.assign(untrained_mean=[95.0, 89.0], untrained_std=[45.0, 5.0])
    view = gw.DimensionCurves(RANDOM, widths)
    left, right = view._figures.children
    band, mean, _ = left.marks
    assert mean.x.tolist() == [2, 100] and mean.y.tolist() == [80, 90]
    assert (band.x.tolist(), band.y.tolist()) == ([2, 100, 100, 2], [50, 86, 94, 110])
    assert right.marks[1].y.tolist() == [95, 89] and right.marks[4].y.tolist() == [80, 90]
    # One scale of angles for both, and ticks at the dimensions themselves.
    assert [one.axes[1].scale.max for one in (left, right)] == [147, 147]
    assert left.axes[0].tick_labels == {"2": "2", "100": "100"}
    assert "80.0 ± 30.0° at dimension 2, 90.0 ± 4.0° at 100" in view.status
    view.close()


def test_ticks_of_logarithmic_axes():
    """Labels that touch, an axis without any, or one written as 2e+0."""
    spans = [(0.06, 0.9), (2, 1000), (1e-12, 1e3), (0.25, 0.43), (1.8, 1100)]
    for low, high in spans:
        found = bqplot_ticks.round_values(low, high)
        assert 2 <= len(found) <= bqplot_ticks.MOST, (low, high, found)
        assert all(low <= one <= high for one in found)
    assert bqplot_ticks.round_values(0.25, 0.43) == [0.3, 0.4]
    assert [bqplot_ticks.words(one) for one in (5, 0.02, 1000, 1e-9)] == [
        "5",
        "0.02",
        "1,000",
        "10⁻⁹",
    ]
    # How JavaScript writes the numbers: a label of any other name is not found.
    names = [bqplot_ticks._in_javascript(one) for one in (2.0, 1e-5, 0.3, 1e-7, 1e5)]
    assert names == ["2", "0.00001", "0.3", "1e-7", "100000"]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: gw.DimensionCurves(RANDOM, width=RANDOM), TypeError, "Did you mean 'widths'"),
        (lambda: gw.DimensionCurves(RANDOM, RANDOM), ValueError, "lacks untrained_mean"),
        (lambda: gw.DimensionCurves(RANDOM[:0]), ValueError, "dimensions of at least 1"),
    ],
)
def test_errors(call, error, message):
    """A mistake that shows as an empty chart."""
    with pytest.raises(error, match=message):
        call()
