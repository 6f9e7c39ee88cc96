"""Digital: contrast, saturate, pixelate, jpeg_compression (elastic_transform: `elastic.py`).

Every function takes uint8 images (sample, 3, y, x) and a `Task` and returns uint8 images of the
same shape.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
import torch
from torch import Tensor

from geowidgets.corruptions import pool
from geowidgets.corruptions.task import Task, to_uint8


def contrast(images: Tensor, task: Task) -> Tensor:
    """(x − m)·c + m, m the mean of the image's channel."""
    height, width = images.shape[-2:]
    total = images.sum(dim=(-2, -1), keepdim=True, dtype=torch.int64)
    mean = (total.to(torch.float64) / (height * width)).to(torch.float32)
    return to_uint8(images.to(torch.float32).sub_(mean).mul_(task.constants).add_(mean))


def saturate(images: Tensor, task: Task) -> Tensor:
    """HSV's saturation S becomes S·a + b, within [0, 1]; hue and value V stay.

    With hue and value fixed the distance of a channel from V is proportional to S, so HSV itself
    is not needed: V − (V − x) · S' / S. Greys have no hue; as in the original they count as red,
    and turn reddish where b > 0.
    """
    factor, summand = task.constants
    source = images.to(torch.float32)
    value = source.amax(dim=1, keepdim=True)
    distance = value - source
    spread = distance.amax(dim=1, keepdim=True)
    saturation = spread / value.masked_fill(value == 0, 1)
    saturation = saturation.mul_(factor).add_(summand).clamp_(0, 1)
    grey = spread == 0
    share = torch.where(grey, 1, distance / spread.masked_fill(grey, 1))
    share[:, :1].masked_fill_(grey, 0)
    return to_uint8(value - share * (saturation * value))


def pixelate(images: Tensor, task: Task) -> Tensor:
    """Shrink to int(side·c) pixels and enlarge again, both with Pillow's box filter."""
    height, width = images.shape[-2:]
    shrunk = int(height * task.constants), int(width * task.constants)
    small = _resize(_resize(images, -1, shrunk[1]), -2, shrunk[0])
    return _resize(_resize(small, -1, width), -2, height)


def _resize(images: Tensor, axis: int, length: int) -> Tensor:
    # Pillow rounds to 8 bits after each axis, and so does this.
    matrix = box_matrix(images.shape[axis], length).to(images.device)
    source = images.to(torch.float64)
    mean = source @ matrix.T if axis == -1 else matrix @ source
    return mean.add_(0.5).to(torch.uint8)


@lru_cache(maxsize=64)
def box_matrix(length: int, target: int) -> Tensor:
    """Pillow's box filter of one axis as a float64 matrix (to, from).

    The mean of the pixels whose centres lie less than half a target pixel (half a source pixel
    when enlarging) from the target's centre.
    """
    # The order of the operations is Pillow's: it decides the ties of centres half-way between.
    scale = length / target
    half = max(scale, 1) / 2
    centre = (np.arange(target)[:, None] + 0.5) * scale
    place = np.arange(length)
    distance = (place - centre + 0.5) * (1 / max(scale, 1))
    window = (place >= np.trunc(centre - half + 0.5)) & (place < np.trunc(centre + half + 0.5))
    inside = window & (distance > -0.5) & (distance <= 0.5)
    return torch.from_numpy(inside / inside.sum(axis=1, keepdims=True))


def jpeg_compression(images: Tensor, task: Task) -> Tensor:
    """Encode and decode as JPEG of quality c, chroma 4:2:0; on the CPU, by OpenCV's libjpeg."""
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(task.constants)]

    def through(image: np.ndarray) -> np.ndarray:
        encoded = cv2.imencode(".jpg", image, quality)[1]
        return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR))

    # OpenCV's order of channels is blue, green, red.
    source = images.flip(1).permute(0, 2, 3, 1).contiguous().cpu().numpy()
    result = torch.from_numpy(pool.map_images(through, source))
    return result.permute(0, 3, 1, 2).flip(1).contiguous().to(images.device)
