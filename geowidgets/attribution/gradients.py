"""Gradient maps of the same metrics: what occlusion is contrasted with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from geowidgets.attribution.forward import Net, opened
from geowidgets.attribution.occlusion import labelled
from geowidgets.attribution.pixels import as_pixels, fill_image
from geowidgets.attribution.progress import Cancel, Progress, Steps
from geowidgets.attribution.scores import METRICS, Metric, Scores
from geowidgets.geometry import Classifier
from geowidgets.latents import Head
from geowidgets.study.model_entry import ModelEntry, Transform
from geowidgets.suggest import nearest

if TYPE_CHECKING:
    import xarray as xr

METHODS = ("gradient_x_input", "integrated_gradients")


def gradient_maps(
    model: nn.Module | ModelEntry,
    image: Any,
    label: int,
    method: str = "gradient_x_input",
    *,
    metrics: Sequence[Metric] = METRICS,
    margin: str = "predicted",
    use_bias: bool = True,
    baseline: Any = "zero",
    steps: int = 32,
    transform: Transform | None = None,
    head: str | nn.Module | Head | None = None,
    output: Any = None,
    mean: Any = None,
    device: str | torch.device = "auto",
    progress: Progress = False,
    cancel: Cancel = None,
) -> xr.DataArray:
    """Gradient × input or integrated gradients of length, angle, margin and probability.

    With μ a metric and x the pixels before `transform`, summed over the channels:

    * `"gradient_x_input"`: x · ∂μ/∂x;
    * `"integrated_gradients"`: (x − x′) · ∫₀¹ ∂μ/∂x (x′ + α (x − x′)) dα, whose sum over the
      image is μ(x) − μ(x′).

    Positive: the pixel raises the metric (the sign opposite to `occlusion`, where hiding it is
    measured). Both are captum's.

    Args:
        model: As in `occlusion`; every step on the way must be differentiable.
        image: As in `occlusion`.
        label: True class.
        method: One of `METHODS`.
        metrics: As in `occlusion`; a function must be differentiable.
        margin: As in `occlusion`.
        use_bias: As in `occlusion`.
        baseline: x′ of integrated gradients, in pixel space: as `fill` of `occlusion`.
        steps: Points of the Gauss–Legendre sum of integrated gradients.
        transform: As in `occlusion`.
        head: As in `occlusion`.
        output: As in `occlusion`.
        mean: As in `occlusion`, for `baseline="mean"`.
        device: As in `occlusion`.
        progress: True for a bar, or a function of (done, total) metrics.
        cancel: As in `occlusion`.

    Returns:
        float32 DataArray `(metric, y, x)` in the metrics' units, coordinates and attributes as
        `occlusion`'s, with `method`, and `baseline` and `steps` where it has them.

    Raises:
        ValueError: unknown words, shapes that do not fit, a label that is no class.
        HeadError: no head, or several.
        ImportError: captum is not installed.

    Source: Li et al., "Understanding Robustness Lottery", §6.4 (the argument against them);
    Shrikumar et al. 2016, §2; Sundararajan et al. 2017, eq. 1.

    Example:
        >>> from geowidgets import datasets, zoo
        >>> digits = datasets.digits(split="test")
        >>> gradient_maps(zoo.lenet5(in_channels=1), digits.images[0], digits.labels[0]).shape
        (4, 32, 32)
    """
    if method not in METHODS:
        raise ValueError(f"method: unknown name {method!r}; {nearest(method, METHODS)}")
    if int(steps) != steps or steps < 1:
        raise ValueError(f"steps: expected at least 1, got {steps!r}")
    pixels = as_pixels(image)
    start = fill_image(baseline, pixels, mean, sigma=max(pixels.shape[1:]) / 16)
    with opened(model, pixels, transform, head, output, device, gradients=True) as net:
        scores = Scores(net.head, label, metrics, margin, use_bias, net.device)
        with torch.no_grad():
            features, logits = net.features_and_logits(net.prepare(pixels[None]))
        slopes = Differentiable(net, scores.label, margin, use_bias)
        maps = []
        with Steps(len(scores.names), method, progress, cancel) as told:
            for metric in metrics:
                found = _captum(slopes.of(metric), method, pixels, start, steps, net.device)
                maps.append(found[0].sum(0).double().cpu())
                told.advance()
    attrs: dict[str, Any] = {
        "method": method,
        "label": scores.label,
        "prediction": int(logits[0].argmax()),
        "probability_predicted": float(logits[0].double().softmax(0).max()),
        "margin": margin,
    }
    if method == "integrated_gradients":
        attrs["baseline"] = baseline if isinstance(baseline, str) else start.mean((1, 2)).tolist()
        attrs["steps"] = int(steps)
    before = scores(features, logits)[:, 0].cpu().numpy()
    return labelled(torch.stack(maps).numpy(), before, scores.names, attrs, method)


def _captum(
    function: Any, method: str, pixels: Tensor, start: Tensor, steps: int, device: torch.device
) -> Tensor:
    try:
        from captum.attr import InputXGradient, IntegratedGradients
    except ImportError as error:
        raise ImportError(f"{method} needs captum: pip install captum") from error

    given = pixels[None].to(device).requires_grad_()
    if method == "gradient_x_input":
        return InputXGradient(function).attribute(given).detach()
    found = IntegratedGradients(function).attribute(
        given, start[None].to(device), n_steps=steps, internal_batch_size=max(1, min(steps, 64))
    )
    return found.detach()  # pyright: ignore[reportAttributeAccessIssue]


class Differentiable:
    """The metrics with gradients: the formulas of `geometry.measure`, which records none."""

    def __init__(self, net: Net, label: int, reading: str, use_bias: bool) -> None:
        self._net, self._label = net, label
        self._reading, self._use_bias = reading, use_bias
        self._classifier: Classifier = net.head.classifier(net.device)

    def of(self, metric: Metric) -> Callable[[Tensor], Tensor]:
        """Pixels `(sample, channel, y, x)` → `(sample,)`."""

        def function(pixels: Tensor) -> Tensor:
            features, logits = self._net.features_and_logits(self._net.prepare(pixels))
            if not isinstance(metric, str):
                return metric(features, logits, self._label)
            return getattr(self, metric)(features.double(), logits.double())

        return function

    def length(self, features: Tensor, logits: Tensor) -> Tensor:
        """‖X‖."""
        return torch.linalg.vector_norm(features, dim=1)

    def angle(self, features: Tensor, logits: Tensor) -> Tensor:
        """Degrees between X and W_y, by the tangent: arccos has no slope at 0° and 180°."""
        row = self._classifier.rows[self._label]
        unit = row / self._classifier.norms[self._label].clamp_min(torch.finfo(row.dtype).tiny)
        along = features @ unit
        across = torch.linalg.vector_norm(features - along[:, None] * unit, dim=1)
        return torch.rad2deg(torch.atan2(across, along))

    def margin(self, features: Tensor, logits: Tensor) -> Tensor:
        """Signed distance to the nearest boundary plane; see `geometry.margins`."""
        labels = torch.full((len(features),), self._label, device=features.device)
        scores = features @ self._classifier.rows.T
        if self._use_bias and self._classifier.bias is not None:
            scores = scores + self._classifier.bias
        prediction = logits.argmax(dim=1)
        home = prediction if self._reading == "predicted" else labels
        gaps = scores.gather(1, home[:, None]) - scores
        gaps = gaps if self._reading == "signed" else gaps.abs()
        norms = self._classifier.plane_norms[home]
        nearest_plane = (gaps / norms.clamp_min(1e-300)).where(norms > 0, torch.inf).amin(dim=1)
        if self._reading == "signed":
            return nearest_plane
        return torch.where(prediction == labels, nearest_plane, -nearest_plane)

    def probability(self, features: Tensor, logits: Tensor) -> Tensor:
        """Softmax probability of y."""
        return logits.softmax(dim=1)[:, self._label]
