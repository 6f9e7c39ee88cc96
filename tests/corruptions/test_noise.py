"""Noise against plain definitions."""

from __future__ import annotations

import numpy as np
import pytest

from geowidgets.corruptions import corrupt
from geowidgets.corruptions.constants import CIFAR
from geowidgets.corruptions.noise import shot_table

LEVELS = np.arange(256)


def flat(level: int, count: int = 40) -> np.ndarray:
    return np.full((count, 32, 32, 3), level, np.uint8)


@pytest.mark.parametrize("severity", [1, 5])
def test_gaussian_noise_has_the_deviation_of_the_constants(severity):
    """Constants in grey levels taken for constants in [0, 1]; rounding for truncation."""
    change = corrupt(flat(127), "gaussian_noise", severity).astype(float) - 127
    expected = 255 * CIFAR["gaussian_noise"][severity - 1]
    assert abs(change.std() / expected - 1) < 0.01
    assert abs(change.mean() + 0.5) < 0.15


@pytest.mark.parametrize("level", [0, 3, 100, 255])
def test_shot_table_holds_the_poisson_distribution(level):
    """An alias table whose columns are mixed up: chances read back differ from the masses."""
    photons = 50
    cells = shot_table(photons).view(256, -1)[level].numpy()
    share = (cells >> 16) / 2**23
    found = np.zeros(256)
    np.add.at(found, cells & 255, share / len(cells))
    np.add.at(found, (cells >> 8) & 255, (1 - share) / len(cells))
    expected, mass = np.zeros(256), np.exp(-level / 255 * photons)
    for count in range(400):
        expected[int(min(count / photons, 1) * 255)] += mass
        mass *= level / 255 * photons / (count + 1)
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_shot_noise_deviation_grows_with_the_root_of_the_level():
    """Draws that read the table's row of another level."""
    photons = CIFAR["shot_noise"][1]
    for level in (20, 80, 140):
        change = corrupt(flat(level), "shot_noise", 2).astype(float) - level
        assert abs(change.std() / (255 * np.sqrt(level / 255 / photons)) - 1) < 0.02
        assert abs(change.mean() + 0.5) < 0.3


@pytest.mark.parametrize("severity", [1, 5])
def test_impulse_noise_replaces_a_share_half_black_half_white(severity):
    """Twice the share, whole pixels instead of values, or salt without pepper."""
    result = corrupt(flat(100), "impulse_noise", severity)
    share = CIFAR["impulse_noise"][severity - 1]
    assert set(np.unique(result)) == {0, 100, 255}
    for extreme in (0, 255):
        assert abs((result == extreme).mean() / (share / 2) - 1) < 0.06
    whole = (result != 100).all(axis=3).mean()
    assert whole < 0.01 * share + 1e-3


def test_speckle_noise_is_in_proportion_and_spares_black():
    """Noise that is added and not multiplied."""
    assert corrupt(flat(0), "speckle_noise", 5).max() == 0
    for level in (50, 100):
        change = corrupt(flat(level), "speckle_noise", 3).astype(float) - level
        assert abs(change.std() / (level * 0.12) - 1) < 0.02
