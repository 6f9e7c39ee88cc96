"""One way to show the samples of a set, and the usual lot of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from geowidgets import fingerprint as fp
from geowidgets.corruptions import CORRUPTIONS, corrupt
from geowidgets.official import OfficialSet
from geowidgets.schema import BenchmarkInfo, check_name
from geowidgets.suggest import nearest


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
            instead of a corruption, memory-mapped if large.
        labels: Classes of the given images, where they are known: must be the set's.
        set: Name of the sample set.
    """

    name: str
    corruption: str = ""
    severity: int = 0
    seed: int = 0
    family: str = ""
    images: Any = None
    labels: Any = None
    set: str = "test"

    @classmethod
    def from_official(cls, cell: OfficialSet, set: str = "test") -> Benchmark:
        """A published corrupted set (`official.cifar_c`, `mnist_c`, `imagenet_c`) as a benchmark.

        Its samples must be those of `set`, in the same order. CIFAR-10.1 has other samples: give
        its images and labels to a study as a set of their own, with `Benchmark("…", set=…)`.
        """
        return cls(
            cell.name,
            cell.corruption,
            cell.severity,
            family=cell.family,
            images=cell.images,
            labels=cell.labels,
            set=set,
        )

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
        raise ValueError(
            f"unknown corruptions {names!r}; {nearest(names, [*groups, *CORRUPTIONS])}"
        )
    return groups.get(names, [names])
