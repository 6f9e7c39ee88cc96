"""Ensembles against votes counted one by one."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import geowidgets as gw
from geowidgets.evaluation.ensemble import mean_vote
from geowidgets.evaluation.logits import stored_softmax
from tests.evaluation.test_pie import naive_mode


def test_softmax_of_the_store_is_the_nets(tiny_store, trained, digits) -> None:
    """Cosines of another class; the bias forgotten."""
    pixels = torch.from_numpy(digits.images).permute(0, 3, 1, 2).float() / 255
    with torch.inference_mode():
        wanted = trained.eval()(pixels).double().softmax(1).numpy()
    found = stored_softmax(tiny_store, "dense", "clean")
    np.testing.assert_allclose(found, wanted, atol=2e-5)
    part = stored_softmax(tiny_store, "dense", "clean", np.array([0, 7]))
    np.testing.assert_array_equal(part, found[[0, 7]])


def test_accuracy_equals_votes_counted_one_by_one(repeats_store) -> None:
    """Benchmarks or models mixed up; a subset that is not the asked one."""
    store = repeats_store
    names = ["magnitude-90-0", "dense-1", "magnitude-90-1", "dense-0"]
    samples = np.arange(0, 599, 2)
    found = gw.ensemble(store, names, samples=samples)
    assert found.accuracy.dims == ("rule", "benchmark")
    assert int(found.n) == 300
    labels = store.labels()
    for benchmark in ("clean", "gaussian_noise-4"):
        said = np.stack([store.column("prediction", n, benchmark) for n in names])
        majority = np.array([naive_mode(votes) for votes in said.T.tolist()])
        shares = np.mean([stored_softmax(store, n, benchmark) for n in names], axis=0)
        cell = found.sel(benchmark=benchmark)
        for rule, votes in (("majority", majority), ("mean softmax", shares.argmax(axis=1))):
            wanted = (votes == labels)[samples].mean()
            assert float(cell.accuracy.sel(rule=rule)) == pytest.approx(wanted)
            assert cell.low.sel(rule=rule) < wanted < cell.high.sel(rule=rule)
        members = (said == labels)[:, samples].mean(axis=1)
        assert float(cell.best) == pytest.approx(members.max())
        assert str(cell.best_model.values) == names[int(members.argmax())]
        assert float(cell["mean"]) == pytest.approx(members.mean())


def test_one_model_is_an_ensemble_of_itself(tiny_store) -> None:
    """A vote that changes what the only voter says."""
    found = gw.ensemble(tiny_store, ["random-30"], rules=["majority"])
    wanted = tiny_store.accuracy().sel(model="random-30")
    np.testing.assert_allclose(found.accuracy.sel(rule="majority"), wanted)


def test_models_without_a_value_do_not_count() -> None:
    """A NaN that makes the mean NaN, and the first class the answer."""
    shares = np.array([[[0.2, 0.8], [np.nan, np.nan]], [[0.6, 0.4], [np.nan, np.nan]]])
    assert mean_vote(shares).tolist() == [1, -1]


def test_errors_name_what_is_wrong(tiny_store) -> None:
    """A model counted twice; a misspelt rule passed over."""
    with pytest.raises(ValueError, match="each once, got"):
        gw.ensemble(tiny_store, ["dense", "dense"])
    with pytest.raises(gw.StoreError, match="'dens'; did you mean 'dense'"):
        gw.ensemble(tiny_store, ["dens"])
    with pytest.raises(ValueError, match="'majorty'; did you mean 'majority'"):
        gw.ensemble(tiny_store, rules=["majorty"])
