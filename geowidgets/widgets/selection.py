"""`Selection`: the one state that linked views share, readable and writable from Python."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, cast

import numpy as np
import traitlets as t

from geowidgets.widgets import bits, selection_history, selection_names, selection_state
from geowidgets.widgets._base import nearest
from geowidgets.widgets.columns import ReadableStore
from geowidgets.widgets.selection_growth import Axes, Move
from geowidgets.widgets.selection_mirror import Mirror
from geowidgets.widgets.selection_samples import sample_clause, sample_mask
from geowidgets.widgets.selection_shared import SharedState
from geowidgets.widgets.selection_subsets import OWNER, Subsets, reduce_subsets
from geowidgets.widgets.selection_values import read_value


def sizes_of(store: ReadableStore) -> dict[str, Any]:
    """The counts against which a selection on `store` is checked."""
    return {
        "models": len(store.models),
        "benchmarks": len(store.benchmarks),
        "classes": len(store.classes),
        "sets": {str(name): int(store.size(name)) for name in store.sets},
        "benchmark_sets": [str(entry.set) for entry in store.benchmarks],
    }


class Selection(SharedState):
    """What is selected: models, benchmarks, pairs, classes, samples, and the reference pair.

    `None` means no clause (all), `[]` nothing. Models, benchmarks and classes may be written by
    name or position and are read as positions. Every write is checked; a wrong one raises
    `ValueError` with the value and the range and changes nothing.

    Samples are the intersection of clauses, one a view. `selection.samples = …` replaces them all
    (`undo` brings them back), so that what is read is what was written. It takes indices, a
    boolean mask `(sample,)`, the name of a saved subset, a function of the store that returns one
    of these, or a rule: `{"metric": "angle", "above": 60}` with any of `metric` (`"angle"`,
    `"length"`, `"margin"`, `"probability"`, `"angle/<class>"`, `"delta/angle"`, …), `above`,
    `below` (strict), `correct`, `class`, `model`, `benchmark`, `compared`; or
    `{"reactions": ["right-wrong"]}` (`reference-compared`). Where a rule names no pair, it is the
    reference's.

    >>> selection = Selection(store)                      # doctest: +SKIP
    >>> selection.observe(print, "samples")               # doctest: +SKIP
    >>> selection.reference = "dense", "fog-3"            # doctest: +SKIP
    """

    bundle = "selection"

    models = Mirror()
    benchmarks = Mirror()
    pairs = Mirror()
    classes = Mirror()
    samples = Mirror()
    reference = Mirror()
    compared = Mirror()
    focus = Mirror()  # type: ignore[assignment]  # DOMWidget.focus() is for widgets with a view

    def __init__(self, store: ReadableStore, **options: Any) -> None:
        if not all(hasattr(store, name) for name in ("models", "benchmarks", "classes")):
            raise TypeError(
                f"store: expected a GeometryStore, got {type(store).__name__} {store!r:.60}"
            )
        self.store = store
        self._saved: dict[str, tuple[str, np.ndarray]] = {}
        self._axes = Axes.of(store)
        sizes = sizes_of(store)
        super().__init__(
            sizes=sizes,
            state=selection_state.initial(sizes),
            history=selection_history.fresh(),
        )
        self.on_msg(Selection._hear)
        subscribe = getattr(store, "subscribe", None)  # stores that cannot grow need not tell
        if subscribe is not None:
            subscribe(self._follow)
        clean = [k for k, entry in enumerate(store.benchmarks) if entry.severity == 0]
        if clean and store.models:
            self.state = {**self.state, "reference": [0, clean[0]]}
        for name, value in options.items():
            if name not in MIRRORS:
                self.close()
                raise TypeError(
                    f"Selection() got an unknown option {name!r}.{nearest(name, MIRRORS)}"
                )
            setattr(self, name, value)

    # ---- reading

    @property
    def current_set(self) -> str:
        """The sample set that `samples` counts: that of the reference benchmark."""
        reference = self.state["reference"]
        if reference is None:
            return next(iter(self.sizes["sets"]), "")
        return self.sizes["benchmark_sets"][reference[1]]

    def mask(self, set: str | None = None) -> np.ndarray:
        """Boolean `(sample,)`: the samples of `set` that satisfy every clause on it."""
        name = self._set(self.current_set if set is None else set)
        n = self.sizes["sets"].get(name, 0)
        kept = np.ones(n, dtype=bool)
        for clause in self.state["clauses"]:
            if clause["set"] == name:
                kept &= bits.decode(clause["mask"], n)
        return kept

    @property
    def clauses(self) -> list[dict[str, Any]]:
        """The readable reasons: view, set, pair and predicate of each clause."""
        hidden = ("mask",)
        return [{k: v for k, v in one.items() if k not in hidden} for one in self.state["clauses"]]

    # ---- kept for later

    def save(self, name: str) -> np.ndarray:
        """Keep `samples` as a subset called `name`; saving again replaces it.

        The views' menus know it by its name from then on, and save and forget subsets, too.

        Returns:
            Its indices.

        Raises:
            ValueError: no text of 1 to 80 characters.

        >>> selection.save("fragile")                          # doctest: +SKIP
        >>> selection.samples = "fragile"                      # doctest: +SKIP
        """
        mask, set_ = self.mask(), self.current_set
        action = {"type": "save", "name": name, "set": set_, "mask": bits.encode(mask)}
        subsets = reduce_subsets(self.subsets, action, self.sizes)
        self._saved[name] = (set_, _frozen(mask))
        self.subsets = subsets
        return self._saved[name][1]

    def forget(self, name: str) -> None:
        """Drop a saved subset; what is selected stays.

        Raises:
            ValueError: no such subset; says the nearest.
        """
        self.subsets = reduce_subsets(self.subsets, {"type": "forget", "name": name}, self.sizes)

    def load(self, name: str) -> None:
        """Select a saved subset: the same as `selection.samples = name`.

        Raises:
            ValueError: no such subset, or one of another sample set than the reference's.
        """
        if not isinstance(name, str):
            raise ValueError(f"load: expected the name of a saved subset, got {name!r:.60}")
        self.samples = name

    @property
    def saved(self) -> Mapping[str, np.ndarray]:
        """The saved subsets: name → sorted indices `(sample,)`."""
        return MappingProxyType({name: samples for name, (_, samples) in self._saved.items()})

    def to_dict(self) -> dict[str, Any]:
        """The whole state as JSON by names: `Selection(store).from_dict(d)` brings it back.

        Clauses are written as their rules (`predicate`, the pair they were drawn on, how many
        samples `n` they hold), and as bits only where there is no rule.
        """
        out = selection_names.describe(self.state, self.store, self.sizes)
        out["saved"] = {
            name: {
                "set": set_, "of": self.sizes["sets"][set_],
                "mask": bits.encode(sample_mask(samples, self.sizes["sets"][set_])),
            }
            for name, (set_, samples) in self._saved.items()
        }  # fmt: skip
        return out

    def from_dict(self, saved: dict[str, Any]) -> list[str]:
        """Take a state from `to_dict`, as one step that `undo` takes back.

        Rules are evaluated on the store as it is now.

        Returns:
            One sentence for each clause that holds another number of samples than when it was
            saved; they are warned of, too.

        Raises:
            ValueError: an unknown name (with the nearest), or a subset of another size; nothing
                has changed then.
        """
        state, told = selection_names.restore(saved, self.store, self.sizes)
        subsets = selection_names.restore_subsets(saved.get("saved") or {}, self.sizes)
        self.dispatch({"type": "restore", "state": state})
        self._saved = {name: (set_, _frozen(mask)) for name, (set_, mask) in subsets.items()}
        kept: Subsets = {}
        for name, (set_, mask) in subsets.items():
            action = {"type": "save", "name": name, "set": set_, "mask": bits.encode(mask)}
            kept = reduce_subsets(kept, action, self.sizes)
        self.subsets = kept
        if told:
            warnings.warn("the selection has changed: " + "; ".join(told), stacklevel=2)
        return told

    # ---- written

    def _write(self, name: str, value: Any) -> None:
        if name == "samples":
            self._write_samples(value)
        else:
            taken = read_value(name, value, self.store, self.sizes, self.current_set)
            self.dispatch({"type": "set", name: taken})

    def _write_samples(self, value: Any) -> None:
        if value is None:
            self.dispatch({"type": "restore", "state": {**self.state, "clauses": []}})
            return
        clause = sample_clause(
            value, self.store, set=self.current_set, reference=self.state["reference"],
            compared=self.state["compared"], saved=self._saved,
        )  # fmt: skip
        self.dispatch({"type": "only", "view": OWNER, **clause})

    def _set(self, name: str) -> str:
        if name and name not in self.sizes["sets"]:
            raise ValueError(f"set: unknown name {name!r}.{nearest(name, [*self.sizes['sets']])}")
        return name

    # ---- followed

    def refresh(self) -> None:
        """Follow a store that has grown or lost something, by names; clauses and steps stay.

        What speaks of a model, benchmark or sample set that is gone is dropped.
        """
        before, axes = self._axes, Axes.of(self.store)
        sizes = sizes_of(self.store)
        if (before, self.sizes) == (axes, sizes):
            return
        move = Move(before, axes, sizes)
        subsets = {name: one for name, one in self.subsets.items() if one["set"] in sizes["sets"]}
        state, history = move.state(self.state), move.history(self.history)
        self._axes = axes
        with self.hold_sync():
            self.sizes = sizes
            self.subsets = subsets
            self.history = history
            self.state = {**state, "revision": self.state["revision"] + 1}

    def _follow(self) -> None:
        if self.comm is not None:
            self.refresh()

    def _hear(self, content: Any, buffers: list) -> None:
        """Save or apply a subset whose mask is too large to be known in the page."""
        known = content if isinstance(content, dict) else {}
        what, name = known.get("type"), known.get("name")
        try:
            if what not in ("save", "apply") or not isinstance(name, str):
                raise ValueError(
                    "a message was refused: expected save or apply with the name of a subset, "
                    f"got {content!r:.80}"
                )
            if what == "save":
                self.save(name)
            else:
                self.samples = name
        except ValueError as reason:
            self.error = str(reason)

    @t.observe("subsets")
    def _keep_subsets(self, change: dict[str, Any]) -> None:
        """The masks of every subset, whichever side saved it."""
        kept = {}
        for name, one in self.subsets.items():
            if one["mask"] is None:
                kept[name] = self._saved[name]
            else:
                mask = bits.decode(one["mask"], self.sizes["sets"][one["set"]])
                kept[name] = (one["set"], _frozen(mask))
        self._saved = kept

    @t.observe("state")
    def _publish(self, change: dict[str, Any]) -> None:
        state = self.state
        mirrors = cast(dict[str, Mirror], self.traits())
        for name in ("models", "benchmarks", "classes", "focus"):
            mirrors[name].publish(self, state[name])
        for name in ("reference", "compared"):
            mirrors[name].publish(self, None if state[name] is None else tuple(state[name]))
        mirrors["pairs"].publish(self, self._pair_array(state["pairs"]))
        mirrors["samples"].publish(self, _frozen(self.mask()))

    def _pair_array(self, text: str | None) -> np.ndarray | None:
        if text is None:
            return None
        shape = self.sizes["models"], self.sizes["benchmarks"]
        array = bits.decode(text, shape[0] * shape[1]).reshape(shape)
        array.flags.writeable = False
        return array


MIRRORS = [name for name, trait in vars(Selection).items() if isinstance(trait, Mirror)]


def _frozen(mask: np.ndarray) -> np.ndarray:
    """Indices of a mask that nobody may change in place."""
    samples = np.flatnonzero(mask)
    samples.flags.writeable = False
    return samples
