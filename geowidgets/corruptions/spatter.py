"""spatter: drops of water or spots of mud."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from torch import Tensor

from geowidgets.corruptions import filters, pool
from geowidgets.corruptions.randomness import normal_table
from geowidgets.corruptions.task import Task, to_uint8

_STEPS = 2.0**14  # as many binary places as two passes of a filter keep exactly
_WATER, _MUD = (175, 238, 238), (63, 42, 20)
_EMBOSS = np.array([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]], np.float32)


def spatter(images: Tensor, task: Task) -> Tensor:
    """Normal noise, smoothed and cut at a threshold, is the liquid; it covers or lightens.

    Args:
        images: uint8 (sample, 3, y, x).
        task: constants (mean, deviation, σ, threshold, strength, kind); kind 0 is water, which
            adds light at the edges of its drops, kind 1 is mud, which covers.
    """
    mean, deviation, sigma, threshold, strength, kind = task.constants
    table = (normal_table(mean, deviation) * _STEPS).round() / _STEPS
    liquid = filters.gaussian(task.draws.lookup(table, tuple(images.shape[-2:])), sigma)
    liquid = liquid.masked_fill_(liquid < threshold, 0)
    source = images.to(torch.float32)
    if kind:
        return _mud(source, liquid > threshold, strength)
    return _water(source, liquid, strength)


def _mud(source: Tensor, spots: Tensor, sigma: float) -> Tensor:
    cover = filters.gaussian(spots, sigma)
    cover = cover.masked_fill_(cover < 0.8, 0).to(torch.float32)[:, None]
    return to_uint8(source * (1 - cover) + cover * _colour(_MUD, source))


def _water(source: Tensor, liquid: Tensor, strength: float) -> Tensor:
    level = (liquid.clamp_(max=1) * 255).to(torch.uint8)
    rim = torch.from_numpy(pool.map_images(_rims, level.cpu().numpy())).to(source.device)
    light = level.to(torch.float32) * rim
    most = light.amax(dim=(-2, -1), keepdim=True)
    light = light / most.masked_fill(most == 0, 1) * strength
    return to_uint8(source + light[:, None] * _colour(_WATER, source))


def _rims(level: np.ndarray) -> np.ndarray:
    # Light and shade at the edges of the drops: an embossed map of the distance to them.
    distance = cv2.distanceTransform(255 - cv2.Canny(level, 50, 150), cv2.DIST_L2, 5)
    near = cv2.blur(np.minimum(distance, 20), (3, 3)).astype(np.uint8)
    embossed = cv2.filter2D(cv2.equalizeHist(near), cv2.CV_8U, _EMBOSS)
    return cv2.blur(embossed, (3, 3)).astype(np.float32)


def _colour(levels: tuple[int, int, int], like: Tensor) -> Tensor:
    return torch.tensor(levels, dtype=torch.float32, device=like.device).view(3, 1, 1)
