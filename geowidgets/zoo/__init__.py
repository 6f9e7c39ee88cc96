"""Small classifiers of the seed papers, as plain `nn.Module`s for 32×32 images.

Every builder has the signature `(num_classes=10, in_channels=3, size=32, *, seed=0)`, PyTorch's
default initialisation and one linear classifier head.
"""

from __future__ import annotations

from torch import nn

from geowidgets.suggest import did_you_mean
from geowidgets.zoo.classic import alexnet, googlenet
from geowidgets.zoo.lenet import conv2, conv4, conv6, lenet5, lenet300_100
from geowidgets.zoo.resnet import resnet18, resnet20, resnet56, resnet110
from geowidgets.zoo.seeding import ARCHITECTURES
from geowidgets.zoo.vgg import vgg16, vgg16_plain, vgg19_bn
from geowidgets.zoo.wide import densenet22, wrn16_8

__all__ = [
    "ARCHITECTURES",
    "alexnet",
    "build",
    "conv2",
    "conv4",
    "conv6",
    "densenet22",
    "googlenet",
    "lenet5",
    "lenet300_100",
    "resnet18",
    "resnet20",
    "resnet56",
    "resnet110",
    "vgg16",
    "vgg16_plain",
    "vgg19_bn",
    "wrn16_8",
]


def build(
    name: str, num_classes: int = 10, in_channels: int = 3, size: int = 32, *, seed: int = 0
) -> nn.Module:
    """The net of that name with fresh weights.

    Raises:
        ValueError: unknown name; the nearest is suggested.

    Example:
        >>> build("lenet5", in_channels=1, size=28).fc3.out_features
        10
    """
    check(name)
    return ARCHITECTURES[name](num_classes, in_channels, size, seed=seed)


def check(name: str) -> None:
    """Refuse a name that the zoo does not have."""
    if name not in ARCHITECTURES:
        raise ValueError(
            f"architecture: expected one of {', '.join(sorted(ARCHITECTURES))}, got {name!r}"
            f"{did_you_mean(name, ARCHITECTURES)}"
        )
