"""Models × benchmarks on sample sets that share their classes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from geowidgets import fingerprint as fp
from geowidgets.schema import MAX_CLASSES, check_name, check_set_name, check_unique
from geowidgets.study.benchmark import Benchmark
from geowidgets.study.model_entry import ModelEntry, Transform
from geowidgets.suggest import nearest


@dataclass(frozen=True)
class SampleSet:
    """Images with labels: uint8 (sample, y, x, channel) and class indices (sample,)."""

    images: np.ndarray
    labels: np.ndarray

    def fingerprint(self) -> str:
        """Digest of pixels and labels."""
        return fp.of_values(fp.of_array(self.images), fp.of_array(self.labels))


@dataclass(frozen=True, init=False)
class Study:
    """Models × benchmarks on one or more sample sets that share their classes.

    Args:
        models: Entries with unique names.
        benchmarks: With unique names; only the clean images by default.
        images: uint8 (sample, y, x[, channel]) or (sample, channel, y, x), numpy or torch: the set
            called `"test"`. Other sets come through `sets`.
        labels: Class indices (sample,), 0 … C−1.
        classes: Names of the C classes; their numbers by default.
        transform: Images float32 (sample, channel, y, x) in [0, 1] → the models' input, on the
            device; as they are by default.
        sets: Further sample sets: name → (images, labels).

    Raises:
        ValueError: names that occur twice, labels out of range or of another length, images of
            another dtype or shape, benchmarks of an unknown set; the value is named.
    """

    models: tuple[ModelEntry, ...]
    benchmarks: tuple[Benchmark, ...]
    sets: dict[str, SampleSet]
    classes: tuple[str, ...]
    transform: Transform | None = field(repr=False)

    def __init__(
        self,
        models: Iterable[ModelEntry],
        benchmarks: Iterable[Benchmark] | None = None,
        images: Any = None,
        labels: Any = None,
        classes: Sequence[str] | None = None,
        transform: Transform | None = None,
        *,
        sets: Mapping[str, tuple[Any, Any]] | None = None,
    ) -> None:
        raw = sample_pairs(sets or {})
        if images is not None or labels is not None:
            raw = {"test": (images, labels), **raw}
        if not raw:
            raise ValueError("a study needs images= and labels=, or sets=; got neither")
        samples = {check_set_name(name): sample_set(name, *pair) for name, pair in raw.items()}
        values = {
            "models": tuple(models),
            "benchmarks": (Benchmark("clean"),) if benchmarks is None else tuple(benchmarks),
            "sets": samples,
            "classes": _classes(classes, samples),
            "transform": transform,
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)
        self._check()

    def _check(self) -> None:
        for what, entries, kind in (
            ("models", self.models, ModelEntry),
            ("benchmarks", self.benchmarks, Benchmark),
        ):
            if not entries:
                raise ValueError(f"a study needs at least one of {what}, got none")
            for entry in entries:
                if not isinstance(entry, kind):
                    raise TypeError(f"{what} must be {kind.__name__} objects, got {entry!r:.80}")
            check_unique((entry.name for entry in entries), what)
        for benchmark in self.benchmarks:
            if benchmark.set not in self.sets:
                raise ValueError(
                    f"benchmark {benchmark.name!r} is on set {benchmark.set!r}; "
                    f"{nearest(benchmark.set, self.sets)}"
                )
            shape = self.sets[benchmark.set].images.shape
            if benchmark.images is not None and tuple(benchmark.images.shape) != shape:
                raise ValueError(
                    f"benchmark {benchmark.name!r} brings images of shape "
                    f"{tuple(benchmark.images.shape)}, its set {benchmark.set!r} has {shape}"
                )
            if benchmark.labels is not None:
                _check_same_labels(benchmark, self.sets[benchmark.set].labels)


def sample_pairs(sets: Any) -> dict[str, tuple[Any, Any]]:
    """Sample sets as they are given: name → (images, labels); TypeError for anything else."""
    if not isinstance(sets, Mapping):
        raise TypeError(f"sets: expected name → (images, labels), got {sets!r:.60}")
    for name, pair in sets.items():
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise TypeError(f"sets[{name!r}]: expected (images, labels), got {pair!r:.60}")
    return {name: (pair[0], pair[1]) for name, pair in sets.items()}


def _check_same_labels(benchmark: Benchmark, labels: np.ndarray) -> None:
    found = np.asarray(benchmark.labels)
    if found.shape != labels.shape:
        raise ValueError(
            f"benchmark {benchmark.name!r} brings {len(found)} labels, "
            f"its set {benchmark.set!r} has {len(labels)}"
        )
    if (differ := np.flatnonzero(found != labels)).size:
        raise ValueError(
            f"benchmark {benchmark.name!r} has other samples than its set {benchmark.set!r}: "
            f"label {int(found[differ[0]])} at sample {int(differ[0])}, expected "
            f"{int(labels[differ[0]])} ({differ.size} differ)"
        )


def sample_set(name: str, images: Any, labels: Any) -> SampleSet:
    """Images and labels of a set, checked and brought to uint8 (sample, y, x, channel)."""
    pixels = images.cpu().numpy() if isinstance(images, torch.Tensor) else np.asarray(images)
    if pixels.dtype != np.uint8:
        raise ValueError(f"images of set {name!r} must be uint8, got {pixels.dtype}")
    if pixels.ndim == 3:
        pixels = pixels[..., None]
    if pixels.ndim == 4 and pixels.shape[-1] not in (1, 3) and pixels.shape[1] in (1, 3):
        pixels = pixels.transpose(0, 2, 3, 1)
    if pixels.ndim != 4 or pixels.shape[-1] not in (1, 3) or not len(pixels):
        raise ValueError(
            f"images of set {name!r} must be (sample, y, x), (sample, y, x, channel) or "
            f"(sample, channel, y, x) with 1 or 3 channels and at least one sample, "
            f"got shape {pixels.shape}"
        )
    truth = labels.cpu().numpy() if isinstance(labels, torch.Tensor) else np.asarray(labels)
    if truth.shape != (len(pixels),) or truth.dtype.kind not in "iu":
        raise ValueError(
            f"labels of set {name!r} must be {len(pixels)} integers, one for each image, "
            f"got shape {truth.shape} of {truth.dtype}"
        )
    return SampleSet(np.ascontiguousarray(pixels), truth.astype(np.int64))


def _classes(classes: Sequence[str] | None, sets: Mapping[str, SampleSet]) -> tuple[str, ...]:
    top = max(int(s.labels.max()) for s in sets.values())
    names = tuple(map(str, range(top + 1) if classes is None else classes))
    if not 2 <= len(names) <= MAX_CLASSES:
        raise ValueError(f"a study needs 2 … {MAX_CLASSES} classes, got {len(names)}")
    check_unique((check_name(name, "a class name") for name in names), "classes")
    for set_name, samples in sets.items():
        wrong = (samples.labels < 0) | (samples.labels >= len(names))
        if wrong.any():
            first = int(wrong.argmax())
            raise ValueError(
                f"labels of set {set_name!r} must be 0 … {len(names) - 1}, got "
                f"{int(samples.labels[first])} at sample {first} ({int(wrong.sum())} out of range)"
            )
    return names
