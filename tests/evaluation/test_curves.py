"""Curves, excess errors and potentials by distribution against loops over the models."""

from __future__ import annotations

import types

import numpy as np
import pytest

import geowidgets as gw
from geowidgets.evaluation.bootstrap import resampled_counts
from geowidgets.evaluation.distributions import nominal_benchmarks, shifted_benchmarks
from geowidgets.evaluation.families import pruned_families


def accuracy(store, model: str, benchmark: str, samples=slice(None)) -> float:
    """Counted sample by sample."""
    set = next(b.set for b in store.benchmarks if b.name == benchmark)
    right = store.column("prediction", model, benchmark) == store.labels(set)
    return float(right[samples].mean())


def model(name: str, ratio: float, seed: int = 0, method: str = "ft"):
    return types.SimpleNamespace(
        name=name, architecture="net", method=method, ratio=ratio, parent=None, seed=seed
    )


def test_levels_join_repeats_and_part_ratios() -> None:
    """Two ratios of one repeat in one level; a repeat's nearly equal ratio in one of its own."""
    models = [
        model("dense", 0, method="dense"),
        model("b", 0.502, 1),
        model("a", 0.5, 0),
        model("c", 0.501, 0),
        model("d", 0.9, 1),
    ]
    (family,) = pruned_families(models)
    assert family.name == "net / ft"
    found = [(models[m.model].name, m.level, m.repeat) for m in family.members]
    assert found == [("a", 1, 0), ("c", 2, 0), ("b", 2, 1), ("d", 3, 1)]
    assert family.parents == {0: 0, 1: 0}


def test_curve_equals_loops(repeats_store) -> None:
    """Differences to another repeat's parent; a mean that counts what is not there."""
    samples = np.arange(0, 599, 3)
    curve = gw.prune_accuracy(repeats_store, samples=samples, benchmarks=["gaussian_noise-4"])
    assert dict(curve.sizes) == {"family": 1, "level": 4, "repeat": 2, "benchmark": 1}
    assert int(curve.n) == 200
    rows = {}
    for seed in (0, 1):
        names = [f"dense-{seed}", *(f"magnitude-{p}-{seed}" for p in (30, 60, 90))]
        rows[seed] = [accuracy(repeats_store, n, "gaussian_noise-4", samples) for n in names]
    wanted = np.array([rows[0], rows[1]])
    np.testing.assert_allclose(curve.accuracy.values[0, :, :, 0].T, wanted)
    apart = wanted - wanted[:, :1]
    np.testing.assert_allclose(curve.difference_mean.values[0, :, 0], apart.mean(0), atol=1e-12)
    np.testing.assert_allclose(
        curve.difference_std.values[0, :, 0], apart.std(0, ddof=1), atol=1e-12
    )
    np.testing.assert_allclose(curve.accuracy_std.values[0, :, 0], wanted.std(0, ddof=1))
    np.testing.assert_allclose(curve.ratio_mean.values[0], [0, 0.3, 0.6, 0.9], atol=1e-4)
    assert curve.repeats.values.tolist() == [[[2]] * 4]


def test_one_repeat_has_no_spread(tiny_store) -> None:
    """A standard deviation of 0 where nothing was repeated; families of unequal length."""
    curve = gw.prune_accuracy(tiny_store)
    assert curve.sizes["family"] == 2
    assert np.isnan(curve.accuracy_std).all()
    assert np.isfinite(curve.accuracy_mean).all()
    with pytest.raises(ValueError, match="'contrast-33'; did you mean 'contrast-3'"):
        gw.prune_accuracy(tiny_store, benchmarks=["contrast-33"])


def test_excess_error_equals_loops(repeats_store) -> None:
    """The dense excess not taken off; a slope with an intercept; a band over other points."""
    found = gw.excess_error(repeats_store, shifted=["gaussian_noise-4", "gaussian_noise-1"],
                            draws=40, seed=5)  # fmt: skip

    def excess(name: str) -> float:
        shifted = [accuracy(repeats_store, name, f"gaussian_noise-{s}") for s in (1, 4)]
        return accuracy(repeats_store, name, "clean") - sum(shifted) / 2

    points = []
    for k, percent in enumerate((30, 60, 90)):
        for r, seed in enumerate((0, 1)):
            wanted = excess(f"magnitude-{percent}-{seed}") - excess(f"dense-{seed}")
            assert float(found.difference[0, k + 1, r]) == pytest.approx(wanted, abs=1e-12)
            points.append((float(found.ratio[0, k + 1, r]), wanted))
    r, d = np.array(points).T
    assert float(found.slope[0]) == pytest.approx((r * d).sum() / (r * r).sum())
    assert float(found.slope[0]) == pytest.approx(np.linalg.lstsq(r[:, None], d)[0][0])
    slopes = []
    for counts in resampled_counts(6, 40, seed=5):
        for row in counts.astype(int):
            chosen = np.repeat(np.arange(6), row)
            slopes.append((r * d)[chosen].sum() / (r * r)[chosen].sum())
    ends = float(found.slope_low[0]), float(found.slope_high[0])
    assert ends == pytest.approx(tuple(np.quantile(slopes, [0.025, 0.975])))
    assert found.points.values.tolist() == [6]


