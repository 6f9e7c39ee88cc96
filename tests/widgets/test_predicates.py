from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from geowidgets.widgets.predicates import columns_of, holds, in_polygon

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "predicates.json").read_text())


def column(name: str) -> np.ndarray:
    values = VECTORS["columns"][name]
    if None in values or name not in ("labels", "prediction", "compared/prediction"):
        return np.array([np.nan if v is None else v for v in values], np.float64)
    return np.array(values)


@pytest.mark.parametrize("case", VECTORS["shapes"], ids=lambda case: case["name"])
def test_shapes(case):
    """Catches a lasso or box that holds other samples in Python than in the page."""
    predicate = {"kind": "shapes", "x": "angle", "y": "length", "steps": case["steps"]}
    assert np.flatnonzero(holds(predicate, column)).tolist() == case["expect"]


@pytest.mark.parametrize("case", VECTORS["reactions"], ids=lambda case: case["name"])
def test_reactions(case):
    """Catches right→wrong taken for wrong→right."""
    predicate = {"type": "reaction", "reactions": case["reactions"]}
    assert np.flatnonzero(holds(predicate, column)).tolist() == case["expect"]


def test_polygon_on_a_grid_equals_winding_of_a_convex_one():
    """Catches a rule that is only right for the few samples of the vectors."""
    angles = np.linspace(0, 2 * np.pi, 7, endpoint=False)
    corners = np.c_[4 * np.cos(angles), 3 * np.sin(angles)]
    x, y = (axis.ravel() for axis in np.meshgrid(np.arange(-5, 5, 0.37), np.arange(-4, 4, 0.29)))
    left = [
        (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0) > 0
        for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True)
    ]
    inside = in_polygon(x, y, corners.tolist())
    assert np.array_equal(inside, np.logical_and.reduce(left))
    assert 0 < inside.sum() < x.size


def test_ranges_and_the_question(tiny_store):
    """Catches the question "right, confident, close" answered with the own class as a rival."""
    angles = tiny_store.column("angles", 0, 1).astype(float)
    labels = tiny_store.labels()
    rows = np.arange(labels.size)
    own = angles[rows, labels]
    rivals = angles.copy()
    rivals[rows, labels] = np.inf
    right = tiny_store.column("prediction", 0, 1) == labels
    probability = tiny_store.column("probability", 0, 1).astype(float)
    wanted = right & (probability >= 0.6) & (rivals.min(1) - own <= 25)
    wanted &= (angles[:, 3] >= 60) & (angles[:, 3] <= 95)
    predicate = {
        "type": "ranges", "axes": {"angle/3": [60, 95]},
        "confusable": {"probability": 0.6, "degrees": 25},
    }  # fmt: skip
    found = holds(predicate, columns_of(tiny_store, [0, 1]))
    assert np.array_equal(found, wanted)
    assert 0 < found.sum() < labels.size


def test_delta_is_compared_minus_reference(tiny_store):
    """Catches the sign of a difference."""
    values = columns_of(tiny_store, [0, 0], [2, 1])("delta/margin")
    first, second = tiny_store.column("margin", 0, 0), tiny_store.column("margin", 2, 1)
    assert np.array_equal(values, (second - first).astype(float))


@pytest.mark.parametrize(
    ("predicate", "words"),
    [
        ({"kind": "samples", "n": 3}, "'samples' is not a rule"),
        ({"type": "rnages"}, "Did you mean 'ranges'"),
        ({"type": "ranges", "axes": {"lenght": [0, 1]}}, "Did you mean 'length'"),
        ({"type": "ranges", "axes": {"angle/cat": [0, 1]}}, "unknown class 'cat'"),
        ({"type": "ranges", "axes": {"length": None}}, "malformed ranges"),
        ({"kind": "shapes", "steps": [{}]}, "malformed shapes"),
        ({"type": "reaction", "reactions": ["right-left"]}, "unknown 'right-left'"),
        ({"type": "reaction", "reactions": ["right-wrong"]}, "no compared one"),
    ],
)
def test_what_is_no_rule(tiny_store, predicate, words):
    """Catches a damaged file that selects something."""
    with pytest.raises(ValueError, match=words):
        holds(predicate, columns_of(tiny_store, [0, 0]))
