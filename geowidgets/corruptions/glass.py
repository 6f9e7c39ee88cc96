"""glass_blur: pixels copied from near by, between two Gaussian filters."""

from __future__ import annotations

import torch
from torch import Tensor

from geowidgets.corruptions import filters
from geowidgets.corruptions.randomness import WORDS, Draws
from geowidgets.corruptions.task import Task, to_uint8


def glass_blur(images: Tensor, task: Task) -> Tensor:
    """Blur by σ, displace every pixel at random by −δ … δ − 1 in both axes, blur by σ again.

    The original's exchange of two array views copies one way: pixel (h, w) takes the value of
    (h + dy, w + dx). It runs from the bottom right to the top left, so that a pixel may take a
    value that was copied before. The result of every step is 8-bit.

    Args:
        images: uint8 (sample, 3, y, x).
        task: constants (σ, δ, passes).
    """
    sigma, shift, passes = task.constants
    result = to_uint8(filters.gaussian(images, sigma))
    for number in range(passes):
        origin = displaced(task.draws, number, tuple(images.shape[-2:]), shift)
        flat = result.flatten(-2)
        result = flat.gather(2, origin[:, None].expand_as(flat)).view_as(result)
    return to_uint8(filters.gaussian(result, sigma))


def displaced(draws: Draws, stream: int, shape: tuple[int, ...], shift: int) -> Tensor:
    """Where each pixel's value comes from after one pass: int64 (sample, y·x), flat positions.

    The sequential pass is a chain: a pixel's source that was overwritten earlier in the pass
    stands for its own source, and so on. Chains are followed in doubling steps, all pixels at
    once. A position p < y·x stands for pixel p after the pass, p + y·x for pixel p before it.
    """
    height, width = shape
    step = draws.words((2, height * width), stream) * (2 * shift) // WORDS - shift
    place = torch.arange(height * width, device=draws.device)
    row, column = place // width, place % width
    moved = (row > shift) & (row <= height - shift) & (column > shift) & (column <= width - shift)
    source = torch.where(moved, place + step[:, 0] * width + step[:, 1], place)
    earlier = (source > place) & moved[source]
    source = torch.where(earlier, source, source + len(place))
    while bool((open_ := source < len(place)).any()):
        further = source.gather(1, torch.where(open_, source, 0))
        source = torch.where(open_, further, source)
    return source - len(place)
