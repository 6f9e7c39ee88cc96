"""What is to be computed: models, benchmarks and the samples they are measured on."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from geowidgets import fingerprint as fp
from geowidgets.corruptions import CORRUPTIONS, corrupt
from geowidgets.pruning import prune
from geowidgets.schema import MAX_CLASSES, BenchmarkInfo, ModelInfo, check_name, check_unique, nearest

Transform = Callable[[torch.Tensor], torch.Tensor]


@dataclass(frozen=True)
class ModelEntry:
    """A model of a study, at hand or built when its turn comes.

    Args:
        name: Unique name.
        module: The classifier itself, or
        build: a function that makes it; with `weights`, the path of a checkpoint (a state_dict,
            read with `weights_only=True`) that is loaded into what `build` returns.
        architecture: Row group in the views; the module's class name by default.
        method: How it was made: `"dense"`, `"magnitude"`, …
        ratio: Measured fraction of prunable weights removed, in [0, 1).
        parent: Name of the model that it was pruned from.
        seed: Repeat number.
        masks: Parameter name → bool tensor, `False` = removed; applied to the weights on loading.
        head: Name of the classifier head where it cannot be found (`latents.find_head`).
        output: Key, index or attribute of the logits in the model's output.
        transform: Images float32 (sample, channel, y, x) in [0, 1] → what this model takes, such
            as torchvision's `Normalize`; the study's own by default.

    Example:
        >>> ModelEntry("dense", nn.Linear(4, 2)).architecture
        'Linear'
    """

    name: str
    module: nn.Module | None = None
    build: Callable[[], nn.Module] | None = None
    weights: str | Path | None = None
    architecture: str = ""
    method: str = "dense"
    ratio: float = 0.0
    parent: str | None = None
    seed: int = 0
    masks: Mapping[str, torch.Tensor] | None = None
    head: str | None = None
    output: str | int | None = None
    transform: Transform | None = None

    def __post_init__(self) -> None:
        check_name(self.name, "a model's name")
        if (self.module is None) == (self.build is None):
            raise ValueError(
                f"model {self.name!r}: give either module= or build=, got "
                f"{'both' if self.module is not None else 'neither'}"
            )
        if self.module is not None and not isinstance(self.module, nn.Module):
            raise TypeError(
                f"model {self.name!r}: module must be a torch.nn.Module, got {type(self.module)}"
            )
        if self.weights is not None and self.build is None:
            raise ValueError(f"model {self.name!r}: weights= needs build=, the function to fill")
        if not 0 <= self.ratio < 1:
            raise ValueError(f"model {self.name!r}: ratio must be in [0, 1), got {self.ratio!r}")
        if not self.architecture:
            maker = type(self.module) if self.module is not None else self.build
            name = getattr(maker, "__name__", type(maker).__name__)
            object.__setattr__(self, "architecture", name)

    @property
    def info(self) -> ModelInfo:
        """What the store keeps of this entry beside its numbers."""
        return ModelInfo(
            self.name, self.architecture, self.method, float(self.ratio), self.parent, self.seed
        )

    def load(self) -> nn.Module:
        """The module, with weights loaded and masks applied; a given one without masks is itself."""
        if self.module is not None and not self.masks:
            return self.module
        module = copy.deepcopy(self.module) if self.module is not None else self._build()
        parameters = dict(module.named_parameters())
        with torch.no_grad():
            for name, mask in (self.masks or {}).items():
                if name not in parameters:
                    raise ValueError(
                        f"model {self.name!r}: mask {name!r} has no parameter; "
                        f"{nearest(name, parameters)}"
                    )
                parameters[name].mul_(mask.to(parameters[name].device))
        return module

    def _build(self) -> nn.Module:
        assert self.build is not None
        module = self.build()
        if self.weights is not None:
            state = torch.load(self.weights, map_location="cpu", weights_only=True)
            try:
                module.load_state_dict(state)
            except (RuntimeError, AttributeError, TypeError) as error:
                raise ValueError(
                    f"model {self.name!r}: {self.weights} does not fit {type(module).__name__}: "
                    f"{error}"
                ) from error
        return module

    def fingerprint(self, transform: Transform | None) -> str:
        """Digest of all that decides this model's numbers: weights, masks, head, transform."""
        source: tuple[Any, ...]
        if self.module is not None:
            source = (fp.of_module(self.module),)
        else:
            source = (fp.of_callable(self.build), fp.of_file(self.weights) if self.weights else "")
        masks = {name: fp.of_array(mask) for name, mask in sorted((self.masks or {}).items())}
        return fp.of_values(
            *source, masks, self.head, self.output, fp.of_callable(self.transform or transform)
        )


