"""Redundancy of benchmarks, the Mantel correlation, and CKA beside them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

import geowidgets as gw
from geowidgets.evaluation.benchmarks import COLUMNS, mantel, redundancy_of_benchmarks


@pytest.fixture(scope="module")
def found(tiny_store) -> gw.Similarity:
    return gw.similarity(tiny_store, progress=False)


def naive(found: gw.Similarity, a: int, b: int) -> tuple[float, float]:
    """The formula by loops: score from a to b, and Spearman's correlation."""
    where = {(m, b): p for p, (m, b) in enumerate(zip(found.model, found.benchmark, strict=True))}
    models = [m for m in sorted(set(found.model.tolist())) if (m, a) in where and (m, b) in where]
    d = found.distances
    assert d is not None
    moved = [d[where[m, a], where[m, b]] for m in models]
    pairs = [(m, n) for m in models for n in models if m < n]
    apart = [[d[where[m, x], where[n, x]] for m, n in pairs] for x in (a, b)]
    return np.median(moved) / np.median(apart[0]), spearmanr(*apart).statistic


def test_redundancy_is_the_formula(tiny_store, found):
    """A spread measured on the wrong benchmark; a pair that is listed twice or not at all."""
    names = [b.name for b in tiny_store.benchmarks]
    table = found.redundancy()
    assert tuple(table.columns) == COLUMNS and len(table) == 4 * 3 / 2
    assert table.score.is_monotonic_increasing
    for row in table.itertuples():
        a, b = names.index(row.benchmark_a), names.index(row.benchmark_b)
        score, rank = naive(found, a, b)
        assert row.score == pytest.approx(score, rel=1e-5)
        assert row.score >= naive(found, b, a)[0] * (1 - 1e-6)
        assert row.mantel == pytest.approx(rank, abs=1e-9) and row.n_models == 3


def test_redundancy_of_models_that_miss_a_benchmark():
    """Model 0 of one benchmark compared with model 1 of another where pairs are missing."""
    places = np.array([0.0, 10.0, 14.0, 1.0, 15.0, 0.5, 10.5, 30.0])

    def between(rows, columns):
        return np.abs(places[rows][:, None] - places[columns]).astype(np.float32)

    points = {4: {0: 0, 1: 1, 5: 2}, 2: {0: 3, 5: 4}, 7: {1: 6, 0: 5, 9: 7}}
    names = ["", "", "two", "", "four", "", "", "seven"]
    table = redundancy_of_benchmarks(names, points, between).set_index(["benchmark_a"])
    four_two = table[(table.benchmark_b.isin(["two", "four"])) & table.index.isin(["two", "four"])]
    assert four_two.score.tolist() == [pytest.approx(1 / 14)]
    assert four_two.n_models.tolist() == [2] and np.isnan(four_two.mantel.iloc[0])
    both = table[(table.benchmark_b == "seven") | (table.index == "seven")]
    with_four = both[(both.benchmark_b == "four") | (both.index == "four")]
    assert with_four.score.tolist() == [pytest.approx(0.5 / 10)]
    with_two = both[(both.benchmark_b == "two") | (both.index == "two")]
    assert with_two.n_models.tolist() == [1] and np.isnan(with_two.score.iloc[0])


def test_restricting_the_models(found):
    """Two architectures' distance counted as the spread within one of them."""
    table = found.redundancy(models=["dense", 2])
    assert (table.n_models == 2).all() and table.mantel.isna().all()
    with pytest.raises(gw.StoreError, match="did you mean 'dense'"):
        found.redundancy(models=["dens"])
    assert isinstance(table, pd.DataFrame)


def test_mantel_needs_three_models_and_some_spread():
    """A correlation of one number with itself, reported as 1."""
    far = np.array([[0, 1, 5], [1, 0, 2], [5, 2, 0]], float)
    assert mantel(far, far**2) == pytest.approx(1)
    assert mantel(far, far.max() - far) == pytest.approx(-1)
    assert np.isnan(mantel(far[:2, :2], far[:2, :2])) and np.isnan(mantel(far, np.ones((3, 3))))


def test_cka_of_a_store(tiny_study, tmp_path):
    """Names in another order than the matrix; features of another benchmark."""
    store = gw.GeometryStore.compute(
        gw.Study(
            tiny_study.models, tiny_study.benchmarks[:2],
            images=tiny_study.sets["test"].images[:80], labels=tiny_study.sets["test"].labels[:80],
            classes=tiny_study.classes,
        ),
        tmp_path / "cka.zarr", features="float16", progress=False,
    )  # fmt: skip
    table = gw.model_cka(store, 1, models=["magnitude-60", 0])
    assert table.model.values.tolist() == ["magnitude-60", "dense"]
    x, y = (store.features_matrix(m, 1).astype(np.float64) for m in ("magnitude-60", "dense"))
    x, y = x - x.mean(0), y - y.mean(0)
    wanted = np.linalg.norm(x.T @ y) ** 2 / np.linalg.norm(x.T @ x) / np.linalg.norm(y.T @ y)
    assert float(table.sel(model="dense", model_b="magnitude-60")) == pytest.approx(wanted)
    np.testing.assert_allclose(np.diagonal(table), 1)


def test_cka_without_features_names_the_ways_out(tiny_store):
    """A KeyError from the depths where a flag was forgotten."""
    with pytest.raises(gw.StoreError, match=r"features='float16', or store.attach"):
        gw.model_cka(tiny_store, "clean")
