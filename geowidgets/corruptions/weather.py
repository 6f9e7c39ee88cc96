"""Weather: fog and brightness; `frost.py`, `snow.py` and `spatter.py` hold the others.

Every function takes uint8 images (sample, 3, y, x) and a `Task` and returns uint8 images of the
same shape.
"""

from __future__ import annotations

import torch
from torch import Tensor

from geowidgets.corruptions.randomness import Draws
from geowidgets.corruptions.task import Task, to_uint8

_WIBBLE = 100.0


def brightness(images: Tensor, task: Task) -> Tensor:
    """HSV's value V = max(R, G, B) becomes min(V + c, 1); hue and saturation stay.

    With hue and saturation fixed the colour is proportional to V, so HSV itself is not needed:
    x · V' / V, and grey V' where V = 0.
    """
    source = images.to(torch.float32)
    value = source.amax(dim=1, keepdim=True)
    brighter = (value + 255 * task.constants).clamp_(max=255)
    black = value == 0
    scaled = source.mul_(brighter / value.masked_fill_(black, 1))
    return to_uint8(torch.where(black, brighter, scaled))


def fog(images: Tensor, task: Task) -> Tensor:
    """(x + a·p) · m / (m + a), p a plasma in [0, 1] and m the image's largest value.

    Args:
        images: uint8 (sample, 3, y, x).
        task: constants (a, decay): thickness, and how fast the plasma's roughness falls with the
            scale.
    """
    thickness, decay = task.constants
    height, width = images.shape[-2:]
    size = 1 << (max(height, width) - 1).bit_length()
    clouds = plasma(task.draws, size, decay)[:, None, :height, :width]
    source = images.to(torch.float32)
    most = source.amax(dim=(1, 2, 3), keepdim=True)
    return to_uint8(source.add_(clouds * (255 * thickness)) * (most / (most + 255 * thickness)))


def plasma(draws: Draws, size: int, decay: float) -> Tensor:
    """Diamond-square clouds on a torus, between 0 and 1.

    From the coarsest to the finest step: the middle of each square, then of each diamond, becomes
    the mean of its four corners + w·U(−w, w), w = 100 divided by `decay` after every step.

    Args:
        draws: random numbers of the samples.
        size: side in pixels, a power of two.
        decay: above 1; the larger, the smoother.

    Returns:
        float32 (sample, size, size).
    """
    count = len(draws.keys)
    clouds = torch.zeros((count, size, size), device=draws.device)
    wibble, step = _WIBBLE, size
    while step >= 2:
        half = step // 2
        # A stream for each scale, named after the step.
        noise = (draws.uniform((3, size // step, size // step), step) * 2 - 1) * wibble**2
        corner = clouds[:, ::step, ::step]
        square = corner + corner.roll(-1, 1)
        centre = (square + square.roll(-1, 2)) / 4 + noise[:, 0]
        clouds[:, half::step, half::step] = centre
        above = (centre + centre.roll(1, 1)) + (corner + corner.roll(-1, 2))
        clouds[:, ::step, half::step] = above / 4 + noise[:, 1]
        beside = (centre + centre.roll(1, 2)) + (corner + corner.roll(-1, 1))
        clouds[:, half::step, ::step] = beside / 4 + noise[:, 2]
        step, wibble = half, wibble / decay
    clouds -= clouds.amin(dim=(1, 2), keepdim=True)
    return clouds / clouds.amax(dim=(1, 2), keepdim=True)
