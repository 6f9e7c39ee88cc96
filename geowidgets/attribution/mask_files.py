"""Masks of informative pixels, a block of images at a time, kept on disk as they are found."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from geowidgets import fingerprint as fp
from geowidgets.attribution.backselect import backselect
from geowidgets.attribution.progress import Steps
from geowidgets.study.model_entry import ModelEntry, Transform

BLOCK = 8  # images a file: so many are lost at most when a call is interrupted


class MaskFiles:
    """A folder with a file a block; None keeps nothing.

    A file's name is a digest of all that decides its masks: another net, other images or settings
    never read it. Files appear whole or not at all.
    """

    def __init__(self, path: str | Path | None) -> None:
        self._folder = None if path is None else Path(path)

    def read_or_make(
        self, key: Callable[[], str], make: Callable[[], dict[str, np.ndarray]]
    ) -> dict[str, np.ndarray]:
        """What the file of this key holds, made and written where there is none.

        Args:
            key: gives the digest; it is not asked where nothing is kept.
            make: computes the arrays.
        """
        if self._folder is None:
            return make()
        file = self._folder / f"{key()}.npz"
        if file.exists():
            with np.load(file, allow_pickle=False) as found:
                return {name: found[name] for name in found.files}
        arrays: dict[str, Any] = make()
        self._folder.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(f".{os.getpid()}.part")
        with part.open("wb") as handle:
            np.savez_compressed(handle, **arrays)
        part.replace(file)
        return arrays


def masks_of(
    entry: ModelEntry,
    images: Any,
    labels: np.ndarray,
    transform: Transform | None,
    files: MaskFiles,
    steps: Steps,
    *,
    target: str,
    k: int,
    keep: float,
    batch: int,
    device: Any,
) -> tuple[np.ndarray, np.ndarray]:
    """BackSelect's masks of one model, bool `(sample, y, x)`, and target classes `(sample,)`.

    Args:
        entry: the model.
        images: as in `backselect`.
        labels: true classes.
        transform: pixels → the model's input.
        files: where masks are kept.
        steps: advanced by the images that are done.
        target: as in `backselect`.
        k: as in `backselect`.
        keep: as in `backselect`.
        batch: as in `backselect`.
        device: as in `backselect`.
    """
    masks, targets = [], []
    model = entry.fingerprint(transform)
    for first in range(0, len(images), BLOCK):
        block, own = images[first : first + BLOCK], labels[first : first + BLOCK]

        def key(block: Any = block, own: np.ndarray = own) -> str:
            truth = own.tolist() if target == "true" else None
            return fp.of_values(model, fp.of_array(block), truth, target, k, keep)

        def make(block: Any = block, own: np.ndarray = own) -> dict[str, np.ndarray]:
            found = backselect(
                entry, block, own.tolist() if target == "true" else None, target=target, k=k,
                keep=keep, transform=transform, batch=batch, device=device,
            )  # fmt: skip
            return {"mask": found.mask.values, "target": found.target.values}

        found = files.read_or_make(key, make)
        masks.append(found["mask"])
        targets.append(found["target"])
        steps.advance(len(block))
    return np.concatenate(masks), np.concatenate(targets)
