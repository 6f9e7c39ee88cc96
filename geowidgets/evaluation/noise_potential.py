"""Prune potential by noise level: how much less can be pruned when the input trembles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from geowidgets.evaluation.potential import potentials

if TYPE_CHECKING:
    import torch
    import xarray as xr

    from geowidgets.study import ModelEntry


def noise_potential(
    models: Sequence[ModelEntry],
    images: Any,
    labels: Any,
    delta: float = 0.005,
    *,
    levels: Sequence[float] | None = None,
    draws: int = 1,
    seed: int = 0,
    transform: Callable[[torch.Tensor], torch.Tensor] | None = None,
    device: str | torch.device = "auto",
    progress: bool = True,
) -> xr.Dataset:
    """Prune potential P(θ, D + U(−ε, ε)ⁿ) for every noise level ε, one value a repeat.

    As `prune_potential`, with the errors counted on all images under uniform noise in normalised
    space, not clipped, the same draws for every model.

    Args:
        models: dense nets and their pruned ones.
        images: uint8 `(sample, y, x, channel)`, or float `(sample, channel, y, x)` in [0, 1].
        labels: class indices `(sample,)`.
        delta: δ, a fraction in [0, 1].
        levels: ε; linspace(0, 0.7, 15) by default.
        draws: of the noise for every level.
        seed: of the noise.
        transform: images float32 in [0, 1] → the models' normalised input.
        device: `"auto"`, `"cpu"`, `"cuda:1"`, …
        progress: show a bar.

    Returns:
        Dataset with `potential` `(family, repeat, noise)`, fraction of weights, and `error`
        `(model, noise)`, fraction of samples; `n`, images × draws. NaN: the family has no such
        repeat.

    Raises:
        ValueError: δ outside of [0, 1], labels of another length, no level, or no draw.

    Source: Liebenwein et al. 2021, "Lost in Pruning", §5.2, Fig. 1; App. D.1, Fig. 28.

    >>> noise_potential(entries, images, labels).potential.mean("repeat")  # doctest: +SKIP
    """
    import xarray as xr

    from geowidgets.evaluation.noise import LEVELS, noisy_batches

    if not 0 <= delta <= 1:
        raise ValueError(f"delta must be a fraction in [0, 1], got {delta!r}")
    truth = np.asarray(labels)
    if truth.shape != (len(images),):
        raise ValueError(f"expected {len(images)} labels, one an image, got shape {truth.shape}")
    chosen = LEVELS if levels is None else levels
    errors = np.zeros((len(models), len(chosen)))
    batches = noisy_batches(
        models, images, levels=chosen, draws=draws, seed=seed, transform=transform, device=device,
        progress=progress,
    )  # fmt: skip
    for batch in batches:
        for m, logits in enumerate(batch.logits):
            said = logits.argmax(dim=1).cpu().numpy()
            wrong = said != truth[batch.first : batch.first + len(said)]
            errors[m, batch.level] += batch.weight * np.count_nonzero(wrong)
    n = len(truth) * draws
    families, repeats, values = potentials([e.info for e in models], errors, n, delta)
    return xr.Dataset(
        {
            "potential": (
                ("family", "repeat", "noise"),
                values,
                {"units": "fraction of weights removed"},
            ),
            "error": (("model", "noise"), errors / n, {"units": "fraction of samples"}),
        },
        coords={
            "family": [" / ".join(family) for family in families],
            "repeat": repeats,
            "noise": [float(epsilon) for epsilon in chosen],
            "model": [entry.name for entry in models],
            "n": n,
        },
        attrs={
            "delta": delta,
            "draws": draws,
            "noise": "uniform on [-ε, ε] in normalised space, not clipped",
        },
    )
