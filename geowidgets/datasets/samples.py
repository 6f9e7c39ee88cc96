"""A labelled image set in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geowidgets.suggest import did_you_mean

CIFAR10_CLASSES = (
    "airplane", "automobile", "bird", "cat", "deer",
    "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip


@dataclass(frozen=True)
class Samples:
    """A labelled image set.

    Attributes:
        images: uint8 `(sample, y, x, channel)`.
        labels: int64 `(sample,)`, indices into `classes`.
        classes: class names; text, never markup.
        name: what the set is called in tables.
        note: what a reader of a table has to know ("JPEG-recompressed"), else "".

    Example:
        >>> Samples(np.zeros((2, 4, 4, 1), np.uint8), np.array([1, 0]), ("a", "b")).images.shape
        (2, 4, 4, 1)
    """

    images: np.ndarray
    labels: np.ndarray
    classes: tuple[str, ...]
    name: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if self.images.dtype != np.uint8 or self.images.ndim != 4:
            raise ValueError(
                f"images: expected uint8 (sample, y, x, channel), "
                f"got {self.images.dtype} {self.images.shape}"
            )
        if self.labels.shape != (len(self.images),):
            raise ValueError(
                f"labels: expected {(len(self.images),)}, one a sample, got {self.labels.shape}"
            )
        if len(self.labels) and not 0 <= self.labels.min() <= self.labels.max() < len(self.classes):
            raise ValueError(
                f"labels: expected 0..{len(self.classes) - 1}, "
                f"got {self.labels.min()}..{self.labels.max()}"
            )

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, chosen: slice | Sequence[int] | np.ndarray) -> Samples:
        """The chosen samples, in the given order; classes, name and note stay."""
        return Samples(self.images[chosen], self.labels[chosen], self.classes, self.name, self.note)


def resize(images: np.ndarray, size: int) -> np.ndarray:
    """Bicubic resize with anti-aliasing of uint8 `(sample, y, x, channel)` to `size` × `size`.

    Example:
        >>> resize(np.full((1, 8, 8, 3), 7, np.uint8), 12).shape
        (1, 12, 12, 3)
    """
    import torch
    from torch.nn.functional import interpolate

    if images.shape[1:3] == (size, size):
        return images
    pixels = torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2).float()
    pixels = interpolate(
        pixels, size=(size, size), mode="bicubic", antialias=True, align_corners=False
    )
    return pixels.round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).contiguous().numpy()


def from_arrays(images: np.ndarray, labels: np.ndarray, size: int | None, name: str) -> Samples:
    """Samples with numbers for class names; grey images get a channel axis."""
    images = images[..., None] if images.ndim == 3 else images
    labels = np.asarray(labels).reshape(-1).astype(np.int64)
    if size is not None:
        images = resize(images, size)
    classes = tuple(str(label) for label in range(int(labels.max()) + 1))
    return Samples(np.ascontiguousarray(images), labels, classes, name)


def check_choice(what: str, value: str, choices: Sequence[str]) -> None:
    """Refuse an unknown word and suggest the nearest."""
    if value not in choices:
        raise ValueError(
            f"{what}: expected one of {', '.join(choices)}, got {value!r}"
            f"{did_you_mean(value, choices)}"
        )
