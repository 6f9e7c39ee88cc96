"""`Columns`: the one way by which a store's numbers reach the browser, on request."""

from __future__ import annotations

import math
import re
import weakref
from collections.abc import Iterable
from typing import Any, ClassVar, Protocol, Self

import numpy as np
import traitlets as t

from geowidgets.widgets import bits, class_angles, correct_counts, evaluation_metrics
from geowidgets.widgets._base import Hub, nearest
from geowidgets.widgets.selection_growth import Axes, Move

VARIABLES = ("angle", "angles", "length", "margin", "probability", "prediction")
KEYS = 10_000  # of one message
_PAIR = re.compile(r"(?P<variable>\w+)/(?P<model>\d+)/(?P<benchmark>\d+)")
_IMAGES = re.compile(r"images/(?P<set>.+)/(?P<first>\d+)-(?P<last>\d+)")


class ReadableStore(Protocol):
    """What the widgets read of a `GeometryStore`."""

    classes: Any
    sets: Any
    models: Any
    benchmarks: Any
    revision: int
    done: Any

    def size(self, set: str) -> int:
        """Samples in a set."""
        ...

    def labels(self, set: str) -> np.ndarray:
        """True class of each sample, int16 `(sample,)`."""
        ...

    def images(self, set: str, samples: slice | None = None) -> Any:
        """uint8 `(sample, y, x, channel)`, or None."""
        ...

    def correct(self, set: str) -> np.ndarray:
        """Packed bits, uint8 `(model, benchmark of the set, byte)`."""
        ...

    def column(self, variable: str, model: int, benchmark: int) -> np.ndarray:
        """One variable of one pair, `(sample,)` or `(sample, class)`."""
        ...

    def accuracy(self, samples: Any = None, set: str | None = None) -> Any:
        """Accuracy in 0..1, `(model, benchmark of the set)`."""
        ...


def describe(store: ReadableStore) -> dict[str, Any]:
    """The store's table of contents as JSON: names, sizes and which pairs are complete.

    Returns:
        `classes` (list of text), `sets` (`name`, `n`, `image` shape `[y, x, channel]` or None),
        `models` (`name architecture method ratio parent seed`), `benchmarks` (`name corruption
        severity family set`), both with their `slot`,
        ensembles with their `members`, `done` (base64 bits, model-major) and the store's
        `revision`.
    """
    revision, done = _state_of(store)
    return {
        "classes": [str(name) for name in store.classes],
        "sets": [_describe_set(store, name) for name in store.sets],
        "models": [
            _fields(m, "name architecture method ratio parent seed") | _place(m)
            for m in store.models
        ],
        "benchmarks": [
            _fields(b, "name corruption severity family set") | _place(b) for b in store.benchmarks
        ],
        "done": done,
        "revision": revision,
    }


def _fields(entry: Any, names: str) -> dict[str, Any]:
    values = {name: getattr(entry, name) for name in names.split()}
    return {name: _plain(value) for name, value in values.items()}


def _place(entry: Any) -> dict[str, Any]:
    """The slot, by which a page tells numbers that were replaced, and an ensemble's members."""
    members = [str(name) for name in getattr(entry, "members", ())]
    slot = getattr(entry, "slot", None)
    return ({} if slot is None else {"slot": slot}) | ({"members": members} if members else {})


def _plain(value: Any) -> Any:
    """`value` as JSON knows it, which has no NaN."""
    value = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _describe_set(store: ReadableStore, name: str) -> dict[str, Any]:
    images = store.images(name, slice(0, 0))
    shape = None if images is None else [int(side) for side in images.shape[1:]]
    return {"name": str(name), "n": int(store.size(name)), "image": shape}


def read(store: ReadableStore, key: str) -> np.ndarray:
    """The numbers behind a key.

    Args:
        store: where they are.
        key: `labels/<set>`, `correct/<set>` (packed bits, model × benchmark of the set × byte),
            `accuracy/<set>` (float32, model × benchmark of that set alone, in the order in which
            the store lists them; NaN where not computed),
            `<variable>/<model>/<benchmark>` (positions), `images/<set>/<first>-<last>`
            (uint8, `last` included), and those of `correct_counts.read`,
            `evaluation_metrics.read` and `class_angles.read`.

    Raises:
        KeyError: no such key, set or pair; the message says what was expected.
    """
    if correct_counts.is_key(store, key):
        return correct_counts.read(store, key)
    head, _, rest = key.partition("/")
    if head in ("labels", "correct", "accuracy"):
        name = _known_set(store, rest, key)
        if head == "accuracy":
            return np.asarray(store.accuracy(set=name), dtype=np.float32)
        return np.asarray(getattr(store, head)(name))
    if evaluation_metrics.is_key(key):
        return evaluation_metrics.read(store, key)
    if class_angles.is_key(key):
        return class_angles.read(store, key)
    if found := _IMAGES.fullmatch(key):
        return _images(store, key, found["set"], int(found["first"]), int(found["last"]))
    found = _PAIR.fullmatch(key)
    if not found or found["variable"] not in VARIABLES:
        raise KeyError(
            f"{key!r}: expected labels/<set>, correct/<set>, accuracy/<set>, "
            f"images/<set>/<first>-<last> or <variable>/<model>/<benchmark> with a variable of "
            f"{', '.join(VARIABLES)}"
        )
    model, benchmark = int(found["model"]), int(found["benchmark"])
    for position, known, what in (
        (model, store.models, "model"),
        (benchmark, store.benchmarks, "benchmark"),
    ):
        if position >= len(known):
            raise KeyError(f"{key!r}: expected a {what} in 0..{len(known) - 1}, got {position}")
    return np.asarray(store.column(found["variable"], model, benchmark))


