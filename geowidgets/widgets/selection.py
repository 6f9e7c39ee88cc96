"""`Selection`: the one state that linked views share, readable and writable from Python."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, cast

import numpy as np
import traitlets as t

from geowidgets.widgets import (
    bits,
    selection_history,
    selection_names,
    selection_state,
    selection_subsets,
)
from geowidgets.widgets._base import Hub, nearest
from geowidgets.widgets.columns import ReadableStore
from geowidgets.widgets.selection_growth import Axes, Move
from geowidgets.widgets.selection_samples import sample_clause, sample_mask
from geowidgets.widgets.selection_subsets import OWNER, reduce_subsets


class Mirror(t.TraitType):
    """A trait read out of `state`: writing it dispatches an action, changes notify observers."""

    default_value = None

    def __set__(self, obj: Any, value: Any) -> None:
        obj._write(self.name, value)

    def publish(self, obj: Any, value: Any) -> None:
        """Notify observers if `value` is another than before."""
        before = obj._trait_values.get(self.name)
        same = (
            np.array_equal(before, value)
            if isinstance(before, np.ndarray) and isinstance(value, np.ndarray)
            else before is value or (type(before) is type(value) and before == value)
        )
        if not same:
            obj._trait_values[self.name] = value
            obj._notify_trait(self.name, before, value)


def sizes_of(store: ReadableStore) -> dict[str, Any]:
    """The counts against which a selection on `store` is checked."""
    return {
        "models": len(store.models),
        "benchmarks": len(store.benchmarks),
        "classes": len(store.classes),
        "sets": {str(name): int(store.size(name)) for name in store.sets},
        "benchmark_sets": [str(entry.set) for entry in store.benchmarks],
    }


class Selection(Hub):
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

    state = t.Dict(help="See `selection_state`; written by the reducer, here and there.").tag(
        sync=True
    )
    history = t.Dict(help="Patches to undo and redo, newest last.").tag(sync=True)
    sizes = t.Dict(help="Counts that values are checked against; written by Python.").tag(sync=True)
    error = t.Unicode(help="Why the browser's last message was refused.").tag(sync=True)
    subsets = t.Dict(help="Saved subsets: name → set, n, mask (None: large); both sides.").tag(
        sync=True
    )

    models = Mirror()
    benchmarks = Mirror()
    pairs = Mirror()
    classes = Mirror()
    samples = Mirror()
    reference = Mirror()
    compared = Mirror()
    focus = Mirror()  # type: ignore[assignment]  # DOMWidget.focus() is for widgets with a view

    def __init__(self, store: ReadableStore, **options: Any) -> None:
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

    # ---- writing

    def clear(self) -> None:
        """Drop every clause on models, benchmarks, pairs, classes and samples."""
        self.dispatch({"type": "clear"})

    def undo(self) -> None:
        """Go back one step, whether it was taken here or in a view."""
        self.dispatch({"type": "undo"})

    def redo(self) -> None:
        """Take the last undone step again."""
        self.dispatch({"type": "redo"})

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
        kept: selection_subsets.Subsets = {}
        for name, (set_, mask) in subsets.items():
            action = {"type": "save", "name": name, "set": set_, "mask": bits.encode(mask)}
            kept = reduce_subsets(kept, action, self.sizes)
        self.subsets = kept
        if told:
            warnings.warn("the selection has changed: " + "; ".join(told), stacklevel=2)
        return told

    def dispatch(self, action: dict[str, Any]) -> None:
        """Apply one action of `selection_state.reduce`, or `undo` / `redo`.

        Raises:
            ValueError: the action is unknown or out of range; nothing has changed then.
        """
        state, history = selection_history.commit(self.state, self.history, action, self.sizes)
        with self.hold_sync():
            self.error = ""
            self.history = history
            self.state = state

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

    def _write(self, name: str, value: Any) -> None:
        if name == "samples":
            self._write_samples(value)
        else:
            self.dispatch({"type": "set", name: self._read_value(name, value)})

    def _read_value(self, name: str, value: Any) -> Any:
        if value is None:
            return None
        match name:
            case "models" | "benchmarks" | "classes":
                values = [value] if isinstance(value, str) else list(value)
                return [self._position(name, one) for one in values]
            case "reference" | "compared":
                model, benchmark = value
                return [self._position("models", model), self._position("benchmarks", benchmark)]
            case "pairs":
                wanted = (self.sizes["models"], self.sizes["benchmarks"])
                array = np.asarray(value)
                if array.dtype != bool or array.shape != wanted:
                    raise ValueError(
                        f"pairs: expected a boolean array (model, benchmark) {wanted}, got "
                        f"{array.dtype} {array.shape}"
                    )
                return bits.encode(array)
        return self._read_focus(value)

    def _read_focus(self, value: Any) -> dict[str, Any]:
        if isinstance(value, dict):
            return value
        if isinstance(value, tuple):
            return {"set": value[0], "sample": _plain(value[1])}
        return {"set": self.current_set, "sample": _plain(value)}

    def _position(self, kind: str, value: Any) -> Any:
        if not isinstance(value, str):
            return _plain(value)
        entries = getattr(self.store, kind)
        names = [entry if isinstance(entry, str) else entry.name for entry in entries]
        if value not in names:
            raise ValueError(f"{kind}: unknown name {value!r}.{nearest(value, names)}")
        return names.index(value)

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

    # ---- the browser's messages

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what the browser sends: all of it, or none and say why."""
        try:
            accepted = self._check_message(sync_data)
        except ValueError as reason:
            self._refuse(str(reason), sync_data)
            return
        if accepted is None:
            self.send_state(["state", "history"])
        else:
            self.error = ""
            super().set_state(accepted)

    def _check_message(self, message: dict[str, Any]) -> dict[str, Any] | None:
        """The message in canonical form, or None where Python has moved on meanwhile."""
        for name in ("sizes", "error"):
            if name in message:
                raise ValueError(f"{name} is written by Python alone")
        checked = dict(message)
        if "history" in message:
            checked["history"] = selection_history.validate(message["history"], self.sizes)
        if "state" in message:
            checked["state"] = selection_state.validate(message["state"], self.sizes)
            stale = checked["state"]["revision"] <= self.state["revision"]
            if stale and checked["state"] != self.state:
                return None
        if "subsets" in message:
            checked["subsets"] = selection_subsets.validate(message["subsets"], self.sizes)
            for name, one in checked["subsets"].items():
                if one["mask"] is None and self.subsets.get(name) != one:
                    raise ValueError(f"subsets {name!r}: without its mask, and not known here")
        return checked

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

    def _refuse(self, reason: str, message: dict[str, Any]) -> None:
        """Send the state back under a revision that the browser has not reached yet."""
        theirs = message.get("state")
        revision = theirs.get("revision") if isinstance(theirs, dict) else None
        ahead = revision if isinstance(revision, int) and 0 <= revision < 2**52 else 0
        with self.hold_sync():
            self.error = f"The selection was refused: {reason}"
            self.state = {
                **self.state, "revision": max(ahead, self.state["revision"]) + 1
            }  # fmt: skip
            self._states_to_send.update({"error", "history", "state"})

    @t.validate("state")
    def _valid_state(self, proposal: dict[str, Any]) -> dict[str, Any]:
        return selection_state.validate(proposal["value"], self.sizes)

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


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _frozen(mask: np.ndarray) -> np.ndarray:
    """Indices of a mask that nobody may change in place."""
    samples = np.flatnonzero(mask)
    samples.flags.writeable = False
    return samples
