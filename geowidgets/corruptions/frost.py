"""frost: a picture of ice crystals laid over the image."""

from __future__ import annotations

import torch
from torch import Tensor

from geowidgets.corruptions.frost_texture import textures
from geowidgets.corruptions.task import Task, to_uint8

_SCALE = {"cifar": 0.2, "imagenet": 1.0}


def frost(images: Tensor, task: Task) -> Tensor:
    """Sum a · image + b · texture, cropped at a random place of a random texture.

    Args:
        images: uint8 (sample, 3, y, x).
        task: constants (a, b); `task.frost_textures` names a folder of photographs.
    """
    weight, cover = task.constants
    height, width = images.shape[-2:]
    pictures = textures(task.frost_textures, _SCALE[task.set], height, width)
    chance = task.draws.scalars(3, 0)
    chosen = (chance[:, 0] * len(pictures)).to(torch.int64)
    layer = torch.empty(images.shape, dtype=torch.uint8, device=images.device)
    for number, picture in enumerate(pictures):
        rows = torch.nonzero(chosen == number)[:, 0]
        crops = _crops(picture.to(images.device), chance[rows, 1:], height, width)
        layer.index_copy_(0, rows.to(images.device), crops)
    return to_uint8(images.to(torch.float32).mul_(weight).add_(layer.to(torch.float32).mul_(cover)))


def _crops(picture: Tensor, chance: Tensor, height: int, width: int) -> Tensor:
    # Windows (sample, 3, y, x) whose upper left corners are chosen by two numbers in [0, 1).
    room = torch.tensor([picture.shape[0] - height, picture.shape[1] - width])
    corner = (chance * room).to(torch.int64).to(picture.device)
    row = corner[:, 0, None, None] + torch.arange(height, device=picture.device)[:, None]
    column = corner[:, 1, None, None] + torch.arange(width, device=picture.device)
    flat = (row * picture.shape[1] + column).flatten()
    planes = picture.flatten(0, 1).index_select(0, flat)
    return planes.view(len(chance), height, width, 3).permute(0, 3, 1, 2)