def _known_set(store: ReadableStore, name: str, key: str) -> str:
    if name not in store.sets:
        raise KeyError(f"{key!r}: unknown sample set {name!r}.{nearest(name, list(store.sets))}")
    return name


def _images(store: ReadableStore, key: str, name: str, first: int, last: int) -> np.ndarray:
    n = store.size(_known_set(store, name, key))
    if not first <= last < n:
        raise KeyError(f"{key!r}: expected first <= last < {n}")
    images = store.images(name, slice(first, last + 1))
    if images is None:
        raise KeyError(f"{key!r}: the store holds no images of the set {name!r}")
    return np.asarray(images)


def _state_of(store: ReadableStore) -> tuple[int, str]:
    return int(store.revision), bits.encode(np.asarray(store.done, dtype=bool))


def as_message(values: np.ndarray) -> tuple[dict[str, Any], memoryview]:
    """What the browser needs to read `values`: type and shape, and the bytes in C order."""
    values = np.ascontiguousarray(values)
    if values.dtype.byteorder == ">":
        values = values.astype(values.dtype.newbyteorder("<"))
    if values.dtype.name not in ("uint8", "int16", "int32", "float32", "float64"):
        raise TypeError(f"expected uint8, int16, int32, float32 or float64, got {values.dtype}")
    header = {"dtype": values.dtype.name, "shape": list(values.shape)}
    # A view with a zero in its shape cannot be cast.
    return header, values.data.cast("B") if values.size else memoryview(b"")


class Columns(Hub):
    """A store's columns for the views, one hub a store: `Columns.of(store)`.

    Numbers go to the browser when a view asks for them; those named in `preload` travel with the
    widget's state, so that the first picture needs no kernel. What `store.add(entry)` computes
    appears in open views by itself.
    """

    bundle = "columns"
    _by_store: ClassVar[weakref.WeakValueDictionary[int, Columns]] = weakref.WeakValueDictionary()

    directory = t.Dict(help="See `describe`; written by Python.").tag(sync=True)
    preloaded = t.Dict(help="key → {dtype, shape, data}; written by Python.").tag(sync=True)

    def __init__(self, store: ReadableStore, preload: Iterable[str] = (), **options: Any) -> None:
        self.store = store
        super().__init__(directory=describe(store), **options)
        self.on_msg(Columns._answer)
        self.preload(preload)
        # Stores that cannot grow need not tell.
        subscribe = getattr(store, "subscribe", None)
        if subscribe is not None:
            subscribe(self._grown)

    def _grown(self) -> None:
        """Follow the store, unless this hub is closed or knows already."""
        known = (self.directory["revision"], self.directory["done"])
        if self.comm is not None and _state_of(self.store) != known:
            self.refresh()

    @classmethod
    def of(cls, store: ReadableStore) -> Self:
        """The store's open hub; made when there is none."""
        columns = cls._by_store.get(id(store))
        if columns is None or columns.comm is None:
            columns = cls(store)
            cls._by_store[id(store)] = columns
        return columns  # type: ignore[return-value]

    def preload(self, keys: Iterable[str]) -> None:
        """Put the numbers behind `keys` into the widget's state.

        Raises:
            KeyError: as `read`.
        """
        added = {}
        for key in keys:
            header, data = as_message(read(self.store, key))
            added[key] = {**header, "data": bytes(data)}
        if added:
            self.preloaded = {**self.preloaded, **added}

    def refresh(self) -> None:
        """Tell the browser, and the selections of open views, what the store holds by now."""
        names = [[one["name"] for one in self.directory[axis]] for axis in ("models", "benchmarks")]
        before, after = Axes(*map(tuple, names)), Axes.of(self.store)
        for view in list(self._users):
            view.selection.refresh()
            if before != after:
                view.follow(Move(before, after, view.selection.sizes))
        self.directory = describe(self.store)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Refuse it: what a store holds is not the page's to say."""
        self.refuse(sync_data, "no change: directory and preloaded are written by Python alone")
        self.send_state([name for name in sync_data if name in self.keys])

    def _answer(self, content: Any, buffers: list) -> None:
        """Send what a view asked for; what cannot be sent comes back as words."""
        keys = content.get("keys") if isinstance(content, dict) else None
        if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
            self.refuse(content, "{'keys': [key, …]} with keys of text")
            return
        if len(keys) > KEYS:
            self.refuse(len(keys), f"at most {KEYS:,} keys in a message")
            return
        self._grown()
        for key in keys:
            try:
                header, data = as_message(read(self.store, key))
            except Exception as error:
                # A view waits for every key: whatever went wrong must reach it.
                words = error.args[0] if isinstance(error, KeyError) and error.args else error
                self.send({"type": "error", "key": key, "message": str(words)})
            else:
                self.send({"type": "column", "key": key, **header}, buffers=[data])
