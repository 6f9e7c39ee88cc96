"""Angles: accuracy at both ends, invariances, and the two readings of class direction."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from geowidgets.geometry import angles, class_directions, direction_angles, measure

from .naive import naive_angle


@pytest.mark.parametrize("degrees", [0.001, 0.01, 1.0, 45.0, 89.99, 90.0, 135.0, 179.0, 179.99])
@pytest.mark.parametrize("width", [2, 3, 512])
def test_a_known_angle_comes_back(degrees: float, width: int) -> None:
    """Catches a float32 arccos, which turns 0.01° into 0° and 179.99° into 180°."""
    turn = math.radians(degrees)
    basis = torch.linalg.qr(
        torch.randn(width, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(width))
    ).Q
    x = 3.0 * (math.cos(turn) * basis[:, 0] + math.sin(turn) * basis[:, 1])
    # In float32 the vectors themselves are off by about 1e-5°.
    found = angles(x.float()[None], basis[:, 0].float()[None])
    assert found.dtype == torch.float32
    assert abs(found.item() - degrees) < 1e-4
    assert abs(angles(x[None], basis[:, :1].T).item() - degrees) < 1e-5


def test_parallel_and_opposite_vectors_are_exact_to_a_few_millionths_of_a_degree() -> None:
    """Catches a cosine that rounding pushes above 1, where arccos gives NaN."""
    rows = torch.randn(40, 30, generator=torch.Generator().manual_seed(0))
    found = angles(rows, torch.cat([7.0 * rows, -0.1 * rows])).double()
    same, opposite = found[:, :40].diagonal(), found[:, 40:].diagonal()
    assert float(same.max()) < 1e-3  # 7 w and w differ by float32 rounding
    assert float(opposite.min()) > 180 - 1e-3
    doubled = angles(rows.double(), 4.0 * rows.double()).diagonal()
    assert float(doubled.max()) < 3e-6


def test_every_entry_equals_the_naive_formula() -> None:
    """Catches swapped axes: 4 samples, 3 classes, 6 features."""
    generator = np.random.default_rng(5)
    x, w = generator.normal(size=(4, 6)), generator.normal(size=(3, 6))
    expected = [[naive_angle(row, direction) for direction in w] for row in x]
    np.testing.assert_allclose(angles(x, w).numpy(), expected, rtol=1e-10)


@pytest.mark.parametrize("factor", [1e-30, 1e-3, 1e3, 1e30])
def test_the_length_of_a_feature_vector_does_not_matter(batch, factor: float) -> None:
    """Catches norms that overflow or vanish in float32: (1e30)² is infinite there."""
    once = angles(batch.features, batch.weight)
    torch.testing.assert_close(
        angles(batch.features * factor, batch.weight), once, rtol=0, atol=3e-5
    )


def test_zero_vectors_are_at_ninety_degrees(batch) -> None:
    """Catches 0/0: a dead feature layer or a fully pruned row must not give NaN."""
    batch.features[0] = 0
    batch.weight[2] = 0
    found = angles(batch.features, batch.weight)
    assert (found[0] == 90).all()
    assert (found[:, 2] == 90).all()
    assert (found[1:, :2] != 90).all()


def test_class_directions_are_the_classes_mean_features(batch) -> None:
    """Catches a mean over all samples, and sums scattered into the wrong class."""
    found = class_directions(batch.features, batch.labels, 3)
    for j in range(3):
        torch.testing.assert_close(found[j], batch.features[batch.labels == j].mean(dim=0))


def test_class_directions_leave_out_broken_samples_and_empty_classes(batch) -> None:
    """Catches one NaN sample that spoils its whole class, and 0/0 read as a direction."""
    batch.features[0, 1] = math.nan
    found = class_directions(batch.features, batch.labels, 4)
    torch.testing.assert_close(found[0], batch.features[3])
    assert found[3].isnan().all()
    assert found[:3].isfinite().all()


def test_class_directions_in_blocks_equal_the_plain_mean(batch, monkeypatch) -> None:
    """Catches a block that overwrites instead of adding."""
    whole = class_directions(batch.features, batch.labels, 3)
    monkeypatch.setattr("geowidgets.geometry.angle.CHUNK_BYTES", 2 * 80 * 2)
    torch.testing.assert_close(class_directions(batch.features, batch.labels, 3), whole)


def test_direction_angles_compare_class_with_class(batch) -> None:
    """Catches the full (class, class) table read along the wrong diagonal."""
    means = class_directions(batch.features, batch.labels, 3)
    expected = angles(batch.weight, means).diagonal()
    torch.testing.assert_close(direction_angles(batch.weight, means), expected)
    means[1] = math.nan
    found = direction_angles(batch.weight, means)
    assert found.isnan().tolist() == [False, True, False]


def test_measured_angles_follow_the_chosen_direction(batch) -> None:
    """Catches `direction` being accepted and ignored; the other metrics must not move."""
    means = class_directions(batch.features, batch.labels, 3)
    plain = measure(*batch)
    by_mean = measure(*batch, direction="mean")
    torch.testing.assert_close(by_mean.angle, angles(batch.features, means), rtol=0, atol=1e-4)
    torch.testing.assert_close(measure(*batch, direction=means).angle, by_mean.angle)
    assert not torch.allclose(by_mean.angle, plain.angle)
    for name in ("length", "margin", "probability", "prediction"):
        assert torch.equal(getattr(by_mean, name), getattr(plain, name))
