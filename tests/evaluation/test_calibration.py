"""Expected calibration error and mean corruption error against plain re-implementations."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from geowidgets.evaluation.calibration import (
    calibration_error,
    confidence,
    expected_calibration_error,
)
from geowidgets.evaluation.corruption_error import corruption_error


def naive_error(sure: np.ndarray, right: np.ndarray, bins: int) -> float:
    """Bin by bin, over the samples of each."""
    total = 0.0
    for m in range(bins):
        held = (sure > m / bins) & (sure <= (m + 1) / bins)
        if held.any():
            total += held.mean() * abs(right[held].mean() - sure[held].mean())
    return total


def test_calibration_error_equals_a_loop_over_bins() -> None:
    """A bin's edge in the wrong bin; a bin weighted as if all were as full."""
    generator = np.random.default_rng(3)
    sure = generator.uniform(0.1, 1, 500)
    sure[:20] = np.arange(1, 21) / 20
    right = generator.uniform(size=500) < sure**2
    for bins in (1, 4, 15):
        assert calibration_error(sure, right, bins) == pytest.approx(naive_error(sure, right, bins))
    assert calibration_error(np.ones(7), np.ones(7, bool)) == 0
    assert np.isnan(calibration_error(np.empty(0), np.empty(0, bool)))
    assert calibration_error(np.array([np.nan, 1]), np.array([False, True])) == 0
    with pytest.raises(ValueError, match="at least 1, got 0"):
        calibration_error(sure, right, 0)


def test_confidence_is_the_largest_softmax_of_the_net(trained, digits, tiny_store) -> None:
    """The stored probability, which is the true class's, taken for the predicted class's."""
    images = torch.from_numpy(digits.images).permute(0, 3, 1, 2).float() / 255
    with torch.inference_mode():
        wanted = trained.eval()(images).double().softmax(1).max(1).values.numpy()
    np.testing.assert_allclose(confidence(tiny_store, "dense", "clean"), wanted, atol=2e-5)


def test_table_of_calibration_errors(tiny_store) -> None:
    """Rows ≠ columns catches a transposed table; sample 0 is in the subset."""
    samples = np.arange(0, 300)
    table = expected_calibration_error(tiny_store, samples=samples)
    assert table.dims == ("model", "benchmark")
    assert table.shape == (3, 4)
    right = tiny_store.column("prediction", 2, 3) == tiny_store.labels()
    sure = confidence(tiny_store, 2, 3)
    wanted = naive_error(sure[samples], right[samples], 15)
    assert float(table[2, 3]) == pytest.approx(wanted)
    assert int(table.n) == 300


def test_corruption_error_sums_severities_before_it_divides(repeats_store) -> None:
    """A mean of ratios instead of a ratio of sums; the clean benchmark counted."""
    found = corruption_error(repeats_store, "dense-0")
    accuracy = repeats_store.accuracy().values
    names = [m.name for m in repeats_store.models]
    columns = [k for k, b in enumerate(repeats_store.benchmarks) if b.corruption]
    assert len(columns) == 2
    base = (1 - accuracy[names.index("dense-0"), columns]).sum()
    for name in names:
        errors = (1 - accuracy[names.index(name), columns]).sum()
        assert float(found.ce.sel(model=name)[0]) == pytest.approx(errors / base)
    assert float(found.mce.sel(model="dense-0")) == 1
    with pytest.raises(ValueError, match=r"'dense'.*did you mean 'dense-"):
        corruption_error(repeats_store, "dense")


def test_mean_leaves_out_what_the_baseline_never_gets_wrong(tiny_store) -> None:
    """A division by 0 that makes every model's mean infinite."""
    right = tiny_store.column("prediction", 0, 1) == tiny_store.labels()
    samples = np.flatnonzero(right)[:200]
    found = corruption_error(tiny_store, "dense", samples=samples)
    assert np.isnan(found.ce.values[:, 0]).all()
    assert np.isfinite(found.mce.values).all()
