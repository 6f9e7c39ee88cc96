"""Which samples a clause's predicate holds: the views' own rules, over a store's columns.

Both sides run over `tests/vectors/predicates.json`, so that a saved selection comes back in Python
as it was brushed in the page. Numbers are compared in float64, as JavaScript does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from geowidgets.widgets._base import nearest

METRICS = ("angle", "length", "margin", "probability")
REACTIONS = ("right-wrong", "wrong-right", "right-right", "wrong-wrong")
Column = Callable[[str], np.ndarray]


def kind_of(predicate: Mapping[str, Any]) -> str:
    """`"shapes"`, `"ranges"`, `"reaction"`, `"metric"`; `"samples"` for what only a mask tells."""
    return str(predicate.get("type", predicate.get("kind", "samples")))


def in_polygon(x: np.ndarray, y: np.ndarray, points: Sequence[Sequence[float]]) -> np.ndarray:
    """Boolean `(sample,)`: inside the polygon by the even-odd rule; the last point joins the first.

    An edge is crossed where exactly one of its ends lies above y and x lies left of
    `x_i + (x_j − x_i)(y − y_i) / (y_j − y_i)`; NaN lies nowhere.

    >>> in_polygon(np.array([1.0, 3.0]), np.array([1.0, 1.0]), [[0, 0], [2, 0], [2, 2], [0, 2]])
    array([ True, False])
    """
    corners = np.asarray(points, np.float64).reshape(-1, 2)
    inside = np.zeros(x.shape, bool)
    for (xi, yi), (xj, yj) in zip(corners, np.roll(corners, 1, axis=0), strict=True):
        if yi == yj:
            continue
        crosses = (yi > y) != (yj > y)
        inside ^= crosses & (x < ((xj - xi) * (y - yi)) / (yj - yi) + xi)
    return inside


def in_shape(shape: Mapping[str, Any], x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Boolean `(sample,)`: in a lasso, a box (ends included, either way round), one, or all.

    `"all"` is what can be drawn, `"every"` also what has no value there.

    Raises:
        ValueError: no such shape.
    """
    finite = np.isfinite(x) & np.isfinite(y)
    match shape.get("kind"):
        case "all":
            return finite
        case "every":
            return np.ones(x.size, bool)
        case "sample":
            return finite & (np.arange(x.size) == shape["sample"])
        case "box":
            (left, right), (low, high) = sorted(shape["x"]), sorted(shape["y"])
            return finite & (x >= left) & (x <= right) & (y >= low) & (y <= high)
        case "lasso":
            return finite & in_polygon(x, y, shape["points"])
    kinds = ("lasso", "box", "sample", "all", "every")
    raise ValueError(f"shape: unknown kind {shape.get('kind')!r}.{nearest(shape, kinds)}")


def _shapes(predicate: Mapping[str, Any], column: Column) -> np.ndarray:
    labels = column("labels")
    chosen = np.zeros(labels.size, bool)
    for step in predicate["steps"]:
        x = column(step.get("x", predicate["x"]))
        held = in_shape(step["shape"], x, column(step.get("y", predicate["y"])))
        if step["class"] is not None:
            held &= labels == step["class"]
        if step.get("reactions") is not None:
            held &= _reaction(step, column)
        match step["op"]:
            case "replace":
                chosen = held
            case "add":
                chosen = chosen | held
            case "subtract":
                chosen = chosen & ~held
            case other:
                raise ValueError(f"step: expected replace, add or subtract, got {other!r}")
    return chosen


def _ranges(predicate: Mapping[str, Any], column: Column) -> np.ndarray:
    chosen = np.ones(column("labels").size, bool)
    for name, (low, high) in predicate["axes"].items():
        values = column(name)
        chosen &= (values >= low) & (values <= high)
    question = predicate.get("confusable")
    if question:
        close = column("rival") <= question["degrees"]
        confident = column("probability") >= question["probability"]
        chosen &= close & confident & (column("prediction") == column("labels"))
    return chosen


def _reaction(predicate: Mapping[str, Any], column: Column) -> np.ndarray:
    for name in predicate["reactions"]:
        if name not in REACTIONS:
            raise ValueError(f"reaction: unknown {name!r}.{nearest(name, REACTIONS)}")
    labels = column("labels")
    before = column("prediction") == labels
    after = column("compared/prediction") == labels
    chosen = np.zeros(labels.size, bool)
    for name in predicate["reactions"]:
        first, second = name.split("-")
        chosen |= (before == (first == "right")) & (after == (second == "right"))
    return chosen


