"""Spectra and the Marchenko–Pastur law."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.integrate import quad

import geowidgets as gw
from geowidgets import redundancy
from tests.redundancy.test_layers_and_frame import matrix


@pytest.mark.parametrize(("m", "n"), [(6, 11), (11, 6), (5, 5)])
def test_eigenvalues_equal_squared_singular_values(m, n):
    """Eigenvalues of the wrong Gram matrix, in the wrong order, or without the zeros."""
    weight = matrix(m, n)
    found = redundancy.spectrum(weight.float())
    expected = np.zeros(m)
    values = np.linalg.svd(weight.float().double().numpy(), compute_uv=False) ** 2
    expected[: len(values)] = values
    np.testing.assert_allclose(found.eigenvalues, expected, atol=1e-10)
    assert (found.units, found.inputs) == (m, n)
    assert found.scale == pytest.approx(expected.mean())
    assert np.count_nonzero(found.eigenvalues == 0) == max(0, m - n)


@pytest.mark.parametrize(
    ("units", "inputs", "edges"),
    [
        (256, 16_384, (0.2552, 0.4219)),  # Conv-2, first linear layer
        (256, 4_096, (0.1875, 0.521)),  # Conv-6, first linear layer
        (512, 4_608, (0.148, 0.593)),  # VGG, 16th convolution
        (512, 512, (0.0, 1.333)),  # VGG, first linear layer
    ],
)
def test_edges_at_the_default_initialisation(units, inputs, edges):
    """Glorot's variance, a swapped aspect ratio, or σ² where nσ² belongs."""
    found = redundancy.marchenko_pastur_support(units, inputs)
    assert found[:2] == pytest.approx(edges, abs=5e-4)
    assert found.atom == 0


def test_fresh_layers_fill_the_support():
    """The formula and PyTorch's initialisation do not belong together."""
    for net, layer in ((gw.zoo.conv6(size=16), "fc1"), (gw.zoo.conv4(size=16), "fc1")):
        found = redundancy.spectrum(net, layer)
        low, high, _ = found.support()
        assert found.eigenvalues[0] == pytest.approx(high, rel=0.03)
        assert found.eigenvalues[-1] == pytest.approx(low, rel=0.05)
        assert found.scale == pytest.approx(1 / 3, rel=0.01)


def test_twenty_initialisations_end_at_the_edges():
    """A support that one lucky draw fits: 3 % at either end, for every seed."""
    for seed in range(20):
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(seed)
            tall, wide = torch.nn.Linear(300, 1_200), torch.nn.Linear(4_096, 256)
        found = redundancy.spectrum(wide)
        low, high, _ = found.support()
        assert found.eigenvalues[0] == pytest.approx(high, rel=0.03)
        assert found.eigenvalues[-1] == pytest.approx(low, rel=0.03)
        # Q < 1: as many zeros as rows too many, and the rest in the same support.
        found = redundancy.spectrum(tall)
        low, high, atom = found.support()
        assert np.count_nonzero(found.eigenvalues) == 300 == round((1 - atom) * 1_200)
        assert found.eigenvalues[0] == pytest.approx(high, rel=0.03)
        assert found.eigenvalues[299] == pytest.approx(low, abs=0.03 * high)


@pytest.mark.parametrize(("m", "n"), [(40, 160), (60, 60), (200, 50)])
def test_density_integrates_to_its_mass(m, n):
    """A density of mass 1 where Q < 1 leaves no room for the atom at 0."""
    low, high, atom = redundancy.marchenko_pastur_support(m, n, 0.7)

    def along(t: float) -> float:
        # λ = t² tames the pole at 0 for Q = 1.
        return float(redundancy.marchenko_pastur(t * t, m, n, 0.7)) * 2 * t

    mass, _ = quad(along, low**0.5, high**0.5, limit=200)
    mean, _ = quad(lambda t: along(t) * t * t, low**0.5, high**0.5, limit=200)
    assert mass == pytest.approx(min(1, n / m), rel=1e-6)
    assert mass + atom == pytest.approx(1, rel=1e-6)
    assert mean == pytest.approx(0.7, rel=1e-6)
    outside = np.array([-1.0, 0.0, low * 0.99, high * 1.01])
    assert not redundancy.marchenko_pastur(outside, m, n, 0.7).any()


def test_empirical_density_follows_the_law():
    """A histogram normalised by bins instead of by width, or against the wrong support."""
    m, n = 300, 1200
    found = redundancy.spectrum(matrix(m, n) / n**0.5)
    density, edges = found.density(12)
    assert (density * np.diff(edges)).sum() == pytest.approx(1)
    middle = (edges[:-1] + edges[1:]) / 2
    expected = redundancy.marchenko_pastur(middle, m, n, 1.0)
    assert np.abs(density - expected)[1:-1].max() < 0.12 * expected.max()
    assert found.outliers(1.0) <= 2
    assert redundancy.spectrum(matrix(m, n) + 2).outliers(n) == 1


def test_bad_scales():
    """A negative variance that draws an empty picture."""
    with pytest.raises(ValueError, match=r"positive nσ², got -1"):
        redundancy.marchenko_pastur_support(3, 4, -1)
    with pytest.raises(ValueError, match="got 0 and 4"):
        redundancy.marchenko_pastur(torch.ones(1).numpy(), 0, 4)
