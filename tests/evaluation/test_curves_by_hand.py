"""Curves, potentials and slopes on a table whose answers are worked out by hand."""

from __future__ import annotations

import json
import types
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import geowidgets as gw

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "curves.json").read_text())
WANTED = VECTORS["expected"]


class HandMade:
    """As much of a store as the tables read: models, benchmarks, accuracies."""

    path = "by hand"
    sets = ("test",)

    def __init__(self, models: list[dict], errors: list[list[float]], n: int) -> None:
        self.models = [types.SimpleNamespace(**model) for model in models]
        self.benchmarks = [
            types.SimpleNamespace(
                name=name, set="test", family="clean" if name == "clean" else "weather",
                corruption="" if name == "clean" else "fog", severity=int(name != "clean") * 3,
            )
            for name in VECTORS["benchmarks"]
        ]  # fmt: skip
        self._accuracy = 1 - np.array(errors, float) / n
        self._n = n

    def accuracy(self, samples=None, set=None) -> xr.DataArray:
        coords = {"benchmark": VECTORS["benchmarks"], "n": self._n}
        return xr.DataArray(self._accuracy, dims=("model", "benchmark"), coords=coords)


@pytest.fixture
def store() -> HandMade:
    return HandMade(VECTORS["models"], VECTORS["errors"], VECTORS["n"])


def test_curve(store) -> None:
    """Repeats of nearly one ratio apart, a mean over the order of the store, std over n."""
    curve = gw.prune_accuracy(store)
    assert curve.family.values.tolist() == WANTED["families"]
    ft = curve.sel(family="net / ft")
    np.testing.assert_allclose(ft.ratio_mean, WANTED["ft"]["ratio"])
    for name in VECTORS["benchmarks"]:
        own, wanted = ft.sel(benchmark=name), WANTED["ft"][name]
        np.testing.assert_allclose(own.accuracy_mean, wanted["mean"])
        np.testing.assert_allclose(own.accuracy_std, wanted["std"])
        np.testing.assert_allclose(own.difference_mean, wanted["difference"], atol=1e-12)
    rand = curve.sel(family="net / rand", benchmark="fog-3")
    np.testing.assert_allclose(rand.accuracy_mean[:2], WANTED["rand"]["fog-3"]["mean"])
    assert np.isnan(rand.accuracy_std).all()
    assert np.isnan(rand.accuracy_mean[2:]).all()


@pytest.mark.parametrize("delta", ["0", "0.05"])
def test_potential(store, delta: str) -> None:
    """A search that stops at the first ratio that fails; equal errors taken for a loss."""
    found = gw.prune_potential(store, float(delta))
    for method, repeats in WANTED["potential"][delta].items():
        for seed, wanted in repeats.items():
            own = found.sel(family=f"net / {method}", repeat=int(seed))
            np.testing.assert_allclose(own, wanted, atol=0)
    assert np.isnan(found.sel(family="net / rand", repeat=1)).all()


@pytest.mark.parametrize(("delta", "train", "test"), [(0, 0.301, 0.451), (0.05, 0.602, 0.602)])
def test_distributions_and_advice(store, delta: float, train: float, test: float) -> None:
    """The potential of the mean curve; a spread of one repeat; advice from another family."""
    found = gw.potential_by_distribution(store, delta)
    ft, rand = (found.sel(family=f"net / {method}") for method in ("ft", "rand"))
    np.testing.assert_allclose(ft.average_mean, [train, test])
    np.testing.assert_allclose(ft.minimum_mean, [train, test])
    wanted = WANTED["potential"][str(delta)]["ft"]
    spread = np.std([wanted["0"], wanted["1"]], axis=0, ddof=1)
    np.testing.assert_allclose(ft.average_std, spread)
    assert ft.repeats.values.tolist() == [2, 2]
    assert rand.average_mean.values.tolist() == [0, 0]
    assert np.isnan(rand.average_std).all()
    assert rand.repeats.values.tolist() == [1, 1]
    advice = gw.guidelines(store, delta)
    assert advice.loc["net / ft", ["verdict", "train_for"]].tolist() == ["prune fully", ""]
    assert advice.loc["net / rand", "verdict"] == "don't prune"
    assert "only 0 % can go" in advice.loc["net / rand", "text"]


def test_advice_names_the_shift_that_breaks_a_net() -> None:
    """A net that may be pruned on clean images alone, called prunable for its average."""
    models = [VECTORS["models"][k] for k in (1, 3, 2)]
    store = HandMade(models, [[10, 20], [10, 20], [10, 40]], 100)
    (row,) = gw.guidelines(store, 0).itertuples()
    assert (row.verdict, row.train_for, row.worst) == ("prune moderately", "fog-3", "fog-3")
    assert (row.nominal, row.average, row.minimum) == pytest.approx((0.6, 0.3, 0.3))


def test_excess(store) -> None:
    """ê taken from another repeat's parent; a slope with an intercept."""
    found = gw.excess_error(store)
    assert found.attrs["nominal"] == ["clean"]
    assert found.attrs["shifted"] == ["fog-3"]
    assert float(found.slope[0]) == pytest.approx(WANTED["excess"]["slope"])
    assert float(found.slope_low[0]) < float(found.slope[0]) < float(found.slope_high[0])
    # One point: every resample is that point, and the band has no width.
    assert float(found.slope_low[1]) == float(found.slope[1]) == float(found.slope_high[1])


def test_a_store_without_a_dense_parent() -> None:
    """A pruned net measured against itself, or against another architecture's dense net."""
    models = [
        {**VECTORS["models"][0], "parent": None},
        {**VECTORS["models"][1], "architecture": "x"},
    ]
    store = HandMade(models, [[50, 80], [10, 20]], 100)
    assert gw.prune_potential(store).sizes["family"] == 0
    assert gw.prune_accuracy(store).sizes["family"] == 0


def test_constant_columns(store) -> None:
    """A net that loses nothing anywhere: P is its largest ratio and the slope is exactly 0."""
    same = HandMade(VECTORS["models"], [[10, 20]] * 9, 100)
    assert float(gw.prune_potential(same, 0).sel(family="net / ft").min()) == 0.9
    assert gw.excess_error(same).slope.values.tolist() == [0, 0]
