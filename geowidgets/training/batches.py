"""From stored images to what a net takes: order, augmentation, layout."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from geowidgets.training.loss_weights import loss_weights

Images = Tensor | np.ndarray
Transform = Callable[[Tensor], Tensor]


def to_input(
    images: Images, device: str | torch.device = "cpu", transform: Transform | None = None
) -> Tensor:
    """A batch as the nets take it: float32 `(sample, channel, y, x)`, uint8 scaled to [0, 1].

    uint8 is read as `(sample, y, x, channel)`; floats pass as they are. `transform` comes last.

    Example:
        >>> to_input(np.full((2, 5, 4, 3), 255, np.uint8)).shape
        torch.Size([2, 3, 5, 4])
    """
    batch = as_tensor(images).to(device, non_blocking=True)
    if batch.dtype == torch.uint8:
        batch = batch.permute(0, 3, 1, 2).float() / 255
    return batch if transform is None else transform(batch)


def crop_and_flip(images: Images, crop: int, flip: bool, generator: torch.Generator) -> Tensor:
    """Random crop after zero padding by `crop` pixels and random mirror image, one gather for all.

    Args:
        images: uint8 `(sample, y, x, channel)` or float `(sample, channel, y, x)`.
        crop: pixels of zero padding; offsets are uniform in 0..2·crop on each axis.
        flip: mirror each sample with probability 1/2.
        generator: a CPU generator.
    """
    batch = as_tensor(images)
    last = batch.dtype == torch.uint8
    maps = batch if last else batch.permute(0, 2, 3, 1)
    count, height, width = maps.shape[:3]
    padded = functional.pad(maps, (0, 0, crop, crop, crop, crop))
    top, left = torch.randint(0, 2 * crop + 1, (2, count, 1), generator=generator)
    rows, columns = torch.arange(height) + top, torch.arange(width) + left
    if flip:
        mirrored = torch.rand(count, generator=generator) < 0.5
        columns = torch.where(mirrored[:, None], columns.flip(1), columns)
    sample = torch.arange(count)[:, None, None]
    cropped = padded[sample, rows[:, :, None], columns[:, None, :]]
    return cropped if last else cropped.permute(0, 3, 1, 2)


Batch = tuple[Tensor, Tensor, Tensor | None]


def batches_by_epoch(images, labels, batch_size, seed, crop, flip, augment, weights=None):
    """A function epoch → iterator of (index, count, (raw batch, labels, weights or None))."""
    if labels is None:
        if crop or flip or augment or weights is not None:
            raise ValueError("crop, flip, augment and weights need images and labels, got batches")
        return lambda epoch: _given_batches(images)
    images, labels = as_tensor(images), as_tensor(labels).long()
    check_sizes(images, labels)
    if crop < 0:
        raise ValueError(f"crop: expected pixels >= 0, got {crop}")
    scaled = None if weights is None else loss_weights(weights, len(images))
    trained = torch.arange(len(images)) if scaled is None else scaled.nonzero()[:, 0]

    def shuffled(epoch: int) -> Iterator[tuple[int, int, Batch]]:
        generator = torch.Generator().manual_seed(mix(seed, epoch))
        order = trained[torch.randperm(len(trained), generator=generator)]
        chunks = order.split(batch_size)
        for index, chosen in enumerate(chunks):
            raw: Any = images[chosen]
            if augment is not None:
                raw = as_tensor(augment(raw, chosen.numpy(), epoch))
            if crop or flip:
                raw = crop_and_flip(raw, crop, flip, generator)
            own = None if scaled is None else scaled[chosen]
            yield index, len(chunks), (raw, labels[chosen], own)

    return shuffled


def _given_batches(batches) -> Iterator[tuple[int, int, Batch]]:
    if not hasattr(batches, "__len__"):
        raise ValueError(
            f"images: batches must be re-iterable and have a length, got {type(batches).__name__}"
        )
    for index, (raw, target) in enumerate(batches):
        yield index, len(batches), (raw, target, None)


def mix(seed: int, epoch: int) -> int:
    """One generator seed from two numbers, so that epochs of neighbouring seeds differ."""
    return int(np.random.SeedSequence((seed, epoch)).generate_state(1, np.uint64)[0] >> 1)


def as_tensor(values: Images) -> Tensor:
    """The same values as a tensor; shares the memory of a contiguous array."""
    return values if isinstance(values, Tensor) else torch.from_numpy(np.ascontiguousarray(values))


def check_sizes(images: Tensor, labels: Tensor) -> None:
    """Refuse images and labels of different lengths, and none at all."""
    if len(images) != len(labels) or len(images) == 0:
        raise ValueError(
            f"expected as many labels as images and at least one, got {len(labels)} labels and "
            f"{len(images)} images"
        )
