"""`EvaluationTable` in Python: its numbers and its options."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest

import geowidgets as gw
from geowidgets.widgets import _bundles
from geowidgets.widgets.evaluation_table import subset_difference, wilson


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
