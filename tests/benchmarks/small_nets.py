"""Nets of the papers' kinds, small enough to be trained on one core within minutes."""

from __future__ import annotations

from torch import nn

from geowidgets.zoo.resnet import ResNet
from geowidgets.zoo.seeding import architecture


@architecture
def resnet8(num_classes: int = 10, in_channels: int = 3, size: int = 32) -> nn.Module:
    """ResNet-8: 3 × 1 blocks of 16, 32, 64 behind a stem that halves the maps."""
    return _halved(ResNet((1, 1, 1), 16, num_classes, in_channels))


@architecture
def resnet20_narrow(num_classes: int = 10, in_channels: int = 3, size: int = 32) -> nn.Module:
    """ResNet-20 in small: 3 × 3 blocks of 8, 16, 32 behind a stem that halves the maps."""
    return _halved(ResNet((3, 3, 3), 8, num_classes, in_channels))


@architecture
def vgg5(num_classes: int = 10, in_channels: int = 3, size: int = 32) -> nn.Module:
    """VGG in small: four convolutions of 16, 32, 64, 64 with normalisation, one linear layer."""
    layers: list[nn.Module] = []
    width = in_channels
    for outputs, pool in ((16, True), (32, True), (64, False), (64, True)):
        layers += [nn.Conv2d(width, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs)]
        layers += [nn.ReLU(), nn.MaxPool2d(2)] if pool else [nn.ReLU()]
        width = outputs
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, num_classes)]
    return nn.Sequential(*layers, *head)


def _halved(net: ResNet) -> ResNet:
    net.conv1.stride = (2, 2)
    return net
