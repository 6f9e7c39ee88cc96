"""The pictures of frost: procedural ice crystals, or a folder of photographs.

The photographs that CIFAR-10-C and ImageNet-C were made with are not part of this package. The
procedural textures have about their mean levels and contrasts; a table of results should name the
one that was used (`frost_texture_name`).
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from geowidgets.corruptions.randomness import Draws

PROCEDURAL = "procedural ice crystals 1"
DRAWN_FROM = 5
"""The original chooses among the first five of its six photographs."""

# Mean level, deviation at a fifth of the size, and colour of each procedural texture.
_TONES = (
    (135, 18, (0.72, 1.04, 1.24)),
    (205, 18, (0.98, 1.0, 1.02)),
    (198, 22, (0.97, 1.0, 1.03)),
    (155, 27, (0.93, 1.0, 1.07)),
    (118, 36, (0.92, 1.0, 1.08)),
)
_HEIGHT, _WIDTH = 450, 600
_SUFFIXES = (".png", ".jpg", ".jpeg")


def frost_texture_name(folder: str | Path | None = None) -> str:
    """Which textures `frost` uses with `frost_textures=folder`, for tables and metadata.

    Raises:
        ValueError: a folder that does not exist or holds no picture.

    Example:
        >>> frost_texture_name()
        'procedural ice crystals 1'
    """
    if folder is None:
        return PROCEDURAL
    return "photographs " + ", ".join(path.name for path in _photographs(folder))


def _photographs(folder: str | Path) -> list[Path]:
    path = Path(folder)
    if not path.is_dir():
        raise ValueError(f"frost_textures is {str(folder)!r}, expected an existing folder")
    found = sorted(file for file in path.iterdir() if file.suffix.lower() in _SUFFIXES)
    if not found:
        raise ValueError(
            f"frost_textures {str(folder)!r} holds no picture, expected files frost1 … frost6 "
            f"ending in {', '.join(_SUFFIXES)}"
        )
    return found[:DRAWN_FROM]


@lru_cache(maxsize=16)
def textures(folder: str | None, scale: float, height: int, width: int) -> tuple[Tensor, ...]:
    """Textures shrunk by `scale`, or enlarged to exceed height × width: uint8 (y, x, 3) each."""
    if folder is None:
        pictures = [ice(number) for number in range(len(_TONES))]
    else:
        pictures = [_read(path) for path in _photographs(folder)]
    return tuple(torch.from_numpy(_sized(each, scale, height, width)) for each in pictures)


def _read(path: Path) -> np.ndarray:
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise ValueError(f"frost texture {str(path)!r} cannot be read, expected a PNG or JPEG file")
    return np.ascontiguousarray(picture[..., ::-1])


def _sized(picture: np.ndarray, scale: float, height: int, width: int) -> np.ndarray:
    if scale != 1:
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
    lacking = max((height + 1) / picture.shape[0], (width + 1) / picture.shape[1])
    if lacking > 1:
        size = [int(np.ceil(side * lacking)) for side in picture.shape[1::-1]]
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC)
    return picture


@lru_cache(maxsize=len(_TONES))
def ice(number: int) -> np.ndarray:
    """Procedural texture 0 … 4: feathery crystals over each other, uint8 (450, 600, 3) RGB."""
    draws = Draws.of(0, PROCEDURAL, number, torch.arange(1), torch.device("cpu"))
    canvas = np.full((_HEIGHT, _WIDTH), 110, np.uint8)
    crystals = 420 - 50 * number
    for x, y, angle, length, light in draws.scalars(5 * crystals, 0).view(crystals, 5).tolist():
        _crystal(canvas, x * _WIDTH, y * _HEIGHT, angle * 2 * np.pi, 25 + 95 * length**2, light)
    mist = cv2.GaussianBlur(draws.uniform((_HEIGHT, _WIDTH), 1)[0].numpy(), (0, 0), 45)
    grain = cv2.GaussianBlur(draws.uniform((_HEIGHT, _WIDTH), 2)[0].numpy(), (0, 0), 0.8)
    level = canvas + 14_000 * (mist - mist.mean()) + 70 * (grain - grain.mean())
    mean, deviation, colour = _TONES[number]
    level = (level - level.mean()) / cv2.resize(level, None, fx=0.2, fy=0.2).std()
    shade = (mean + deviation * level)[..., None] * np.array(colour)
    return np.clip(shade, 0, 255).astype(np.uint8)


def _crystal(
    canvas: np.ndarray, x: float, y: float, angle: float, length: float, light: float
) -> None:
    # A dim body under a bright stem with branches at 60 degrees, shorter towards the tip.
    stem = np.array([np.cos(angle), np.sin(angle)])
    side = np.array([-stem[1], stem[0]])
    root = np.array([x, y])
    body = [root, root + length * (0.3 * stem + 0.2 * side), root + length * stem]
    body.append(root + length * (0.3 * stem - 0.2 * side))
    cv2.fillConvexPoly(canvas, np.round(body).astype(np.int32), 60 + 130 * light, cv2.LINE_AA)
    along = np.arange(0.06, 0.95, 5 / length)[:, None]
    joint, reach = root + along * length * stem, 0.42 * length * (1 - along)
    branches = [
        np.stack([joint, joint + reach * (0.5 * stem + turn * 0.87 * side)], axis=1)
        for turn in (-1, 1)
    ]
    lines = np.concatenate([[[root, root + length * stem]], *branches])
    lines = list(np.round(lines).astype(np.int32))
    cv2.polylines(canvas, lines, False, 125 + 130 * light, 1, cv2.LINE_AA)
