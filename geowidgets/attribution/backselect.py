"""Informative features: the pixels that alone keep a model sure of its prediction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from geowidgets.attribution.forward import Net, opened
from geowidgets.attribution.pixels import as_pixels
from geowidgets.attribution.progress import Cancel, Progress, Steps
from geowidgets.latents import Head
from geowidgets.store.batching import Batching
from geowidgets.study.model_entry import ModelEntry, Transform
from geowidgets.suggest import nearest

if TYPE_CHECKING:
    import xarray as xr

TARGETS = ("predicted", "true")
BATCH = 128


def backselect(
    model: nn.Module | ModelEntry,
    images: Any,
    labels: Sequence[int] | None = None,
    *,
    target: str = "predicted",
    k: int = 1,
    keep: float = 0.1,
    transform: Transform | None = None,
    head: str | nn.Module | Head | None = None,
    output: Any = None,
    batch: int = BATCH,
    device: str | torch.device = "auto",
    progress: Progress = False,
    cancel: Cancel = None,
) -> xr.Dataset:
    """Greedy backward selection: remove the pixel that is missed least, again and again.

    From the whole image on, with R the pixels already removed, the next one is
    argmax_{i ∉ R} P_t(x with R ∪ {i} set to zero): the removal that keeps the confidence in the
    target class t highest. Pixels are zero in the space of the model's input, after
    `transform`, all channels together; ties go to the lowest index in reading order. The pixels
    removed last are the informative ones.

    One image of n pixels takes n (n + 1) / 2 forward passes, less those of pixels that are zero
    anyway: their removal changes nothing, so that they share one pass. Confidences are compared
    by log Σ_{j≠t} exp(z_j) − z_t, which orders them as P_t does and does not saturate at 1.

    Args:
        model: As in `occlusion`.
        images: uint8 `(sample, y, x, channel)` or floats `(sample, channel, y, x)`.
        labels: True classes `(sample,)`, for `target="true"`.
        target: Class t: the one that the model predicts for the whole image, or the true one.
        k: Pixels removed at a time. 1 is the greedy search itself; above it the k least missed
            of one comparison go together, which is an approximation (`exact` in the result).
        keep: Share of the pixels that the mask keeps, in (0, 1].
        transform: As in `occlusion`.
        head: As in `occlusion`.
        output: As in `occlusion`.
        batch: Images a forward pass; halved, with a warning, where memory runs out.
        device: As in `occlusion`.
        progress: True for a bar, or a function of (done, total) removed pixels.
        cancel: As in `occlusion`.

    Returns:
        Dataset with `mask` bool `(sample, y, x)`, the ⌈keep · n⌉ pixels removed last; `order`
        int32 `(sample, y, x)`, 0 = removed first; `confidence` float64 `(sample, removed)`,
        P_t with so many pixels removed, 0 … n, NaN where it was not measured (k > 1); `target`
        int `(sample,)`. Attributes: `exact`, `k`, `keep`, `target`, `forwards`.

    Raises:
        ValueError: an unknown target, numbers out of range, labels missing or no classes.
        CancelledError: `cancel` became true.

    Source: Liebenwein et al., "Lost in Pruning", §4.1, eq. 1; Carter et al. 2019, BackSelect.

    Example:
        >>> from geowidgets import datasets, zoo
        >>> digits = datasets.digits(16, split="test")
        >>> net = zoo.lenet5(in_channels=1, size=16)
        >>> found = backselect(net, digits.images[:1], k=32)
        >>> int(found["mask"].sum()), found.attrs["exact"]
        (26, False)
    """
    _check(target, k, keep, batch, images, labels)
    found = []
    pixels = [as_pixels(image, "images") for image in images]
    size = pixels[0][0].numel()
    batching = Batching(int(batch))
    with Steps(size * len(pixels), "backselect", progress, cancel) as steps:
        for place, image in enumerate(pixels):
            with opened(model, image, transform, head, output, device) as net:
                label = None if target == "predicted" or labels is None else int(labels[place])
                found.append(_Search(net, image, label, batching).run(int(k), steps))
    batching.warn(stacklevel=2)
    return _labelled(found, pixels[0].shape[1:], target, int(k), float(keep))


class _Search:
    """The greedy search on one image."""

    def __init__(self, net: Net, image: Tensor, label: int | None, batching: Batching) -> None:
        if label is not None and not 0 <= label < net.head.classes:
            raise ValueError(f"labels: expected classes in 0..{net.head.classes - 1}, got {label}")
        self._net, self._batching = net, batching
        prepared = net.prepare(image[None])
        if prepared.shape[2:] != image.shape[1:]:
            raise ValueError(
                f"transform: expected to keep {tuple(image.shape[1:])} pixels, "
                f"got {tuple(prepared.shape[2:])}"
            )
        self._shape = prepared.shape[1:]
        self.now = prepared[0].flatten(1).clone()
        self.forwards = 1
        _, logits = net.features_and_logits(prepared)
        self.target = int(logits[0].argmax()) if label is None else label

    def run(self, k: int, steps: Steps) -> dict[str, Any]:
        """Remove all pixels, k at a time."""
        size = self.now.shape[1]
        order = np.empty(size, np.int32)
        left = torch.arange(size, device=self.now.device)
        confidence = np.full(size + 1, np.nan)
        removed = 0
        while removed < size:
            current, doubts = self._doubts(left)
            confidence[removed] = 1 / (1 + np.exp(current))
            # Stable: equal doubts stay in reading order.
            chosen = doubts.sort(stable=True).indices[:k]
            going = left[chosen]
            order[going.cpu().numpy()] = np.arange(removed, removed + len(going))
            self.now[:, going] = 0
            keeps = torch.ones(len(left), dtype=torch.bool, device=left.device)
            keeps[chosen] = False
            left = left[keeps]
            removed += len(going)
            steps.advance(len(going))
        confidence[size] = 1 / (1 + np.exp(self._doubts(left)[0]))
        return {
            "order": order, "confidence": confidence, "target": self.target,
            "forwards": self.forwards,
        }  # fmt: skip

    def _doubts(self, left: Tensor) -> tuple[float, Tensor]:
        """Doubt in the target as things are, and after removing each of the pixels left."""
        changes = (self.now[:, left] != 0).any(0)
        candidates = left[changes]
        parts = [self._forward(self.now[None])]
        parts += [found for _, found in self._batching.over(candidates, self._without)]
        measured = torch.cat(parts)
        doubts = measured[:1].repeat(len(left))
        doubts[changes] = measured[1:]
        return float(measured[0]), doubts

    def _without(self, pixels: Tensor) -> Tensor:
        """Doubt after removing each of these pixels alone."""
        images = self.now.expand(len(pixels), -1, -1).clone()
        images[torch.arange(len(pixels), device=pixels.device), :, pixels] = 0
        return self._forward(images)

    def _forward(self, flat: Tensor) -> Tensor:
        """log Σ_{j≠t} exp(z_j) − z_t, `(sample,)`."""
        self.forwards += len(flat)
        _, logits = self._net.features_and_logits(flat.reshape(-1, *self._shape))
        z = logits.double()
        others = z.clone()
        others[:, self.target] = -torch.inf
        return others.logsumexp(1) - z[:, self.target]


def _check(target: str, k: int, keep: float, batch: int, images: Any, labels: Any) -> None:
    if target not in TARGETS:
        raise ValueError(f"target: unknown word {target!r}; {nearest(target, TARGETS)}")
    if int(k) != k or k < 1:
        raise ValueError(f"k: expected at least 1 pixel, got {k!r}")
    if not 0 < keep <= 1:
        raise ValueError(f"keep: expected a share in (0, 1], got {keep!r}")
    if int(batch) != batch or batch < 1:
        raise ValueError(f"batch: expected at least 1 image, got {batch!r}")
    if not len(images):
        raise ValueError("images: expected at least one, got none")
    if target == "true" and (labels is None or len(labels) != len(images)):
        count = "none" if labels is None else len(labels)
        raise ValueError(f"labels: expected {len(images)}, one an image, got {count}")


def _labelled(
    found: list[dict[str, Any]], shape: Sequence[int], target: str, k: int, keep: float
) -> xr.Dataset:
    import xarray as xr

    order = np.stack([one["order"] for one in found]).reshape(len(found), *shape)
    size = int(np.prod(shape))
    kept = int(np.ceil(keep * size - 1e-9))
    place = ("sample", "y", "x")
    return xr.Dataset(
        {
            "mask": (place, order >= size - kept),
            "order": (place, order),
            "confidence": (("sample", "removed"), np.stack([one["confidence"] for one in found])),
            "target": ("sample", np.array([one["target"] for one in found])),
        },
        attrs={
            "exact": k == 1,
            "k": k,
            "keep": keep,
            "target": target,
            "forwards": sum(one["forwards"] for one in found),
        },
    )
