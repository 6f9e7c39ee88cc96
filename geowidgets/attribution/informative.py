"""Informative features across models: what one net decides by, shown to the others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from geowidgets.attribution.backselect import BATCH, TARGETS
from geowidgets.attribution.forward import Net, opened
from geowidgets.attribution.mask_files import MaskFiles, masks_of
from geowidgets.attribution.pixels import as_pixels
from geowidgets.attribution.progress import Cancel, Progress, Steps
from geowidgets.evaluation.bootstrap import DRAWS, LEVEL, bootstrap_interval
from geowidgets.evaluation.potential import dense_parents
from geowidgets.study import Benchmark, ModelEntry
from geowidgets.study.model_entry import Transform
from geowidgets.suggest import nearest

if TYPE_CHECKING:
    import xarray as xr

PROTOCOL = (
    "Liebenwein et al. take 2,000 images, an unpruned net, five nets pruned from it and a separate "
    "one, keep 10 % of the pixels, and remove them one by one towards the predicted class."
)


def informative_features(
    models: Sequence[ModelEntry],
    images: Any,
    labels: Any,
    *,
    benchmarks: Sequence[Benchmark] | None = None,
    target: str = "predicted",
    k: int = 1,
    keep: float = 0.1,
    transform: Transform | None = None,
    path: str | Path | None = None,
    batch: int = BATCH,
    device: str | torch.device = "auto",
    progress: Progress = True,
    cancel: Cancel = None,
    resamples: int = DRAWS,
    seed: int = 0,
    level: float = LEVEL,
) -> xr.Dataset:
    """Each model's informative pixels, and how well every other model does on them alone.

    m_a(x) is BackSelect's mask of model a on image x (`backselect`), 1 on the share `keep` of the
    pixels removed last. For every pair of models, over the images of every benchmark:
    confidence[a, b] = E_x P_b(y | m_a ⊙ x), in the true class y of model b on the mask of model a,
    and distance[a, b] = E_x ‖softmax f_b(m_a ⊙ x) − softmax f_b(m_b ⊙ x)‖₂, what swapping the
    masks changes, 0 on the diagonal. Pixels are zero in the space of the models' input.

    One image of n pixels takes n (n + 1) / 2 forward passes a model with `k=1`; with `path` the
    masks that are found are kept there, eight images a file, and a call that was interrupted goes
    on where it stopped. Above the models, memory holds one batch and the masks.

    Args:
        models: entries: a dense net, nets pruned from it, a separately trained one.
        images: uint8 `(sample, y, x, channel)`, or, without corruptions, floats
            `(sample, channel, y, x)`.
        labels: true classes `(sample,)`.
        benchmarks: how the images are shown; as they are by default.
        target: towards which class pixels are removed, `"predicted"` (the paper's) or `"true"`.
        k: pixels removed at a time; above 1 an approximation, and `exact` says so.
        keep: share of the pixels in a mask, in (0, 1].
        transform: pixels → the models' input; an entry's own goes first.
        path: folder for the masks; made when it is not there.
        batch: images a forward pass.
        device: `"auto"`, `"cpu"`, `"cuda:1"`, …
        progress: True for a bar, or a function of (done, total) images × models × benchmarks.
        cancel: a `threading.Event`, or a function that returns whether to stop.
        resamples: of the images, for the intervals.
        seed: of the resamples.
        level: of the intervals.

    Returns:
        Dataset over `benchmark`, `mask` (whose pixels), `model` (who sees them), `sample`:
        `confidence` in [0, 1] and `distance` in [0, √2] (benchmark, mask, model), each with
        `…_low`, `…_high` (percentile bootstrap over images) and `…_each` (…, sample); `whole`
        (benchmark, model), confidence in the true class on whole images; `pixels` bool (benchmark,
        mask, sample, y, x) and `target` (benchmark, mask, sample). Coordinates `ratio` and `role`
        (model): "dense", "pruned" or "separate" (a dense net that none was pruned from); `label`
        (sample). Attributes: `exact`, `k`, `keep`, `protocol`.

    Raises:
        ValueError: an unknown target, numbers out of range, fewer models than one, names that
            repeat, or labels of another length.
        CancelledError: `cancel` became true; what was found is kept in `path`.

    Source: Liebenwein et al. 2021, "Lost in Pruning", §4.1, §4.2, Fig. 3; App. C.1, Fig. 12–15.

    >>> found = informative_features(entries, images[:8], labels[:8], k=32)  # doctest: +SKIP
    >>> found.confidence.sel(benchmark="clean").to_pandas()                  # doctest: +SKIP
    """
    shown = [Benchmark("clean")] if benchmarks is None else list(benchmarks)
    truth = _checked(models, images, labels, shown, target)
    options = {"target": target, "k": k, "keep": keep, "batch": batch, "device": device}
    files = MaskFiles(path)
    total = len(shown) * len(models) * len(truth)
    pixels, said, aimed = [], [], []
    with Steps(total, "informative features", progress, cancel) as steps:
        for benchmark in shown:
            views = _shown(benchmark, images)
            found = [
                masks_of(entry, views, truth, transform, files, steps, **options)
                for entry in models
            ]
            pixels.append(np.stack([masks for masks, _ in found]))
            aimed.append(np.stack([classes for _, classes in found]))
            said.append(_seen(models, views, pixels[-1], transform, batch, device))
    shares = np.stack([each for each, _ in said])  # (benchmark, mask, model, sample, class)
    whole = np.stack([one for _, one in said])  # (benchmark, model, sample, class)
    own = shares[:, range(len(models)), range(len(models))]
    measures = {
        "confidence": shares[..., range(len(truth)), truth],
        "distance": np.linalg.norm(shares - own[:, None], axis=-1),
    }
    return _labelled(
        models, shown, truth, measures, whole[..., range(len(truth)), truth].mean(axis=-1),
        (np.stack(pixels), np.stack(aimed)),
        {"exact": k == 1, "k": int(k), "keep": float(keep), "target": target,
         "protocol": PROTOCOL,
         "interval": f"{100 * level:g} % percentile bootstrap over images, {resamples} draws, "
                     f"seed {seed}"},
        (resamples, seed, level),
    )  # fmt: skip


def _checked(
    models: Sequence[ModelEntry], images: Any, labels: Any, shown: Sequence[Benchmark], target: str
) -> np.ndarray:
    if target not in TARGETS:
        raise ValueError(f"target: unknown word {target!r}; {nearest(target, TARGETS)}")
    for what, names in (
        ("models", [entry.name for entry in models]),
        ("benchmarks", [benchmark.name for benchmark in shown]),
    ):
        if not names or len(set(names)) < len(names):
            raise ValueError(f"{what}: expected at least one, each name once, got {names}")
    truth = np.asarray(labels)
    if not len(images) or truth.shape != (len(images),):
        raise ValueError(
            f"labels: expected one an image, {len(images)} of at least 1, got shape {truth.shape}"
        )
    return truth.astype(np.int64)


def _shown(benchmark: Benchmark, images: Any) -> Any:
    if benchmark.images is None and not benchmark.corruption:
        return images
    values = images.cpu().numpy() if isinstance(images, Tensor) else np.asarray(images)
    if values.dtype != np.uint8:
        raise ValueError(
            f"benchmark {benchmark.name!r}: corruptions take uint8 images, got {values.dtype}"
        )
    return benchmark.render(values, 0)


def _seen(
    models: Sequence[ModelEntry],
    images: Any,
    pixels: np.ndarray,
    transform: Transform | None,
    batch: int,
    device: str | torch.device,
) -> tuple[np.ndarray, np.ndarray]:
    """Softmax of every model on every mask `(mask, model, sample, class)`, and on whole images."""
    behind, whole = [], []
    views = [as_pixels(image, "images") for image in images]
    for entry in models:
        with opened(entry, views[0], transform, None, None, device) as net:
            inputs = [net.prepare(torch.stack(views[i : i + batch])) for i in _starts(views, batch)]
            whole.append(torch.cat([_softmax(net, x) for x in inputs]).cpu().numpy())
            each = []
            for masks in torch.from_numpy(pixels).to(net.device).split(1):
                blocks = masks[0, :, None].split(batch)
                parts = [_softmax(net, x * m) for x, m in zip(inputs, blocks, strict=True)]
                each.append(torch.cat(parts).cpu().numpy())
            behind.append(np.stack(each))
    return np.stack(behind, axis=1), np.stack(whole)


def _starts(views: Sequence[Any], batch: int) -> range:
    return range(0, len(views), batch)


def _softmax(net: Net, inputs: Tensor) -> Tensor:
    return net.features_and_logits(inputs)[1].double().softmax(1)


def _labelled(
    models: Sequence[ModelEntry],
    shown: Sequence[Benchmark],
    truth: np.ndarray,
    measures: dict[str, np.ndarray],
    whole: np.ndarray,
    found: tuple[np.ndarray, np.ndarray],
    attributes: dict[str, Any],
    drawing: tuple[int, int, float],
) -> xr.Dataset:
    import xarray as xr

    place = ("benchmark", "mask", "model")
    variables: dict[str, Any] = {}
    for name, values in measures.items():
        low, high = _interval(values, *drawing)
        variables |= {
            name: (place, values.mean(axis=-1)),
            f"{name}_low": (place, low),
            f"{name}_high": (place, high),
            f"{name}_each": ((*place, "sample"), values),
        }
    names = [entry.name for entry in models]
    return xr.Dataset(
        {
            **variables,
            "whole": (("benchmark", "model"), whole),
            "pixels": (("benchmark", "mask", "sample", "y", "x"), found[0]),
            "target": (("benchmark", "mask", "sample"), found[1]),
        },
        coords={
            "benchmark": [benchmark.name for benchmark in shown],
            "mask": names,
            "model": names,
            "role": ("model", _roles(models)),
            "ratio": ("model", [float(entry.ratio) for entry in models]),
            "label": ("sample", truth),
        },
        attrs=attributes,
    )


def _roles(models: Sequence[ModelEntry]) -> list[str]:
    parents = dense_parents([entry.info for entry in models])
    return [
        "pruned" if parent is not None else "dense" if place in parents else "separate"
        for place, parent in enumerate(parents)
    ]


def _interval(
    values: np.ndarray, draws: int, seed: int, level: float
) -> tuple[np.ndarray, np.ndarray]:
    n = values.shape[-1]
    flat = values.reshape(-1, n)
    low, high = bootstrap_interval(lambda counts: counts @ flat.T / n, n, draws, seed, level)
    return low.reshape(values.shape[:-1]), high.reshape(values.shape[:-1])
