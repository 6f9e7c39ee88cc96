"""Exact counts, ties by index, nested masks."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from geowidgets.pruning.layers import PruningError
from geowidgets.pruning.masks import apply, merge, quotas, select, smallest


@given(st.lists(st.integers(0, 3), min_size=1, max_size=40), st.data())
def test_smallest_is_a_stable_sort(values, data):
    """A threshold that takes all ties, or ties taken from the end, would show here."""
    count = data.draw(st.integers(0, len(values)))
    scores = torch.tensor(values, dtype=torch.float32)
    expected = torch.zeros(len(values), dtype=torch.bool)
    expected[scores.argsort(stable=True)[:count]] = True
    assert torch.equal(smallest(scores, count), expected)


@given(st.lists(st.integers(1, 50), min_size=1, max_size=6), st.floats(0, 0.999))
def test_quotas_add_up(sizes, ratio):
    """Rounding each layer by itself would miss the total or take more than a layer has."""
    counts = quotas(sizes, ratio)
    assert sum(counts) == round(ratio * sum(sizes))
    assert all(abs(c - s * ratio) < 1 and c <= s for c, s in zip(counts, sizes, strict=True))


def test_global_and_layer_scope_by_hand():
    """Global ranking applied layer-wise, or the reverse, gives other masks."""
    scores = {
        "a": torch.tensor([[1.0, 2.0], [3.0, 4.0]]),
        "b": torch.tensor([[5.0, 6.0, 0.0, 7.0]]),
    }
    everywhere = select(scores, 0.5, "global", {})
    assert everywhere["a"].tolist() == [[False, False], [False, True]]
    assert everywhere["b"].tolist() == [[True, True, False, True]]
    each = select(scores, 0.5, "layer", {})
    assert each["a"].tolist() == [[False, False], [True, True]]
    assert each["b"].tolist() == [[False, True, False, True]]


def test_all_scores_tied_removes_the_exact_count():
    """`score > threshold` removes nothing or everything when all scores are equal."""
    masks = select({"a": torch.ones(3, 5), "b": torch.ones(7, 2)}, 0.4, "global", {})
    assert sum(int((~mask).sum()) for mask in masks.values()) == round(0.4 * 29)
    assert not masks["a"].flatten()[:12].any()
    assert masks["b"].all()


@pytest.mark.parametrize("scope", ["global", "layer"])
def test_earlier_masks_stay_removed(scope):
    """A weight that an earlier cycle removed must not come back because others are smaller."""
    generator = torch.Generator().manual_seed(0)
    scores = {
        "a": torch.rand(4, 5, generator=generator),
        "b": torch.rand(2, 9, generator=generator),
    }
    first = select({n: -s for n, s in scores.items()}, 0.3, scope, {})
    second = select(scores, 0.6, scope, first)
    assert all((~second[n] | first[n]).all() for n in scores)
    assert sum(int((~m).sum()) for m in second.values()) == round(0.6 * 38)
    with pytest.raises(PruningError, match=r"0\.6.*got 0\.1"):
        select(scores, 0.1, scope, second)


def test_apply_checks_names_and_shapes():
    """A mask of a transposed weight must not broadcast."""
    layer = torch.nn.Linear(3, 2)
    with pytest.raises(PruningError, match=r"expected shape \(2, 3\), got \(3, 2\)"):
        apply(layer, {"weight": torch.ones(3, 2, dtype=torch.bool)})
    with pytest.raises(PruningError, match="no parameter 'wieght'"):
        apply(layer, {"wieght": torch.ones(2, 3, dtype=torch.bool)})


def test_merge_keeps_what_both_keep():
    """`or` in place of `and` would revive weights."""
    a, b = torch.tensor([True, True, False]), torch.tensor([True, False, False])
    assert merge({"x": a}, {"x": b, "y": a})["x"].tolist() == [True, False, False]
