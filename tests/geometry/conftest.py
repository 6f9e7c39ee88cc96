"""A small head whose sizes all differ, so that a transposed axis cannot go unseen."""

from __future__ import annotations

from typing import NamedTuple

import pytest
import torch
from torch import Tensor


class Batch(NamedTuple):
    features: Tensor  # (sample 7, feature 5)
    weight: Tensor  # (class 3, feature 5)
    bias: Tensor  # (class 3,)
    labels: Tensor  # (sample 7,), class 0 among them

    @property
    def logits(self) -> Tensor:
        return self.features @ self.weight.T + self.bias


@pytest.fixture
def batch() -> Batch:
    generator = torch.Generator().manual_seed(11)
    return Batch(
        torch.randn(7, 5, generator=generator),
        torch.randn(3, 5, generator=generator),
        torch.randn(3, generator=generator),
        torch.tensor([0, 2, 1, 0, 2, 2, 1]),
    )
