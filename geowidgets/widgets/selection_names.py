"""A selection by names: what is written into a file and read back on a store that has changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from geowidgets.widgets import bits, selection_state
from geowidgets.widgets._base import nearest, pair_position, position
from geowidgets.widgets.predicates import columns_of, holds, is_rule
from geowidgets.widgets.selection_subsets import checked_name

VERSION = 1
_LISTS = ("models", "benchmarks", "classes")
_KEYS = (*_LISTS, "pairs", "reference", "compared", "focus", "clauses", "saved")


class Names:
    """The names of a store's axes, and the way between them and positions."""

    def __init__(self, store: Any) -> None:
        self.models = [str(entry.name) for entry in store.models]
        self.benchmarks = [str(entry.name) for entry in store.benchmarks]
        self.classes = [str(name) for name in store.classes]

    def pair(self, value: Any) -> list[str] | None:
        """Names of a `[model, benchmark]`."""
        return None if value is None else [self.models[value[0]], self.benchmarks[value[1]]]

    def place(self, value: Any, what: str) -> list[int] | None:
        """Positions of a pair; ValueError names what is unknown, and the nearest."""
        return None if value is None else pair_position(value, self.models, self.benchmarks, what)

    def predicate(
        self, predicate: dict[str, Any], to_class: Callable[[Any], Any], to_pair: Callable
    ) -> dict[str, Any]:
        """A predicate whose classes and compared pair went through the given functions."""
        out = dict(predicate)
        if isinstance(out.get("compared"), (list, tuple)):
            out["compared"] = to_pair(out["compared"])
        if out.get("class") is not None:
            out["class"] = to_class(out["class"])
        if isinstance(out.get("steps"), list):
            out["steps"] = [
                step if step.get("class") is None else {**step, "class": to_class(step["class"])}
                for step in out["steps"]
            ]
        return out


def describe(state: dict[str, Any], store: Any, sizes: dict[str, Any]) -> dict[str, Any]:
    """A state as JSON in which everything goes by its name."""
    names = Names(store)
    out: dict[str, Any] = {"version": VERSION}
    for field in _LISTS:
        known = getattr(names, field)
        out[field] = None if state[field] is None else [known[k] for k in state[field]]
    out["pairs"] = None
    if state["pairs"] is not None:
        places = np.flatnonzero(bits.decode(state["pairs"], sizes["models"] * sizes["benchmarks"]))
        out["pairs"] = [names.pair(divmod(int(k), sizes["benchmarks"])) for k in places]
    out["reference"] = names.pair(state["reference"])
    out["compared"] = names.pair(state["compared"])
    out["focus"] = state["focus"]
    out["clauses"] = [_described(clause, names, sizes) for clause in state["clauses"]]
    return out


def _described(clause: dict[str, Any], names: Names, sizes: dict[str, Any]) -> dict[str, Any]:
    of = sizes["sets"][clause["set"]]
    out = {
        "view": clause["view"], "set": clause["set"], "pair": names.pair(clause["pair"]),
        "predicate": names.predicate(
            clause["predicate"], names.classes.__getitem__, names.pair
        ),
        "n": int(bits.decode(clause["mask"], of).sum()), "of": of,
    }  # fmt: skip
    if not is_rule(clause["predicate"]):
        out["mask"] = clause["mask"]
    return out


