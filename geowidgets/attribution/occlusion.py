"""Occlusion maps: how hiding a part of an image moves it in the latent space."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from geowidgets.attribution.forward import Net, Plain, batch_size, opened
from geowidgets.attribution.graph import UntraceableError
from geowidgets.attribution.local import Local
from geowidgets.attribution.pixels import as_pixels, fill_image
from geowidgets.attribution.progress import Cancel, Progress, Steps
from geowidgets.attribution.regions import Masks, Regions, Windows
from geowidgets.attribution.scores import METRICS, UNITS, Metric, Scores
from geowidgets.latents import Head
from geowidgets.store.batching import Batching, is_out_of_memory
from geowidgets.study.model_entry import ModelEntry, Transform
from geowidgets.suggest import nearest

if TYPE_CHECKING:
    import xarray as xr

PATHS = ("auto", "local", "plain")


def occlusion(
    model: nn.Module | ModelEntry,
    image: Any,
    label: int,
    window: int | tuple[int, int] | None = None,
    stride: int | tuple[int, int] | None = None,
    fill: Any = "mean",
    *,
    metrics: Sequence[Metric] = METRICS,
    margin: str = "predicted",
    use_bias: bool = True,
    masks: Any = None,
    transform: Transform | None = None,
    head: str | nn.Module | Head | None = None,
    output: Any = None,
    mean: Any = None,
    sigma: float | None = None,
    batch: int | None = None,
    device: str | torch.device = "auto",
    path: str = "auto",
    progress: Progress = False,
    cancel: Cancel = None,
) -> xr.DataArray:
    """How each pixel of an image holds up its length, angle, margin and probability.

    For every window R the image x is fed with R replaced by the fill, x_R, and every metric μ
    is measured in the last latent space; a pixel's value is the mean over the windows that hold
    it, map(p) = mean_{R ∋ p} (μ(x_R) − μ(x)). Positive (blue in the view): hiding the pixel
    raises the metric; negative (red): it holds the metric up. One pass serves all metrics.

    Args:
        model: The classifier (its mode, device and hooks are left as they were), or a
            `ModelEntry`, whose transform, head and output then count.
        image: uint8 `(y, x, channel)`, or floats `(channel, y, x)`; grey may lack the channel.
        label: True class y; angle and probability are those of y (§5.2).
        window: Height and width of the window, pixels; None = an eighth of the side (4 of 32).
        stride: Step between windows; None = half of the window. The last windows are cut at the
            border.
        fill: What replaces the pixels, **before** `transform`: `"mean"`, `"zero"` (black),
            `"blur"`, a number, one a channel, or an image; numbers in the image's range, which
            is [0, 1] for uint8 images.
        metrics: Names in `METRICS`, or functions `(features, logits, label) -> (sample,)` of
            the head's input and output.
        margin: Reading of the margin: `"predicted"`, `"true"` or `"signed"` (`geometry.measure`).
        use_bias: Whether the margin counts the bias.
        masks: bool `(region, y, x)`: regions of any shape instead of windows.
        transform: Floats `(sample, channel, y, x)` → what the model takes, such as `Normalize`.
        head: Name, module or `Head` of the classifier head, where it cannot be found.
        output: Key, index or attribute of the logits in the model's output.
        mean: The data set's mean for `fill="mean"`: a number, `(channel,)` or an image
            (`mean_pixel(images)`); None = the mean over the positions of this image.
        sigma: Width of the blur, pixels; None = half of the window's longer side.
        batch: Whole images a forward pass, None = by size and device; crops may be up to four
            times as many. Halved, with a warning, where memory runs out.
        device: `"auto"` = CUDA where there is one.
        path: `"auto"` recomputes only what a window can change where the net can be taken apart
            (`"local"`), else feeds every occluded image whole (`"plain"`); either by name too.
        progress: True for a bar, or a function of (done, total) windows.
        cancel: A `threading.Event` or a function; once true, `CancelledError` is raised.

    Returns:
        float32 DataArray `(metric, y, x)`, NaN where no window lies. Coordinates: `metric`,
        `unoccluded (metric)`, the metrics of the untouched image (float64), and `unit
        (metric)`. Attributes: `label`, `prediction`, `probability_predicted` (of the predicted
        class), `window`, `stride`, `fill`, `margin`, `regions` (their number), `path` (the one
        that ran) and `path_reason` (why not the other).

    Raises:
        ValueError: unknown words, shapes that do not fit, a label that is no class.
        HeadError: no head, or several.
        CancelledError: `cancel` became true.
        MemoryError: one occluded image alone is too much.

    Source: Li et al., "Understanding Robustness Lottery", §6.4 and Fig. 6; windows as in Zeiler
    and Fergus 2014, §4.2.

    Example:
        >>> from geowidgets import datasets, zoo
        >>> digits = datasets.digits(split="test")
        >>> found = occlusion(zoo.lenet5(in_channels=1), digits.images[0], digits.labels[0])
        >>> found.dims, found.shape, found.attrs["window"]
        (('metric', 'y', 'x'), (4, 32, 32), [4, 4])
    """
    pixels = as_pixels(image)
    plan = Plan(
        metrics=tuple(metrics), window=window, stride=stride, masks=masks, fill=fill, mean=mean,
        sigma=sigma, margin=margin, use_bias=use_bias, batch=batch, path=path,
    )  # fmt: skip
    regions = plan.regions(pixels)
    with (
        opened(model, pixels, transform, head, output, device) as net,
        Steps(len(regions), "occlusion", progress, cancel) as steps,
    ):
        return occlusion_map(net, pixels, label, plan, regions, steps)


@dataclass(frozen=True)
class Plan:
    """What is the same for every map: the arguments of `occlusion`."""

    metrics: tuple[Metric, ...] = METRICS
    window: Any = None
    stride: Any = None
    masks: Any = None
    fill: Any = "mean"
    mean: Any = None
    sigma: float | None = None
    margin: str = "predicted"
    use_bias: bool = True
    batch: int | None = None
    path: str = "auto"

    def __post_init__(self) -> None:
        if self.path not in PATHS:
            raise ValueError(f"path: unknown word {self.path!r}; {nearest(self.path, PATHS)}")

    def regions(self, pixels: Tensor) -> Regions:
        """What is occluded at a time on an image `(channel, y, x)`."""
        shape = (pixels.shape[1], pixels.shape[2])
        if self.masks is None:
            return Windows(shape, self.window, self.stride)
        if self.window is not None or self.stride is not None:
            raise ValueError(
                f"masks: expected no window and stride beside them, got window={self.window!r}, "
                f"stride={self.stride!r}"
            )
        return Masks(self.masks, shape)

    def filling(self, pixels: Tensor, regions: Regions) -> Tensor:
        """What replaces the pixels, `(channel, y, x)`."""
        top, bottom, left, right = regions.boxes[0]
        sigma = max(bottom - top, right - left) / 2 if self.sigma is None else self.sigma
        return fill_image(self.fill, pixels, self.mean, float(sigma))


def occlusion_map(
    net: Net, pixels: Tensor, label: int, plan: Plan, regions: Regions, steps: Steps
) -> xr.DataArray:
    """One map; see `occlusion`. Advances `steps` by the number of regions."""
    scores = Scores(net.head, label, plan.metrics, plan.margin, plan.use_bias, net.device)
    engine, reason = _engine(net, pixels, plan, regions)
    features, logits = engine.original()
    before = scores(features, logits)[:, 0].cpu().numpy()
    after = np.empty((len(before), len(regions)))
    groups = list(engine.batches(batch_size(plan.batch, pixels, net.device)))
    batching = Batching(max(map(len, groups)), "occluded images")
    for group in groups:
        for indices, found in batching.over(group, lambda some: scores(*engine.run(some))):
            after[:, indices] = found.cpu().numpy()
            steps.advance(len(indices))
    batching.warn(stacklevel=3)
    attrs = {
        "label": scores.label,
        "prediction": int(logits[0].argmax()),
        "probability_predicted": float(logits[0].double().softmax(0).max()),
        "fill": plan.fill if isinstance(plan.fill, str) else np.asarray(plan.fill).tolist(),
        "margin": plan.margin,
        "regions": len(regions),
        "path": engine.path,
        "path_reason": reason,
    }
    if isinstance(regions, Windows):
        attrs |= {"window": list(regions.window), "stride": list(regions.stride)}
    values = regions.average(after - before[:, None])
    return labelled(values, before, scores.names, attrs, "occlusion")


def _engine(net: Net, pixels: Tensor, plan: Plan, regions: Regions) -> tuple[Plain | Local, str]:
    """What feeds the occluded images, and why it is not the faster one."""
    filling = plan.filling(pixels, regions)
    if plan.path == "plain":
        return Plain(net, pixels, filling, regions), "asked for"
    try:
        return Local(net, pixels, filling, regions), ""
    except Exception as error:
        full = is_out_of_memory(error)
        if plan.path == "local" or not (full or isinstance(error, UntraceableError)):
            raise
        reason = "its kept maps do not fit into memory" if full else str(error)
    return Plain(net, pixels, filling, regions), reason


def labelled(
    values: np.ndarray,
    before: np.ndarray,
    names: tuple[str, ...],
    attrs: dict[str, Any],
    name: str,
) -> xr.DataArray:
    """Maps `(metric, y, x)` with the metrics' names, units and values of the untouched image."""
    import xarray as xr

    coords = {
        "metric": list(names),
        "unoccluded": ("metric", before),
        "unit": ("metric", [UNITS.get(name, "") for name in names]),
    }
    dims = ("metric", "y", "x")
    return xr.DataArray(values.astype(np.float32), coords, dims, name=name, attrs=attrs)
