"""Fog, frost, snow, spatter, saturate and elastic against plain versions and properties."""

from __future__ import annotations

import colorsys

import cv2
import numpy as np
import pytest
import torch
from scipy import ndimage

from geowidgets.corruptions import corrupt, elastic, frost_texture_name
from geowidgets.corruptions.constants import CIFAR
from geowidgets.corruptions.frost_texture import ice, textures
from geowidgets.corruptions.randomness import Draws
from geowidgets.corruptions.weather import plasma

CPU = torch.device("cpu")


def plain_plasma(noise: dict[int, np.ndarray], size: int, decay: float) -> np.ndarray:
    """Diamond-square on a torus, one point at a time; noise[step][kind, row, column] in (0, 1)."""
    clouds = np.zeros((size, size))
    wibble, step = 100.0, size
    while step >= 2:
        half = step // 2
        amplitude = {kind: (2 * noise[step][kind] - 1) * wibble**2 for kind in range(3)}

        def at(y: int, x: int) -> float:
            return clouds[y % size, x % size]

        squares = [(y, x) for y in range(0, size, step) for x in range(0, size, step)]
        for y, x in squares:
            corners = at(y, x) + at(y + step, x) + at(y, x + step) + at(y + step, x + step)
            clouds[y + half, x + half] = corners / 4 + amplitude[0][y // step, x // step]
        for kind, (down, across) in ((1, (0, half)), (2, (half, 0))):
            for row, column in squares:
                y, x = row + down, column + across
                near = at(y - half, x) + at(y + half, x) + at(y, x - half) + at(y, x + half)
                clouds[y, x] = near / 4 + amplitude[kind][row // step, column // step]
        step, wibble = half, wibble / decay
    clouds -= clouds.min()
    return clouds / clouds.max()


def test_plasma_equals_diamond_square_point_by_point():
    """Neighbours rolled the wrong way: clouds with seams."""
    draws = Draws.of(1, "fog", 2, torch.arange(3), CPU)
    found = plasma(draws, 16, 1.75).numpy()
    for sample in range(3):
        noise = {
            step: draws.uniform((3, 16 // step, 16 // step), step)[sample].double().numpy()
            for step in (2, 4, 8, 16)
        }
        np.testing.assert_allclose(found[sample], plain_plasma(noise, 16, 1.75), atol=1e-5)


def test_fog_keeps_black_images_black_and_never_exceeds_the_maximum():
    """The largest value of the batch instead of the image's."""
    images = np.zeros((3, 16, 16, 3), np.uint8)
    images[1, 2, 3] = 90
    images[2] = 255
    found = corrupt(images, "fog", 4)
    assert found[0].max() == 0
    assert 0 < found[1].max() <= 90
    assert found[2].max() > 200


@pytest.mark.parametrize("severity", [1, 3, 4, 5])
def test_saturate_is_hsvs(photographs, severity):
    """Greys that stay grey where the original turns them red; a saturation above one."""
    images = photographs[:2, ::2, ::2].copy()
    images[0, :2, 0] = 128
    images[0, 2, 0] = 0
    factor, summand = CIFAR["saturate"][severity - 1]
    found = corrupt(images, "saturate", severity)
    for pixel, result in zip(images.reshape(-1, 3), found.reshape(-1, 3), strict=True):
        hue, saturation, value = colorsys.rgb_to_hsv(*(pixel / 255))
        saturation = min(saturation * factor + summand, 1)
        expected = np.array(colorsys.hsv_to_rgb(hue, saturation, value)) * 255
        assert ((result <= expected + 1e-3) & (result >= expected - 1.001)).all()


def test_affine_map_equals_opencvs(oblong):
    """The inverse map in the map's place, x for y, or another border."""
    shifts = np.random.default_rng(0).uniform(-3, 3, (len(oblong), 3, 2))
    planes = torch.from_numpy(oblong).permute(0, 3, 1, 2).float()
    found = elastic._affine(planes, torch.from_numpy(shifts)).permute(0, 2, 3, 1).numpy()
    height, width = oblong.shape[1:3]
    x, y, reach = width // 2, height // 2, min(height, width) // 3
    before = np.float32([[x + reach, y + reach], [x + reach, y - reach], [x - reach, y - reach]])
    assert np.abs(found - oblong).mean() > 2
    for shift, image, result in zip(shifts, oblong, found, strict=True):
        matrix = cv2.getAffineTransform(before, before + shift.astype(np.float32))
        expected = cv2.warpAffine(
            image.astype(np.float32), matrix, (width, height), borderMode=cv2.BORDER_REFLECT_101
        )
        # OpenCV may round positions to 1/32 of a pixel.
        assert np.abs(result - expected).mean() < 0.6


def test_displacement_equals_scipys(oblong):
    """A displacement of the wrong sign or axis, or a border that mirrors about the pixel."""
    planes = torch.from_numpy(oblong[:3]).permute(0, 3, 1, 2).float()
    fields = torch.from_numpy(np.random.default_rng(1).uniform(-4, 4, (3, 2, *planes.shape[-2:])))
    found = elastic._displaced(planes, fields).numpy()
    y, x = np.meshgrid(*(np.arange(side) for side in planes.shape[-2:]), indexing="ij")
    for image, field, result in zip(planes.numpy(), fields.numpy(), found, strict=True):
        for plane, channel in zip(image, result, strict=True):
            expected = ndimage.map_coordinates(
                plane, [y + field[1], x + field[0]], order=1, mode="reflect"
            )
            np.testing.assert_allclose(channel, expected, atol=0.02)


def test_procedural_frost_is_named_and_differs_by_number():
    """One texture five times, or a table that cannot say what was laid over."""
    assert frost_texture_name() == "procedural ice crystals 1"
    means = {ice(number).mean().round() for number in range(5)}
    assert len(means) == 5
    for scale, side in ((0.2, 32), (1.0, 224), (0.2, 300)):
        for picture in textures(None, scale, side, side + 40):
            assert picture.shape[0] > side
            assert picture.shape[1] > side + 40


def test_frost_takes_the_pictures_of_a_folder(tmp_path, photographs):
    """A sixth picture that is drawn from, red and blue exchanged, the folder ignored."""
    for number in range(1, 7):
        level = (0, 0, 200) if number < 6 else (255, 255, 255)
        cv2.imwrite(str(tmp_path / f"frost{number}.png"), np.full((200, 220, 3), level, np.uint8))
    (tmp_path / "readme.txt").write_text("not a picture")
    found = corrupt(photographs, "frost", 1, frost_textures=str(tmp_path)).astype(int)
    expected = np.minimum(photographs + np.array([40, 0, 0]), 255)
    assert np.abs(found - expected).max() <= 1
    assert frost_texture_name(tmp_path) == "photographs " + ", ".join(
        f"frost{number}.png" for number in range(1, 6)
    )


def test_frost_refuses_folders_without_pictures(tmp_path, photographs):
    """An error from deep inside the image library, without the name."""
    missing = str(tmp_path / "nowhere")
    with pytest.raises(ValueError, match=r"nowhere', expected an existing folder"):
        corrupt(photographs, "frost", 1, frost_textures=missing)
    with pytest.raises(ValueError, match="holds no picture, expected files frost1"):
        frost_texture_name(tmp_path)
    (tmp_path / "frost1.png").write_bytes(b"broken")
    with pytest.raises(ValueError, match=r"frost1.png' cannot be read, expected a PNG"):
        corrupt(photographs, "frost", 1, frost_textures=str(tmp_path))


def test_snow_only_adds_light_and_is_symmetric_about_the_centre():
    """Flakes that are not turned by 180 degrees, or that darken."""
    images = np.zeros((4, 12, 17, 3), np.uint8)
    found = corrupt(images, "snow", 4).astype(int)
    np.testing.assert_array_equal(found, found[:, ::-1, ::-1])
    assert found.min() >= int(0.15 * 127.5)
    assert found.std() > 5


def test_water_lightens_and_mud_is_brown(photographs):
    """The two kinds exchanged, or blue mud."""
    water = corrupt(photographs, "spatter", 3).astype(int) - photographs
    assert water.min() >= 0
    assert water.max() > 60
    changed = corrupt(np.full((64, 32, 32, 3), 200, np.uint8), "spatter", 5)
    darkest = changed.reshape(-1, 3)[changed.sum(axis=3).argmin()]
    np.testing.assert_allclose(darkest, (63, 42, 20), atol=12)
