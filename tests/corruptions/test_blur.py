"""Glass, motion and zoom blur against plain loops."""

from __future__ import annotations

from math import ceil

import numpy as np
import pytest
import torch

from geowidgets.corruptions import corrupt, filters
from geowidgets.corruptions.constants import CIFAR, IMAGENET
from geowidgets.corruptions.glass import displaced
from geowidgets.corruptions.motion import _zoomed_one_by_one, along_line, zoom_blur
from geowidgets.corruptions.randomness import WORDS, Draws
from geowidgets.corruptions.task import Task, to_uint8

CPU = torch.device("cpu")


@pytest.mark.parametrize("shift", [1, 2, 4])
@pytest.mark.parametrize("shape", [(14, 19), (8, 8)])
def test_glass_equals_the_sequential_exchange(shape, shift):
    """Chains of copies that are cut short, or pixels of the frame that move.

    The naive pass exchanges two views of an array in the original's order, which copies one way.
    """
    height, width = shape
    draws = Draws.of(3, "glass_blur", 1, torch.arange(6), CPU)
    steps = (draws.words((2, height * width), 2) * (2 * shift) // WORDS - shift).numpy()
    found = displaced(draws, 2, shape, shift).numpy()
    for sample in range(6):
        image = np.arange(height * width).reshape(height, width, 1).copy()
        for y in range(height - shift, shift, -1):
            for x in range(width - shift, shift, -1):
                dy, dx = steps[sample, :, y * width + x]
                image[y, x], image[y + dy, x + dx] = image[y + dy, x + dx], image[y, x]
        np.testing.assert_array_equal(found[sample], image.ravel())


def shifted(image: np.ndarray, down: int, across: int) -> np.ndarray:
    """The image moved down and to the right, edges replicated, pixel by pixel."""
    result = np.empty_like(image)
    height, width = image.shape
    for y in range(height):
        for x in range(width):
            result[y, x] = image[
                min(max(y - down, 0), height - 1), min(max(x - across, 0), width - 1)
            ]
    return result


@pytest.mark.parametrize(("radius", "sigma"), [(6, 1.5), (9, 2.5)])
def test_motion_equals_a_sum_of_shifts(oblong, radius, sigma):
    """Images that get another image's angle after sorting; a kernel on both sides."""
    images = oblong[:5, :, :, 0]
    angles = torch.tensor([44.0, -45.0, -100.0, 12.0, -90.0], dtype=torch.float64)
    found = along_line(torch.from_numpy(images)[:, None], radius, sigma, angles)[:, 0].numpy()
    weights = np.exp(-0.5 * (np.arange(2 * radius + 1) / sigma) ** 2)
    weights /= weights.sum()
    for image, angle, result in zip(images, np.deg2rad(angles.numpy()), found, strict=True):
        expected = sum(
            weight
            * shifted(
                image,
                -ceil(step * np.sin(angle) - 0.5),
                -ceil(step * np.cos(angle) - 0.5),
            ).astype(float)
            for step, weight in enumerate(weights)
        )
        np.testing.assert_allclose(result, expected, atol=0.03)


@pytest.mark.parametrize("name", ["cifar", "imagenet"])
@pytest.mark.parametrize("severity", [1, 5])
def test_zoom_operator_equals_one_zoom_after_the_other(oblong, name, severity):
    """Rows and columns of the operator exchanged, or a zoom that is counted twice."""
    constants = {"cifar": CIFAR, "imagenet": IMAGENET}[name]["zoom_blur"][severity - 1]
    images = torch.from_numpy(oblong).permute(0, 3, 1, 2)
    draws = Draws.of(0, "zoom_blur", severity, torch.arange(len(images)), CPU)
    found = zoom_blur(images, Task(constants, draws, name))
    plain = _zoomed_one_by_one(images, *constants)
    expected = images.double()
    for number in range(constants[0]):
        factor = 1 + number * constants[1]
        rows, columns = (filters.zoom_matrix(side, factor) for side in images.shape[-2:])
        expected = expected + filters.separable(images, rows, columns)
    torch.testing.assert_close(plain, expected / (constants[0] + 1))
    assert (found.int() - to_uint8(plain).int()).abs().max() <= 1
    assert (found == to_uint8(plain)).float().mean() > 0.97


def test_zoom_blur_counts_as_arange_does():
    """A zoom more or less: `arange(1, 1.06, 0.01)` has seven entries in floating point."""
    stops = {"cifar": (1.06, 1.11, 1.16, 1.21, 1.26), "imagenet": (1.11, 1.16, 1.21, 1.26, 1.31)}
    for name, rows in (("cifar", CIFAR), ("imagenet", IMAGENET)):
        for (count, step), stop in zip(rows["zoom_blur"], stops[name], strict=True):
            assert len(np.arange(1, stop, step)) == count


@pytest.mark.parametrize("name", ["motion_blur", "zoom_blur", "glass_blur"])
def test_flat_images_stay_flat(name):
    """Weights whose sum is not one, or a border that darkens."""
    levels = np.tile(np.arange(0, 256, 5, dtype=np.uint8)[:, None, None, None], (1, 12, 9, 3))
    for constants in ("cifar", "imagenet"):
        np.testing.assert_array_equal(corrupt(levels, name, 5, constants=constants), levels)
