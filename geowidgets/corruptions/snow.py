"""snow: moving flakes over a whitened image."""

from __future__ import annotations

import torch
from torch import Tensor

from geowidgets.corruptions import filters
from geowidgets.corruptions.motion import along_line
from geowidgets.corruptions.randomness import normal_table
from geowidgets.corruptions.task import Task, to_uint8

_STEPS = 2.0**14  # as many binary places as two passes of a filter keep exactly


def snow(images: Tensor, task: Task) -> Tensor:
    """Whitened image + flakes + flakes turned by 180°.

    Flakes are normal noise, zoomed, of which only what exceeds the threshold is kept, as 8-bit
    values, blurred along a line of −135° to −45°. The image is whitened by
    b·x + (1 − b)·max(x, 1.5·grey + ½).

    Args:
        images: uint8 (sample, 3, y, x).
        task: constants (mean, deviation, zoom, threshold, radius, σ, b).
    """
    *layer, blend = task.constants
    source = images.to(torch.float32)
    weights = torch.tensor([0.299, 0.587, 0.114], device=images.device).view(3, 1, 1)
    red, green, blue = (source * weights).unbind(1)
    white = ((red + green) + blue).mul_(1.5).add_(127.5)[:, None]
    white = torch.maximum(source, white).mul_(1 - blend)
    flakes = _flakes(task, layer, tuple(images.shape[-2:]))
    flakes = flakes + flakes.flip(-1, -2)
    return to_uint8(source.mul_(blend).add_(white).add_(flakes))


def _flakes(task: Task, layer: list[float], shape: tuple[int, ...]) -> Tensor:
    mean, deviation, factor, threshold, radius, sigma = layer
    table = (normal_table(mean, deviation) * _STEPS).round() / _STEPS
    noise = task.draws.lookup(table, (1, *shape))
    rows, columns = (filters.zoom_matrix(side, factor) for side in shape)
    zoomed = filters.separable(noise, rows, columns)
    kept = zoomed.masked_fill_(zoomed < threshold, 0).clamp_(0, 1).mul_(255).floor_()
    angles = task.draws.scalars(1, 1)[:, 0] * 90 - 135
    return along_line(kept.to(torch.float32), int(radius), sigma, angles).add_(0.5).floor_()
