"""`corrupt`: what it accepts, what it refuses, and that blocks of a set agree with the set."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from geowidgets.corruptions import CORRUPTIONS, corrupt
from geowidgets.corruptions.constants import CIFAR, IMAGENET

NAMES = list(CORRUPTIONS)
IMAGE = np.zeros((2, 16, 12, 3), np.uint8)


def test_both_constant_sets_have_five_rows_of_every_corruption():
    """A corruption without constants, or a row that was lost."""
    for rows in (CIFAR, IMAGENET):
        assert set(rows) >= set(NAMES)
        assert all(len(row) == 5 for row in rows.values())


@pytest.mark.parametrize("name", NAMES)
def test_a_block_of_any_size_equals_the_whole(photographs, name):
    """Randomness or rounding that depends on the batch size or on the order of the samples."""
    whole = corrupt(photographs, name, 3, seed=5)
    for size in (1, 7):
        for first in range(0, 21, size):
            part = corrupt(
                photographs[first : first + size],
                name,
                3,
                seed=5,
                indices=range(first, first + size),
            )
            np.testing.assert_array_equal(part, whole[first : first + size])
    order = [9, 0, 63, 17]
    np.testing.assert_array_equal(
        corrupt(photographs[order], name, 3, seed=5, indices=order), whole[order]
    )


@pytest.mark.parametrize("name", NAMES)
def test_blocks_within_a_call_do_not_show(photographs, name, monkeypatch):
    """A block that starts again at sample 0, or that loses the last samples."""
    whole = corrupt(photographs, name, 2)
    monkeypatch.setattr("geowidgets.corruptions.apply._VALUES_ON_CPU", 5 * 32 * 32 * 3)
    np.testing.assert_array_equal(corrupt(photographs, name, 2), whole)


@pytest.mark.parametrize("name", NAMES)
def test_layouts_and_types_agree(oblong, name):
    """Rows taken for columns, or channels for rows: the sides here differ."""
    last = corrupt(oblong, name, 4)
    assert last.shape == oblong.shape
    assert last.dtype == np.uint8
    first = corrupt(np.ascontiguousarray(oblong.transpose(0, 3, 1, 2)), name, 4)
    np.testing.assert_array_equal(first.transpose(0, 2, 3, 1), last)
    tensor = corrupt(torch.from_numpy(oblong), name, 4)
    assert isinstance(tensor, torch.Tensor)
    assert tensor.dtype == torch.uint8
    np.testing.assert_array_equal(tensor.numpy(), last)


@pytest.mark.parametrize("name", NAMES)
def test_grey_images_of_every_layout(photographs, name):
    """A grey image that comes back with three channels, or that is refused."""
    grey = photographs[:5, 2:30, 2:30, 1].copy()
    plain = corrupt(grey, name, 3)
    assert plain.shape == grey.shape
    np.testing.assert_array_equal(corrupt(grey[..., None], name, 3)[..., 0], plain)
    np.testing.assert_array_equal(corrupt(grey[:, None], name, 3)[:, 0], plain)
    colour = corrupt(np.repeat(grey[..., None], 3, axis=3), name, 3)
    np.testing.assert_allclose(plain, colour.mean(axis=3), atol=0.5)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("constants", ["cifar", "imagenet"])
def test_the_smallest_images_and_both_sets(photographs, name, constants):
    """A filter or a texture that is larger than the image."""
    small = photographs[:3, :8, :9].copy()
    for severity in (1, 5):
        assert corrupt(small, name, severity, constants=constants).shape == small.shape


@pytest.mark.parametrize("name", NAMES)
def test_images_of_224_pixels_take_the_constants_of_imagenet(photographs, name):
    """`auto` that does not look at the side."""
    large = photographs[:2].repeat(7, axis=1).repeat(7, axis=2)
    np.testing.assert_array_equal(
        corrupt(large, name, 3), corrupt(large, name, 3, constants="imagenet")
    )
    assert (corrupt(large, name, 3, constants="cifar") != corrupt(large, name, 3)).any()


@pytest.mark.parametrize("name", NAMES)
def test_the_seed_matters_where_it_should(photographs, name):
    """A random corruption with a fixed seed inside, or a label that is wrong."""
    first, again, other = (corrupt(photographs, name, 3, seed=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any() == CORRUPTIONS[name].random


@pytest.mark.parametrize("name", NAMES)
def test_the_input_is_left_as_it_was(photographs, name):
    """An operation in place on the caller's images or on torch's generator."""
    tensor = torch.from_numpy(photographs.transpose(0, 3, 1, 2).copy())
    before, state = tensor.clone(), torch.get_rng_state()
    corrupt(tensor, name, 5)
    assert torch.equal(tensor, before)
    assert torch.equal(torch.get_rng_state(), state)


def test_read_only_and_strided_arrays(photographs):
    """A warning about read-only memory, or a refusal of negative strides."""
    images = photographs[:6]
    images.flags.writeable = False
    np.testing.assert_array_equal(
        corrupt(images[::-1], "contrast", 2), corrupt(images, "contrast", 2)[::-1]
    )


def test_no_images():
    """A minimum or a maximum of nothing."""
    assert corrupt(IMAGE[:0], "gaussian_noise", 1).shape == (0, 16, 12, 3)


REFUSED = {
    "unknown name": ({"name": "gausian_noise"}, r"'gausian_noise'.*did you mean 'gaussian_noise'"),
    "name of a wrong type": ({"name": 3}, r"corruption 3 is unknown"),
    "severity 0": ({"severity": 0}, r"severity is 0, expected an integer 1 to 5"),
    "severity 6": ({"severity": 6}, r"severity is 6, expected"),
    "severity 2.5": ({"severity": 2.5}, r"severity is 2\.5, expected"),
    "severity True": ({"severity": True}, r"severity is True, expected"),
    "seed of a wrong type": ({"seed": "a"}, r"seed is 'a', expected an integer"),
    "floats": ({"images": IMAGE / 255}, r"dtype float64, expected uint8"),
    "NaN": ({"images": IMAGE * np.nan}, r"dtype float64 and hold NaN, expected uint8"),
    "a list": ({"images": [[1]]}, r"type list, expected a numpy array"),
    "one image": ({"images": IMAGE[0]}, r"shape \(16, 12, 3\), expected \(sample, y, x, channel"),
    "two channels": ({"images": IMAGE[..., :2]}, r"shape \(2, 16, 12, 2\), expected"),
    "seven pixels": ({"images": IMAGE[:, :7]}, r"sides of at least 8 pixels"),
    "too few indices": ({"indices": [1]}, r"indices have shape \(1,\), expected \(2,\)"),
    "negative indices": ({"indices": [0, -4]}, r"indices contain -4, expected numbers of at"),
    "fractional indices": ({"indices": [0.5, 1.0]}, r"indices have dtype torch.float64, expected"),
    "constants": ({"constants": "mnist"}, r"constants are 'mnist', expected 'auto'"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_is_refused_with_value_and_expectation(case):
    """An error from deep inside, without the value, or no error."""
    changed, message = REFUSED[case]
    arguments = {"images": IMAGE, "name": "contrast", "severity": 1} | changed
    with pytest.raises(ValueError, match=message):
        corrupt(**arguments)


def test_cuda_gives_the_same_images(photographs):
    """A generator or a filter that depends on the device."""
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device is here: nothing to compare the CPU with")
    images = torch.from_numpy(photographs)
    for name in NAMES:
        for severity in (1, 5):
            here = corrupt(images, name, severity).int()
            there = corrupt(images.cuda(), name, severity).cpu().int()
            close = ((here - there).abs() <= 1).float().mean()
            assert close >= 0.999, f"{name} {severity}: {close:.5f} of the values within one level"
