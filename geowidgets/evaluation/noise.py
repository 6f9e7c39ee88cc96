"""Models under uniform noise in normalised space, every model under the same draws."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from tqdm.auto import tqdm

from geowidgets.latents import find_head
from geowidgets.store.modules import on_device
from geowidgets.study import ModelEntry
from geowidgets.training import resolve_device, to_input
from geowidgets.training.batches import mix

LEVELS = tuple(round(0.05 * k, 2) for k in range(15))
"""ε in linspace(0, 0.7, 15), in units of the normalised input."""
BLOCK = 250


@dataclass(frozen=True)
class NoisyBatch:
    """What all models say about one block of samples under one draw at one level.

    Attributes:
        first: number of the block's first sample.
        level: position in the levels.
        weight: draws that this one stands for (all of them where ε is 0).
        logits: one `(sample, class)` a model, on the device.
    """

    first: int
    level: int
    weight: int
    logits: list[Tensor]


def uniform_noise(shape: Sequence[int], seed: int, draw: int, first: int) -> Tensor:
    """U(−1, 1) of a block of samples, the same whatever model it is added to.

    Args:
        shape: `(sample, channel, y, x)`.
        seed: of all draws.
        draw: number of the draw.
        first: number of the block's first sample, a multiple of `BLOCK`.

    >>> bool((uniform_noise((2, 1, 3, 4), 0, 0, 0) == uniform_noise((2, 1, 3, 4), 0, 0, 0)).all())
    True
    """
    generator = torch.Generator().manual_seed(mix(mix(seed, draw), first))
    return 2.0 * torch.rand(tuple(shape), generator=generator) - 1.0


def check_noise(levels: Sequence[float], draws: int) -> list[float]:
    """The levels as floats.

    Raises:
        ValueError: no level, a negative one, or fewer than one draw.
    """
    chosen = [float(level) for level in levels]
    if not chosen or any(not level >= 0 for level in chosen):
        raise ValueError(f"levels must be at least one ε ≥ 0, got {levels!r}")
    if draws < 1:
        raise ValueError(f"draws must be at least 1, got {draws!r}")
    return chosen


@torch.inference_mode()
def noisy_batches(
    models: Sequence[ModelEntry],
    images: Any,
    *,
    levels: Sequence[float] = LEVELS,
    draws: int = 1,
    seed: int = 0,
    transform: Callable[[Tensor], Tensor] | None = None,
    device: str | torch.device = "auto",
    progress: bool = True,
) -> Iterator[NoisyBatch]:
    """Logits of every model on f(x + ε u), u ~ U(−1, 1)ⁿ, for every block, draw and level.

    The noise is added after the transform, so that ε is in units of the normalised input, and
    nothing is clipped. The draw u depends on the seed, its number and the sample alone: it is the
    same for all models and scaled for all levels. The models stay on the device together, and
    are given back in their mode and where they were.

    Args:
        models: entries; an entry's own transform goes before `transform`.
        images: uint8 `(sample, y, x, channel)`, or float `(sample, channel, y, x)` in [0, 1].
        levels: ε, each at least 0.
        draws: of the noise, for every level.
        seed: of all draws.
        transform: images float32 in [0, 1] → the models' normalised input.
        device: `"auto"`, `"cpu"`, `"cuda:1"`, …
        progress: show a bar.

    Source: Liebenwein et al. 2021, "Lost in Pruning", §4.1, §5.1 and App. D.1.
    """
    chosen, where = check_noise(levels, draws), resolve_device(device)
    starts = range(0, len(images), BLOCK)
    with ExitStack() as stack:
        modules = [stack.enter_context(on_device(entry.load(), where)) for entry in models]
        transforms = [entry.transform or transform for entry in models]
        heads = [
            find_head(m, to_input(images[:2], where, t), head=e.head, output=e.output)
            for m, t, e in zip(modules, transforms, models, strict=True)
        ]
        taps = [stack.enter_context(head.tap()) for head in heads]
        bar = tqdm(total=draws * len(starts), desc="noise", unit="block", disable=not progress)
        stack.callback(bar.close)
        for draw in range(draws):
            for first in starts:
                block = images[first : first + BLOCK]
                clean = {t: to_input(block, where, t) for t in dict.fromkeys(transforms)}
                shape = next(iter(clean.values())).shape
                noise = uniform_noise(shape, seed, draw, first).to(where)
                for k, epsilon in enumerate(chosen):
                    if epsilon == 0 and draw:
                        continue
                    for module, t in zip(modules, transforms, strict=True):
                        module(clean[t] + epsilon * noise)
                    weight = draws if epsilon == 0 else 1
                    yield NoisyBatch(first, k, weight, [tap.logits for tap in taps])
                bar.update()
