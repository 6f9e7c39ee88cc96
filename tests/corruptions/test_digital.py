"""Contrast, pixelate, jpeg and brightness against plain versions, one image at a time."""

from __future__ import annotations

import colorsys
import io

import numpy as np
import pytest
from PIL import Image

from geowidgets.corruptions import corrupt
from geowidgets.corruptions.constants import CIFAR, IMAGENET


@pytest.mark.parametrize("severity", [1, 5])
def test_contrast_about_the_mean_of_each_channel(oblong, severity):
    """One mean for all channels or all samples."""
    factor = CIFAR["contrast"][severity - 1]
    for image, found in zip(oblong, corrupt(oblong, "contrast", severity), strict=True):
        mean = image.mean(axis=(0, 1), keepdims=True)
        expected = (image - mean) * factor + mean
        assert ((found <= expected + 1e-3) & (found >= expected - 1.001)).all()


@pytest.mark.parametrize("severity", [1, 4])
def test_brightness_is_hsvs(oblong, severity):
    """A summand for all channels instead of a factor that keeps hue and saturation."""
    images = oblong[:3, ::3, ::4].repeat(3, axis=1).repeat(3, axis=2)
    images[0, 0, 0] = 0
    found = corrupt(images, "brightness", severity)
    for pixel, result in zip(images.reshape(-1, 3), found.reshape(-1, 3), strict=True):
        hue, saturation, value = colorsys.rgb_to_hsv(*(pixel / 255))
        value = min(value + CIFAR["brightness"][severity - 1], 1)
        expected = np.array(colorsys.hsv_to_rgb(hue, saturation, value)) * 255
        assert ((result <= expected + 1e-3) & (result >= expected - 1.001)).all()


@pytest.mark.parametrize("name", ["cifar", "imagenet"])
@pytest.mark.parametrize("severity", [1, 2, 3, 4, 5])
def test_pixelate_equals_pillows(photographs, name, severity):
    """Rounding once instead of after each axis, nearest neighbours for the box filter."""
    scale = {"cifar": CIFAR, "imagenet": IMAGENET}[name]["pixelate"][severity - 1]
    for shape in ((32, 32), (24, 32), (31, 27)):
        images = photographs[:8, : shape[0], : shape[1]]
        found = corrupt(images, "pixelate", severity, constants=name)
        height, width = shape
        for image, result in zip(images, found, strict=True):
            small = Image.fromarray(image).resize(
                (int(width * scale), int(height * scale)), Image.Resampling.BOX
            )
            expected = np.asarray(small.resize((width, height), Image.Resampling.BOX))
            np.testing.assert_array_equal(result, expected)


@pytest.mark.parametrize("severity", [1, 5])
def test_jpeg_equals_pillows(oblong, severity):
    """Red and blue exchanged, another chroma subsampling, images in the wrong order."""
    found = corrupt(oblong, "jpeg_compression", severity)
    for image, result in zip(oblong, found, strict=True):
        buffer = io.BytesIO()
        Image.fromarray(image).save(buffer, "JPEG", quality=CIFAR["jpeg_compression"][severity - 1])
        expected = np.asarray(Image.open(buffer)).astype(int)
        assert np.abs(result - expected).mean() < 0.5
