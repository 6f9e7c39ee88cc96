"""Data for data-informed scores, in whatever form the caller has it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

import numpy as np
import torch
from torch import Tensor

from geowidgets.pruning.layers import PruningError

DEFAULT_BATCH = 64


def batches_of(
    loader: Any,
    device: torch.device,
    *,
    most: int,
    batch_size: int = DEFAULT_BATCH,
    transform: Callable[[Tensor], Tensor] | None = None,
) -> list[tuple[Tensor, Tensor]]:
    """At most `most` batches `(images, labels)` on `device`.

    Args:
        loader: an iterable of `(images, labels)` batches, such as a DataLoader, or a pair
            `(images, labels)` of whole arrays. Pixels in uint8 `(sample, y, x, channel)` are
            scaled to [0, 1] and transposed.
        device: where the model is.
        most: how many batches to keep.
        batch_size: for a pair of arrays.
        transform: applied to every batch `(sample, channel, y, x)`, on the device.

    Raises:
        PruningError: empty, or its items are not `(images, labels)`.
    """
    from geowidgets.training import to_input

    if most < 1:
        raise PruningError(f"batches: expected at least 1, got {most}")
    kept = []
    for item in islice(_pairs(loader, batch_size), most):
        if not isinstance(item, (tuple, list)) or len(item) != 2:
            raise PruningError(
                f"loader: expected batches (images, labels), got {type(item).__name__}"
                + (f" of length {len(item)}" if hasattr(item, "__len__") else "")
            )
        images, labels = item
        labels = torch.as_tensor(labels, device=device).long()
        kept.append((to_input(images, device, transform), labels))
    if not kept:
        raise PruningError("loader: expected at least one batch, got none")
    return kept


def is_array_pair(loader: Any) -> bool:
    """Whether it is `(images, labels)` as whole arrays and not a sequence of two batches."""
    return (
        isinstance(loader, (tuple, list))
        and len(loader) == 2
        and all(isinstance(part, (Tensor, np.ndarray)) for part in loader)
    )


def _pairs(loader: Any, batch_size: int) -> Iterator[Any]:
    if is_array_pair(loader):
        images, labels = loader
        if len(images) != len(labels):
            raise PruningError(
                f"loader: expected as many labels as images, got {len(labels)} and {len(images)}"
            )
        for start in range(0, len(images), batch_size):
            yield images[start : start + batch_size], labels[start : start + batch_size]
    elif isinstance(loader, Iterable):
        yield from loader
    else:
        raise PruningError(
            f"loader: expected batches (images, labels) or a pair of arrays, "
            f"got {type(loader).__name__}"
        )


def reusable(loader: Any, most: int) -> Any:
    """The loader itself, or the first `most` items of one that can be read only once."""
    return list(islice(loader, most)) if isinstance(loader, Iterator) else loader
