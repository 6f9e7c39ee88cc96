"""`EvaluationTable` in Python: its numbers and its options."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest

import geowidgets as gw
from geowidgets.widgets import _bundles
from geowidgets.widgets.evaluation_intervals import subset_difference, wilson


def naive_correct(store, model: int, benchmark: int) -> np.ndarray:
    """Boolean (sample,): prediction equals label, from the stored predictions themselves."""
    prediction = store.column("prediction", model, benchmark)
    return prediction == store.labels(store.benchmarks[benchmark].set)


@pytest.fixture
def table(tiny_store):
    table = gw.EvaluationTable(tiny_store)
    yield table
    table.close()


def test_dataframe_counts_equal_the_stored_predictions(table, tiny_store) -> None:
    """Rows ≠ columns catches transposed pairs; packed bits read in the wrong order fail."""
    frame = table.to_dataframe().set_index(["model", "benchmark"])
    assert len(frame) == len(tiny_store.models) * len(tiny_store.benchmarks)
    for m, model in enumerate(tiny_store.models):
        for b, benchmark in enumerate(tiny_store.benchmarks):
            row = frame.loc[(model.name, benchmark.name)]
            right = naive_correct(tiny_store, m, b)
            assert (row.correct, row.n) == (right.sum(), right.size)
            assert row.accuracy == pytest.approx(right.mean())
            assert (row.ratio, row.severity) == (model.ratio, benchmark.severity)
            assert np.isnan(row.subset_n)


def test_dataframe_follows_samples_and_classes(table, tiny_store) -> None:
    """Class 0 and sample 0 are in the subset: a truth test on an index would drop them."""
    labels = tiny_store.labels(tiny_store.sets[0])
    table.selection.samples = np.arange(0, 400)
    table.selection.classes = [0, 7]
    inside = (np.arange(labels.size) < 400) & np.isin(labels, [0, 7])
    frame = table.to_dataframe().set_index(["model", "benchmark"])
    for m, b in [(0, 0), (2, 3), (1, 2)]:
        row = frame.loc[(tiny_store.models[m].name, tiny_store.benchmarks[b].name)]
        right = naive_correct(tiny_store, m, b)
        assert (row.subset_n, row.subset_correct) == (inside.sum(), right[inside].sum())
        assert row.difference == pytest.approx(right[inside].mean() - right.mean())
        assert row.difference_low <= row.difference <= row.difference_high


def test_empty_subset_has_no_accuracy(table) -> None:
    """No samples selected is not 0 % accuracy."""
    table.selection.samples = []
    frame = table.to_dataframe()
    assert (frame.subset_n == 0).all()
    assert frame[["subset_accuracy", "difference"]].isna().all(axis=None)


@pytest.mark.parametrize(("k", "n"), [(1, 7), (813, 1000), (0, 9), (9, 9)])
def test_wilson_bounds_solve_the_score_equation(k: int, n: int) -> None:
    """|p̂ − p| = z √(p(1−p)/n) at both bounds; a wrong factor moves them."""
    for bound in wilson(k, n):
        if 0 < bound < 1:
            half = 1.959963984540054 * math.sqrt(bound * (1 - bound) / n)
            assert abs(k / n - bound) == pytest.approx(half)
    assert wilson(k, n)[0] <= k / n <= wilson(k, n)[1]


def test_published_intervals() -> None:
    """Newcombe (1998): 81/263 gives 0.2553 to 0.3662, 56/70 − 48/80 gives 0.0524 to 0.3339."""
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    scaled = [150 / 80 * value for value in subset_difference(56, 70, 104, 150)]
    assert scaled == pytest.approx([0.2, 0.0524, 0.3339], abs=5e-5)
    assert subset_difference(9, 12, 9, 12) == (0, 0, 0)
    assert all(np.isnan(wilson(0, 0)))
    assert all(np.isnan(subset_difference(0, 0, 5, 9)))


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"mod": "heat"}, TypeError, "mod.*Did you mean 'mode'"),
        ({"mode": "bar"}, ValueError, "'bar'.*Did you mean 'bars'"),
        ({"order": "family "}, ValueError, "expected one of family, hardness, store"),
        ({"sort_by": "contrst"}, ValueError, "'contrst'.*Did you mean 'contrast'"),
        ({"severity": 5}, ValueError, r"expected one of \[3\] or None, got 5"),
    ],
)
def test_wrong_options_are_refused(tiny_store, options, error, words) -> None:
    """traitlets alone would drop an unknown keyword with a warning."""
    with pytest.raises(error, match=words):
        gw.EvaluationTable(tiny_store, **options)


def test_options_reach_the_browser(tiny_store) -> None:
    """A trait that is not synced would leave the view at its default."""
    table = gw.EvaluationTable(tiny_store, mode="numbers", sort_by="contrast", severity=3)
    state = table.get_state()
    assert (state["mode"], state["sort_by"], state["severity"]) == ("numbers", "contrast", 3)
    table.close()


@pytest.mark.parametrize("bundle", ["evaluation_table", "explorer"])
def test_bundle_is_small(bundle: str) -> None:
    """A framework pulled in by accident shows as size; the limit is 150 kB."""
    assert 1_000 < len(_bundles.script(bundle).encode()) < 150_000


def test_no_torch_for_a_table() -> None:
    """A course page that only opens a store starts fast."""
    code = "import sys, geowidgets as gw; gw.EvaluationTable; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_published_keys_of_a_metric(tiny_store) -> None:
    """Moments of another pair or subset; the ratio of sums of squares without its n − 1."""
    from geowidgets.widgets import bits
    from geowidgets.widgets.columns import read

    name = tiny_store.sets[0]
    mask = np.arange(599) % 3 == 0
    text = bits.encode(mask).replace("/", "_")
    for metric in ("angle", "margin"):
        found = read(tiny_store, f"moments/{metric}/{text}/{name}")
        assert found.shape == (3, 4, 3)
        column = tiny_store.column(metric, 2, 3)[mask].astype(float)
        wanted = (mask.sum(), column.mean(), column.var(ddof=1))
        assert found[2, 3] == pytest.approx(wanted)
        values = read(tiny_store, f"samples/{metric}/{name}")
        np.testing.assert_array_equal(values[1, 2], tiny_store.column(metric, 1, 2))
        whole = read(tiny_store, f"moments/{metric}/all/{name}")
        np.testing.assert_allclose(whole[..., 1], tiny_store.mean(metric), rtol=1e-6)
    wanted = gw.expected_calibration_error(tiny_store, samples=mask).values
    found = read(tiny_store, f"moments/ece/{text}/{name}")
    np.testing.assert_allclose(found[..., 1], wanted, atol=1e-7)
    assert np.isnan(found[..., 2]).all()
    for key, words in [
        (f"moments/angel/all/{name}", "'angel'.*Did you mean 'angle'"),
        (f"samples/ece/{name}", "unknown metric 'ece'"),
        ("moments/angle/all/tset", "unknown sample set 'tset'"),
        (f"moments/angle/AAAA/{name}", "expected 75 bytes"),
    ]:
        with pytest.raises(KeyError, match=words):
            read(tiny_store, key)


def test_dataframe_of_a_metric(tiny_store) -> None:
    """Accuracy's numbers under a metric's name; a subset's mean that is the whole set's."""
    table = gw.EvaluationTable(tiny_store, metric="length")
    table.selection.samples = np.arange(100)
    row = table.to_dataframe().set_index(["model", "benchmark"]).loc[("dense", "contrast-3")]
    column = tiny_store.column("length", "dense", "contrast-3").astype(float)
    assert row.length == pytest.approx(column.mean())
    assert row.subset_length == pytest.approx(column[:100].mean())
    assert row.difference_low < row.difference < row.difference_high
    rest = column[100:]
    error = math.sqrt(column[:100].var(ddof=1) / 100 + rest.var(ddof=1) / 499)
    half = 1.959963984540054 * 499 / 599 * error
    assert row.difference_high - row.difference == pytest.approx(half)
    assert "correct" not in row.index
    table.close()


def test_repeats_in_the_dataframe(repeats_store) -> None:
    """Ratios averaged instead of repeats; a third repeat that lacks counted as 0."""
    table = gw.EvaluationTable(repeats_store)
    frame = table.to_dataframe(repeats="mean")
    assert len(frame) == 4 * 3
    clean = frame[frame.benchmark == "clean"].set_index("ratio")
    assert clean.repeats.tolist() == [3, 2, 2, 2]
    assert clean.index.tolist() == sorted(clean.index)
    pruned = [m for m in repeats_store.models if abs(m.ratio - 0.6) < 0.01]
    accuracy = repeats_store.accuracy().sel(model=[m.name for m in pruned], benchmark="clean")
    row = clean.iloc[2]
    assert row.accuracy == pytest.approx(float(accuracy.mean()))
    assert row["std"] == pytest.approx(float(accuracy.std(ddof=1)))
    assert (row.n, row.correct) == (2 * 599, round(float(accuracy.sum()) * 599))
    middle = round(float(accuracy.mean()) * 599 * 2) / 2
    assert (row.low, row.high) == pytest.approx(wilson(middle, 599))
    assert row.model == "magnitude-60-0, magnitude-60-1"
    with pytest.raises(ValueError, match="'single' or 'mean', got 'all'"):
        table.to_dataframe(repeats="all")
    table.close()


def test_own_table_by_names(tiny_store) -> None:
    """Numbers put by position instead of by name; the transposed table taken as it lies."""
    import pandas as pd
    import xarray as xr

    models = [m.name for m in tiny_store.models][::-1]
    values = np.array([[1.5, 2.5], [3.5, 4.5], [5.5, 6.5]])
    array = xr.DataArray(
        values.T,
        dims=("benchmark", "model"),
        coords={"model": models, "benchmark": ["contrast-3", "clean"]},
        name="memory",
        attrs={"unit": "MB", "better": "less"},
    )
    table = gw.EvaluationTable(tiny_store, metric=array)
    said = table.get_state()["table"]
    assert (table.metric, said["name"], said["unit"], said["better"]) == (
        "table",
        "memory",
        "MB",
        -1,
    )
    found = table.to_dataframe().set_index(["model", "benchmark"]).memory
    assert found[models[0], "contrast-3"] == 1.5
    assert found[models[2], "clean"] == 6.5
    table.metric = "margin"
    table.metric = pd.DataFrame(values, index=models, columns=["clean", "contrast-3"])
    assert (table.metric, table.table["name"]) == ("table", "given values")
    table.close()


def test_wrong_tables_are_refused(tiny_store) -> None:
    """A table of another study shown as if it were this one's."""
    import pandas as pd
    import xarray as xr

    def frame(rows, columns):
        return pd.DataFrame(np.ones((len(rows), len(columns))), index=rows, columns=columns)

    bare = xr.DataArray(np.ones((1, 1)), dims=("model", "benchmark"))
    for value, error, words in [
        (frame(["dnese"], ["clean"]), ValueError, "unknown model 'dnese'.*Did you mean 'dense'"),
        (frame(["dense"], ["claen"]), ValueError, "unknown benchmark 'claen'"),
        (frame(["dense", "dense"], ["clean"]), ValueError, "'dense' stands in the table twice"),
        (frame(["dense"], ["clean"]).astype(str), TypeError, "expected numbers"),
        (bare, ValueError, "the dim 'model' has no names"),
        (bare.rename(model="m"), ValueError, "expected the dims model and benchmark"),
        (np.ones((3, 4)), TypeError, "expected a metric's name, .*, got ndarray"),
        ("lenght", ValueError, "'lenght'.*Did you mean 'length'"),
        ("table", ValueError, "or a labelled table, got 'table'"),
    ]:
        with pytest.raises(error, match=words):
            gw.EvaluationTable(tiny_store, metric=value)
    for options, words in [
        ({"delta": 0.5}, "expected a fraction in 0..0.05, got 0.5"),
        ({"baseline": "dens"}, "unknown model 'dens'.*Did you mean 'dense'"),
    ]:
        with pytest.raises(ValueError, match=words):
            gw.EvaluationTable(tiny_store, **options)
