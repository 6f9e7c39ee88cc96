"""What the benchmark of large maps measures planes by."""

from __future__ import annotations

import numpy as np
import pytest

from tests.benchmarks.plane_quality import found_share, nearest, trustworthiness


def test_trustworthiness_is_that_of_scikit_learn():
    """Catches ranks off by one, a point as its own neighbour, another factor."""
    from sklearn.manifold import trustworthiness as plain

    rng = np.random.default_rng(0)
    numbers = rng.normal(size=(90, 7))
    exact = np.linalg.norm(numbers[:, None] - numbers[None], axis=2)
    for plane in (numbers[:, :2], rng.normal(size=(90, 2))):
        everyone = np.arange(90)
        ours = trustworthiness(exact, everyone, plane, 6)
        assert ours == pytest.approx(plain(exact, plane, n_neighbors=6, metric="precomputed"))
        drawn = np.array([0, 3, 40, 89])
        each = [trustworthiness(exact[[i]], np.array([i]), plane, 6) for i in drawn]
        assert trustworthiness(exact[drawn], drawn, plane, 6) == pytest.approx(np.mean(each))


def test_nearest_columns_begin_with_the_row_itself():
    """Catches a twin that takes the row's own place."""
    numbers = np.array([0.0, 0.0, 5.0, 1.0, 7.0])
    exact = np.abs(numbers[:, None] - numbers[None])
    chosen = np.array([0, 1, 4])
    indices, found = nearest(exact[chosen], chosen, 3)
    assert indices.tolist() == [[0, 1, 3], [1, 0, 3], [4, 2, 3]]
    assert found.tolist() == [[0, 0, 1], [0, 0, 1], [0, 2, 6]]
    assert found_share(indices[:2], np.array([[0, 1, 2], [1, 0, 3]])) == pytest.approx(5 / 6)
