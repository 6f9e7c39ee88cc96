"""`prune_potential` against its definition, model by model."""

from __future__ import annotations

import json
import types
from pathlib import Path

import numpy as np
import pytest

import geowidgets as gw
from geowidgets.evaluation.potential import (
    allowed_errors,
    dense_parents,
    potentials,
    prune_potential,
)

VECTORS = Path(__file__).parents[1] / "vectors" / "potential.json"


def naive(store, delta: float, family: str, seed: int, benchmark: str, samples) -> float:
    """The definition read aloud: errors counted sample by sample, every ratio tried."""
    labels = store.labels()

    def errors(name: str) -> int:
        wrong = store.column("prediction", name, benchmark) != labels
        return int(wrong[samples].sum())

    curve = [m for m in store.models if m.seed == seed and m.method == family]
    if not curve:
        return float("nan")
    best = 0.0
    for model in curve:
        if errors(model.name) <= errors(model.parent) + int(delta * len(samples) + 1e-9):
            best = max(best, model.ratio)
    return best


@pytest.mark.parametrize("delta", [0.0, 0.005, 0.05, 1.0])
def test_equals_the_definition(repeats_store, delta: float) -> None:
    """Δ of the wrong parent, repeats mixed, or the first ratio that fails taken for the last."""
    samples = np.arange(0, 599, 2)
    found = prune_potential(repeats_store, delta, samples=samples)
    assert found.dims == ("family", "repeat", "benchmark")
    assert found.family.values.tolist() == ["LeNet5 / magnitude"]
    assert found.repeat.values.tolist() == [0, 1]
    for value in found.stack(cell=found.dims).transpose("cell"):
        seed, benchmark = int(value.repeat), str(value.benchmark.values)
        wanted = naive(repeats_store, delta, "magnitude", seed, benchmark, samples)
        assert float(value) == pytest.approx(wanted, abs=0)


def test_values_differ_over_the_cells(repeats_store) -> None:
    """A fixture on which every answer is right: all ratios held, or none."""
    values = np.concatenate(
        [prune_potential(repeats_store, d).values.ravel() for d in (0, 0.005, 0.05)]
    )
    assert len(np.unique(values)) > 2


def test_margin_is_rounded_down_in_whole_errors() -> None:
    """0.005 · 600 is 2.9999999999999996 in floating point, and 0.0005 · 599 is no error."""
    margins = [(0.005, 600), (0.005, 599), (0, 10), (0.29, 100)]
    assert [allowed_errors(delta, n) for delta, n in margins] == [3, 2, 0, 29]


def test_parents_are_roots_or_the_one_dense_net() -> None:
    """A net pruned from a pruned net, compared with that; a parent of another seed taken."""

    def model(name, parent=None, ratio=0.0, seed=0, architecture="net"):
        return types.SimpleNamespace(
            name=name, parent=parent, ratio=ratio, seed=seed, architecture=architecture
        )

    models = [
        model("late", "early", 0.9),
        model("early", "dense", 0.5),
        model("dense"),
        model("dense-1", seed=1),
        model("orphan", "gone", 0.5, seed=1),
        model("stranger", None, 0.5, seed=7),
        model("circle", "circle", 0.5, architecture="round"),
    ]
    assert dense_parents(models) == [2, 2, None, None, 3, None, None]


def test_benchmarks_by_name_and_errors(repeats_store) -> None:
    """Benchmarks in the store's order instead of the asked one; a misspelt name passed over."""
    whole = prune_potential(repeats_store)
    names = whole.benchmark.values.tolist()
    turned = prune_potential(repeats_store, benchmarks=[names[2], names[0]])
    np.testing.assert_array_equal(turned.values, whole.values[..., [2, 0]])
    with pytest.raises(ValueError, match=r"'claen'.*did you mean 'clean'"):
        prune_potential(repeats_store, benchmarks=["claen"])
    with pytest.raises(ValueError, match=r"fraction in \[0, 1\], got 5"):
        prune_potential(repeats_store, 5)
    assert gw.prune_potential is prune_potential


def test_shared_vectors() -> None:
    """The browser's table and this function drift apart (tests/js/table_potential.test.js)."""
    vectors = json.loads(VECTORS.read_text())
    models = [types.SimpleNamespace(**model) for model in vectors["models"]]
    errors = np.array(vectors["errors"], dtype=float)
    for delta, expected in zip(vectors["deltas"], vectors["expected"], strict=True):
        families, repeats, values = potentials(models, errors, vectors["n"], delta)
        known = np.full(values.shape, np.nan)
        for key, curve in expected.items():
            architecture, method, seed = key.split(" / ")
            known[families.index((architecture, method)), repeats.index(int(seed))] = curve
        np.testing.assert_array_equal(values, known)
    assert len({str(values) for values in vectors["expected"]}) > 1
