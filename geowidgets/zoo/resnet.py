"""Residual nets in CIFAR form: ResNet-20/56/110 and ResNet-18."""

from __future__ import annotations

import torch
from torch import nn

from geowidgets.zoo.seeding import architecture


class Block(nn.Module):
    """Two 3×3 convolutions and a shortcut; a 1×1 projection where the shape changes."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Sequential()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """Maps `(sample, channel, y, x)` → maps."""
        inner = torch.relu(self.bn1(self.conv1(maps)))
        return torch.relu(self.bn2(self.conv2(inner)) + self.shortcut(maps))


class ResNet(nn.Module):
    """A 3×3 stem, stages that halve the maps, the mean over positions, one linear layer."""

    def __init__(
        self, blocks: tuple[int, ...], width: int, num_classes: int, in_channels: int
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, width, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        stages: list[nn.Module] = []
        inputs = width
        for stage, depth in enumerate(blocks):
            outputs = width * 2**stage
            layers = []
            for index in range(depth):
                layers.append(Block(inputs, outputs, 2 if stage and index == 0 else 1))
                inputs = outputs
            stages.append(nn.Sequential(*layers))
        self.stages = nn.Sequential(*stages)
        self.fc = nn.Linear(inputs, num_classes)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Images `(sample, channel, y, x)` → logits `(sample, class)`."""
        maps = self.stages(torch.relu(self.bn1(self.conv1(images))))
        return self.fc(maps.mean((2, 3)))


def _cifar(depth: int, num_classes: int, in_channels: int) -> nn.Module:
    return ResNet(((depth - 2) // 6,) * 3, 16, num_classes, in_channels)


@architecture
def resnet20(num_classes: int = 10, in_channels: int = 3, size: int = 32) -> nn.Module:
    """ResNet-20 for 32×32 images: 3 × 3 blocks of 16, 32, 64 (projection shortcuts)."""
    return _cifar(20, num_classes, in_channels)


@architecture
def resnet56(num_classes: int = 10, in_channels: int = 3, size: int = 32) -> nn.Module:
    """ResNet-56 for 32×32 images: 3 × 9 blocks of 16, 32, 64."""
    return _cifar(56, num_classes, in_channels)


@architecture
def resnet110(num_classes: int = 10, in_channels: int = 3, size: int = 32) -> nn.Module:
    """ResNet-110 for 32×32 images: 3 × 18 blocks of 16, 32, 64."""
    return _cifar(110, num_classes, in_channels)


@architecture
def resnet18(num_classes: int = 10, in_channels: int = 3, size: int = 32) -> nn.Module:
    """ResNet-18 in CIFAR form: 3×3 stem without pooling, 4 × 2 blocks of 64, 128, 256, 512."""
    return ResNet((2, 2, 2, 2), 64, num_classes, in_channels)
