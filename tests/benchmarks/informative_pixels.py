"""Which pixels a net decides by, and what other nets make of them ("Lost in Pruning", §4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
import xarray as xr

import geowidgets as gw
from geowidgets.attribution import backselect
from geowidgets.training import to_input


def heat_maps(
    entries: Sequence[gw.ModelEntry],
    images: np.ndarray,
    labels: np.ndarray,
    transform: Callable[[torch.Tensor], torch.Tensor],
    *,
    k: int = 1,
    keep: float = 0.1,
) -> xr.Dataset:
    """Confidence of every net on every net's informative pixels, and the swapped-mask distance.

    Args:
        entries: nets.
        images: uint8 `(sample, y, x, channel)`.
        labels: true classes `(sample,)`.
        transform: what the nets take.
        k: pixels that BackSelect removes at a time.
        keep: share of pixels in a mask.

    Returns:
        Dataset `(mask, model)`: `confidence`, mean probability of the true class of net `model` on
        the images behind the masks of net `mask`; `distance`, mean
        ‖softmax f(m̂⊙x) − softmax f(m⊙x)‖₂ of net `model`, m̂ being the mask of net `mask` and m
        its own.
    """
    masks = []
    for entry in entries:
        found = backselect(
            entry, images, k=k, keep=keep, transform=transform, device="cpu", progress=True
        )
        masks.append(torch.from_numpy(found.mask.values)[:, None])
    inputs, truth = to_input(images, "cpu", transform), torch.from_numpy(labels)
    confidence, distance = (np.zeros((len(entries), len(entries))) for _ in range(2))
    for b, entry in enumerate(entries):
        net = entry.load().eval()
        with torch.inference_mode():
            said = [net(inputs * mask).double().softmax(1) for mask in masks]
        for a, shares in enumerate(said):
            confidence[a, b] = float(shares.gather(1, truth[:, None]).mean())
            distance[a, b] = float((shares - said[b]).norm(dim=1).mean())
    names = [entry.name for entry in entries]
    dims = ("mask", "model")
    return xr.Dataset(
        {"confidence": (dims, confidence), "distance": (dims, distance)},
        coords={"mask": names, "model": names, "ratio": ("model", [e.ratio for e in entries])},
    )