def _metric(predicate: Mapping[str, Any], column: Column) -> np.ndarray:
    labels = column("labels")
    chosen = np.ones(labels.size, bool)
    if "metric" in predicate:
        values = column(predicate["metric"])
        chosen &= np.isfinite(values)
        chosen &= values > predicate.get("above", -np.inf)
        chosen &= values < predicate.get("below", np.inf)
    if "correct" in predicate:
        chosen &= (column("prediction") == labels) == bool(predicate["correct"])
    if "class" in predicate:
        chosen &= labels == predicate["class"]
    return chosen


_RULES = {"shapes": _shapes, "ranges": _ranges, "reaction": _reaction, "metric": _metric}


def is_rule(predicate: Mapping[str, Any]) -> bool:
    """Whether `predicate` says by itself which samples it holds."""
    return kind_of(predicate) in _RULES


def holds(predicate: Mapping[str, Any], column: Column) -> np.ndarray:
    """Boolean `(sample,)`: the samples that a predicate holds.

    Args:
        predicate: As it stands in a clause, classes as positions: `{"kind": "shapes", "x", "y",
            "steps"}` (LocalGeometry), `{"type": "ranges", "axes"}` (ParallelCoordinates),
            `{"type": "reaction", "reactions"}`, `{"type": "metric", "metric", "above", "below",
            "correct", "class"}` (Python; strict bounds).
        column: Values `(sample,)` by name, as `columns_of` gives them.

    Raises:
        ValueError: no rule, or a malformed one.
    """
    kind = kind_of(predicate)
    if kind not in _RULES:
        known = list(_RULES)
        raise ValueError(f"predicate: {kind!r} is not a rule.{nearest(kind, known)}")
    try:
        return _RULES[kind](predicate, column)
    except (KeyError, TypeError, AttributeError) as wrong:
        raise ValueError(f"predicate: malformed {kind}: {predicate!r}"[:300]) from wrong


def columns_of(store: Any, pair: Sequence[int], compared: Sequence[int] | None = None) -> Column:
    """The columns of a pair by the names that predicates use.

    `labels`, `prediction`, a metric, `angle/<class name>`, `delta/<metric>` (compared minus
    reference, float32), `compared/prediction`, and `rival`: the smallest angle to another class
    minus the angle to the own one [deg].

    Raises:
        ValueError: from the column that is asked for: unknown, not kept, or no compared pair.
    """
    classes = [str(name) for name in store.classes]
    name_of_set = store.benchmarks[pair[1]].set
    labels = np.asarray(store.labels(name_of_set))

    def other() -> Sequence[int]:
        if compared is None:
            raise ValueError("predicate: it compares two pairs, and there is no compared one")
        return compared

    def column(name: str) -> np.ndarray:
        head, _, rest = str(name).partition("/")
        if name == "labels":
            return labels
        if name == "prediction":
            return np.asarray(store.column(name, *pair))
        if name == "compared/prediction":
            return np.asarray(store.column("prediction", *other()))
        if name in METRICS:
            return np.asarray(store.column(name, *pair)).astype(np.float64)
        if head == "delta" and rest in METRICS:
            first, second = (np.asarray(store.column(rest, *p)) for p in (pair, other()))
            return (second - first).astype(np.float64)
        if head == "angle" or name == "rival":
            return _class_angle(store, pair, classes, labels, None if name == "rival" else rest)
        known = [*METRICS, *(f"delta/{one}" for one in METRICS)]
        raise ValueError(f"predicate: unknown column {name!r}.{nearest(name, known)}")

    return column


def _class_angle(
    store: Any, pair: Sequence[int], classes: list[str], labels: np.ndarray, name: str | None
) -> np.ndarray:
    """Angles to one class, or for None the nearest other class's less the own one's."""
    angles = np.asarray(store.column("angles", *pair)).astype(np.float64)
    settings = getattr(store, "settings", None)
    whole = range(len(classes))
    kept = list(whole if settings is None else settings.angle_classes(len(classes)))
    if name is not None:
        if name not in classes:
            raise ValueError(f"predicate: unknown class {name!r}.{nearest(name, classes)}")
        if classes.index(name) not in kept:
            raise ValueError(f"predicate: the store keeps no angles to {name!r}")
        return angles[:, kept.index(classes.index(name))]
    own = labels[:, None] == np.asarray(kept)[None, :]
    mine = np.where(own.any(1), np.where(own, angles, 0).sum(1), np.nan)
    # A missing angle is no rival, as in the page: a comparison with NaN is false there.
    others = np.where(own | np.isnan(angles), np.inf, angles).min(axis=1, initial=np.inf)
    return others - mine
