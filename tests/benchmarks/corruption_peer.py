# ruff: noqa: NPY002  the peer draws from numpy's global generator, and so does what stands in for it
"""The one-image-at-a-time reference: `imagecorruptions` 1.1.2, patched at run time.

An independent implementation of the corruptions, needed to make the golden table and to compare
speeds, never by the tests: `pip install --no-deps imagecorruptions==1.1.2` and
`pip install scikit-image`. Its file is read, not imported, because it does not import on today's
setuptools, SciPy and NumPy, and because its constants are literals inside the functions.
"""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
from PIL import Image
from scipy.ndimage import map_coordinates

from geowidgets.corruptions.frost_texture import ice

# What the file needs to run on today's versions, and where it differs from ImageNet-C's program.
_REPLACED = {
    "from scipy.ndimage.interpolation import map_coordinates\n": "",
    "from pkg_resources import resource_filename\n": "",
    "np.float_": "np.float64",
    "multichannel=True": "channel_axis=-1",
    "Image.NEAREST": "Image.BOX",
}


def load(constants: Mapping[str, tuple]) -> dict[str, Callable[[Image.Image, int], np.ndarray]]:
    """The peer's functions of (Pillow image, severity), reading their constants from `constants`.

    Raises:
        ImportError: `imagecorruptions` is not installed.
    """
    spec = importlib.util.find_spec("imagecorruptions")
    if spec is None or spec.origin is None:
        raise ImportError(
            "imagecorruptions is not installed, expected version 1.1.2 "
            "(pip install --no-deps imagecorruptions==1.1.2; pip install scikit-image)"
        )
    text = Path(spec.origin).with_name("corruptions.py").read_text()
    for old, new in _REPLACED.items():
        if old not in text:
            raise ImportError(f"{spec.origin} lacks {old!r}, expected imagecorruptions 1.1.2")
        text = text.replace(old, new)
    tree = _Constants().visit(ast.parse(text))
    module = ModuleType("patched_peer")
    module.__dict__["CONSTANTS"] = {
        name: [_plain(row, name) for row in rows] for name, rows in constants.items()
    }
    exec(compile(ast.fix_missing_locations(tree), "patched_peer", "exec"), module.__dict__)
    zoom = module.__dict__["clipped_zoom"]
    module.__dict__["clipped_zoom"] = lambda image, factor: _trimmed(zoom(image, factor), image)
    functions = {name: getattr(module, name) for name in constants}
    return functions | {
        "frost": lambda image, severity: _frost(image, constants["frost"][severity - 1]),
        "elastic_transform": lambda image, severity: _elastic(
            module, image, constants["elastic_transform"][severity - 1]
        ),
    }


def run(function: Callable, image: np.ndarray, severity: int) -> np.ndarray:
    """One image, uint8 (y, x, 3), through one of the peer's functions."""
    return np.uint8(function(Image.fromarray(image), severity))


class _Constants(ast.NodeTransformer):
    # `c = [...][severity - 1]` becomes `c = CONSTANTS[<function's name>][severity - 1]`.
    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        for statement in node.body:
            match statement:
                case ast.Assign(targets=[ast.Name(id="c")], value=ast.Subscript() as value):
                    value.value = ast.parse(f"CONSTANTS[{node.name!r}]", mode="eval").body
        return node


def _plain(row: object, name: str) -> object:
    if name != "zoom_blur":
        return row
    count, step = row  # type: ignore[misc]
    return np.arange(count) * step + 1


def _trimmed(zoomed: np.ndarray, image: np.ndarray) -> np.ndarray:
    # The published program keeps the centre of a zoomed layer before anything else is done with
    # it; the peer keeps all of it. It matters to snow 4, whose layer is 2 pixels too large: the
    # motion blur then starts from a row of higher contrast (24.7 in place of 20.7 levels).
    height, width = image.shape[:2]
    top, left = (zoomed.shape[0] - height) // 2, (zoomed.shape[1] - width) // 2
    return zoomed[top : top + height, left : left + width]


def _frost(image: Image.Image, row: tuple[float, float]) -> np.ndarray:
    # The peer enlarges its textures by 1.1; CIFAR-10-C shrinks them to a fifth.
    texture = cv2.resize(ice(np.random.randint(5)), (0, 0), fx=0.2, fy=0.2)
    pixels = np.array(image)
    height, width = pixels.shape[:2]
    y = np.random.randint(0, texture.shape[0] - height)
    x = np.random.randint(0, texture.shape[1] - width)
    return np.clip(row[0] * pixels + row[1] * texture[y : y + height, x : x + width], 0, 255)


def _elastic(module: ModuleType, image: Image.Image, row: tuple[float, ...]) -> np.ndarray:
    # The peer leaves out the affine map; this is the published procedure, by OpenCV and SciPy.
    pixels = np.array(image, dtype=np.float32) / 255
    height, width = pixels.shape[:2]
    alpha, sigma, shift = (min(height, width) * part for part in row)
    centre = np.float32((height, width)) // 2
    reach = min(height, width) // 3
    before = np.float32([centre + reach, [centre[0] + reach, centre[1] - reach], centre - reach])
    after = before + np.random.uniform(-shift, shift, size=before.shape).astype(np.float32)
    pixels = cv2.warpAffine(
        pixels,
        cv2.getAffineTransform(before, after),
        (width, height),
        borderMode=cv2.BORDER_REFLECT_101,
    )
    fields = [
        module.gaussian(  # type: ignore[attr-defined]
            np.random.uniform(-1, 1, size=(height, width)), sigma, mode="reflect", truncate=3
        )
        * alpha
        for _ in range(2)
    ]
    y, x = np.meshgrid(np.arange(height), np.arange(width), indexing="ij")
    channels = [
        map_coordinates(
            pixels[..., channel], [y + fields[1], x + fields[0]], order=1, mode="reflect"
        )
        for channel in range(3)
    ]
    return np.clip(np.stack(channels, axis=-1), 0, 1) * 255
