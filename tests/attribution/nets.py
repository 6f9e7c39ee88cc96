"""Small nets whose early layers reach differently far."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

import geowidgets as gw


class PadShortcut(nn.Module):
    """Residual block that halves the map: pixels skipped and channels of zeros added."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, padding=1)
        self.conv1 = nn.Conv2d(4, 8, 3, stride=2, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(8)
        self.conv2 = nn.Conv2d(8, 8, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(8)
        self.fc = nn.Linear(8, 5)

    def forward(self, images: Tensor) -> Tensor:
        maps = functional.relu(self.stem(images))
        inner = self.bn2(self.conv2(functional.relu(self.bn1(self.conv1(maps)))))
        shortcut = functional.pad(maps[:, :, ::2, ::2], (0, 0, 0, 0, 2, 2), "constant", 0)
        inner += shortcut
        return self.fc(functional.adaptive_avg_pool2d(functional.relu(inner), 1).flatten(1))


class Branches(nn.Module):
    """Branches of different reach side by side, and a gate that looks at the whole map."""

    def __init__(self) -> None:
        super().__init__()
        self.one = nn.Conv2d(3, 3, 1)
        self.five = nn.Sequential(
            nn.Conv2d(3, 2, 3, padding=1), nn.ReLU(), nn.Conv2d(2, 2, 3, 1, 1)
        )
        self.pool = nn.Sequential(nn.MaxPool2d(3, 1, 1), nn.Conv2d(3, 2, 1), nn.BatchNorm2d(2))
        self.gate = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(7, 7, 1), nn.Sigmoid())
        self.late = nn.Conv2d(7, 6, 3, 2, 1)
        self.fc = nn.Linear(6, 4)

    def forward(self, images: Tensor) -> Tensor:
        maps = torch.cat([self.one(images), self.five(images), self.pool(images)], dim=1)
        maps = maps - 0.1 * torch.tanh(maps)
        return self.fc(torch.relu(self.late(maps * self.gate(maps))).mean((2, 3)))


class Aliased(nn.Module):
    """Reads one tensor after a second name of it was taken."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.same = nn.Conv2d(3, 4, 3, padding=1), nn.Identity()
        self.fc = nn.Linear(4, 3)

    def forward(self, images: Tensor) -> Tensor:
        maps = self.conv(images)
        other = torch.relu(self.same(maps))
        return self.fc((other + maps).mean((2, 3)))


def odd() -> nn.Module:
    """Strides, dilation and groups that differ by axis; every kind of pooling."""
    return nn.Sequential(
        nn.Conv2d(3, 6, (3, 5), padding=(0, 3), bias=False), nn.BatchNorm2d(6), nn.LeakyReLU(),
        nn.MaxPool2d(3, 2, 1, ceil_mode=True),
        nn.Conv2d(6, 6, 3, padding=2, dilation=2, groups=3), nn.ReLU(inplace=True),
        nn.AvgPool2d(2, 1, 1), nn.Conv2d(6, 8, (2, 3), stride=(1, 2)), nn.ELU(),
        nn.AvgPool2d(3, 2, 1, count_include_pad=False), nn.AdaptiveMaxPool2d((2, 1)),
        nn.Flatten(), nn.Linear(16, 4),
    )  # fmt: skip


def dilated() -> nn.Module:
    """Pooling without padding, a maximum with dilation, strides above the kernel."""
    return nn.Sequential(
        nn.AvgPool2d(2, 1), nn.Conv2d(3, 5, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2, 1, 0, 2),
        nn.Conv2d(5, 5, 1, stride=2), nn.Tanh(), nn.Conv2d(5, 6, 3, padding="same"),
        nn.AvgPool2d(2, ceil_mode=True), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 3),
    )  # fmt: skip


def small_vgg() -> nn.Module:
    """Pairs of convolutions with norms, each followed by a 2×2 maximum."""
    layers: list[nn.Module] = []
    width = 3
    for outputs in (6, 8, 10):
        for _ in range(2):
            layers += [nn.Conv2d(width, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU()]
            width = outputs
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, 5))


MAKERS = {
    "lenet5": lambda: gw.zoo.lenet5(),
    "resnet20": lambda: gw.zoo.resnet20(),
    "small vgg": small_vgg,
    "pad shortcut": PadShortcut,
    "branches": Branches,
    "aliased": Aliased,
    "odd": odd,
    "dilated": dilated,
}


def make(name: str) -> nn.Module:
    """A net with norms that do something, in eval mode, seeded."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(sum(map(ord, name)))
        net = MAKERS[name]().eval()
        for module in net.modules():
            if isinstance(module, nn.BatchNorm2d):
                nn.init.normal_(module.running_mean, 0.0, 0.2)
                nn.init.uniform_(module.running_var, 0.5, 2.0)
                nn.init.uniform_(module.weight, 0.7, 1.4)
                nn.init.normal_(module.bias, 0.0, 0.2)
    return net
