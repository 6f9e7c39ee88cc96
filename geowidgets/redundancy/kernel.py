"""Edge weights of the training graph, and the inner product that a cut-off stands for."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from geowidgets.suggest import nearest

KERNELS = ("tool", "report")


@dataclass(frozen=True)
class Kernel:
    """Turns the cosine x of two units into an edge weight in (0, 1], and a cut-off back.

    * `"tool"`: d = (1 − x)/2 and w = exp(−d²/σ²), so that a cut-off c stands for
      x = 1 − 2σ√ln(1/c). By default σ is the mean d over all epochs and pairs.
    * `"report"`: d² = 1 − x and w = exp(−d²/σ²), so that c stands for x = 1 − σ² ln(1/c).

    Attributes:
        name: `"tool"` (the published program) or `"report"`.
        sigma: σ, positive.

    Raises:
        ValueError: an unknown kernel, or a σ that is not positive.

    Source: "Sources of redundancy", §3.2, Method; its published program for the other kernel.

    Example:
        >>> kernel = Kernel("tool", 0.5)
        >>> round(float(kernel.cosine(kernel.weight(0.25))), 12)
        0.25
    """

    name: str
    sigma: float

    def __post_init__(self) -> None:
        if self.name not in KERNELS:
            raise ValueError(f"kernel: unknown {self.name!r}; {nearest(self.name, KERNELS)}")
        if not (self.sigma > 0 and math.isfinite(self.sigma)):
            raise ValueError(f"sigma: expected a positive number, got {self.sigma!r}")

    def distance(self, cosine: np.ndarray | float) -> np.ndarray:
        """d of pairs with that cosine; in [0, 1] for the tool's kernel, [0, √2] the report's."""
        rest = np.clip(1.0 - np.asarray(cosine, np.float64), 0.0, 2.0)
        return rest / 2 if self.name == "tool" else np.sqrt(rest)

    def weight(self, cosine: np.ndarray | float) -> np.ndarray:
        """w = exp(−d²/σ²) of pairs with that cosine, in (0, 1]."""
        return np.exp(-((self.distance(cosine) / self.sigma) ** 2))

    def cosine(self, cutoff: np.ndarray | float) -> np.ndarray:
        """The inner product at which w equals the cut-off; below −1 when every edge stays.

        Raises:
            ValueError: a cut-off outside of (0, 1].
        """
        value = np.asarray(cutoff, np.float64)
        if not ((value > 0) & (value <= 1)).all():
            raise ValueError(f"cutoff: expected a number in (0, 1], got {cutoff!r}")
        logarithm = -np.log(value)
        if self.name == "tool":
            return 1 - 2 * self.sigma * np.sqrt(logarithm)
        return 1 - self.sigma**2 * logarithm
