"""Weather: brightness and fog; `frost.py`, `snow.py` and `spatter.py` hold the others.

Every function takes uint8 images (sample, 3, y, x) and a `Task` and returns uint8 images of the
same shape.
"""

from __future__ import annotations

import torch
from torch import Tensor

from geowidgets.corruptions.task import Task, to_uint8


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
