"""`DimensionCurves`: means, bands and refusals."""

from __future__ import annotations

import pandas as pd
import pytest

import geowidgets as gw

RANDOM = pd.DataFrame(
    {"mean": [80.0, 90.0], "std": [30.0, 4.0]}, index=pd.Index([2, 100], name="dimension")
)


def test_curves_hold_the_tables():
    """A band of variances, a mean drawn at another dimension, curves in each other's colours."""
    widths = RANDOM.assign(untrained_mean=[95.0, 89.0], untrained_std=[45.0, 5.0])
    view = gw.DimensionCurves(RANDOM, widths)
    left, right = view._figures.children
    low, high, mean, _ = left.marks
    assert mean.x.tolist() == [2, 100] and mean.y.tolist() == [80, 90]
    assert (low.y.tolist(), high.y.tolist()) == ([50, 86], [110, 94])
    assert right.marks[2].y.tolist() == [95, 89] and right.marks[6].y.tolist() == [80, 90]
    assert "80.0 ± 30.0° at dimension 2, 90.0 ± 4.0° at 100" in view.status
    view.close()


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
