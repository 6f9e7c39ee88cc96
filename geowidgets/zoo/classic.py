"""AlexNet and GoogLeNet for 32×32 images."""

from __future__ import annotations

import torch
from torch import nn

from geowidgets.zoo.seeding import architecture

INCEPTIONS = (
    (192, 64, 96, 128, 16, 32, 32),
    (256, 128, 128, 192, 32, 96, 64),
    None,
    (480, 192, 96, 208, 16, 48, 64),
    (512, 160, 112, 224, 24, 64, 64),
    (512, 128, 128, 256, 24, 64, 64),
    (512, 112, 144, 288, 32, 64, 64),
    (528, 256, 160, 320, 32, 128, 128),
    None,
    (832, 256, 160, 320, 32, 128, 128),
    (832, 384, 192, 384, 48, 128, 128),
)


class AlexNet(nn.Module):
    """Five convolutions, three 2×2 maxima, one linear layer."""

    def __init__(self, num_classes: int, in_channels: int, size: int) -> None:
        super().__init__()
        if size < 32:
            raise ValueError(f"size: AlexNet needs at least 32 pixels, got {size}")
        self.features = nn.Sequential(
            nn.Conv2d(in_channels, 64, 11, stride=4, padding=5), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(64, 192, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(192, 384, 3, padding=1), nn.ReLU(),
            nn.Conv2d(384, 256, 3, padding=1), nn.ReLU(),
            nn.Conv2d(256, 256, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.AdaptiveAvgPool2d(1),
        )  # fmt: skip
        self.fc = nn.Linear(256, num_classes)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Images `(sample, channel, y, x)` → logits `(sample, class)`."""
        return self.fc(self.features(images).flatten(1))


def _unit(inputs: int, outputs: int, kernel: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )


class Inception(nn.Module):
    """Four branches side by side: 1×1; 1×1, 3×3; 1×1, two 3×3; 3×3 maximum, 1×1."""

    def __init__(self, inputs: int, one: int, to3: int, three: int, to5: int, five: int, pool: int):
        super().__init__()
        self.one = _unit(inputs, one, 1)
        self.three = nn.Sequential(_unit(inputs, to3, 1), _unit(to3, three, 3))
        self.five = nn.Sequential(_unit(inputs, to5, 1), _unit(to5, five, 3), _unit(five, five, 3))
        self.pool = nn.Sequential(nn.MaxPool2d(3, 1, 1), _unit(inputs, pool, 1))

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """Maps `(sample, channel, y, x)` → the four branches' maps, concatenated."""
        return torch.cat([self.one(maps), self.three(maps), self.five(maps), self.pool(maps)], 1)


class GoogLeNet(nn.Module):
    """Nine inception modules behind a 3×3 stem of 192; no auxiliary classifiers."""

    def __init__(self, num_classes: int, in_channels: int) -> None:
        super().__init__()
        layers: list[nn.Module] = [_unit(in_channels, 192, 3)]
        for widths in INCEPTIONS:
            layers.append(nn.MaxPool2d(3, 2, 1) if widths is None else Inception(*widths))
        self.features = nn.Sequential(*layers)
        self.fc = nn.Linear(1024, num_classes)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Images `(sample, channel, y, x)` → logits `(sample, class)`."""
        return self.fc(self.features(images).mean((2, 3)))


@architecture
def alexnet(num_classes: int = 10, in_channels: int = 3, size: int = 32) -> nn.Module:
    """AlexNet in CIFAR form: 2.5 M parameters, no dropout."""
    return AlexNet(num_classes, in_channels, size)


@architecture
def googlenet(num_classes: int = 10, in_channels: int = 3, size: int = 32) -> nn.Module:
    """GoogLeNet in CIFAR form with batch normalisation: 6.2 M parameters."""
    return GoogLeNet(num_classes, in_channels)
