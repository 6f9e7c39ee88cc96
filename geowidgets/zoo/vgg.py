"""VGG nets in CIFAR form, with and without batch normalisation."""

from __future__ import annotations

import torch
from torch import nn

from geowidgets.zoo.seeding import architecture

STAGES = {
    16: ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)),
    19: ((64, 2), (128, 2), (256, 4), (512, 4), (512, 4)),
}


class VGG(nn.Module):
    """Stages of 3×3 convolutions, each followed by a 2×2 maximum, then 512 → 512 → classes."""

    def __init__(
        self, depth: int, norm: bool, hidden: int, num_classes: int, in_channels: int
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        width = in_channels
        for outputs, repeats in STAGES[depth]:
            for _ in range(repeats):
                layers.append(nn.Conv2d(width, outputs, 3, padding=1, bias=not norm))
                layers += [nn.BatchNorm2d(outputs), nn.ReLU()] if norm else [nn.ReLU()]
                width = outputs
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        self.pool = nn.AdaptiveAvgPool2d(1)
        head: list[nn.Module] = []
        for _ in range(hidden):
            head += [nn.Linear(width, 512), nn.ReLU()]
        self.classifier = nn.Sequential(*head, nn.Linear(512, num_classes))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Images `(sample, channel, y, x)` → logits `(sample, class)`."""
        return self.classifier(self.pool(self.features(images)).flatten(1))


def _check(size: int) -> None:
    if size < 32:
        raise ValueError(f"size: VGG halves five times and needs at least 32 pixels, got {size}")


@architecture
def vgg16(num_classes: int = 10, in_channels: int = 3, size: int = 32) -> nn.Module:
    """VGG16-BN in CIFAR form: 13 convolutions with normalisation, one linear layer of 512."""
    _check(size)
    return VGG(16, True, 0, num_classes, in_channels)


@architecture
def vgg16_plain(num_classes: int = 10, in_channels: int = 3, size: int = 32) -> nn.Module:
    """VGG16 in CIFAR form without normalisation, 512 → 512 → classes."""
    _check(size)
    return VGG(16, False, 2, num_classes, in_channels)


@architecture
def vgg19_bn(num_classes: int = 10, in_channels: int = 3, size: int = 32) -> nn.Module:
    """VGG19-BN: 16 convolutions, then 512, 512, classes ("Sources of redundancy", Fig. 1)."""
    _check(size)
    return VGG(19, True, 2, num_classes, in_channels)
