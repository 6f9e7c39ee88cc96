"""Builders of the zoo: one register, one way to seed the initial weights."""

from __future__ import annotations

import functools
from collections.abc import Callable

import torch
from torch import nn

ARCHITECTURES: dict[str, Callable[..., nn.Module]] = {}


def architecture(builder: Callable[..., nn.Module]) -> Callable[..., nn.Module]:
    """Register a builder under its own name and give it a `seed` keyword.

    Initial weights are PyTorch's defaults, drawn from a generator seeded with `seed`; the global
    generator is left as it was, so two calls with one seed give equal nets. The net gets an
    attribute `input_shape` = `(channel, y, x)`.
    """

    @functools.wraps(builder)
    def build(
        num_classes: int = 10, in_channels: int = 3, size: int = 32, *, seed: int = 0
    ) -> nn.Module:
        if min(num_classes, in_channels, size) < 1:
            raise ValueError(
                f"{builder.__name__}: expected positive num_classes, in_channels and size, "
                f"got {num_classes}, {in_channels}, {size}"
            )
        with torch.random.fork_rng(devices=[]):
            # torch.manual_seed would also reseed the CUDA generators, which are not forked here.
            torch.default_generator.manual_seed(seed)
            net = builder(num_classes, in_channels, size)
        net.input_shape = (in_channels, size, size)  # type: ignore[assignment]
        return net

    ARCHITECTURES[builder.__name__] = build
    return build
