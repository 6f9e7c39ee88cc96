"""Pruning-identified exemplars against votes counted one by one."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

import geowidgets as gw
from geowidgets.store.modal import modal_label


def naive_mode(votes: list[int]) -> int:
    """The most frequent class, the lowest on a tie; −1 where nobody voted."""
    counts = Counter(v for v in votes if v >= 0)
    return min(counts, key=lambda c: (-counts[c], c)) if counts else -1


def test_modal_label_equals_votes_counted_one_by_one() -> None:
    """A tie broken by the order of the models; a missing prediction that votes."""
    said = np.random.default_rng(0).integers(-1, 3, (4, 200))
    wanted = [naive_mode(votes) for votes in said.T.tolist()]
    assert modal_label(said, 3).tolist() == wanted
    assert -1 in modal_label(np.full((2, 3), -1), 5)


def test_exemplars_over_repeats_equal_the_definition(repeats_store) -> None:
    """Repeats of another ratio in the vote; dense nets without pruned ones in it."""
    store = repeats_store
    found = gw.pie(store, draws=5)
    assert found.group.values.tolist() == [
        f"LeNet5 / magnitude {percent}.0 %" for percent in (30, 60, 90)
    ]
    for g, percent in enumerate((30, 60, 90)):
        dense = np.stack([store.column("prediction", f"dense-{s}", "clean") for s in (0, 1)])
        pruned = np.stack(
            [store.column("prediction", f"magnitude-{percent}-{s}", "clean") for s in (0, 1)]
        )
        modes = [[naive_mode(v) for v in said.T.tolist()] for said in (dense, pruned)]
        wanted = np.array(modes[0]) != np.array(modes[1])
        cell = found.isel(group=g)
        np.testing.assert_array_equal(cell.exemplar.values, wanted)
        assert int(cell.exemplars) == wanted.sum()
        assert int(cell.repeats) == 2
        right = np.array(modes[0]) == store.labels()
        assert float(cell.accuracy_exemplars) == pytest.approx(right[wanted].mean())
    assert found.exemplars.values[2] > 10


def test_area_tells_large_angles_and_small_margins(vulnerable_store) -> None:
    """A sign turned round: an area below ½ for what foretells best."""
    store = vulnerable_store
    pruned = [m.name for m in store.models if m.method == "magnitude" and m.ratio > 0.75]
    found = gw.pie(store, pruned, ["dense"], draws=20)
    assert found.group.values.tolist() == ["pruned"]
    exemplar = found.exemplar.values[0]
    angle, margin, length = (
        store.column(name, "dense", "clean") for name in ("angle", "margin", "length")
    )
    for metric, score in (
        ("angle", angle), ("margin (predicted)", -margin), ("length", -length),
    ):  # fmt: skip
        pairs = score[exemplar][:, None] - score[~exemplar]
        wanted = (pairs > 0).mean() + (pairs == 0).mean() / 2
        cell = found.isel(group=0).sel(metric=metric)
        assert float(cell.auroc) == pytest.approx(wanted)
        assert cell.low <= cell.auroc <= cell.high
    assert float(found.auroc.sel(metric="angle")[0]) > 0.6


def test_what_cannot_be_compared_is_said(vulnerable_store, tiny_store) -> None:
    """An empty vote that gives a table of chance."""
    with pytest.raises(gw.StoreError, match="'magnitude-6'; did you mean 'magnitude-60'"):
        gw.pie(tiny_store, ["magnitude-6"])
    with pytest.raises(gw.StoreError, match="no pruned models with dense ones"):
        gw.pie(tiny_store, ["dense"])
    with pytest.raises(gw.StoreError, match="unknown benchmark 'claen'"):
        gw.pie(vulnerable_store, benchmark="claen")
    other = gw.pie(vulnerable_store, benchmark="elsewhere", draws=2)
    assert other.sizes["sample"] == 100
