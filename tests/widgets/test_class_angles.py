"""Angles to single classes, and what is computed of all of them before it leaves the kernel."""

from __future__ import annotations

import numpy as np
import pytest

import geowidgets as gw
from geowidgets.widgets import bits
from geowidgets.widgets.class_angles import kept_classes, mean_moves, nearest_other
from geowidgets.widgets.columns import read
from tests.benchmarks.synthetic_store import SyntheticStore

NAN = np.nan


class Few:
    """The tiny store as if it kept the angles to classes 7, 0 and 3 alone."""

    class Settings:
        """Of a store."""

        def angle_classes(self, classes: int) -> tuple[int, ...]:
            """Kept ones."""
            return (7, 0, 3)

    def __init__(self, store: gw.GeometryStore) -> None:
        self.store, self.settings = store, Few.Settings()

    def __getattr__(self, name: str):
        return getattr(self.store, name)

    def column(self, variable: str, model: int, benchmark: int) -> np.ndarray:
        """A variable of a pair."""
        values = self.store.column(variable, model, benchmark)
        return values[:, [7, 0, 3]] if variable == "angles" else values


@pytest.mark.parametrize("place", [0, 9])
def test_one_class_is_its_column(tiny_store, place):
    """Catches a transposed matrix, and the first or last class lost."""
    stored = tiny_store.column("angles", 1, 2)
    assert np.array_equal(read(tiny_store, f"angles/1/2/{place}"), stored[:, place])
    low, high = read(tiny_store, "extent/1/2")
    assert (low, high) == (stored.min(), stored.max())


def test_kept_classes_are_found_by_class_not_by_column(tiny_store):
    """Catches class 3 read out of the third of the kept columns."""
    few, stored = Few(tiny_store), tiny_store.column("angles", 0, 1)
    assert kept_classes(few) == [7, 0, 3]
    for c in (7, 0, 3):
        assert np.array_equal(read(few, f"angles/0/1/{c}"), stored[:, c])
    with pytest.raises(KeyError, match="one of the 3 classes"):
        read(few, "angles/0/1/4")


def test_nearest_other_class_equals_a_loop(tiny_store):
    """Catches the own class among the others, and labels that are read as columns."""
    for store, kept in ((tiny_store, range(10)), (Few(tiny_store), (7, 0, 3))):
        angles, labels = tiny_store.column("angles", 0, 3), tiny_store.labels()
        naive = [
            min(angles[i, c] for c in kept if c != labels[i]) for i in range(labels.size)
        ]  # fmt: skip
        assert np.array_equal(read(store, "nearest/0/3"), np.array(naive, np.float32))


def test_missing_angles_are_no_rivals():
    """Catches NaN that wins every comparison, and a class without others."""
    angles = np.array([[10, NAN, 30], [20, 5, NAN], [NAN, NAN, 7]], np.float32)
    nearest = nearest_other(angles, np.array([0, 1, 2]), [0, 1, 2])
    assert np.array_equal(nearest, np.array([30, 20, NAN], np.float32), equal_nan=True)
    assert np.isnan(nearest_other(angles[:, :0], np.array([0, 1, 2]), [])).all()


def test_moves_equal_a_loop_over_the_chosen_samples(tiny_store):
    """Catches means over all samples where a class was chosen, or of signed differences."""
    first, second = (tiny_store.column("angles", m, 1).astype(float) for m in (0, 2))
    mask = tiny_store.labels() == 3
    text = bits.encode(mask).replace("/", "_")
    for key, rows in ((f"{text}", np.flatnonzero(mask)), ("all", range(mask.size))):
        naive = [np.mean([abs(first[i, c] - second[i, c]) for i in rows]) for c in range(10)]
        assert read(tiny_store, f"moves/0/1/2/1/{key}") == pytest.approx(naive, rel=1e-12)


def test_moves_leave_missing_values_out():
    """Catches a class that one NaN takes out, and a sum over blocks that loses one."""
    first = np.arange(6000, dtype=np.float32).reshape(2000, 3)
    second = first + np.array([1, -2, 5], np.float32)
    second[0, 0] = second[:, 2] = NAN
    assert np.array_equal(mean_moves(first, second, None), [1, 2, NAN], equal_nan=True)
    assert np.isnan(mean_moves(first, second, np.zeros(2000, bool))).all()


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("angles/0/0/10", "one of the 10 classes"),
        ("angles/3/0/1", "a model in 0..2, got 3"),
        ("nearest/0/4", "a benchmark in 0..3, got 4"),
        ("moves/0/0/0/9/all", "a benchmark in 0..3, got 9"),
        ("moves/0/0/0/1/AAAA", "expected 75 bytes"),
    ],
)
def test_wrong_keys_are_named(tiny_store, key, words):
    """Catches a view that waits for a column that cannot come."""
    with pytest.raises(KeyError, match=words):
        read(tiny_store, key)


def test_a_replaced_pair_is_read_anew(tiny_store):
    """Catches angles of a model that has been computed again since."""

    class Changed(Few):
        revision = 1
        shift = 0.0

        def column(self, variable: str, model: int, benchmark: int) -> np.ndarray:
            return super().column(variable, model, benchmark) + self.shift

    store = Changed(tiny_store)
    before = read(store, "angles/0/0/7")
    store.shift, store.revision = 2.0, 2
    assert np.allclose(read(store, "angles/0/0/7"), before + 2)


def test_a_page_of_panels_says_that_it_holds_no_class_angles(tmp_path):
    """Catches "the angles to 0 of 1,000 classes" below a view that draws none."""
    store = SyntheticStore(2000, models=1, classes=1000)
    page = gw.LocalGeometry(store).save_html(tmp_path / "panels.html")
    assert page.missing == "It holds no angles to single classes."
