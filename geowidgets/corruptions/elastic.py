"""elastic_transform: a random affine map, then a smooth random displacement."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import grid_sample

from geowidgets.corruptions import filters
from geowidgets.corruptions.randomness import WORDS
from geowidgets.corruptions.task import Task, to_uint8


def elastic_transform(images: Tensor, task: Task) -> Tensor:
    """Move three points at random, map the image affinely, displace by α · smoothed noise.

    Both steps interpolate linearly. The fields are uniform noise in (−1, 1) under a Gaussian
    filter of σ, cut at 3σ.

    Args:
        images: uint8 (sample, 3, y, x).
        task: constants (α, σ, largest shift of a point): in shares of the shorter side for the
            CIFAR set, in pixels for ImageNet's.
    """
    height, width = images.shape[-2:]
    unit = min(height, width) if task.set == "cifar" else 1
    amplitude, sigma, shift = (unit * part for part in task.constants)
    shifts = (task.draws.scalars(6, 0) * 2 - 1) * shift
    result = _affine(images.to(torch.float32), shifts.view(-1, 3, 2))
    if amplitude:
        result = _displaced(result, _fields(task, (height, width), sigma) * amplitude)
    return to_uint8(result)


def _affine(images: Tensor, shifts: Tensor) -> Tensor:
    # The points are (x, y) = c + (s, s), c + (s, −s) and c − (s, s), so that the differences of
    # their images, halved by s, are the columns of the linear map.
    height, width = images.shape[-2:]
    reach = min(height, width) // 3
    signs = torch.tensor([[1.0, 1.0], [1.0, -1.0], [-1.0, -1.0]], dtype=torch.float64)
    moved = torch.tensor([width // 2, height // 2]) + reach * signs + shifts
    a, c = ((moved[:, 1] - moved[:, 2]) / (2 * reach)).unbind(1)
    b, d = ((moved[:, 0] - moved[:, 1]) / (2 * reach)).unbind(1)
    determinant = a * d - b * c
    scale = torch.where(determinant == 0, 0, 1 / determinant)
    y = torch.arange(height, dtype=torch.float64)[:, None]
    x = torch.arange(width, dtype=torch.float64)
    # Relative to the second point, which came from c + (s, −s).
    right, down = x - moved[:, 1, 0, None, None], y - moved[:, 1, 1, None, None]
    a, b, c, d = (part[:, None, None] * scale[:, None, None] for part in (a, b, c, d))
    across = d * right - b * down + (width // 2 + reach)
    along = a * down - c * right + (height // 2 - reach)
    grid = torch.stack([2 * across / (width - 1) - 1, 2 * along / (height - 1) - 1], dim=-1)
    grid = grid.to(torch.float32).to(images.device)
    return grid_sample(images, grid, padding_mode="reflection", align_corners=True)


def _fields(task: Task, shape: tuple[int, int], sigma: float) -> Tensor:
    table = (torch.arange(WORDS, dtype=torch.float64) + 0.5) * (2 / WORDS) - 1
    noise = task.draws.lookup(table, (2, *shape), stream=1)
    return filters.gaussian(noise, sigma, border="reflect", truncate=3) if sigma else noise


def _displaced(images: Tensor, fields: Tensor) -> Tensor:
    height, width = images.shape[-2:]
    x = torch.arange(width, device=images.device) + fields[:, 0]
    y = torch.arange(height, device=images.device)[:, None] + fields[:, 1]
    grid = torch.stack([(2 * x + 1) / width - 1, (2 * y + 1) / height - 1], dim=-1)
    return grid_sample(
        images, grid.to(torch.float32), padding_mode="reflection", align_corners=False
    )
