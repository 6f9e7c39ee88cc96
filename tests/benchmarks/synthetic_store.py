"""A store's numbers made up in memory: as large as wished, with columns like a trained net's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

CLASSES = 10
KEPT_BYTES = 2**28  # pairs whose numbers stay in memory


@dataclass
class Entry:
    """A model or a benchmark by name."""

    name: str
    architecture: str = "ResNet"
    method: str = "magnitude"
    ratio: float = 0.0
    parent: str | None = None
    seed: int = 0
    corruption: str = ""
    severity: int = 0
    family: str = "clean"
    set: str = "test"
    members: tuple[str, ...] = ()


class SyntheticStore:
    """What views read of a store: near the own class's direction, at its own place from others.

    Args:
        samples: of the one set, `test`; their classes go round.
        models: in four methods with rising ratio, after the dense one.
        benchmarks: clean and corrupted ones.
        classes: of the samples and of the angles.
    """

    sets = ("test",)
    revision = 1
    path = ""

    def __init__(
        self, samples: int, models: int = 1, benchmarks: int = 1, classes: int = CLASSES
    ) -> None:
        self.n = samples
        self.classes = tuple(f"class {k}" for k in range(classes))
        self._pairs: dict[tuple[int, int], dict[str, np.ndarray]] = {}
        methods = ("magnitude", "random", "gradient", "mpt")
        self.models = [Entry("dense", method="dense")] + [
            Entry(f"{methods[k % 4]} {k}", method=methods[k % 4], ratio=k / models, parent="dense")
            for k in range(1, models)
        ]
        self.benchmarks = [Entry("clean")] + [
            Entry(f"noise {k}", corruption=f"noise {k}", severity=3, family="noise")
            for k in range(1, benchmarks)
        ]
        self.done = np.ones((models, benchmarks), dtype=bool)
        self._labels = (np.arange(samples) % classes).astype(np.int16)
        self._places = np.random.default_rng(7).normal(95, 7, (classes, classes))
        rng = np.random.default_rng(8)
        self._correct = rng.random((models, benchmarks, samples), dtype=np.float32) < 0.8

    def size(self, set: str) -> int:
        """Samples."""
        return self.n

    def labels(self, set: str) -> np.ndarray:
        """Classes, int16 `(sample,)`."""
        return self._labels

    def images(self, set: str, samples: slice | None = None) -> None:
        """None: no images."""

    def correct(self, set: str) -> np.ndarray:
        """Packed bits."""
        return np.packbits(self._correct, axis=-1, bitorder="little")

    def accuracy(self, samples: Any = None, set: str | None = None) -> xr.DataArray:
        """Accuracy of every pair."""
        names = {"model": [m.name for m in self.models],
                 "benchmark": [b.name for b in self.benchmarks]}  # fmt: skip
        return xr.DataArray(self._correct.mean(axis=-1), names, ("model", "benchmark"))

    def column(self, variable: str, model: int, benchmark: int) -> np.ndarray:
        """One variable of one pair."""
        pair = model, benchmark
        if pair not in self._pairs:
            made = self._made(*pair)
            size = sum(values.nbytes for values in made.values())
            if (len(self._pairs) + 1) * size > KEPT_BYTES:
                self._pairs.clear()
            self._pairs[pair] = made
        return self._pairs[pair][variable]

    def _made(self, model: int, benchmark: int) -> dict[str, np.ndarray]:
        """Every variable of one pair."""
        classes = len(self.classes)
        rng = np.random.default_rng((model, benchmark))
        ease = rng.normal(size=self.n)
        noise = rng.normal(size=(self.n, classes + 3))
        own = np.arange(classes) == self._labels[:, None]
        angles = np.where(own, 66 - 3 * ease[:, None], self._places[self._labels])
        angles = (angles + 5 * noise[:, :classes]).astype(np.float32)
        wrong = (self._labels + 1) % classes
        values = {
            "angle": angles[own],
            "length": 14 + 3 * ease + noise[:, -3],
            "margin": 4 + 2.5 * ease + noise[:, -2],
            "probability": 1 / (1 + np.exp(-4 - 3 * ease - noise[:, -1])),
        }
        return {
            "prediction": np.where(ease > -1.6, self._labels, wrong).astype(np.int16),
            "angles": angles,
            **{name: one.astype(np.float32) for name, one in values.items()},
        }
