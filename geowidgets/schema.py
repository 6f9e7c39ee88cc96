"""The one description of a store: its variables, its index, its version, and what is valid."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from typing import Any

import numpy as np

VERSION = 1
ATTRIBUTE = "geowidgets"
MAX_CLASSES = np.iinfo(np.int16).max


class StoreError(RuntimeError):
    """A store, a study or a query that does not fit; the message names both sides."""


@dataclass(frozen=True)
class Variable:
    """One stored array over `(model, benchmark, sample[, class])`.

    `fill` stands for a pair that was not computed and for a sample without a finite value.
    """

    name: str
    dtype: str
    fill: float | int
    unit: str
    valid: tuple[float, float]
    text: str
    per_class: bool = False

    @property
    def dims(self) -> tuple[str, ...]:
        """Names of the axes, in the order on disk."""
        return ("model", "benchmark", "sample") + (("class",) if self.per_class else ())


_NAN, _INF = float("nan"), float("inf")


def _number(name: str, unit: str, low: float, high: float, text: str, **more: bool) -> Variable:
    return Variable(name, "float32", _NAN, unit, (low, high), text, **more)


def _class(name: str, text: str) -> Variable:
    return Variable(name, "int16", -1, "class", (-1, MAX_CLASSES), text)


VARIABLES = {
    v.name: v
    for v in (
        _number("angle", "degree", 0, 180, "angle to each class direction", per_class=True),
        _number("true_angle", "degree", 0, 180, "angle to the true class's direction"),
        _number("length", "feature units", 0, _INF, "L2 norm of the feature"),
        _number("margin", "feature units", -_INF, _INF, "signed distance to the boundary"),
        _number("probability", "1", 0, 1, "softmax probability of the true class"),
        _class("prediction", "predicted class"),
        _class("runner_up", "class of the second largest logit"),
    )
}
SUMMARY_METRICS = ("true_angle", "length", "margin", "probability")
SUMMARY_BINS = 64


@dataclass(frozen=True)
class ModelInfo:
    """A model as the store knows it; `ratio` is the measured fraction of weights removed.

    `members` names the models of an ensemble, which predicts what most of them predict and has no
    geometry; a model by itself has none.
    """

    name: str
    architecture: str
    method: str
    ratio: float
    parent: str | None
    seed: int
    members: tuple[str, ...] = field(default=(), kw_only=True)


@dataclass(frozen=True)
class BenchmarkInfo:
    """A benchmark as the store knows it; clean data has corruption `""` and severity 0."""

    name: str
    corruption: str
    severity: int
    family: str
    set: str


@dataclass(frozen=True)
class ModelSlot(ModelInfo):
    """A model and its place on the model axis; slots never move."""

    slot: int
    fingerprint: str
    live: bool = True


@dataclass(frozen=True)
class BenchmarkSlot(BenchmarkInfo):
    """A benchmark and its place on the benchmark axis of its sample set."""

    slot: int
    fingerprint: str
    live: bool = True


@dataclass(frozen=True)
class SetInfo:
    """A sample set: how many samples, how many a block, and which data they are."""

    size: int
    block: int
    image_shape: tuple[int, ...]
    fingerprint: str

    @property
    def blocks(self) -> int:
        """Number of sample blocks; a pair is complete when all of them are."""
        return -(-self.size // self.block)


@dataclass(frozen=True)
class Settings:
    """What makes numbers of one store comparable; all pairs are computed with the same."""

    margin: str = "predicted"
    use_bias: bool = True
    angles: str | tuple[int, ...] | None = "all"
    images: str | None = "full"

    def angle_classes(self, classes: int) -> tuple[int, ...]:
        """Class indices whose angles are kept."""
        if self.angles == "all":
            return tuple(range(classes))
        return () if self.angles is None else tuple(int(c) for c in self.angles)


@dataclass(frozen=True)
class Index:
    """Everything that a reader must know before it reads an array; replaced in one step."""

    classes: tuple[str, ...]
    settings: Settings
    sets: dict[str, SetInfo] = field(default_factory=dict)
    models: tuple[ModelSlot, ...] = ()
    benchmarks: tuple[BenchmarkSlot, ...] = ()
    revision: int = 0

    @property
    def live_models(self) -> tuple[ModelSlot, ...]:
        """Models that were not replaced, in the order of the views."""
        return tuple(m for m in self.models if m.live)

    @property
    def live_benchmarks(self) -> tuple[BenchmarkSlot, ...]:
        """Benchmarks that were not replaced, over all sets."""
        return tuple(b for b in self.benchmarks if b.live)

    def axis(self, set_name: str) -> tuple[int, int]:
        """Lengths of the model and the benchmark axis of a set, replaced entries included."""
        return len(self.models), sum(b.set == set_name for b in self.benchmarks)

    def to_attrs(self) -> dict[str, Any]:
        """As plain JSON values, for the root group's attributes."""
        attrs = {"schema_version": VERSION, **asdict(self)}
        for model in attrs["models"]:
            if not model["members"]:
                del model["members"]  # what readers of stores without ensembles expect
        return attrs

    @classmethod
    def from_attrs(cls, attrs: Any, path: str) -> Index:
        """Read what `to_attrs` wrote.

        Raises:
            StoreError: not a store, a newer version, or damaged; names path, expected and found.
        """
        if not isinstance(attrs, dict) or "schema_version" not in attrs:
            raise StoreError(
                f"{path} is a Zarr group but no geowidgets store: expected the root attribute "
                f"'{ATTRIBUTE}' with a schema_version, found {attrs!r:.80}"
            )
        version = attrs["schema_version"]
        if not isinstance(version, int) or version > VERSION:
            raise StoreError(
                f"{path} has schema_version {version!r}, this geowidgets reads up to {VERSION}: "
                "update geowidgets to open it"
            )
        try:
            return cls(
                classes=tuple(attrs["classes"]),
                settings=Settings(**{**attrs["settings"], "angles": _angles(attrs["settings"])}),
                sets={
                    name: SetInfo(**{**info, "image_shape": tuple(info["image_shape"])})
                    for name, info in attrs["sets"].items()
                },
                models=tuple(_record(ModelSlot, entry) for entry in attrs["models"]),
                benchmarks=tuple(_record(BenchmarkSlot, entry) for entry in attrs["benchmarks"]),
                revision=int(attrs["revision"]),
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise StoreError(
                f"the index of {path} is damaged: expected the fields of schema_version {VERSION}, "
                f"found {type(error).__name__}: {error}"
            ) from error


def _angles(settings: dict[str, Any]) -> str | tuple[int, ...] | None:
    angles = settings["angles"]
    return tuple(angles) if isinstance(angles, list) else angles


def _record(kind: Any, entry: dict[str, Any]) -> Any:
    if "members" in entry:
        entry = {**entry, "members": tuple(map(str, entry["members"]))}
    record = kind(**entry)
    for item in fields(kind):
        value, wanted = getattr(record, item.name), item.type
        if wanted in ("int", "str", "bool") and type(value).__name__ != wanted:
            raise ValueError(f"{kind.__name__}.{item.name} is {value!r}, expected {wanted}")
    return record


def summary_dtype(samples: int) -> np.dtype:
    """Record of one pair in the summary; `digest` 0 = not summarised.

    `correct` holds one bit a sample, little bit order; `range` the histogram's ends.
    """
    metrics = len(SUMMARY_METRICS)
    return np.dtype(
        [
            ("digest", "<u8"),
            ("missing", "<u4"),
            ("mean", "<f4", (metrics,)),
            ("range", "<f4", (metrics, 2)),
            ("histogram", "<u4", (metrics, SUMMARY_BINS)),
            ("correct", "u1", (-(-samples // 8),)),
        ]
    )


MAP_FILLS = ("mean", "zero", "blur")
MAP_METHODS = ("occlusion", "gradient_x_input", "integrated_gradients")
MARGIN_READINGS = ("predicted", "true", "signed")
_OCCLUSION = re.compile(r"occlusion-w(\d+)-s(\d+)-(\w+)-(\w+)")
_GRADIENT = re.compile(r"(\w+)-(\w+)")


@dataclass(frozen=True)
class MapSettings:
    """What decides a map beside model, benchmark and sample.

    Args:
        method: `"occlusion"`, `"gradient_x_input"` or `"integrated_gradients"`.
        window: Side of the patch [pixel]; 0 where the method has none.
        stride: Pixels between neighbouring patches; 0 where the method has none.
        fill: `"mean"`, `"zero"`, `"blur"`; `""` where the method has none.
        margin: Reading of the margin (`geometry.measure`).

    >>> MapSettings("occlusion", 4, 2, "mean", "predicted").key
    'occlusion-w4-s2-mean-predicted'
    """

    method: str
    window: int
    stride: int
    fill: str
    margin: str

    @property
    def key(self) -> str:
        """The settings as a folder's name."""
        if self.method == "occlusion":
            return f"occlusion-w{self.window}-s{self.stride}-{self.fill}-{self.margin}"
        return f"{self.method}-{self.margin}"

    @classmethod
    def from_key(cls, key: str) -> MapSettings | None:
        """What `key` wrote, or None where a folder is called otherwise."""
        if found := _OCCLUSION.fullmatch(key):
            settings = cls("occlusion", int(found[1]), int(found[2]), found[3], found[4])
            valid = settings.fill in MAP_FILLS and settings.margin in MARGIN_READINGS
            return settings if valid else None
        found = _GRADIENT.fullmatch(key)
        if found and found[1] in MAP_METHODS[1:] and found[2] in MARGIN_READINGS:
            return cls(found[1], 0, 0, "", found[2])
        return None


@dataclass(frozen=True, eq=False)
class AttributionMap:
    """How much each region of one image matters to one model.

    Attributes:
        settings: How it was made.
        metrics: Names along the first axis.
        values: float32 (metric, y, x): metric(changed) − metric(original) for occlusion, the
            attribution itself for gradients; in the metric's unit.
        baseline: float32 (metric,): the metrics of the image as it is.
        prediction: Class that the model gives the image; −1 where it gives none.
        probability: Of that class, in [0, 1].
    """

    settings: MapSettings
    metrics: tuple[str, ...]
    values: np.ndarray
    baseline: np.ndarray
    prediction: int
    probability: float


def check_name(name: object, what: str) -> str:
    """Return a name that can be shown and looked up: text without control characters."""
    if not isinstance(name, str) or not name.strip() or not name.isprintable():
        raise ValueError(f"{what} must be printable text, got {name!r}")
    return name


def check_set_name(name: object) -> str:
    """Return a sample set's name, which is a folder's too: a name that leads nowhere else."""
    text = check_name(name, "a set's name")
    if text in (".", "..") or text.startswith("__") or any(sign in text for sign in "/\\"):
        raise ValueError(f"a set's name must be the name of one folder, got {name!r}")
    return text


def check_unique(names: Iterable[str], what: str) -> None:
    """Raise when two entries share a name."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"two {what} are called {name!r}: names must be unique")
        seen.add(name)