def test_distributions_by_default_and_by_name(vulnerable_store) -> None:
    """Other severities counted; the clean images in both distributions; other sets forgotten."""
    store = vulnerable_store
    assert nominal_benchmarks(store) == ["clean"]
    assert shifted_benchmarks(store) == ["gaussian_noise-3", "contrast-3", "elsewhere"]
    assert shifted_benchmarks(store, other_sets=False, severity=5, leave_out=["contrast-5"]) == [
        "gaussian_noise-5"
    ]
    assert shifted_benchmarks(store, ["clean", "contrast-5"]) == ["contrast-5"]
    with pytest.raises(gw.StoreError, match="corruptions at severity 1"):
        shifted_benchmarks(store, severity=1, other_sets=False)
    with pytest.raises(gw.StoreError, match="'contrast-4'; did you mean 'contrast-"):
        shifted_benchmarks(store, ["contrast-4"])
    with pytest.raises(gw.StoreError, match=r"one sample set, got benchmarks of \['other', 'test'"):
        gw.excess_error(store, shifted=["elsewhere"])


def test_potential_by_distribution_equals_loops(repeats_store, vulnerable_store) -> None:
    """The potential of a mean curve; a minimum over means instead of a mean of minima."""
    names = ["gaussian_noise-1", "gaussian_noise-4"]
    found = gw.potential_by_distribution(repeats_store, 0.02, shifted=names)
    table = gw.prune_potential(repeats_store, 0.02)
    each = table.sel(benchmark=names).values[0]
    average, minimum = each.mean(axis=1), each.min(axis=1)
    assert found.average.values[0, 1].tolist() == average.tolist()
    assert float(found.minimum_mean[0, 1]) == pytest.approx(minimum.mean())
    assert float(found.average_std[0, 1]) == pytest.approx(average.std(ddof=1))
    clean = table.sel(benchmark="clean").values[0]
    assert float(found.average_mean.sel(side="train")[0]) == pytest.approx(clean.mean())
    assert found.repeats.values.tolist() == [[2, 2]]
    over_sets = gw.potential_by_distribution(vulnerable_store)
    parts = [
        gw.prune_potential(vulnerable_store, benchmarks=["gaussian_noise-3", "contrast-3"]).values,
        gw.prune_potential(vulnerable_store, set="other").values,
    ]
    wanted = np.concatenate(parts, axis=2).mean(axis=2)
    np.testing.assert_allclose(over_sets.average.values[:, 1], wanted)


def test_papers_potentials_stand_beside(repeats_store) -> None:
    """Figures of another net, or of another method."""
    assert np.isnan(gw.potential_by_distribution(repeats_store, severity=4).paper_average).all()
    from geowidgets.evaluation.papers import POTENTIAL, of_architecture

    assert of_architecture(POTENTIAL, "CIFAR-10", "resnet-20")["WT"] == (0.849, 0.667, 0.0)
    assert of_architecture(POTENTIAL, "CIFAR10", "LeNet5") is None


def test_potential_grows_with_delta(repeats_store) -> None:
    """Margins mixed up along the new axis."""
    found = gw.potential_by_delta(repeats_store, [0, 0.02, 1.0])
    assert found.dims == ("delta", "family", "repeat", "benchmark")
    assert (np.diff(found.values, axis=0) >= 0).all()
    wanted = gw.prune_potential(repeats_store, 0.02)
    np.testing.assert_array_equal(found.sel(delta=0.02), wanted)
    assert gw.potential_by_delta(repeats_store).sizes["delta"] == 11
    with pytest.raises(ValueError, match="at least one fraction"):
        gw.potential_by_delta(repeats_store, [])
