"""Images and what replaces their occluded pixels, as tensors in pixel space."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from geowidgets.suggest import nearest
from geowidgets.training import to_input

FILLS = ("mean", "zero", "blur")


def as_pixels(image: Any, what: str = "image") -> Tensor:
    """One image as float32 `(channel, y, x)`, uint8 scaled to [0, 1].

    uint8 is read as `(y, x, channel)` or grey `(y, x)`, as in a store; floats as
    `(channel, y, x)` or grey `(y, x)`, as they are.

    Raises:
        ValueError: not two or three axes, or an empty one.

    Example:
        >>> as_pixels(np.full((5, 4, 3), 255, np.uint8)).shape
        torch.Size([3, 5, 4])
    """
    values = image.detach() if isinstance(image, Tensor) else torch.from_numpy(np.array(image))
    if values.ndim not in (2, 3) or not values.numel():
        raise ValueError(
            f"{what}: expected (y, x, channel) uint8 or (channel, y, x) floats, "
            f"got {values.dtype} of shape {tuple(values.shape)}"
        )
    if values.ndim == 2:
        values = values[..., None] if values.dtype == torch.uint8 else values[None]
    if values.dtype != torch.uint8 and not values.is_floating_point():
        raise TypeError(f"{what}: expected uint8 or floats, got {values.dtype}")
    return to_input(values[None])[0].float().cpu()


def mean_pixel(images: Any) -> Tensor:
    """Mean of every channel over all images and positions, `(channel,)`, in [0, 1] for uint8.

    Args:
        images: uint8 `(sample, y, x, channel)` or floats `(sample, channel, y, x)`.

    Example:
        >>> mean_pixel(np.full((2, 5, 4, 3), 51, np.uint8))
        tensor([0.2000, 0.2000, 0.2000])
    """
    values = images if isinstance(images, Tensor) else np.asarray(images)
    channels_last = values.dtype in (torch.uint8, np.uint8)
    axes = (0, 1, 2) if channels_last else (0, 2, 3)
    # In numpy: float64 sums without a float copy of all images.
    array = values.detach().cpu().numpy() if isinstance(values, Tensor) else values
    mean = array.mean(axis=axes, dtype=np.float64) / (255 if channels_last else 1)
    return torch.from_numpy(np.asarray(mean)).float()


def fill_image(fill: Any, pixels: Tensor, mean: Any, sigma: float) -> Tensor:
    """What stands where `pixels` are occluded, `(channel, y, x)`.

    Args:
        fill: `"mean"`, `"zero"` (black), `"blur"`, a number, one number a channel, or an image.
        pixels: The image, `(channel, y, x)`.
        mean: The data set's mean, a number, `(channel,)` or an image; None = the image's own
            mean over positions.
        sigma: Standard deviation of the Gaussian of `"blur"`, pixels.

    Raises:
        ValueError: an unknown word, or a shape that does not fit.

    Example:
        >>> fill_image("zero", torch.ones(1, 2, 3), None, 1.0).sum()
        tensor(0.)
    """
    if isinstance(fill, str):
        if fill == "blur":
            return _blurred(pixels, sigma)
        if fill == "zero":
            return torch.zeros_like(pixels)
        if fill != "mean":
            raise ValueError(f"fill: unknown word {fill!r}; {nearest(fill, FILLS)}")
        if mean is None:
            return pixels.mean((1, 2), keepdim=True).expand_as(pixels).contiguous()
        return _constant(mean, pixels, "mean")
    return _constant(fill, pixels, "fill")


def _constant(value: Any, pixels: Tensor, what: str) -> Tensor:
    array = value.detach().cpu() if isinstance(value, Tensor) else torch.as_tensor(np.array(value))
    channels, height, width = pixels.shape
    if array.dtype == torch.uint8 and tuple(array.shape) == (height, width, channels):
        return as_pixels(array, what)
    if tuple(array.shape) not in {(), (channels,), (channels, height, width)}:
        raise ValueError(
            f"{what}: expected a number, ({channels},) numbers or an image of shape "
            f"{tuple(pixels.shape)}, got shape {tuple(array.shape)}"
        )
    if array.dtype == torch.uint8:
        raise TypeError(f"{what}: expected floats in the image's range, 0..1 for uint8 images")
    array = array.float()
    return (array[:, None, None] if array.ndim == 1 else array).expand_as(pixels).contiguous()


def _blurred(pixels: Tensor, sigma: float) -> Tensor:
    from torchvision.transforms.functional import gaussian_blur

    # Reflecting at the border needs a kernel shorter than twice the side.
    sides = [min(2 * int(3 * sigma) + 1, 2 * side - 1) for side in reversed(pixels.shape[1:])]
    return gaussian_blur(pixels, sides, [max(sigma, 1e-3)] * 2)
