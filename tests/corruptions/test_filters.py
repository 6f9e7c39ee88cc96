"""The exact filters against scipy's, and that they are exact."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import ndimage

from geowidgets.corruptions import corrupt, filters
from geowidgets.corruptions.blur import disk


@pytest.mark.parametrize(("sigma", "truncate"), [(0.4, 4), (1, 4), (6, 4), (0.6, 3), (30, 3)])
@pytest.mark.parametrize(("border", "mode"), [("edge", "nearest"), ("reflect", "reflect")])
def test_gaussian_equals_scipys(oblong, sigma, truncate, border, mode):
    """A radius, a border or an axis that is wrong; 30 reaches past the image several times."""
    images = oblong[..., 0]
    found = filters.gaussian(torch.from_numpy(images), sigma, border, truncate).numpy()
    expected = ndimage.gaussian_filter(
        images.astype(float), (0, sigma, sigma), mode=mode, truncate=truncate
    )
    np.testing.assert_allclose(found, expected, atol=0.02)


def test_mirrored_borders_equal_numpys():
    """`mirror` and `reflect` in each other's place."""
    for border, mode in (("edge", "edge"), ("reflect", "symmetric"), ("mirror", "reflect")):
        found = filters.bounded(np.arange(-11, 16), 5, border)
        np.testing.assert_array_equal(found, np.pad(np.arange(5), (11, 11), mode=mode))


@pytest.mark.parametrize("length", [32, 33, 28, 224])
@pytest.mark.parametrize("factor", [1, 1.01, 1.06, 1.25, 1.75, 2.25, 4.5])
def test_zoom_equals_scipys(length, factor):
    """A centre or a sampling grid that is off by a fraction of a pixel."""
    values = np.random.default_rng(length).random(length)
    crop = int(np.ceil(length / factor))
    first = (length - crop) // 2
    wide = ndimage.zoom(values[first : first + crop], factor, order=1)
    trim = (len(wide) - length) // 2
    found = filters.zoom_matrix(length, factor).numpy() @ values
    np.testing.assert_allclose(found, wide[trim : trim + length], atol=1e-5)


def test_correlation_equals_scipys(oblong):
    """A kernel turned by 180 degrees, or the border pixel repeated."""
    kernel = np.random.default_rng(0).random((5, 5))
    kernel /= kernel.sum()
    images = oblong[..., 1]
    found = filters.correlate(torch.from_numpy(images), kernel, "mirror").numpy()
    expected = ndimage.correlate(images.astype(float), kernel[None], mode="mirror")
    np.testing.assert_allclose(found, expected, atol=0.05)


def test_sums_are_exact_in_any_order(oblong):
    """Weights that are not on the grid: the sum then depends on its order, by a last bit."""
    images = torch.from_numpy(oblong[..., 2])
    turned = images.flip(-1).flip(-2)
    assert torch.equal(
        filters.gaussian(images, 0.7), filters.gaussian(turned, 0.7).flip(-1).flip(-2)
    )
    kernel = disk(1, 0.2)
    assert torch.equal(
        filters.correlate(images, kernel, "mirror"),
        filters.correlate(turned, kernel, "mirror").flip(-1).flip(-2),
    )


@pytest.mark.parametrize("name", ["gaussian_blur", "defocus_blur"])
def test_flat_images_stay_as_they_are(name):
    """Weights whose sum is a little less than one: truncation then loses a level."""
    levels = np.tile(np.arange(256, dtype=np.uint8)[:, None, None, None], (1, 12, 9, 3))
    for constants in ("cifar", "imagenet"):
        for severity in (1, 5):
            found = corrupt(levels, name, severity, constants=constants)
            np.testing.assert_array_equal(found, levels)


def test_disks_have_the_size_of_the_radius():
    """A radius taken for a diameter, or a support that is cut too far."""
    assert disk(1.5, 0.1).shape == (3, 3)
    np.testing.assert_allclose(disk(1.5, 0.1), np.full((3, 3), 1 / 9))
    assert disk(1, 0.2).shape[0] in (3, 5)
    assert disk(8, 0.5).shape == (17, 17)
    assert disk(10, 0.5).shape == (21, 21)
