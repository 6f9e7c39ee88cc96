"""What may be written to `selection.samples`, and the clause that comes of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from numbers import Real
from typing import Any

import numpy as np

from geowidgets.widgets import bits
from geowidgets.widgets._base import nearest, pair_position, position
from geowidgets.widgets.predicates import REACTIONS, columns_of, holds

_RULE = ("metric", "above", "below", "correct", "class", "reactions")
_WHERE = ("model", "benchmark", "compared")
Saved = Mapping[str, tuple[str, np.ndarray]]


def sample_clause(
    value: Any, store: Any, *, set: str, reference: Any, compared: Any, saved: Saved
) -> dict[str, Any]:
    """A clause without its view.

    Args:
        value: Indices, a boolean mask, a saved subset's name, a function of the store that returns
            one of these, or a rule (see `Selection`).
        store: What rules and functions are asked of.
        set: The sample set that indices count.
        reference: `[model, benchmark]` on which a rule holds that names no pair.
        compared: The other pair of a rule that needs one and names none.
        saved: Subsets by name: set and indices.

    Raises:
        ValueError: an unknown name or key (with the nearest), or samples out of range.
    """
    if callable(value):
        value = value(store)
    if isinstance(value, Mapping):
        return _rule_clause(value, store, set, reference, compared)
    if isinstance(value, str):
        if value not in saved:
            raise ValueError(f"samples: no saved subset {value!r}.{nearest(value, [*saved])}")
        of, indices = saved[value]
        if of != set:
            raise ValueError(
                f"samples: {value!r} is a subset of {of!r}, the reference is on {set!r}"
            )
        mask = sample_mask(indices, store.size(of))
        predicate = {"kind": "samples", "n": int(mask.sum()), "name": value}
    else:
        mask = sample_mask(value, store.size(set) if set else 0)
        predicate = {"kind": "samples", "n": int(mask.sum())}
    return {"set": set, "pair": reference, "predicate": predicate, "mask": bits.encode(mask)}


def _rule_clause(
    rule: Mapping[str, Any], store: Any, set: str, reference: Any, compared: Any
) -> dict[str, Any]:
    for key in rule:
        if key not in _RULE + _WHERE:
            raise ValueError(f"samples: unknown key {key!r}.{nearest(key, _RULE + _WHERE)}")
    if not any(key in rule for key in _RULE):
        raise ValueError(f"samples: expected a rule with one of {', '.join(_RULE)}, got {rule!r}")
    if ("above" in rule or "below" in rule) and "metric" not in rule:
        raise ValueError(f"samples: above and below need a metric, got {dict(rule)!r}")
    if "reactions" in rule and len(rule.keys() & {*_RULE}) > 1:
        raise ValueError(f"samples: expected reactions or a metric, got {dict(rule)!r}")
    models = [str(entry.name) for entry in store.models]
    benchmarks = [str(entry.name) for entry in store.benchmarks]
    pair = pair_position(
        (rule.get("model", reference[0]), rule.get("benchmark", reference[1])),
        models, benchmarks, "samples",
    )  # fmt: skip
    other = rule.get("compared", compared)
    if other is not None:
        other = pair_position(other, models, benchmarks, "samples compared")
        if store.benchmarks[other[1]].set != store.benchmarks[pair[1]].set:
            other = None  # other samples: nothing to compare one by one
    of = str(store.benchmarks[pair[1]].set)
    if of != set:
        raise ValueError(f"samples: the rule is about {of!r}, the reference is on {set!r}")
    predicate = _predicate(rule, [str(name) for name in store.classes])
    needs_other = "reactions" in rule or str(rule.get("metric", "")).startswith("delta/")
    if needs_other:
        predicate["compared"] = other
    mask = holds(predicate, columns_of(store, pair, other))
    return {"set": of, "pair": pair, "predicate": predicate, "mask": bits.encode(mask)}


def _predicate(rule: Mapping[str, Any], classes: list[str]) -> dict[str, Any]:
    """The rule as it stands in a clause."""
    if "reactions" in rule:
        given = rule["reactions"]
        if not isinstance(given, str | list | tuple):
            raise ValueError(f"samples: expected reactions of {list(REACTIONS)}, got {given!r:.60}")
        names = [given] if isinstance(given, str) else list(given)
        for name in names:
            if name not in REACTIONS:
                raise ValueError(f"samples: unknown reaction {name!r}.{nearest(name, REACTIONS)}")
        return {"type": "reaction", "reactions": names}
    out: dict[str, Any] = {"type": "metric"}
    if "metric" in rule:
        out["metric"] = str(rule["metric"])
    for key in ("above", "below"):
        if key in rule:
            out[key] = _number(rule[key], key)
    if "correct" in rule:
        if not isinstance(rule["correct"], bool | np.bool_):
            raise ValueError(
                f"samples correct: expected True or False, got {rule['correct']!r:.60}"
            )
        out["correct"] = bool(rule["correct"])
    if "class" in rule:
        out["class"] = position(rule["class"], classes, "samples class")
    return out


def _number(value: Any, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, Real) or math.isnan(value):
        raise ValueError(f"samples {what}: expected a number, got {value!r:.60}")
    return float(value)


def sample_mask(value: Iterable[int] | np.ndarray, n: int) -> np.ndarray:
    """Boolean `(sample,)` from indices or a mask; ValueError with the value and the range."""
    if not isinstance(value, Iterable):
        raise ValueError(f"samples: expected indices or a boolean mask, got {value!r:.60}")
    array = np.asarray(value if isinstance(value, np.ndarray) else list(value))
    if array.dtype == bool:
        if array.shape != (n,):
            raise ValueError(f"samples: expected a mask of {n} values, got shape {array.shape}")
        return array
    if array.size == 0:
        return np.zeros(n, dtype=bool)
    if array.ndim != 1 or not np.issubdtype(array.dtype, np.integer):
        raise ValueError(
            f"samples: expected indices or a boolean mask, got {array.dtype} {array.shape}"
        )
    outside = array[(array < 0) | (array >= n)]
    if outside.size:
        raise ValueError(f"samples: expected indices in 0..{n - 1}, got {outside[0]}")
    mask = np.zeros(n, dtype=bool)
    mask[array] = True
    return mask
