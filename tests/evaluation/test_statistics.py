"""Correlation, area under the ROC curve and their intervals against plain loops and scipy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from geowidgets.evaluation.auroc import auroc
from geowidgets.evaluation.bootstrap import bootstrap_interval, resampled_counts
from geowidgets.evaluation.correlation import correlate
from geowidgets.evaluation.wilson import wilson_interval


def columns(n: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Tied, skewed and far from 0, as counts against angles are."""
    generator = np.random.default_rng(4)
    x = generator.integers(0, 11, n).astype(float)
    return x, 1e4 - x + 3 * generator.standard_normal(n)


def test_pearson_and_spearman_are_scipys() -> None:
    """Ranks that break ties by order; digits lost far from 0; NaN counted."""
    x, y = columns()
    found = correlate(x, y)
    assert found.pearson == pytest.approx(stats.pearsonr(x, y).statistic, abs=1e-12)
    assert found.spearman == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-12)
    assert found.n == 60
    with_gap = correlate(np.r_[x, 5, np.nan], np.r_[y, np.inf, 1.0])
    assert with_gap == found


def test_interval_of_r_equals_a_loop_over_resamples() -> None:
    """Moments that are not those of the resample; a seed that is not kept."""
    x, y = columns()
    values = []
    for counts in resampled_counts(60, 50, seed=3):
        for row in counts.astype(int):
            chosen = np.repeat(np.arange(60), row)
            values.append(np.corrcoef(x[chosen], y[chosen])[0, 1])
    found = correlate(x, y, draws=50, seed=3, level=0.9)
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(values, [0.05, 0.95])))
    assert found.low < found.pearson < found.high
    assert correlate(x, y, draws=50, seed=3, level=0.9) == found
    assert correlate(x, y, draws=50, seed=4, level=0.9).low != found.low


def test_a_constant_column_has_no_correlation() -> None:
    """A division by 0, or a correlation of rounding errors."""
    found = correlate(np.full(9, 0.1), np.arange(9))
    assert math.isnan(found.pearson) and math.isnan(found.spearman) and math.isnan(found.low)
    assert math.isnan(correlate(np.array([1.0]), np.array([2.0])).pearson)
    with pytest.raises(ValueError, match=r"\(3,\) and \(4,\)"):
        correlate(np.arange(3), np.arange(4))


def test_a_rare_value_does_not_spoil_the_interval() -> None:
    """Resamples without the one different sample, whose r is NaN, make the interval NaN."""
    x = np.zeros(12)
    x[0] = 1
    found = correlate(x, np.arange(12.0), draws=200)
    assert -1 <= found.low <= found.pearson <= found.high <= 1


def test_resamples_are_drawn_with_replacement() -> None:
    """Permutations instead of resamples; all resamples alike."""
    counts = np.concatenate(list(resampled_counts(30, 40, seed=1)))
    assert len(np.unique(counts, axis=0)) == 40
    assert counts.shape == (40, 30)
    assert (counts.sum(axis=1) == 30).all()
    assert counts.max() > 1 and counts.min() == 0


def test_interval_errors() -> None:
    """No draws, which gives an empty interval in silence."""
    with pytest.raises(ValueError, match="draws must be at least 1, got 0"):
        bootstrap_interval(lambda counts: counts[:, 0], 3, draws=0)
    with pytest.raises(ValueError, match="between 0 and 1, got 95"):
        bootstrap_interval(lambda counts: counts[:, 0], 3, level=95)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(-2, 2), st.booleans()), min_size=1, max_size=12))
def test_area_equals_a_loop_over_pairs(rows: list[tuple[int, bool]]) -> None:
    """Ties that count whole or not at all; members and others confused."""
    score = np.array([s for s, _ in rows], float)
    member = np.array([m for _, m in rows])
    pairs = [
        1.0 if a > b else 0.5 if a == b else 0.0 for a in score[member] for b in score[~member]
    ]
    found = auroc(score, member, draws=5)
    assert (found.members, found.others) == (int(member.sum()), int((~member).sum()))
    if pairs:
        assert found.area == pytest.approx(np.mean(pairs))
    else:
        assert math.isnan(found.area)


def test_interval_of_the_area_equals_a_loop_over_resamples() -> None:
    """Counts that are not in the order of the sorted scores."""
    generator = np.random.default_rng(0)
    member = generator.uniform(size=40) < 0.3
    score = np.round(generator.standard_normal(40) + member, 1)
    values = []
    for counts in resampled_counts(40, 30, seed=2):
        for row in counts.astype(int):
            # `auroc` resamples its samples in the order of their scores.
            order = np.argsort(score, kind="stable")
            chosen = order[np.repeat(np.arange(40), row)]
            values.append(auroc(score[chosen], member[chosen], draws=1).area)
    found = auroc(score, member, draws=30, seed=2)
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(values, [0.025, 0.975])))
    with pytest.raises(ValueError, match=r"\(2,\) and \(3,\)"):
        auroc(score[:2], member[:3])


def test_wilson_is_scipys() -> None:
    """An interval that leaves [0, 1], or one of another level."""
    for count, n, level in [(0, 7, 0.95), (7, 7, 0.9), (300, 599, 0.99)]:
        wanted = stats.binomtest(count, n).proportion_ci(level, method="wilson")
        assert wilson_interval(count, n, level) == pytest.approx(tuple(wanted), abs=1e-12)
    assert math.isnan(wilson_interval(0, 0)[0])
    with pytest.raises(ValueError, match=r"0\.\.3, got 4"):
        wilson_interval(4, 3)
