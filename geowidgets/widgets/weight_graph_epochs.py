"""What a weight graph shows of every epoch: norms, turns, and the cosines of all pairs of units."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from geowidgets.widgets.weight_graph_sources import Read, Stack

KINDS = ("weights", "outputs")
KERNELS = ("tool", "report")
KEPT_BYTES = 1 << 29  # of cosines in the kernel; beyond, they are computed again when asked for
Report = Callable[[float], None]


@dataclass
class Epochs:
    """Every epoch's numbers of a stack of layers; `compute` fills them.

    Attributes:
        stacked: the layers.
        outputs: similarities of the units' outputs, where there are any.
        norms: ‖w_i‖ float32 `(epoch, unit)`.
        turns: cosine to the first epoch's weight, float32 `(epoch, unit)`; NaN where a norm is 0.
        sigmas: `"<kind>/<kernel>"` → mean d over all epochs and pairs of visible units.
    """

    stacked: Stack
    outputs: Read | None = None
    norms: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    turns: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    sigmas: dict[str, float] = field(default_factory=dict)
    _kept: dict[tuple[str, int], np.ndarray] = field(default_factory=dict)

    @property
    def kinds(self) -> list[str]:
        """The similarities there are."""
        return list(KINDS if self.outputs is not None else KINDS[:1])

    @property
    def bytes(self) -> int:
        """Bytes of all cosines, float32 and each pair once."""
        units = self.stacked.units
        return 2 * units * (units - 1) * len(self.stacked.epochs) * len(self.kinds)

    def compute(self, report: Report) -> None:
        """Go through all epochs once.

        Args:
            report: called with the share done, 0..1; may raise to stop.
        """
        epochs = self.stacked.epochs
        norms, turns = [], []
        first: np.ndarray | None = None
        means = {f"{kind}/{name}": _Mean(name) for kind in self.kinds for name in KERNELS}
        keep = self.bytes <= KEPT_BYTES
        for k, epoch in enumerate(epochs):
            report(k / len(epochs))
            weights = self.stacked.weights(epoch)
            first = weights if first is None else first
            norms.append(_norms(weights))
            turns.append(_turn(first, weights))
            for kind in self.kinds:
                cosines = self._make(kind, epoch, weights)
                for name in KERNELS:
                    means[f"{kind}/{name}"].add(cosines)
                if keep:
                    self._kept[kind, epoch] = cosines
        self.norms, self.turns = np.stack(norms), np.stack(turns).astype(np.float32)
        self.sigmas = {key: mean.value for key, mean in means.items()}

    def cosines(self, kind: str, epoch: int) -> np.ndarray:
        """Cosines of all pairs i < j, row by row, float32; NaN where a unit is hidden.

        float32 is what travels, so that Python and the browser compare the same numbers.
        """
        kept = self._kept.get((kind, epoch))
        return self._make(kind, epoch, None) if kept is None else kept

    def square(self, kind: str, epoch: int) -> np.ndarray:
        """The same as a float64 matrix `(unit, unit)`, as `redundancy.components` takes it."""
        units = self.stacked.units
        full = np.eye(units)
        above = np.triu_indices(units, 1)
        full[above] = full.T[above] = self.cosines(kind, epoch)
        hidden = ~self.visible(kind, epoch)
        full[hidden] = full[:, hidden] = np.nan
        return full

    def visible(self, kind: str, epoch: int) -> np.ndarray:
        """Boolean `(unit,)`: units of norm 0, or whose output never changes, are hidden."""
        if kind == "outputs" and self.outputs is not None:
            return ~np.isnan(self.outputs(epoch).diagonal())
        return self.norms[self.stacked.epochs.index(epoch)] != 0

    def _make(self, kind: str, epoch: int, weights: np.ndarray | None) -> np.ndarray:
        from geowidgets.redundancy.similarity_graph import cosine_similarity

        if kind == "outputs" and self.outputs is not None:
            square = self.outputs(epoch)
        else:
            square = cosine_similarity(self.stacked.weights(epoch) if weights is None else weights)
        return square[np.triu_indices(len(square), 1)].astype(np.float32)


class _Mean:
    """The running mean of a kernel's d."""

    def __init__(self, kernel: str) -> None:
        from geowidgets.redundancy.kernel import Kernel

        self._distance = Kernel(kernel, 1.0).distance
        self._total, self._count = 0.0, 0

    def add(self, cosines: np.ndarray) -> None:
        seen = cosines[~np.isnan(cosines)]
        self._total += float(self._distance(seen).sum())
        self._count += len(seen)

    @property
    def value(self) -> float:
        """1 where no two units are visible, or where all point the same way."""
        return (self._total / self._count if self._count else 0.0) or 1.0


def _norms(weights: np.ndarray) -> np.ndarray:
    """‖w_i‖ as float32; one too small for it stays above 0, which says "hidden"."""
    norms = np.linalg.norm(weights, axis=1)
    there = (weights != 0).any(axis=1)
    return np.where(there, np.maximum(norms, np.finfo(np.float32).tiny), 0).astype(np.float32)


def _turn(first: np.ndarray, now: np.ndarray) -> np.ndarray:
    import torch

    from geowidgets.redundancy.units import cosine_to

    return cosine_to(torch.from_numpy(first), torch.from_numpy(now))


def strongest(cosines: np.ndarray, most: int) -> tuple[np.ndarray, float]:
    """Positions of the `most` largest cosines, in order of position, and the least of them.

    All finite ones, and −1 for "nothing is missing", where there are no more.

    >>> strongest(np.float32([0.5, np.nan, 0.9, 0.1]), 2)
    (array([0, 2]), 0.5)
    """
    finite = np.flatnonzero(~np.isnan(cosines))
    if len(finite) <= most:
        return finite, -1.0
    order = np.argsort(-cosines[finite], kind="stable")[:most]
    # Equals of the last one may be left out, so only what is above it is complete.
    kept = np.sort(finite[order])
    return kept, float(cosines[kept].min())
