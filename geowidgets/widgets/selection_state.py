"""The selection as plain data, and the only function that changes it.

`reduce` exists twice, here and in `js/lib/selection.js`; both run over the vectors in
`tests/vectors/selection.json`. `None` means no clause (all), `[]` means nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

from geowidgets.widgets import bits

State = dict[str, Any]
Sizes = Mapping[str, Any]

FIELDS = ("models", "benchmarks", "pairs", "classes", "reference", "compared", "focus")
CLEARED = ("models", "benchmarks", "pairs", "classes", "clauses")
HISTORY_STEPS = 50
HISTORY_CHARACTERS = 256 * 1024
PREDICATE_CHARACTERS = 64 * 1024
MAX_REVISION = 2**53 - 1  # the largest integer that JavaScript holds exactly
_VIEW = re.compile(r"[A-Za-z0-9_.:-]{1,64}")


def initial(sizes: Sizes) -> State:
    """The state before anybody touched it: no clause, the first pair as reference."""
    filled = sizes["models"] and sizes["benchmarks"]
    empty = dict.fromkeys(FIELDS)
    return {"revision": 0, **empty, "clauses": [], "reference": [0, 0] if filled else None}


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _index(value: Any, n: int, what: str) -> int:
    if not _is_int(value) or not 0 <= value < n:
        expected = f"an index in 0..{n - 1}" if n else "no index (there is none)"
        raise ValueError(f"{what}: expected {expected}, got {json.dumps(value)[:40]}")
    return value


def _indices(value: Any, n: int, what: str) -> list[int] | None:
    if value is None:
        return None
    if not isinstance(value, list):
        raise ValueError(f"{what}: expected a list of indices or null, got {_kind(value)}")
    return sorted({_index(item, n, what) for item in value})


def _kind(value: object) -> str:
    """JSON's word for a value's type, so that both reducers say the same."""
    if value is None:
        return "null"
    names = {bool: "boolean", int: "number", float: "number", str: "string", list: "list"}
    return names.get(type(value), "object")


def _pair(value: Any, sizes: Sizes, what: str) -> list[int] | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError(f"{what}: expected [model, benchmark] or null, got {_kind(value)}")
    model = _index(value[0], sizes["models"], f"{what} model")
    return [model, _index(value[1], sizes["benchmarks"], f"{what} benchmark")]


def _reference(value: Any, sizes: Sizes, what: str) -> list[int] | None:
    pair = _pair(value, sizes, what)
    if pair is None and sizes["models"] and sizes["benchmarks"]:
        raise ValueError(f"{what}: expected [model, benchmark], got null")
    return pair


def _bits(value: Any, n: int, what: str) -> str | None:
    if value is not None:
        bits.decode(value, n, what)
    return value


def _set(value: Any, sizes: Sizes, what: str) -> str:
    if not isinstance(value, str) or value not in sizes["sets"]:
        names = ", ".join(sizes["sets"])
        raise ValueError(f"{what}: expected one of {names}, got {json.dumps(value)[:40]}")
    return value


def _focus(value: Any, sizes: Sizes, what: str) -> dict[str, Any] | None:
    if value is None:
        return None
    _keys(value, ("set", "sample"), what)
    name = _set(value["set"], sizes, f"{what} set")
    return {"set": name, "sample": _index(value["sample"], sizes["sets"][name], f"{what} sample")}


def _keys(value: Any, expected: tuple[str, ...], what: str) -> None:
    if not isinstance(value, dict):
        raise ValueError(f"{what}: expected an object, got {_kind(value)}")
    odd = sorted(set(value) ^ set(expected))
    if odd:
        names = ", ".join(expected)
        raise ValueError(f"{what}: expected the keys {names}; missing or unknown: {odd[0]}")


def _view(value: Any, what: str) -> str:
    if not isinstance(value, str) or not _VIEW.fullmatch(value):
        raise ValueError(
            f"{what}: expected 1 to 64 letters, digits or _.:-, got {json.dumps(value)[:80]}"
        )
    return value


def _clause(value: Any, sizes: Sizes, what: str) -> dict[str, Any]:
    _keys(value, ("view", "set", "pair", "predicate", "mask"), what)
    _view(value["view"], f"{what} view")
    name = _set(value["set"], sizes, f"{what} set")
    pair = _pair(value["pair"], sizes, f"{what} pair")
    if pair is not None and sizes["benchmark_sets"][pair[1]] != name:
        other = sizes["benchmark_sets"][pair[1]]
        raise ValueError(f"{what} pair: benchmark {pair[1]} is of the set {other}, not of {name}")
    if not isinstance(value["predicate"], dict):
        raise ValueError(f"{what} predicate: expected an object, got {_kind(value['predicate'])}")
    if len(json.dumps(value["predicate"])) > PREDICATE_CHARACTERS:
        raise ValueError(f"{what} predicate: more than {PREDICATE_CHARACTERS} characters")
    if not isinstance(value["mask"], str):
        raise ValueError(f"{what} mask: expected base64 text, got {_kind(value['mask'])}")
    _bits(value["mask"], sizes["sets"][name], f"{what} mask")
    return {**value, "pair": pair}


def _clauses(value: Any, sizes: Sizes, what: str) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        raise ValueError(f"{what}: expected a list, got {_kind(value)}")
    clauses = [_clause(clause, sizes, "clause") for clause in value]
    clauses.sort(key=lambda clause: clause["view"])
    for a, b in pairwise(clauses):
        if a["view"] == b["view"]:
            raise ValueError(f"{what}: view {a['view']} owns two clauses, expected one")
    return clauses


_CHECKS: dict[str, Callable[[Any, Sizes, str], Any]] = {
    "models": lambda value, sizes, what: _indices(value, sizes["models"], what),
    "benchmarks": lambda value, sizes, what: _indices(value, sizes["benchmarks"], what),
    "pairs": lambda value, sizes, what: _bits(value, sizes["models"] * sizes["benchmarks"], what),
    "classes": lambda value, sizes, what: _indices(value, sizes["classes"], what),
    "reference": _reference,
    "compared": _pair,
    "focus": _focus,
    "clauses": _clauses,
}


def check(field: str, value: Any, sizes: Sizes) -> Any:
    """`value` of one field in canonical form (indices sorted and unique, clauses by view).

    Raises:
        ValueError: names the field, the value and what was expected.
    """
    return _CHECKS[field](value, sizes, field)


def validate(state: Any, sizes: Sizes) -> State:
    """A whole state in canonical form; anything odd in it raises, nothing is half-accepted."""
    _keys(state, ("revision", *FIELDS, "clauses"), "state")
    revision = state["revision"]
    if not _is_int(revision) or not 0 <= revision <= MAX_REVISION:
        raise ValueError(
            f"revision: expected an integer in 0..2^53-1, got {json.dumps(revision)[:40]}"
        )
    return {"revision": revision} | {name: check(name, state[name], sizes) for name in _CHECKS}


def _with_clause(clauses: list[dict], clause: dict | None, view: str) -> list[dict]:
    others = [other for other in clauses if other["view"] != view]
    return sorted([*others, clause] if clause else others, key=lambda one: one["view"])


def _changes(state: State, action: Mapping[str, Any], sizes: Sizes) -> State:
    """The fields that `action` asks to be changed, checked."""
    rest = {key: value for key, value in action.items() if key != "type"}
    match action.get("type"):
        case "set":
            for name in rest:
                if name not in FIELDS:
                    raise ValueError(f"set: expected fields of {', '.join(FIELDS)}, got {name}")
            return {name: check(name, value, sizes) for name, value in rest.items()}
        case "clause":
            clause = _clause(rest, sizes, "clause")
            return {"clauses": _with_clause(state["clauses"], clause, clause["view"])}
        case "only":
            return {"clauses": [_clause(rest, sizes, "clause")]}
        case "clear" if "view" in rest:
            view = _view(rest["view"], "clear view")
            return {"clauses": _with_clause(state["clauses"], None, view)}
        case "clear":
            return {name: [] if name == "clauses" else None for name in CLEARED}
        case "restore":
            values = validate(rest.get("state"), sizes)
            return {name: values[name] for name in _CHECKS}
    raise ValueError(
        f"action: expected set, clause, only, clear, restore, undo or redo, "
        f"got {json.dumps(action.get('type'))[:40]}"
    )


def reduce(state: State, action: Mapping[str, Any], sizes: Sizes) -> State:
    """The state after `action`; the same object when nothing changes.

    Actions: `{"type": "set", <field>: value, …}`, `{"type": "clause", view, set, pair,
    predicate, mask}` (replaces that view's own clause), `{"type": "only", …}` (the same, and drops
    every other one), `{"type": "clear"}` (every clause) or `{"type": "clear", "view": id}` (that
    view's), `{"type": "restore", "state": …}`.

    Args:
        state: a valid state; it is not changed.
        action: see above.
        sizes: `models`, `benchmarks`, `classes` (counts), `sets` (name → number of samples),
            `benchmark_sets` (the set's name of each benchmark).

    Returns:
        A state whose revision is one higher, or `state` itself.

    Raises:
        ValueError: the action is unknown or a value lies out of its range.
    """
    changes = _changes(state, action, sizes)
    if all(state[name] == value for name, value in changes.items()):
        return state
    return {**state, **changes, "revision": state["revision"] + 1}
