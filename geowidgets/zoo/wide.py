"""WRN-16-8 and DenseNet-22 for 32×32 images: normalisation before convolution."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from geowidgets.zoo.seeding import architecture


class PreActivation(nn.Module):
    """Wide residual block: norm, ReLU, 3×3, twice, plus a shortcut."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.bn1 = nn.BatchNorm2d(inputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.shortcut = (
            nn.Conv2d(inputs, outputs, 1, stride, bias=False) if inputs != outputs else None
        )

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """Maps `(sample, channel, y, x)` → maps."""
        active = torch.relu(self.bn1(maps))
        inner = self.conv2(torch.relu(self.bn2(self.conv1(active))))
        return inner + (maps if self.shortcut is None else self.shortcut(active))


class Dense(nn.Module):
    """Dense layer: appends `growth` maps to its input."""

    def __init__(self, inputs: int, growth: int) -> None:
        super().__init__()
        self.bn = nn.BatchNorm2d(inputs)
        self.conv = nn.Conv2d(inputs, growth, 3, padding=1, bias=False)

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """Maps `(sample, channel, y, x)` → maps with `growth` more channels."""
        return torch.cat([maps, self.conv(torch.relu(self.bn(maps)))], 1)


class Transition(nn.Module):
    """Norm, ReLU, 1×1, mean over 2×2."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.bn = nn.BatchNorm2d(width)
        self.conv = nn.Conv2d(width, width, 1, bias=False)

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """Maps `(sample, channel, y, x)` → maps of half the side."""
        return functional.avg_pool2d(self.conv(torch.relu(self.bn(maps))), 2)


class PreNormNet(nn.Module):
    """Stem, body, norm, ReLU, mean over positions, one linear layer."""

    def __init__(self, in_channels: int, stem: int, body: nn.Module, width: int, classes: int):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, stem, 3, padding=1, bias=False)
        self.body = body
        self.bn = nn.BatchNorm2d(width)
        self.fc = nn.Linear(width, classes)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Images `(sample, channel, y, x)` → logits `(sample, class)`."""
        return self.fc(torch.relu(self.bn(self.body(self.conv(images)))).mean((2, 3)))


@architecture
def wrn16_8(num_classes: int = 10, in_channels: int = 3, size: int = 32) -> nn.Module:
    """WRN-16-8 (Zagoruyko & Komodakis 2016): 3 × 2 blocks of 128, 256, 512, no dropout."""
    blocks, inputs = [], 16
    for stage, outputs in enumerate((128, 256, 512)):
        for index in range(2):
            stride = 2 if stage and index == 0 else 1
            blocks.append(PreActivation(inputs, outputs, stride))
            inputs = outputs
    return PreNormNet(in_channels, 16, nn.Sequential(*blocks), inputs, num_classes)


@architecture
def densenet22(num_classes: int = 10, in_channels: int = 3, size: int = 32) -> nn.Module:
    """DenseNet-22 (Huang et al. 2017): 3 blocks of 6 layers, growth 12, no bottleneck."""
    layers: list[nn.Module] = []
    width = 16
    for block in range(3):
        for _ in range(6):
            layers.append(Dense(width, 12))
            width += 12
        if block < 2:
            layers.append(Transition(width))
    return PreNormNet(in_channels, 16, nn.Sequential(*layers), width, num_classes)
