"""Margins against closed forms and a float64 brute force over all planes."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from geowidgets.geometry import MARGINS, Classifier, measure, plane_norms

from .naive import naive_angle, naive_margin


@st.composite
def heads(draw: st.DrawFn):
    """Random features, weight, bias or None, labels; rows may repeat, vanish or nearly agree."""
    samples, classes, width = (draw(st.integers(*r)) for r in ((1, 6), (2, 7), (1, 9)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    features = rng.normal(size=(samples, width)).astype(np.float32)
    weight = rng.normal(size=(classes, width)).astype(np.float32)
    bias = rng.normal(size=classes).astype(np.float32) if draw(st.booleans()) else None
    if draw(st.booleans()):
        features[0] = 0
    last = draw(st.sampled_from(["random", "duplicate", "zero", "near"]))
    if last == "duplicate":
        weight[-1] = weight[0]
    elif last == "zero":
        weight[-1] = 0
    elif last == "near":
        weight[-1] = weight[0] * np.float32(1 + 1e-5)
    return features, weight, bias, rng.integers(0, classes, samples)


@settings(max_examples=150, deadline=None)
@given(heads(), st.sampled_from(MARGINS), st.booleans())
def test_margins_equal_brute_force_over_all_planes(head, reading: str, use_bias: bool) -> None:
    """Catches a wrong plane, sign or norm, cancellation in the Gram matrix, and C = 2."""
    features, weight, bias, labels = head
    found = measure(features, weight, bias, labels, reading, use_bias)
    x, w = features.astype(np.float64), weight.astype(np.float64)
    b = np.zeros(len(w)) if bias is None else bias.astype(np.float64)
    for i, y in enumerate(labels):
        expected = naive_margin(x[i], w, b, int(y), reading, use_bias)
        assert found.margin[i].item() == pytest.approx(expected, rel=1e-5, abs=1e-9, nan_ok=True)
        assert found.length[i].item() == pytest.approx(np.linalg.norm(x[i]), rel=1e-6)
        for j in range(len(w)):
            assert found.angle[i, j].item() == pytest.approx(naive_angle(x[i], w[j]), abs=2e-5)


def test_two_classes_have_a_closed_form() -> None:
    """Catches a bias that is left out or counted twice: the plane is x₀ = x₁ + 2."""
    found = measure([[5.0, 1.0], [1.0, 4.0]], [[1.0, 0.0], [0.0, 1.0]], [0.0, 2.0], [0, 0])
    expected = torch.tensor([2.0, -5.0]) / math.sqrt(2)
    torch.testing.assert_close(found.margin, expected)
    assert found.prediction.tolist() == [0, 1]


def test_the_three_readings_agree_where_the_prediction_is_right(batch) -> None:
    """Catches a reading that measures another region than its own."""
    labels = batch.logits.argmax(dim=1)
    readings = [
        measure(batch.features, batch.weight, batch.bias, labels, name).margin for name in MARGINS
    ]
    torch.testing.assert_close(readings[1], readings[0])
    torch.testing.assert_close(readings[2], readings[0])
    assert (readings[0] > 0).all()


def test_the_three_readings_differ_where_the_prediction_is_wrong() -> None:
    """Catches readings that are aliases; three classes on a line, x in region 0, true class 2."""
    weight, bias = [[-2.0], [0.0], [1.0]], [0.0, 0.0, 0.0]
    readings = [measure([[-3.0]], weight, bias, [2], name).margin.item() for name in MARGINS]
    assert readings == [-3.0, -3.0, -3.0]  # all planes pass through 0 without bias
    bias = [0.0, 1.0, 0.0]
    readings = [measure([[-3.0]], weight, bias, [2], name).margin.item() for name in MARGINS]
    assert readings == [-2.5, -3.0, -4.0]  # planes 0|1 at −0.5, 0|2 at 0, 1|2 at 1


def test_the_printed_formula_leaves_the_bias_out_but_predicts_with_it() -> None:
    """Catches `use_bias=False` changing prediction or correctness."""
    found = measure([[1.0, 0.0]], [[1.0, 0.0], [0.0, 1.0]], [0.0, 5.0], [1], use_bias=False)
    assert found.prediction.item() == 1
    assert found.margin.item() == pytest.approx(1 / math.sqrt(2))


def test_a_constant_on_all_rows_and_biases_moves_no_boundary(batch) -> None:
    """Catches planes that depend on the origin of the weights."""
    moved = measure(
        batch.features, batch.weight + 3 * torch.ones(5), batch.bias - 9, batch.labels, "signed"
    )
    plain = measure(*batch, "signed")
    torch.testing.assert_close(moved.margin, plain.margin, rtol=1e-5, atol=1e-5)
    assert torch.equal(moved.prediction, plain.prediction)


@pytest.mark.parametrize("reading", MARGINS)
def test_planes_between_identical_rows_do_not_count(reading: str) -> None:
    """Catches 0/0 and x/0 in the minimum; the copies differ in bias, in both orders of sign."""
    weight, bias = [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]], [0.0, -1.0, 0.0]
    for y in (0, 1):
        found = measure([[4.0, 1.0]], weight, bias, [y], reading)
        expected = naive_margin(np.array([4.0, 1]), np.array(weight), np.array(bias), y, reading)
        assert found.margin.item() == pytest.approx(expected)
    lonely = measure([[4.0, 1.0]], weight[:2], bias[:2], [0], reading)
    assert lonely.margin.isnan().all()
    assert lonely.counts == {"nonfinite": 0, "zero_length": 0, "no_plane": 1}


def test_a_single_class_has_no_plane() -> None:
    """Catches an infinite margin where there is no boundary."""
    found = measure([[4.0, 1.0]], [[1.0, 0.0]], None, [0])
    assert found.margin.isnan().all()
    assert found.probability.tolist() == [1.0]
    assert found.counts["no_plane"] == 1


def test_plane_norms_equal_direct_differences() -> None:
    """Catches cancellation: rows that share a large part, near twins, exact twins, zeros."""
    w = torch.randn(9, 33, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    w[3] = w[7]
    w[4] = w[0] * (1 + 1e-9)
    w[5:7] = 0
    for shift in (0.0, 1e4):
        rows = w + shift
        expected = torch.linalg.vector_norm(rows[:, None] - rows[None], dim=2)
        found = plane_norms(rows)
        torch.testing.assert_close(found, expected, rtol=1e-7, atol=0)
        assert found[3, 7] == found[7, 3] == found[5, 6] == 0
        assert torch.equal(found, found.T)


def test_plane_norms_in_blocks_of_pairs_equal_one_block(monkeypatch) -> None:
    """Catches pairs lost between blocks."""
    rows = 1 + 1e-8 * torch.randn(8, 5, dtype=torch.float64)
    rows = torch.cat([rows, 50 * torch.eye(5, dtype=torch.float64)])
    whole = plane_norms(rows)
    monkeypatch.setattr("geowidgets.geometry.margin.PAIR_BYTES", 3 * 8 * 5 * 3)
    assert torch.equal(plane_norms(rows), whole)


def test_a_classifier_counts_zero_and_duplicate_rows() -> None:
    """Catches a pruned class that goes unreported; class 0 is one of them."""
    classifier = Classifier([[0.0, 0.0], [1.0, 2.0], [0.0, 0.0], [3.0, 4.0]])
    assert classifier.zero_rows == [0, 2]
    assert classifier.duplicate_rows == 1
