"""A store of as many pairs as wished whose numbers are made when they are read."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from tests.benchmarks.synthetic_store import SyntheticStore

POOL = 64  # rows of noise that all pairs share, each shifted in its own way


class PointsStore(SyntheticStore):
    """Angles to the true class, lengths and margins that move with method, ratio and benchmark.

    Args:
        samples: of the one set.
        models: in four methods with rising ratio.
        benchmarks: each of its own direction and strength.
    """

    def __init__(self, samples: int, models: int, benchmarks: int) -> None:
        super().__init__(1, models, benchmarks)
        self.n = samples
        self._labels = (np.arange(samples) % len(self.classes)).astype(np.int16)
        self._accuracy = np.random.default_rng(1).random((models, benchmarks))
        rng = np.random.default_rng(2)
        self._ease = rng.normal(size=samples).astype(np.float32)
        self._methods = rng.normal(size=(4, samples)).astype(np.float32)
        self._families = rng.normal(size=(12, samples)).astype(np.float32)
        self._noise = rng.normal(size=(POOL, samples)).astype(np.float32)
        self.derived = Kept(models, benchmarks)

    def accuracy(self, samples: Any = None, set: str | None = None) -> xr.DataArray:
        """Accuracy of every pair."""
        return xr.DataArray(self._accuracy, dims=("model", "benchmark"))

    def correct(self, set: str) -> np.ndarray:
        """No bits: this store is for maps."""
        raise KeyError("this made-up store holds no correctness")

    def column(self, variable: str, model: int, benchmark: int) -> np.ndarray:
        """One variable of one pair."""
        name = "true_angle" if variable == "angle" else variable
        return self.rows(name, model, [benchmark])[0]

    def to_dataset(self, set: str) -> dict[str, Any]:
        """`data[variable][model, benchmarks].values`, all that a map reads."""
        return {name: Variable(self, name) for name in ("true_angle", "length", "margin")}

    def rows(self, name: str, model: int, benchmarks: list[int]) -> np.ndarray:
        """float32 (benchmark, sample)."""
        ratio = self.models[model].ratio
        scale, middle, sign = {
            "true_angle": (6.0, 60.0, 1.0), "length": (3.0, 14.0, -1.0), "margin": (2.0, 4.0, -1.0)
        }[name]  # fmt: skip
        place = ("true_angle", "length", "margin").index(name)
        lost = 2 * ratio * self._methods[model % 4] - self._ease
        out = np.empty((len(benchmarks), self.n), np.float32)
        for k, b in enumerate(benchmarks):
            strength = 0.25 * (1 + b % 8)
            own = self._noise[(7 * model + 13 * b + 31 * place) % POOL]
            moved = lost + strength * (1 + ratio) * self._families[b // 8 % 12]
            shift = (model * 101 + b * 17) % self.n
            out[k, shift:] = own[: self.n - shift]
            out[k, :shift] = own[self.n - shift :]
            out[k] = middle + sign * scale * (moved + 0.3 * out[k])
        return out


class Variable:
    """One variable of a `PointsStore`."""

    def __init__(self, store: PointsStore, name: str) -> None:
        self._store, self._name = store, name

    def __getitem__(self, key: tuple[int, list[int]]) -> xr.DataArray:
        return xr.DataArray(self._store.rows(self._name, key[0], list(key[1])))


class Kept:
    """What is derived, in memory."""

    def __init__(self, models: int, benchmarks: int) -> None:
        self._arrays: dict[str, Any] = {}
        self._shape = models, benchmarks

    def get(self, key: str) -> Any:
        """What is kept under a key, or None."""
        return self._arrays.get(key)

    def keep(self, key: str, arrays: Any) -> bool:
        """Keep it."""
        self._arrays[key] = arrays
        return True

    def digests(self, set: str) -> np.ndarray:
        """One number a pair."""
        return np.arange(1, 1 + np.prod(self._shape), dtype=np.uint64).reshape(self._shape)
