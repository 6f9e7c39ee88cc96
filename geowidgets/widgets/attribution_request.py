"""What an `AttributionGrid` may be asked for, checked: maps by number, in words that both know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from geowidgets.schema import MAP_FILLS, MAP_METHODS, MARGIN_READINGS
from geowidgets.widgets._base import nearest


@dataclass(frozen=True)
class Asked:
    """One map: `window` and `stride` None are the default for the image's size.

    >>> Asked("occlusion", None, 2, "mean", "true", 3, 0, 17).key
    'occlusion/auto/2/mean/true/3/0/17'
    """

    method: str
    window: int | None
    stride: int | None
    fill: str
    margin: str
    model: int
    benchmark: int
    sample: int

    @property
    def key(self) -> str:
        """Under which the page keeps it; the same words as in `grid_keys.js`."""
        where = f"{self.margin}/{self.model}/{self.benchmark}/{self.sample}"
        if self.method != "occlusion":
            return f"{self.method}/{where}"
        window, stride = self.window or "auto", self.stride or "auto"
        return f"{self.method}/{window}/{stride}/{self.fill}/{where}"


def one_of(value: Any, known: tuple[str, ...], what: str) -> str:
    """A known word.

    Raises:
        ValueError: another; suggests the nearest.
    """
    if value not in known:
        words = f"{what}: expected one of {', '.join(known)}, got {value!r}."
        raise ValueError(words + nearest(value, known))
    return value


def check(asked: Asked, models: int, benchmarks: int, samples: int) -> Asked:
    """The same, once every field is known to exist.

    Raises:
        ValueError: a word, position or number that does not exist; says which do.
    """
    one_of(asked.method, MAP_METHODS, "method")
    one_of(asked.fill, MAP_FILLS, "fill")
    one_of(asked.margin, MARGIN_READINGS, "margin")
    for what, length in (("window", asked.window), ("stride", asked.stride)):
        if length is not None and not (_is_whole(length) and length >= 1):
            raise ValueError(f"{what}: expected pixels >= 1 or None, got {length!r}")
    for what, place, count in (
        ("model", asked.model, models),
        ("benchmark", asked.benchmark, benchmarks),
        ("sample", asked.sample, samples),
    ):
        if not (_is_whole(place) and 0 <= place < count):
            raise ValueError(f"{what}: expected a position in 0..{count - 1}, got {place!r}")
    return asked


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def read_message(content: dict[str, Any], store: Any) -> tuple[str, list[Asked]]:
    """The id and the maps of a `compute` message from the browser.

    Raises:
        ValueError: anything odd in it.
    """
    try:
        name, items, settings = content["id"], content["items"], content["settings"]
        benchmark, sample = content["benchmark"], content["sample"]
        wanted = [
            Asked(
                str(method), settings["window"], settings["stride"], str(settings["fill"]),
                str(settings["margin"]), model, benchmark, sample,
            )
            for model, method in items
        ]  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"a request for maps lacks {error}") from None
    if not isinstance(name, str) or len(name) > 64:
        raise ValueError(f"id: expected up to 64 characters, got {name!r:.80}")
    names = store.benchmarks
    place = benchmark if _is_whole(benchmark) and 0 <= benchmark < len(names) else None
    size = store.size(names[place].set) if place is not None else 0
    return name, [check(one, len(store.models), len(names), size) for one in wanted]
