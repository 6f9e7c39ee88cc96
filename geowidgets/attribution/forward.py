"""A model opened for measuring, and the plain way to feed it occluded images."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from geowidgets.attribution.regions import Regions
from geowidgets.latents import Head, find_head
from geowidgets.store.modules import on_device
from geowidgets.study.model_entry import ModelEntry, Transform
from geowidgets.training import resolve_device

# Images of 32×32 that one pass takes by default; larger ones in proportion fewer.
BATCH = {"cpu": 64, "cuda": 1024}
LEAST = 8


@dataclass(frozen=True)
class Net:
    """A model in eval mode on its device, with its classifier head."""

    module: nn.Module
    head: Head
    transform: Transform | None
    device: torch.device

    def prepare(self, pixels: Tensor) -> Tensor:
        """`(sample, channel, y, x)` in pixel space → the model's input."""
        batch = pixels.to(self.device)
        return batch if self.transform is None else self.transform(batch)

    def features_and_logits(self, batch: Tensor) -> tuple[Tensor, Tensor]:
        """The head's input `(sample, feature)` and output `(sample, class)`."""
        with self.head.tap() as tap:
            self.module(batch)
        return tap.features, tap.logits


@contextmanager
def opened(
    model: nn.Module | ModelEntry,
    pixels: Tensor,
    transform: Transform | None,
    head: str | nn.Module | Head | None,
    output: Any,
    device: str | torch.device,
    gradients: bool = False,
) -> Iterator[Net]:
    """The model on its device in eval mode; afterwards as it was.

    Args:
        model: A module, or an entry: its own transform, head and output come first.
        pixels: An image `(channel, y, x)`, to find the head with.
        transform: See `occlusion`.
        head: See `occlusion`.
        output: See `occlusion`.
        device: See `occlusion`.
        gradients: Whether gradients can be taken inside.
    """
    if isinstance(model, ModelEntry):
        head = head if model.head is None else model.head
        output = output if model.output is None else model.output
        transform = model.transform or transform
        model = model.load()
    if any(parameter.is_meta for parameter in model.parameters()):
        raise ValueError(
            f"{type(model).__name__} lies on device 'meta', where weights have no numbers: load "
            "its state_dict with assign=True first"
        )
    where = resolve_device(device)
    mode = torch.enable_grad() if gradients else torch.inference_mode()
    with on_device(model, where), mode:
        example = pixels[None].to(where)
        example = example if transform is None else transform(example)
        if not isinstance(head, Head):
            head = find_head(model, example, head=head, output=output)
        yield Net(model, head, transform, where)


def batch_size(batch: int | None, pixels: Tensor, device: torch.device) -> int:
    """Images a forward pass.

    Raises:
        ValueError: below 1.
    """
    if batch is None:
        base = BATCH.get(device.type, BATCH["cpu"])
        return max(LEAST, min(base, base * 32 * 32 // pixels[0].numel()))
    if int(batch) != batch or batch < 1:
        raise ValueError(f"batch: expected at least 1 image, got {batch!r}")
    return int(batch)


class Plain:
    """Every occluded image goes whole through the model."""

    path = "plain"

    def __init__(self, net: Net, pixels: Tensor, filling: Tensor, regions: Regions) -> None:
        self._net, self._regions = net, regions
        self._pixels, self._filling = pixels, filling

    def original(self) -> tuple[Tensor, Tensor]:
        """Features and logits of the untouched image, a batch of one."""
        return self._net.features_and_logits(self._net.prepare(self._pixels[None]))

    def batches(self, size: int) -> Iterator[np.ndarray]:
        """Indices of regions, at most `size` at a time."""
        count = len(self._regions)
        for first in range(0, count, size):
            yield np.arange(first, min(first + size, count))

    def run(self, indices: np.ndarray) -> tuple[Tensor, Tensor]:
        """Features and logits with each of these regions occluded."""
        masks = self._regions.masks(indices)[:, None]
        images = torch.where(masks, self._filling, self._pixels)
        return self._net.features_and_logits(self._net.prepare(images))
