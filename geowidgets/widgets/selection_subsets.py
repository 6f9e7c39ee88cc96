"""Named subsets of samples as plain data; the counterpart of `js/lib/selection_subsets.js`.

Both sides run over `tests/vectors/subsets.json`. What travels with the widget's state are names and
sizes, and masks only where they are small; `Selection` keeps all of them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from geowidgets.widgets import bits
from geowidgets.widgets._base import nearest

NAME_CHARACTERS = 80
MASK_CHARACTERS = 4096  # of base64: sets of 24,576 samples
OWNER = "python"  # the view of what is selected by name or from Python
Subsets = dict[str, dict[str, Any]]
_KEYS = {"set", "n", "mask"}


def travels(mask: str) -> bool:
    """Whether a set's masks travel with the names."""
    return len(mask) <= MASK_CHARACTERS


def checked_name(name: Any) -> str:
    """A subset's name: 1 to 80 characters that are not all blank; ValueError otherwise."""
    if isinstance(name, str) and name.strip() and len(name) <= NAME_CHARACTERS:
        return name
    shown = json.dumps(name, ensure_ascii=False, default=str)[:60]
    raise ValueError(f"save: expected a name of 1 to {NAME_CHARACTERS} characters, got {shown}")


def reduce_subsets(
    subsets: Subsets, action: Mapping[str, Any], sizes: Mapping[str, Any]
) -> Subsets:
    """The subsets after one action.

    Args:
        subsets: name → `set`, `n`, `mask` (base64 bits, None where it is too long to travel).
        action: `{"type": "save", name, set, mask}` (replaces one of that name) or
            `{"type": "forget", name}`.
        sizes: of the store, as `selection_state.reduce`.

    Raises:
        ValueError: another action, an unknown name or set, or a mask of another length.
    """
    name = action.get("name")
    match action.get("type"):
        case "forget":
            _known(subsets, name)
            return {one: subset for one, subset in subsets.items() if one != name}
        case "save":
            key, set_, mask = checked_name(name), action.get("set"), action.get("mask")
            if set_ not in sizes["sets"]:
                names = ", ".join(sizes["sets"])
                raise ValueError(f"save: expected a set of {names}, got {set_}")
            n = int(bits.decode(mask, sizes["sets"][set_], "save mask").sum())
            kept = mask if travels(str(mask)) else None
            return {**subsets, key: {"set": set_, "n": n, "mask": kept}}
    raise ValueError(f"subsets: expected save or forget, got {action.get('type')}")


def _known(subsets: Subsets, name: Any) -> dict[str, Any]:
    if not isinstance(name, str) or name not in subsets:
        hint = nearest(name, [*subsets])
        raise ValueError(f"samples: no saved subset {json.dumps(name, ensure_ascii=False)}.{hint}")
    return subsets[name]


def subset_action(
    subsets: Subsets, name: str, set: str, pair: list[int] | None
) -> dict[str, Any] | None:
    """The action that selects a subset alone; None where its mask does not travel.

    Args:
        subsets: as `reduce_subsets`.
        name: which one.
        set: the reference's sample set.
        pair: the reference.

    Raises:
        ValueError: no such subset (says the nearest), or one of another set.
    """
    subset = _known(subsets, name)
    if subset["set"] != set:
        raise ValueError(
            f"samples: {json.dumps(name, ensure_ascii=False)} is a subset of {subset['set']}, "
            f"the reference is on {set}"
        )
    if subset["mask"] is None:
        return None
    predicate = {"kind": "samples", "n": subset["n"], "name": name}
    return {
        "type": "only", "view": OWNER, "set": set, "pair": pair, "predicate": predicate,
        "mask": subset["mask"],
    }  # fmt: skip


def validate(subsets: Any, sizes: Mapping[str, Any]) -> Subsets:
    """Subsets that came from outside; raises ValueError on anything odd in them."""
    if not isinstance(subsets, dict):
        raise ValueError(f"subsets: expected an object, got {type(subsets).__name__}")
    for name, one in subsets.items():
        checked_name(name)
        if not isinstance(one, dict) or one.keys() != _KEYS or one["set"] not in sizes["sets"]:
            raise ValueError(f"subsets {name!r}: expected set, n and mask of a known set")
        of, n = sizes["sets"][one["set"]], one["n"]
        if not isinstance(n, int) or isinstance(n, bool) or not 0 <= n <= of:
            raise ValueError(f"subsets {name!r}: expected n in 0..{of}, got {n!r}")
        if one["mask"] is not None:
            count = int(bits.decode(one["mask"], of, f"subsets {name!r} mask").sum())
            if count != n:
                raise ValueError(f"subsets {name!r}: the mask holds {count} samples, n is {n}")
    return subsets
