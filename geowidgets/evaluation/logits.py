"""Logits remade from what a store keeps of every sample: length, class angles and the head."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from geowidgets.schema import StoreError

if TYPE_CHECKING:
    from geowidgets.store import GeometryStore


def stored_scores(
    store: GeometryStore,
    model: str | int,
    benchmark: str | int,
    samples: np.ndarray | Sequence[int] | slice = slice(None),
) -> tuple[np.ndarray, np.ndarray]:
    """Scores s_j = ‖X‖ ‖W_j‖ cos θ_j without the bias, and the bias b_j.

    Args:
        store: must keep all class angles.
        model: name or position.
        benchmark: name or position.
        samples: indices, a mask or a slice of the samples; all by default.

    Returns:
        s `(sample, class)` and b `(class,)`, float64; exact to the float32 of the stored length
        and angles. NaN where the features were not finite.

    Raises:
        StoreError: an unknown name, a pair that is not computed, or class angles that lack.

    Source: Li et al., "Understanding Robustness Lottery", §5.1, eq. 1 and 2.
    """
    classes = len(store.classes)
    kept = store.settings.angle_classes(classes)
    if len(kept) < classes:
        raise StoreError(
            f"{store.path} keeps the angles to {len(kept)} of {classes} classes, and logits need "
            "them all: compute it with angles='all'"
        )
    weight, bias = store.head(model)
    angle = store.column("angles", model, benchmark)[samples].astype(np.float64)
    length = store.column("length", model, benchmark)[samples].astype(np.float64)
    norms = np.linalg.norm(weight.astype(np.float64), axis=1)
    scores = length[:, None] * norms * np.cos(np.deg2rad(angle))
    return scores, np.zeros(classes) if bias is None else bias.astype(np.float64)


def stored_softmax(
    store: GeometryStore,
    model: str | int,
    benchmark: str | int,
    samples: np.ndarray | Sequence[int] | slice = slice(None),
) -> np.ndarray:
    """Softmax probabilities `(sample, class)`, float64, from `stored_scores`.

    A model whose head's logits are scaled before they leave it (a temperature) has other ones.

    >>> stored_softmax(store, "dense", "clean").sum(axis=1)          # doctest: +SKIP
    """
    scores, bias = stored_scores(store, model, benchmark, samples)
    logits = scores + bias
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)
