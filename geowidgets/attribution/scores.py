"""Geometric metrics of a batch of features and logits, one column a metric."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from geowidgets.geometry import MARGINS, Classifier
from geowidgets.latents import Head
from geowidgets.suggest import nearest

METRICS = ("length", "angle", "margin", "probability")
UNITS = {"length": "feature", "angle": "degree", "margin": "feature", "probability": ""}

Function = Callable[[Tensor, Tensor, int], Tensor]
Metric = str | Function


class Scores:
    """The asked metrics with respect to one class, from the head's input and output.

    Args:
        head: The classifier.
        label: Class y whose angle and probability are measured, and that the margin's sign is
            about.
        metrics: Names in `METRICS`, or functions `(features, logits, label) -> (sample,)`.
        margin: Reading of the margin, one of `geometry.MARGINS`.
        use_bias: Whether the margin counts the bias.
        device: Where to compute.

    Raises:
        ValueError: an unknown metric or reading, a name given twice, a label that is no class.
    """

    def __init__(
        self,
        head: Head,
        label: int,
        metrics: Sequence[Metric],
        margin: str,
        use_bias: bool,
        device: torch.device,
    ) -> None:
        if not 0 <= label < head.classes or int(label) != label:
            raise ValueError(f"label: expected a class in 0..{head.classes - 1}, got {label!r}")
        if margin not in MARGINS:
            raise ValueError(f"margin: unknown reading {margin!r}; {nearest(margin, MARGINS)}")
        self.label = int(label)
        self.names = metric_names(metrics)
        self._metrics = tuple(metrics)
        self._margin, self._use_bias = margin, use_bias
        self._classifier: Classifier = head.classifier(device)

    def __call__(self, features: Tensor, logits: Tensor) -> Tensor:
        """`(metric, sample)` float64, from `(sample, feature)` and `(sample, class)`."""
        labels = torch.full((len(features),), self.label)
        # float64 results: a map is a difference of two close numbers.
        geometry = self._classifier.measure(
            features.double(), labels, self._margin, self._use_bias, logits=logits
        )
        columns = {
            "length": geometry.length,
            "angle": geometry.angle[:, self.label],
            "margin": geometry.margin,
            "probability": geometry.probability,
        }
        rows = [
            columns[metric] if isinstance(metric, str) else self._own(metric, features, logits)
            for metric in self._metrics
        ]
        return torch.stack(rows)

    def _own(self, function: Function, features: Tensor, logits: Tensor) -> Tensor:
        values = function(features, logits, self.label)
        if not isinstance(values, Tensor) or tuple(values.shape) != (len(features),):
            got = tuple(values.shape) if isinstance(values, Tensor) else type(values).__name__
            raise ValueError(
                f"metric {metric_names([function])[0]!r} must return one number a sample, shape "
                f"({len(features)},), got {got}"
            )
        bad = int((~torch.isfinite(values)).sum())
        if bad:
            raise ValueError(
                f"metric {metric_names([function])[0]!r} must return finite numbers, got "
                f"{bad} of {len(values)} that are NaN or infinite"
            )
        return values.double()


def metric_names(metrics: Sequence[Metric]) -> tuple[str, ...]:
    """Names of metrics; a function's is its `__name__`.

    Raises:
        ValueError: an unknown name, one given twice, or none.

    Example:
        >>> def gap(features, logits, label):
        ...     return logits[:, label] - logits.mean(1)
        >>> metric_names(["angle", gap])
        ('angle', 'gap')
    """
    if isinstance(metrics, str) or not metrics:
        raise ValueError(f"metrics: expected a sequence of names or functions, got {metrics!r}")
    for metric in metrics:
        if not callable(metric) and metric not in METRICS:
            raise ValueError(f"metrics: unknown metric {metric!r}; {nearest(metric, METRICS)}")
    names = [m if isinstance(m, str) else getattr(m, "__name__", type(m).__name__) for m in metrics]
    if len(set(names)) < len(names):
        raise ValueError(f"metrics: expected different names, got {names}")
    return tuple(names)
