"""A contact sheet: names × severities of one image, for looking at."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch
from torch import Tensor

from geowidgets.corruptions.apply import FIRST, GREY, corrupt, layout_of
from geowidgets.corruptions.registry import CORRUPTIONS, find

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def corruption_sheet(
    images: np.ndarray | Tensor,
    names: Sequence[str] | None = None,
    severities: Sequence[int] = (1, 2, 3, 4, 5),
    *,
    seed: int = 0,
    constants: str = "auto",
    frost_textures: str | None = None,
) -> Figure:
    """Draw corrupted images, one row a corruption and one column a severity.

    Args:
        images: uint8 images as for `corrupt`; every row shows the next of them, in turn.
        names: rows, by default all of `CORRUPTIONS`.
        severities: columns, integers 1 to 5; the clean image stands before them.
        seed: as for `corrupt`.
        constants: as for `corrupt`.
        frost_textures: as for `corrupt`.

    Returns:
        A matplotlib figure that belongs to no window (`figure.savefig(path)`).

    Raises:
        ValueError: no image, or what `corrupt` refuses.
        ImportError: matplotlib is not installed.

    Example:
        >>> figure = corruption_sheet(np.zeros((1, 16, 16, 3), np.uint8), ["fog"], [1, 5])
        >>> len(figure.axes)
        3
    """
    names = list(CORRUPTIONS) if names is None else [find(name).name for name in names]
    layout = layout_of(images)
    if not len(images) or not names:
        raise ValueError(
            f"{len(images)} images and {len(names)} names given, expected at least one of each"
        )
    shape = (len(names), len(severities) + 1)
    figure = _figure(1.2 * shape[1] + 1.2, 1.2 * shape[0])
    axes = figure.subplots(*shape, squeeze=False)
    for row, name in enumerate(names):
        number = row % len(images)
        clean = images[number : number + 1]
        shown = [clean] + [
            corrupt(
                cast("Any", clean),
                name,
                severity,
                seed,
                indices=[number],
                constants=constants,
                frost_textures=frost_textures,
            )
            for severity in severities
        ]
        for axis, image in zip(axes[row], shown, strict=True):
            axis.imshow(_picture(image, layout), vmin=0, vmax=255, cmap="gray")
            axis.set(xticks=[], yticks=[])
        label = f"{name.replace('_', ' ')}\n{CORRUPTIONS[name].family}"
        axes[row, 0].set_ylabel(label, rotation=0, ha="right", va="center", fontsize=8)
    for axis, title in zip(axes[0], ["clean", *severities], strict=True):
        axis.set_title(str(title), fontsize=9)
    return figure


def _figure(width: float, height: float) -> Figure:
    from matplotlib.figure import Figure

    class Sheet(Figure):
        """A figure that a notebook shows although pyplot does not know it."""

        def _repr_png_(self) -> bytes:
            buffer = io.BytesIO()
            self.savefig(buffer, format="png")
            return buffer.getvalue()

    return Sheet(figsize=(width, height), layout="constrained")


def _picture(image: np.ndarray | Tensor, layout: str) -> np.ndarray:
    picture = image[0].cpu().numpy() if isinstance(image, torch.Tensor) else image[0]
    if layout == GREY:
        return picture
    return (picture.transpose(1, 2, 0) if layout == FIRST else picture).squeeze()