@dataclass(frozen=True)
class Benchmark:
    """One way to show the samples of a set: clean, corrupted on the fly, or given images.

    Args:
        name: Unique name, `"clean"` or e.g. `"fog-3"`.
        corruption: Name in `CORRUPTIONS`, or `""`.
        severity: 1 … 5, or 0 without a corruption.
        seed: Of the corruption's randomness.
        family: `"noise"`, `"blur"`, `"weather"`, `"digital"`, `"clean"` or your own.
        images: Given images uint8 (sample, y, x, channel) of the same samples in the same order
            (an official corruption file, memory-mapped if large) instead of a corruption.
        set: Name of the sample set.
    """

    name: str
    corruption: str = ""
    severity: int = 0
    seed: int = 0
    family: str = ""
    images: Any = None
    set: str = "test"

    def __post_init__(self) -> None:
        check_name(self.name, "a benchmark's name")
        if self.corruption and self.corruption not in CORRUPTIONS and self.images is None:
            raise ValueError(
                f"benchmark {self.name!r}: unknown corruption {self.corruption!r}; "
                f"{nearest(self.corruption, CORRUPTIONS)}"
            )
        low = 1 if self.corruption else 0
        if self.severity not in range(low, 6):
            raise ValueError(
                f"benchmark {self.name!r}: severity must be {low} … 5, got {self.severity!r}"
            )
        if not self.family:
            known = CORRUPTIONS.get(self.corruption)
            family = known.family if known else "clean" if self.images is None else "other"
            object.__setattr__(self, "family", family)

    @property
    def info(self) -> BenchmarkInfo:
        """What the store keeps of this benchmark beside its numbers."""
        return BenchmarkInfo(self.name, self.corruption, self.severity, self.family, self.set)

    def fingerprint(self) -> str:
        """Digest of all that decides this benchmark's pixels, beside the set's own images."""
        given = "" if self.images is None else fp.of_array(self.images)
        return fp.of_values(self.corruption, self.severity, self.seed, given)

    def render(self, images: np.ndarray, first: int) -> np.ndarray:
        """Pixels of the samples `first …`, uint8 (sample, y, x, channel).

        Args:
            images: The set's clean images of just these samples.
            first: Number of the first of them in the set.
        """
        if self.images is not None:
            return np.ascontiguousarray(self.images[first : first + len(images)])
        if not self.corruption:
            return images
        indices = np.arange(first, first + len(images))
        return np.asarray(
            corrupt(images, self.corruption, self.severity, self.seed, indices=indices)
        )


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
        raw = dict(sets or {})
        if images is not None or labels is not None:
            raw = {"test": (images, labels), **raw}
        if not raw:
            raise ValueError("a study needs images= and labels=, or sets=; got neither")
        samples = {
            check_name(name, "a set's name"): _sample_set(name, *pair) for name, pair in raw.items()
        }
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


def prune_family(
    model: nn.Module,
    *,
    method: str,
    ratios: Iterable[float],
    name: str | None = None,
    parent: str = "dense",
    architecture: str = "",
    transform: Transform | None = None,
    **options: Any,
) -> list[ModelEntry]:
    """Prune one model at several ratios; every result is an entry that knows its parent.

    Args:
        model: Left untouched.
        method: Name in `pruning.METHODS`.
        ratios: Fractions to remove, each in [0, 1).
        name: Stem of the entries' names, `"{name}-{percent}"`; the method's name by default.
        parent: Name of the entry that holds `model`.
        architecture: Row group in the views; the model's class name by default.
        transform: As in `ModelEntry`.
        **options: Passed to `pruning.prune`.
    """
    entries = []
    for ratio in ratios:
        pruned = prune(model, method, ratio, **options)
        entries.append(
            ModelEntry(
                f"{name or method}-{100 * ratio:g}",
                pruned.module,
                architecture=architecture or type(model).__name__,
                method=method,
                ratio=float(pruned.measured.parameters),
                parent=parent,
                seed=pruned.seed,
                transform=transform,
            )
        )
    return entries


def corruption_benchmarks(
    names: str | Sequence[str] = "all",
    severities: int | Iterable[int] = (1, 2, 3, 4, 5),
    *,
    seed: int = 0,
    clean: bool = True,
    set: str = "test",
) -> list[Benchmark]:
    """Benchmarks of a sample set: the clean images first, then names × severities.

    Args:
        names: `"all"`, `"test"` (the 15), `"extra"` (the other 4), a family, one name, or a list.
        severities: One severity or several, 1 … 5.
        seed: Of the corruptions' randomness.
        clean: Begin with the clean images.
        set: The sample set they are for.
    """
    chosen = [severities] if isinstance(severities, int) else list(severities)
    benchmarks = [Benchmark("clean", set=set)] if clean else []
    for name in _corruption_names(names):
        benchmarks += [Benchmark(f"{name}-{s}", name, s, seed, set=set) for s in chosen]
    return benchmarks


def _corruption_names(names: str | Sequence[str]) -> list[str]:
    if not isinstance(names, str):
        return list(names)
    groups = {"all": list(CORRUPTIONS)}
    for name, corruption in CORRUPTIONS.items():
        groups.setdefault("extra" if corruption.extra else "test", []).append(name)
        groups.setdefault(corruption.family, []).append(name)
    if names not in groups and names not in CORRUPTIONS:
        raise ValueError(f"unknown corruptions {names!r}; {nearest(names, [*groups, *CORRUPTIONS])}")
    return groups.get(names, [names])


def _sample_set(name: str, images: Any, labels: Any) -> SampleSet:
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
