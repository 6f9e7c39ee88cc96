"""`LatentStar`: what it sends, chooses and refuses."""

from __future__ import annotations

import numpy as np
import pytest

import geowidgets as gw
from geowidgets.redundancy import Star


def made(labels: np.ndarray, classes: int = 3, loss: str = "hinge", seed: int = 0) -> Star:
    """A star of random features with the given labels."""
    random = np.random.default_rng(seed)
    return Star(
        random.normal(size=(len(labels), 2)).astype(np.float32), labels.astype(np.int64),
        random.integers(0, classes, len(labels)),
        random.normal(size=(classes, 2)).astype(np.float32), np.zeros(classes, np.float32),
        np.zeros((4, 4), np.int16), (-3.0, 3.0, -2.0, 4.0), loss, 0.5,
    )  # fmt: skip


LABELS = np.array([0, 2, 1, 1, 0, 2, 2])


def sent(view: gw.LatentStar, name: str, dtype) -> np.ndarray:
    found = view.arrays[name]
    return np.frombuffer(found["data"], dtype).reshape(found["shape"])


def test_arrays_that_travel():
    """Stars in another order, labels of eight bytes that JavaScript cannot read."""
    first, second = made(LABELS), made(LABELS, loss="cross_entropy", seed=1)
    view = gw.LatentStar([first, second], classes=["a", "b", "c"])
    assert view.titles == ["hinge", "cross entropy"]
    np.testing.assert_array_equal(sent(view, "labels", np.int32), LABELS)
    np.testing.assert_array_equal(sent(view, "features/1", np.float32), second.features)
    np.testing.assert_array_equal(sent(view, "prediction/0", np.int32), first.predictions)
    np.testing.assert_array_equal(sent(view, "directions/1", np.float32), second.directions)
    assert view.extents == [[-3, 3, -2, 4]] * 2
    view.close()
    twice = gw.LatentStar([first, first])
    assert twice.titles == ["hinge 1", "hinge 2"] and twice.classes == ["0", "1", "2"]
    twice.close()


def test_own_samples():
    """A choice that observers do not hear of, or sample 0 taken for none."""
    view, heard = gw.LatentStar(made(LABELS)), []
    view.observe(lambda change: heard.append(change["new"].tolist()), "samples")
    assert view.samples.tolist() == list(range(7)), "no choice is all"
    view.samples = [0]
    view.samples = LABELS == 2
    view.samples = []
    view.samples = None
    assert heard == [[0], [1, 5, 6], [], list(range(7))]
    with pytest.raises(ValueError, match=r"indices in 0\.\.6, got 7"):
        view.samples = [7]
    with pytest.raises(ValueError, match=r"sample in 0\.\.6, got 9"):
        view.focused = 9
    view.close()


def test_samples_of_a_selection(tiny_store):
    """A brush that stays in the star, or one that forgets the other views' clauses."""
    labels = np.asarray(tiny_store.labels(tiny_store.benchmarks[0].set))
    selection = gw.Selection(tiny_store)
    view = gw.LatentStar(made(labels, classes=10), selection)
    assert view.classes == [str(name) for name in tiny_store.classes]
    view.samples = [0, 5, 9]
    assert selection.samples.tolist() == [0, 5, 9]
    selection.samples = [5, 9, 11]  # replaces all clauses
    assert view.samples.tolist() == [5, 9, 11]
    view.samples = [9, 12]
    assert selection.samples.tolist() == view.samples.tolist() == [9]
    view.samples = None
    assert selection.samples.tolist() == [5, 9, 11]
    view.close()


def test_other_samples_are_refused(tiny_store):
    """Brushes that select unrelated samples in every other view."""
    labels = np.asarray(tiny_store.labels(tiny_store.benchmarks[0].set))
    selection = gw.Selection(tiny_store)
    with pytest.raises(ValueError, match="holds 599 samples, the stars 7"):
        gw.LatentStar(made(LABELS, classes=10), selection)
    other = labels.copy()
    other[3] = (other[3] + 1) % 10
    with pytest.raises(ValueError, match="sample 3 is of class"):
        gw.LatentStar(made(other, classes=10), selection)
    with pytest.raises(ValueError, match="unknown name 'tset'"):
        gw.LatentStar(made(labels, classes=10), selection, set="tset")


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: gw.LatentStar(made(LABELS), gestur="box"), TypeError, "Did you mean 'gesture'"),
        (lambda: gw.LatentStar(made(LABELS), gesture="pan"), ValueError, "expected one of lasso"),
        (lambda: gw.LatentStar([]), ValueError, "expected 1 to 4, got 0"),
        (lambda: gw.LatentStar({"a": 3}), TypeError, "expected redundancy.Star, got int"),
        (lambda: gw.LatentStar(made(LABELS), classes=["a"]), ValueError, "expected 3 names"),
        (lambda: gw.LatentStar(made(LABELS), set="test"), ValueError, "needs a selection"),
        (lambda: gw.LatentStar([made(LABELS), made(LABELS[:5])]), ValueError, "same samples"),
    ],
)
def test_errors(call, error, message):
    """A mistake that shows as an empty plane."""
    with pytest.raises(error, match=message):
        call()
