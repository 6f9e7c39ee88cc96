"""Undo and redo: patches between selection states; the counterpart of `js/lib/history.js`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from geowidgets.widgets.selection_state import (
    FIELDS,
    HISTORY_CHARACTERS,
    HISTORY_STEPS,
    Sizes,
    State,
    check,
    reduce,
)

History = dict[str, list[dict[str, Any]]]
Patch = dict[str, Any]


def fresh() -> History:
    """A history without a step."""
    return {"past": [], "future": []}


def difference(target: State, state: State) -> Patch:
    """What must change in `state` to make it `target`: fields, and clauses by view.

    The focus is left out: hovering is no step.
    """
    patch = {
        name: target[name] for name in FIELDS if name != "focus" and target[name] != state[name]
    }
    wanted = {clause["view"]: clause for clause in target["clauses"]}
    there = {clause["view"]: clause for clause in state["clauses"]}
    views = {view: wanted.get(view) for view in sorted(wanted.keys() | there.keys())}
    views = {view: clause for view, clause in views.items() if clause != there.get(view)}
    return patch | ({"clauses": views} if views else {})


def apply(state: State, patch: Patch) -> State:
    """`state` with a patch applied, one revision on."""
    clauses = {clause["view"]: clause for clause in state["clauses"]} | patch.get("clauses", {})
    kept = [clauses[view] for view in sorted(clauses) if clauses[view] is not None]
    return {**state, **patch, "clauses": kept, "revision": state["revision"] + 1}


def trim(steps: list[Patch]) -> list[Patch]:
    """The newest steps that a history may hold."""
    kept: list[Patch] = []
    characters = 0
    for patch in reversed(steps[-HISTORY_STEPS:]):
        characters += len(json.dumps(patch, separators=(",", ":")))
        if characters > HISTORY_CHARACTERS // 2:  # the other half is the future's
            break
        kept.append(patch)
    return kept[::-1]


def _step(state: State, history: History, source: str, target: str) -> tuple[State, History]:
    if not history[source]:
        return state, history
    *rest, patch = history[source]
    after = apply(state, patch)
    back = trim([*history[target], difference(state, after)])
    return after, {source: rest, target: back}


def commit(
    state: State, history: History, action: Mapping[str, Any], sizes: Sizes
) -> tuple[State, History]:
    """State and history after `action`, which here may also be `undo` or `redo`.

    Raises:
        ValueError: as `reduce`.
    """
    match action.get("type"):
        case "undo":
            return _step(state, history, "past", "future")
        case "redo":
            return _step(state, history, "future", "past")
    after = reduce(state, action, sizes)
    patch = difference(state, after)
    if not patch:
        return after, history
    return after, {"past": trim([*history["past"], patch]), "future": []}


def _check_patch(patch: Any, sizes: Sizes) -> None:
    if not isinstance(patch, dict):
        raise ValueError(f"history: expected patches, got {type(patch).__name__}")
    for name, value in patch.items():
        if name == "clauses" and isinstance(value, dict):
            clauses = [clause for clause in value.values() if clause is not None]
            if [clause["view"] for clause in check(name, clauses, sizes)] != sorted(
                view for view, clause in value.items() if clause is not None
            ):
                raise ValueError("history: a clause stands under another view's id")
        elif name in FIELDS:
            check(name, value, sizes)
        else:
            raise ValueError(f"history: expected fields of {', '.join(FIELDS)}, got {name}")


def validate(history: Any, sizes: Sizes) -> History:
    """A history that came from outside; raises ValueError on anything odd in it."""
    if not isinstance(history, dict) or set(history) != {"past", "future"}:
        raise ValueError("history: expected an object with past and future")
    for steps in history.values():
        if not isinstance(steps, list) or len(steps) > HISTORY_STEPS:
            raise ValueError(f"history: expected at most {HISTORY_STEPS} steps")
        for patch in steps:
            _check_patch(patch, sizes)
    if len(json.dumps(history, separators=(",", ":"))) > 2 * HISTORY_CHARACTERS:
        raise ValueError(f"history: more than {HISTORY_CHARACTERS} characters")
    return history
