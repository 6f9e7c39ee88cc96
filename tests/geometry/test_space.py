"""Random angles by dimension (Fig. 11) and linear CKA against its Gram-matrix definition."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from geowidgets.geometry import cka, expected_spread, random_pair_angles


@pytest.mark.parametrize("distribution", ["uniform", "normal"])
def test_random_vectors_become_orthogonal_as_one_over_root_d(distribution: str) -> None:
    """Catches components of one sign, whose angles stay near 41°."""
    found = random_pair_angles([50, 400], distribution=distribution)
    assert found.dimension.tolist() == [50, 400]
    for d, mean, std in zip(*found, strict=True):
        assert mean.item() == pytest.approx(90, abs=0.3)
        assert std.item() == pytest.approx(expected_spread(int(d)), rel=0.05)


def test_positive_vectors_stay_near_forty_one_degrees() -> None:
    """Catches U(0,1) and U(−1,1) exchanged."""
    assert random_pair_angles([1000], distribution="positive").mean.item() == pytest.approx(
        np.degrees(np.arccos(0.75)), abs=0.2
    )


def test_random_angles_depend_on_the_seed_alone() -> None:
    """Catches draws from the global generator, and blocks that repeat the same pairs."""
    state = torch.get_rng_state()
    first, again, other = (random_pair_angles([700], 5_000, seed=s) for s in (0, 0, 1))
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.equal(first.mean, again.mean)
    assert not torch.equal(first.mean, other.mean)
    assert random_pair_angles([1], 100).std.item() > 80  # one dimension: 0° or 180°


def naive_cka(x: np.ndarray, y: np.ndarray, debiased: bool) -> float:
    def hsic(k: np.ndarray, m: np.ndarray) -> float:
        n = len(k)
        if not debiased:
            h = np.eye(n) - 1 / n
            return float(np.trace(k @ h @ m @ h))
        k, m = k - np.diag(np.diag(k)), m - np.diag(np.diag(m))
        return float(
            np.trace(k @ m) + k.sum() * m.sum() / ((n - 1) * (n - 2)) - 2 / (n - 2) * (k @ m).sum()
        )

    k, m = x @ x.T, y @ y.T
    return hsic(k, m) / np.sqrt(hsic(k, k) * hsic(m, m))


@pytest.mark.parametrize("debiased", [False, True])
def test_cka_equals_the_gram_matrix_definition(debiased: bool) -> None:
    """Catches missing centring and, for more features than samples, a wrong reduction."""
    rng = np.random.default_rng(4)
    base = rng.normal(size=(12, 3))
    parts = [base + 2, base @ rng.normal(size=(3, 5)) + 1, rng.normal(size=(12, 40)) - 3]
    found = cka(parts, debiased=debiased)
    expected = [[naive_cka(x, y, debiased) for y in parts] for x in parts]
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-9, atol=1e-12)
    assert found.dtype == torch.float64


def test_debiased_cka_of_unrelated_features_is_near_zero() -> None:
    """Catches the bias itself: with 200 features and 60 samples plain CKA exceeds 0.7."""
    generator = torch.Generator().manual_seed(0)
    parts = [torch.randn(60, 200, generator=generator) for _ in range(2)]
    assert cka(parts)[0, 1] > 0.7
    assert abs(cka(parts, debiased=True)[0, 1]) < 0.1


def test_constant_features_have_no_alignment() -> None:
    """Catches a dead layer reported as identical to everything."""
    found = cka([torch.full((6, 2), 0.1), torch.randn(6, 3)])
    assert found[0].isnan().all()
    assert found[1, 1] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: random_pair_angles([4, 0]), "dimensions must be at least 1, got 0"),
        (lambda: random_pair_angles([4], 1), "pairs must be at least 2, got 1"),
        (lambda: random_pair_angles([4], distribution="unifrom"), "did you mean 'uniform'"),
        (lambda: expected_spread(0), "at least 1, got 0"),
        (lambda: cka([]), "at least one"),
        (lambda: cka([torch.ones(5)]), r"\(sample, feature\), got \(5,\)"),
        (lambda: cka([torch.ones(5, 2), torch.ones(4, 2)]), r"same samples, got \[5, 4\]"),
        (lambda: cka([torch.ones(3, 2)], debiased=True), "at least 4 samples, got 3"),
    ],
)
def test_wrong_arguments_are_named(call, says: str) -> None:
    """Catches NaN handed back for a request that makes no sense."""
    with pytest.raises(ValueError, match=says):
        call()
