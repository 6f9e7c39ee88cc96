"""The list of corruptions and what is said of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from torch import Tensor

from geowidgets.corruptions import (
    blur,
    digital,
    elastic,
    frost,
    glass,
    motion,
    noise,
    snow,
    spatter,
    weather,
)
from geowidgets.corruptions.task import Task
from geowidgets.suggest import closest


@dataclass(frozen=True)
class Corruption:
    """One way to spoil an image.

    Attributes:
        name: as in CIFAR-10-C and ImageNet-C.
        family: "noise", "blur", "weather" or "digital".
        extra: True for the 4 corruptions that are kept for validation.
        random: True where the result depends on the seed.
        description: one line for people.
        apply: the function of (uint8 images (sample, 3, y, x), `Task`) that does it.
    """

    name: str
    family: str
    extra: bool
    random: bool
    description: str
    apply: Callable[[Tensor, Task], Tensor] = field(repr=False, compare=False)


def _list() -> tuple[Corruption, ...]:
    def row(
        family: str,
        apply: Callable[[Tensor, Task], Tensor],
        description: str,
        *,
        random: bool = False,
        extra: bool = False,
    ) -> Corruption:
        return Corruption(apply.__name__, family, extra, random, description, apply)

    return (
        row("noise", noise.gaussian_noise, "Gaussian noise", random=True),
        row("noise", noise.shot_noise, "Poisson noise of few photons", random=True),
        row("noise", noise.impulse_noise, "salt and pepper", random=True),
        row("blur", blur.defocus_blur, "out of focus: average over a disk"),
        row("blur", glass.glass_blur, "pixels displaced between two blurs", random=True),
        row("blur", motion.motion_blur, "blur along a line", random=True),
        row("blur", motion.zoom_blur, "mean of zooms into the centre"),
        row("weather", snow.snow, "moving flakes, whitened image", random=True),
        row("weather", frost.frost, "ice crystals laid over", random=True),
        row("weather", weather.fog, "plasma clouds", random=True),
        row("weather", weather.brightness, "more of HSV's value"),
        row("digital", digital.contrast, "less contrast about the channel's mean"),
        row("digital", elastic.elastic_transform, "affine map and displacement", random=True),
        row("digital", digital.pixelate, "shrunk and enlarged by a box filter"),
        row("digital", digital.jpeg_compression, "JPEG of low quality"),
        row("noise", noise.speckle_noise, "noise in proportion", random=True, extra=True),
        row("blur", blur.gaussian_blur, "Gaussian blur", extra=True),
        row("weather", spatter.spatter, "drops of water, spots of mud", random=True, extra=True),
        row("digital", digital.saturate, "more or less of HSV's saturation", extra=True),
    )


CORRUPTIONS: Mapping[str, Corruption] = MappingProxyType({c.name: c for c in _list()})
"""All corruptions by name: the 15 of the test, then the 4 extra ones, in the paper's order."""


def find(name: str) -> Corruption:
    """The corruption of this name; a `ValueError` suggests the nearest name."""
    if isinstance(name, str) and name in CORRUPTIONS:
        return CORRUPTIONS[name]
    near = closest(name, CORRUPTIONS, cutoff=0)
    raise ValueError(
        f"corruption {name!r} is unknown, did you mean {near!r}? "
        f"expected one of {', '.join(CORRUPTIONS)}"
    )