def restore(saved: Any, store: Any, sizes: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """A state from `describe`'s dict, predicates evaluated on the store as it is now.

    Returns:
        The state, and one sentence for each clause that now holds another number of samples.

    Raises:
        ValueError: an unknown key, name or set (with the nearest), or a subset of another size.
    """
    if not isinstance(saved, dict) or saved.get("version") != VERSION:
        found = saved.get("version") if isinstance(saved, dict) else type(saved).__name__
        raise ValueError(f"selection: expected a dict of version {VERSION}, got {found!r}")
    for key in saved:
        if key not in (*_KEYS, "version"):
            raise ValueError(f"selection: unknown key {key!r}.{nearest(key, _KEYS)}")
    names = Names(store)
    state = selection_state.initial(sizes)
    for field in _LISTS:
        if saved.get(field) is not None:
            known = getattr(names, field)
            state[field] = [position(one, known, field) for one in _listed(saved, field)]
    if saved.get("pairs") is not None:
        grid = np.zeros((sizes["models"], sizes["benchmarks"]), bool)
        for pair in _listed(saved, "pairs"):
            model, benchmark = pair_position(pair, names.models, names.benchmarks, "pairs")
            grid[model, benchmark] = True
        state["pairs"] = bits.encode(grid)
    state["reference"] = names.place(saved.get("reference"), "reference") or state["reference"]
    state["compared"] = names.place(saved.get("compared"), "compared")
    state["focus"] = saved.get("focus")
    told: list[str] = []
    parts = _listed(saved, "clauses") if "clauses" in saved else []
    clauses = [_restored(one, names, store, sizes, told) for one in parts]
    return selection_state.validate({**state, "clauses": clauses}, sizes), told


def _listed(saved: dict[str, Any], key: str) -> list[Any]:
    if not isinstance(saved[key], list | tuple):
        raise ValueError(f"selection {key}: expected a list, got {saved[key]!r:.60}")
    return list(saved[key])


def _with_keys(value: Any, what: str, **expected: Any) -> None:
    """Raise unless `value` is a dict that has each of the keys, of its type."""
    if not isinstance(value, dict):
        raise ValueError(f"{what}: expected an object, got {value!r:.60}")
    for key, kind in expected.items():
        if not isinstance(value.get(key), kind):
            raise ValueError(
                f"{what} {key}: expected {kind.__name__}, got "
                f"{repr(value[key])[:60] if key in value else 'none'}"
            )


def _restored(
    saved: dict[str, Any], names: Names, store: Any, sizes: dict[str, Any], told: list[str]
) -> dict[str, Any]:
    _with_keys(saved, "clause", view=str, set=str, predicate=dict, n=int)
    for step in saved["predicate"].get("steps") or []:
        _with_keys(step, "clause step")
    view, set_ = saved["view"], saved["set"]
    if set_ not in sizes["sets"]:
        raise ValueError(f"clause set: unknown name {set_!r}.{nearest(set_, [*sizes['sets']])}")
    pair = names.place(saved.get("pair"), "clause")
    predicate = names.predicate(
        saved["predicate"],
        lambda name: position(name, names.classes, "clause class"),
        lambda value: names.place(value, "clause compared"),
    )
    of = sizes["sets"][set_]
    if is_rule(predicate) and pair is not None:
        mask = holds(predicate, columns_of(store, pair, predicate.get("compared")))
    elif saved.get("of") != of:
        raise ValueError(
            f"clause of {view}: a subset of {saved.get('of')} samples of {set_!r}, which has {of}"
        )
    else:
        mask = bits.decode(saved.get("mask"), of, "clause mask")
    n = int(mask.sum())
    if n != saved["n"]:
        told.append(f"{view}: {n} samples instead of {saved['n']} of {of}")
    return {
        "view": view, "set": set_, "pair": pair, "predicate": predicate, "mask": bits.encode(mask)
    }  # fmt: skip


def restore_subsets(saved: Any, sizes: dict[str, Any]) -> dict[str, tuple[str, np.ndarray]]:
    """Saved subsets: name → (set, boolean `(sample,)`).

    Raises:
        ValueError: an unknown set, or a set of another size.
    """
    subsets = {}
    if not isinstance(saved, dict):
        raise ValueError(f"saved: expected an object, got {saved!r:.60}")
    for name, one in saved.items():
        _with_keys(one, f"saved {name!r}", set=str, of=int)
        set_, of = one["set"], sizes["sets"].get(one["set"])
        if of is None:
            known = [*sizes["sets"]]
            raise ValueError(f"saved {name!r}: unknown set {set_!r}.{nearest(set_, known)}")
        if one["of"] != of:
            raise ValueError(f"saved {name!r}: of {one['of']} samples of {set_!r}, which has {of}")
        mask = bits.decode(one.get("mask"), of, f"saved {name!r}")
        subsets[checked_name(name)] = (set_, mask)
    return subsets
