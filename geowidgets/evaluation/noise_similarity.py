"""Noise similarity: does a pruned net say what its parent says, in a neighbourhood of the data?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from geowidgets.evaluation.bootstrap import DRAWS, LEVEL, bootstrap_interval
from geowidgets.evaluation.potential import dense_parents
from geowidgets.suggest import nearest

if TYPE_CHECKING:
    import torch
    import xarray as xr

    from geowidgets.study import ModelEntry

SAMPLES, REPETITIONS = 1000, 100


def noise_similarity(
    models: Sequence[ModelEntry],
    images: Any,
    parent: str | None = None,
    *,
    levels: Sequence[float] | None = None,
    draws: int = REPETITIONS,
    samples: int | None = SAMPLES,
    seed: int = 0,
    transform: Callable[[torch.Tensor], torch.Tensor] | None = None,
    device: str | torch.device = "auto",
    progress: bool = True,
    resamples: int = DRAWS,
    level: float = LEVEL,
) -> xr.Dataset:
    """Agreement of models with a parent under uniform noise, a separate net beside them.

    agreement = E_{x′ ~ D + U(−ε, ε)ⁿ} 1[argmax f(x′) = argmax f̂(x′)] and
    distance = E_{x′} ‖softmax f(x′) − softmax f̂(x′)‖₂, over a random subset of the images and
    draws of the noise, in normalised space, without clipping, with the same draws for all models.

    Args:
        models: entries: a parent, its pruned nets, and a separately trained net as control.
        images: uint8 `(sample, y, x, channel)`, or float `(sample, channel, y, x)` in [0, 1].
        parent: name of the net to compare with; by default the first that others were pruned from.
        levels: ε; linspace(0, 0.7, 15) by default.
        draws: of the noise for every level; the paper's are 100.
        samples: size of the random subset; None takes all images.
        seed: of the subset, the noise and the resamples.
        transform: images float32 in [0, 1] → the models' normalised input.
        device: `"auto"`, `"cpu"`, `"cuda:1"`, …
        progress: show a bar.
        resamples: of the images, for the intervals.
        level: of the intervals.

    Returns:
        Dataset `(model, noise)`: `agreement` in [0, 1] and `distance` in [0, √2], each with
        `…_low` and `…_high`, a percentile bootstrap interval over the images; coordinates `role`
        (model): "parent", "pruned" (the parent is its dense net) or "separate", `ratio` (model),
        `noise` = ε; `n` images and `draws`.

    Raises:
        ValueError: an unknown parent, none to find, no level, or fewer than one draw.

    Source: Liebenwein et al. 2021, "Lost in Pruning", §4.1, §4.2 and Fig. 4; App. C.2.

    >>> found = noise_similarity(entries, images, "dense", draws=10)     # doctest: +SKIP
    >>> found.agreement.where(found.role == "pruned", drop=True).to_pandas()  # doctest: +SKIP
    """
    import xarray as xr

    from geowidgets.evaluation.noise import LEVELS, noisy_batches

    names = [entry.name for entry in models]
    home = _parent(models, parent)
    chosen = LEVELS if levels is None else levels
    images = _subset(images, samples, seed)
    sums = np.zeros((2, len(models), len(chosen), len(images)))
    batches = noisy_batches(
        models, images, levels=chosen, draws=draws, seed=seed, transform=transform, device=device,
        progress=progress,
    )  # fmt: skip
    for batch in batches:
        said = [logits.argmax(dim=1) for logits in batch.logits]
        shares = [logits.double().softmax(dim=1) for logits in batch.logits]
        place = slice(batch.first, batch.first + len(said[0]))
        for m in range(len(models)):
            same = (said[m] == said[home]).double()
            apart = (shares[m] - shares[home]).norm(dim=1)
            sums[0, m, batch.level, place] += batch.weight * same.cpu().numpy()
            sums[1, m, batch.level, place] += batch.weight * apart.cpu().numpy()
    means = sums / draws
    dims = ("model", "noise")
    variables: dict[str, Any] = {}
    for name, values in zip(("agreement", "distance"), means, strict=True):
        ends = _interval(values, resamples, seed, level)
        variables[name] = dims, values.mean(axis=2)
        variables[f"{name}_low"], variables[f"{name}_high"] = (dims, ends[0]), (dims, ends[1])
    roots = dense_parents([entry.info for entry in models])
    roles = ["pruned" if root == home else "separate" for root in roots]
    roles[home] = "parent"
    return xr.Dataset(
        variables,
        coords={
            "model": names,
            "role": ("model", roles),
            "ratio": ("model", [float(entry.ratio) for entry in models]),
            "noise": [float(epsilon) for epsilon in chosen],
            "n": len(images),
            "draws": draws,
        },
        attrs={
            "parent": names[home],
            "noise": "uniform on [-ε, ε] in normalised space, not clipped",
            "interval": f"{100 * level:g} % percentile bootstrap over images, {resamples} draws, "
            f"seed {seed}",
        },
    )


def _interval(
    values: np.ndarray, resamples: int, seed: int, level: float
) -> tuple[np.ndarray, np.ndarray]:
    """Of the mean over samples, values `(model, noise, sample)`."""
    n = values.shape[2]
    flat = values.reshape(-1, n)

    def mean(counts: np.ndarray) -> np.ndarray:
        return counts @ flat.T / n

    low, high = bootstrap_interval(mean, n, resamples, seed, level)
    return low.reshape(values.shape[:2]), high.reshape(values.shape[:2])


def _subset(images: Any, samples: int | None, seed: int) -> Any:
    if samples is None or samples >= len(images):
        return images
    if samples < 1:
        raise ValueError(f"samples must be at least 1, got {samples!r}")
    chosen = np.random.default_rng(seed).choice(len(images), samples, replace=False)
    return images[np.sort(chosen)]


def _parent(models: Sequence[ModelEntry], name: str | None) -> int:
    names = [entry.name for entry in models]
    if name is not None:
        if name not in names:
            raise ValueError(f"unknown parent {name!r}; {nearest(name, names)}")
        return names.index(name)
    roots = [root for root in dense_parents([entry.info for entry in models]) if root is not None]
    if not roots:
        raise ValueError(f"none of the models {names} was pruned from another one: name the parent")
    return roots[0]
