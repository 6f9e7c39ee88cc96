"""Nets without normalisation: LeNet-300-100, LeNet-5, Conv-2, Conv-4 and Conv-6."""

from __future__ import annotations

import torch
from torch import nn

from geowidgets.zoo.seeding import architecture

LENET5_SMALLEST = 12


class LeNet300(nn.Module):
    """Three fully connected layers: pixels → 300 → 100 → classes."""

    def __init__(self, num_classes: int, in_channels: int, size: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(in_channels * size * size, 300)
        self.fc2 = nn.Linear(300, 100)
        self.fc3 = nn.Linear(100, num_classes)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Images `(sample, channel, y, x)` → logits `(sample, class)`."""
        hidden = torch.relu(self.fc1(images.flatten(1)))
        return self.fc3(torch.relu(self.fc2(hidden)))


class LeNet5(nn.Module):
    """Two 5×5 convolutions (6, 16), each with ReLU and 2×2 maximum, then 120 → 84 → classes."""

    def __init__(self, num_classes: int, in_channels: int, size: int) -> None:
        super().__init__()
        if size < LENET5_SMALLEST:
            raise ValueError(f"size: LeNet-5 needs at least {LENET5_SMALLEST} pixels, got {size}")
        padding = 0 if size >= 32 else 2
        side = ((size + 2 * padding - 4) // 2 - 4) // 2
        self.conv1 = nn.Conv2d(in_channels, 6, 5, padding=padding)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.pool = nn.MaxPool2d(2)
        self.fc1 = nn.Linear(16 * side * side, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, num_classes)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Images `(sample, channel, y, x)` → logits `(sample, class)`."""
        maps = self.pool(torch.relu(self.conv1(images)))
        maps = self.pool(torch.relu(self.conv2(maps)))
        hidden = torch.relu(self.fc1(maps.flatten(1)))
        return self.fc3(torch.relu(self.fc2(hidden)))


class ConvN(nn.Module):
    """Pairs of 3×3 convolutions (64, 128, 256) with 2×2 maximum, then 256 → 256 → classes."""

    def __init__(self, pairs: int, num_classes: int, in_channels: int, size: int) -> None:
        super().__init__()
        if size < 2**pairs:
            raise ValueError(f"size: expected at least {2**pairs} pixels, got {size}")
        layers: list[nn.Module] = []
        width = in_channels
        for pair in range(pairs):
            for _ in range(2):
                layers += [nn.Conv2d(width, 64 * 2**pair, 3, padding=1), nn.ReLU()]
                width = 64 * 2**pair
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        self.fc1 = nn.Linear(width * (size // 2**pairs) ** 2, 256)
        self.fc2 = nn.Linear(256, 256)
        self.fc3 = nn.Linear(256, num_classes)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Images `(sample, channel, y, x)` → logits `(sample, class)`."""
        hidden = torch.relu(self.fc1(self.features(images).flatten(1)))
        return self.fc3(torch.relu(self.fc2(hidden)))


@architecture
def lenet300_100(num_classes: int = 10, in_channels: int = 3, size: int = 32) -> nn.Module:
    """LeNet-300-100, the fully connected net of "Sources of redundancy" (Fig. 1).

    266,610 parameters on 28×28 grey digits (`in_channels=1, size=28`).
    """
    return LeNet300(num_classes, in_channels, size)


@architecture
def lenet5(num_classes: int = 10, in_channels: int = 3, size: int = 32) -> nn.Module:
    """LeNet-5 with ReLU and maximum pooling; images below 32 pixels are padded by 2."""
    return LeNet5(num_classes, in_channels, size)


@architecture
def conv2(num_classes: int = 10, in_channels: int = 3, size: int = 32) -> nn.Module:
    """Conv-2: 64, 64, pool, 256, 256, classes ("Sources of redundancy", Fig. 1; 4.3 M weights)."""
    return ConvN(1, num_classes, in_channels, size)


@architecture
def conv4(num_classes: int = 10, in_channels: int = 3, size: int = 32) -> nn.Module:
    """Conv-4: two pairs of 64, 128 ("The Lottery Ticket Hypothesis", Fig. 2; 2.4 M weights)."""
    return ConvN(2, num_classes, in_channels, size)


@architecture
def conv6(num_classes: int = 10, in_channels: int = 3, size: int = 32) -> nn.Module:
    """Conv-6: three pairs of 64, 128, 256 ("Sources of redundancy", Fig. 1)."""
    return ConvN(3, num_classes, in_channels, size)
