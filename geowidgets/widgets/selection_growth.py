"""A selection carried over to a store that has grown, or from which something was removed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from geowidgets.widgets import bits
from geowidgets.widgets.selection_history import History, Patch, trim
from geowidgets.widgets.selection_state import State, initial

Place = list[int] | None


@dataclass(frozen=True)
class Axes:
    """Names of a store's models and benchmarks, in the order of its positions."""

    models: tuple[str, ...]
    benchmarks: tuple[str, ...]

    @classmethod
    def of(cls, store: Any) -> Axes:
        """As the store is now."""
        return cls(
            tuple(str(entry.name) for entry in store.models),
            tuple(str(entry.name) for entry in store.benchmarks),
        )


class Move:
    """The way of every position from one state of a store to another, by names."""

    def __init__(self, before: Axes, after: Axes, sizes: Mapping[str, Any]) -> None:
        self.before, self.after, self.sizes = before, after, sizes
        self._models = _ways(before.models, after.models)
        self._benchmarks = _ways(before.benchmarks, after.benchmarks)

    @property
    def only_adds(self) -> bool:
        """Whether every position is what it was."""
        ways = (self._models, self._benchmarks)
        return all(place == k for way in ways for k, place in enumerate(way))

    def axis(self, name: str, chosen: Sequence[int] | None) -> tuple[int, ...] | None:
        """Chosen positions of `"models"` or `"benchmarks"`; None, all, where none is left."""
        if chosen is None:
            return None
        ways = self._models if name == "models" else self._benchmarks
        left = _kept(list(chosen), ways)
        return None if left is None else tuple(left)

    def pair(self, pair: Place) -> Place:
        """`[model, benchmark]`, None where one of them is gone."""
        if pair is None:
            return None
        place = [self._models[pair[0]], self._benchmarks[pair[1]]]
        return None if None in place else place  # type: ignore[return-value]

    def state(self, state: State) -> State:
        """The state with its positions moved; what is about something gone is dropped."""
        moved = {**state, **self._fields(state)}
        moved["clauses"] = [one for c in state["clauses"] if (one := self._clause(c))]
        moved["reference"] = moved["reference"] or initial(self.sizes)["reference"]
        return moved

    def history(self, history: History) -> History:
        """Every step with its positions moved."""
        return {way: trim([self._patch(p) for p in steps]) for way, steps in history.items()}

    def _patch(self, patch: Patch) -> Patch:
        moved = {**patch, **self._fields(patch)}
        if "reference" in moved and moved["reference"] is None:
            del moved["reference"]  # a step to what is gone stays where it is
        if "clauses" in patch:
            moved["clauses"] = {
                view: None if clause is None else self._clause(clause)
                for view, clause in patch["clauses"].items()
            }
        return moved

    def _fields(self, values: Mapping[str, Any]) -> dict[str, Any]:
        ways: dict[str, Callable[[Any], Any]] = {
            "models": lambda chosen: _kept(chosen, self._models),
            "benchmarks": lambda chosen: _kept(chosen, self._benchmarks),
            "pairs": self._pairs,
            "reference": self.pair,
            "compared": self.pair,
            "focus": lambda focus: focus if focus and focus["set"] in self.sizes["sets"] else None,
        }
        return {
            name: values[name] if values[name] is None else way(values[name])
            for name, way in ways.items()
            if name in values
        }

    def _pairs(self, text: str) -> str | None:
        shape = len(self.before.models), len(self.before.benchmarks)
        grid = np.zeros((len(self.after.models), len(self.after.benchmarks)), bool)
        chosen = np.argwhere(bits.decode(text, shape[0] * shape[1]).reshape(shape))
        kept = [place for pair in chosen.tolist() if (place := self.pair(pair))]
        for model, benchmark in kept:
            grid[model, benchmark] = True
        return None if len(chosen) and not kept else bits.encode(grid)

    def _clause(self, clause: dict[str, Any]) -> dict[str, Any] | None:
        """None where its sample set is gone; its mask stays where only its pair is."""
        if clause["set"] not in self.sizes["sets"]:
            return None
        predicate = dict(clause["predicate"])
        if isinstance(predicate.get("compared"), (list, tuple)):
            predicate["compared"] = self.pair(list(predicate["compared"]))
        return {**clause, "pair": self.pair(clause["pair"]), "predicate": predicate}


def _ways(before: tuple[str, ...], after: tuple[str, ...]) -> list[int | None]:
    places: dict[str, int] = {}
    for place, name in enumerate(after):
        places.setdefault(name, place)
    return [places.get(name) for name in before]


def _kept(chosen: list[int], ways: list[int | None]) -> list[int] | None:
    """Positions that are left; no clause where all of several are gone."""
    left = sorted(place for one in chosen if (place := ways[one]) is not None)
    return None if chosen and not left else left
