"""Small nets that differ in what lies between their head and their output."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn


def encoder(width: int = 7) -> nn.Sequential:
    """Images (sample, 2, 4, 4) to features (sample, width)."""
    return nn.Sequential(
        nn.Conv2d(2, 5, 3, padding=1),
        nn.BatchNorm2d(5),
        nn.ReLU(),
        nn.Flatten(),
        nn.LazyLinear(width),
    )


def net(*after: nn.Module, classes: int = 3, bias: bool = True) -> nn.Sequential:
    """Encoder, ReLU, head named "2" and whatever comes after it."""
    model = nn.Sequential(encoder(), nn.ReLU(), nn.Linear(7, classes, bias=bias), *after)
    model(images())  # materialises the lazy layer
    return model


def images(samples: int = 4) -> Tensor:
    return torch.rand(samples, 2, 4, 4, generator=torch.Generator().manual_seed(samples))


class Lambda(nn.Module):
    """A function as a layer."""

    def __init__(self, function: Any) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Any:
        return self.function(x)


def conv_net(*after: nn.Module) -> nn.Sequential:
    """Bias-free 1×1 convolution as head "2", as in the multi-prize nets."""
    return nn.Sequential(
        nn.Sequential(nn.Conv2d(2, 6, 3), nn.ReLU()),
        nn.AdaptiveAvgPool2d(1),
        nn.Conv2d(6, 3, 1, bias=False),
        *after,
    )


class TwoHeads(nn.Module):
    """Heads `digit` (3 classes) and `colour` (3 classes), returned as the form says."""

    def __init__(self, form: str) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Flatten(), nn.Linear(32, 6), nn.ReLU())
        self.digit, self.colour = nn.Linear(6, 3), nn.Linear(6, 3)
        self.form = form

    def forward(self, x: Tensor) -> Any:
        body = self.body(x)
        a, b = self.digit(body), self.colour(body)
        return {
            "tuple": (a, b),
            "dict": {"digit": a, "colour": b},
            "logits key": {"logits": a, "other": b},
            "attribute": SimpleNamespace(logits=a, other=b),
            "with features": (a.softmax(dim=1), body, None),
            "sum": a + b,
            "residual": a + 0.1 * a.detach().flip(0) * 0 + x.flatten(1)[:, :3],
        }[self.form]


class MaskedLinear(nn.Module):
    """A binarised layer whose stored weight is not what acts: sign · scale · mask."""

    def __init__(self, width: int, classes: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(classes, width))
        self.register_buffer("mask", torch.rand(classes, width) > 0.4)

    def effective_weight(self) -> Tensor:
        return self.weight.sign() * self.mask * 0.25

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.linear(x, self.effective_weight())
