"""Small nets and real digits for the pruning tests."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from geowidgets import datasets, zoo
from geowidgets.training import to_input, train


class Residual(nn.Module):
    """Stem, a residual block with normalisation, a concatenation, a flatten and two linear layers.

    Widths differ everywhere, so that a transposition cannot pass unseen.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(2, 5, 3, padding=1)
        self.bn0 = nn.BatchNorm2d(5)
        self.conv1 = nn.Conv2d(5, 7, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(7)
        self.conv2 = nn.Conv2d(7, 5, 3, padding=1)
        self.bn2 = nn.BatchNorm2d(5)
        self.side = nn.Conv2d(5, 3, 1)
        self.fc1 = nn.Linear(8 * 4, 6)
        self.fc2 = nn.Linear(6, 4)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        stem = torch.relu(self.bn0(self.stem(images)))
        inner = torch.relu(self.bn1(self.conv1(stem)))
        body = torch.relu(self.bn2(self.conv2(inner)) + stem)
        maps = torch.cat([body, torch.relu(self.side(body))], 1)
        return self.fc2(torch.relu(self.fc1(nn.functional.max_pool2d(maps, 3).flatten(1))))


def seeded(build, seed: int = 0) -> nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = build()
        for module in net.modules():
            if isinstance(module, nn.BatchNorm2d):
                nn.init.uniform_(module.weight, 0.5, 1.5)
                nn.init.uniform_(module.bias, -0.5, 0.5)
                module.running_mean.uniform_(-0.5, 0.5)
                module.running_var.uniform_(0.5, 2)
    return net.eval()


@pytest.fixture
def residual() -> nn.Module:
    return seeded(Residual)


@pytest.fixture
def images() -> torch.Tensor:
    return torch.randn(12, 2, 6, 6, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def labels() -> torch.Tensor:
    return torch.arange(12) % 4


@pytest.fixture(scope="session")
def digits() -> datasets.Samples:
    return datasets.digits(16, "train")


@pytest.fixture(scope="session")
def _trained(digits: datasets.Samples) -> nn.Module:
    net = zoo.lenet5(in_channels=1, size=16)
    train(
        net, digits.images[:600], digits.labels[:600], epochs=3, lr=0.002, batch_size=32,
        optimizer="adam", device="cpu", progress=False,
    )  # fmt: skip
    return net


@pytest.fixture
def lenet(_trained: nn.Module) -> nn.Module:
    import copy

    return copy.deepcopy(_trained)


@pytest.fixture
def batches(digits: datasets.Samples) -> list[tuple[torch.Tensor, torch.Tensor]]:
    inputs, answers = to_input(digits.images[:160]), torch.from_numpy(digits.labels[:160])
    return list(zip(inputs.split(16), answers.split(16), strict=True))
