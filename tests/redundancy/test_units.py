"""Unit diagnostics, their history, removal curves, the star and Fig. 11."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import geowidgets as gw
from geowidgets import datasets, redundancy
from geowidgets.training import WeightRecord
from tests.redundancy.test_layers_and_frame import matrix


@pytest.fixture(scope="module")
def small() -> gw.datasets.Samples:
    return datasets.digits(16, "train")[:400]


@pytest.fixture(scope="module")
def recorded(small) -> WeightRecord:
    net, record = gw.zoo.lenet5(in_channels=1, size=16), WeightRecord(layers=["fc1", "fc2"])
    gw.training.train(
        net, small.images, small.labels, epochs=3, lr=0.02, batch_size=50, device="cpu",
        progress=False, record=record,
    )  # fmt: skip
    return record


def test_removable_and_repeated_units():
    """Unmoved but long units, the unit itself as its nearest, a removed one missed."""
    before = matrix(6, 5)
    after = before.clone()
    after[0] *= 0.3  # shrank and kept its direction: removable
    after[1] = 20 * after[1]  # kept its direction, but is the longest
    after[2] = 7 * torch.tensor([1.0, 0, 0, 0, 0])
    after[3] = 9 * torch.tensor([1.0, 0.01, 0, 0, 0])  # repeats 2
    after[4] = 0
    after[5] = -after[5]
    table = redundancy.unit_table(before, after, rank=2)
    assert table.removable.tolist() == [True, False, False, False, True, False]
    assert table.repeated.tolist() == [False, False, True, True, False, False]
    assert table.nearest[2] == 3
    assert table.nearest[4] == -1
    assert np.isnan(table.nearest_cosine[4])
    assert table.cosine[5] == pytest.approx(-1)
    assert np.isnan(table.cosine[4])
    np.testing.assert_allclose(table.norm, after.norm(dim=1))
    np.testing.assert_allclose(table.initial_norm, before.norm(dim=1))
    with pytest.raises(ValueError, match=r"\(6, 5\) and \(6, 4\)"):
        redundancy.unit_table(before, after[:, :4])


def test_nearest_units_equal_a_loop():
    """The unit itself, or the largest absolute cosine."""
    weight = matrix(7, 4)
    found, cosine = redundancy.nearest_units(weight)
    for unit in range(7):
        others = {
            j: float(torch.cosine_similarity(weight[unit], weight[j], dim=0))
            for j in range(7)
            if j != unit
        }
        assert found[unit] == max(others, key=others.get)
        assert cosine[unit] == pytest.approx(others[found[unit]])
    assert redundancy.nearest_units(weight[:1])[0].tolist() == [-1]


def test_history_equals_one_epoch_at_a_time(recorded):
    """Cosines to the epoch before, a subspace of every epoch's own, epochs out of order."""
    found = redundancy.unit_history(recorded, "fc1", rank=4)
    assert dict(found.sizes) == {"epoch": 4, "unit": 120}
    basis = redundancy.row_space(recorded.weights("fc1", 3), 4)
    start = recorded.weights("fc1", 0)
    for epoch in range(4):
        weight = recorded.weights("fc1", epoch)
        row = found.sel(epoch=epoch)
        np.testing.assert_allclose(row.norm, weight.norm(dim=1), rtol=1e-5)
        np.testing.assert_allclose(
            row.cosine, torch.cosine_similarity(start, weight, dim=1), atol=1e-5
        )
        np.testing.assert_allclose(row.residual, redundancy.subspace_residual(weight, basis))
    spectra = redundancy.spectrum_history(recorded, "fc2")
    assert spectra.dims == ("epoch", "rank")
    np.testing.assert_allclose(
        spectra.sel(epoch=2), redundancy.spectrum(recorded.weights("fc2", 2)).eigenvalues
    )
    with pytest.raises(ValueError, match=r"expected one of \['fc1', 'fc2'\], got None"):
        redundancy.spectrum_history(recorded)
    with pytest.raises(ValueError, match=r"at least one epoch, got \[\]"):
        redundancy.unit_history(WeightRecord())


def test_removal_curves(trained, digits):
    """Counts that start at another unit, one random run, a model left without its units."""
    before = {name: value.clone() for name, value in trained.state_dict().items()}

    def evaluate(net: torch.nn.Module) -> float:
        return gw.training.accuracy(net, digits.images[:200], digits.labels[:200], device="cpu")

    found = redundancy.removal_curves(
        trained, "fc1", evaluate, counts=[0, 40, 110], repeats=3, criteria=["max_mag", "min_mag",
        "random_units"],
    )  # fmt: skip
    assert found.removed.values.tolist() == [0, 40, 110]
    assert (found.value.sel(removed=0) == evaluate(trained)).all()
    assert found.value.sel(criterion="max_mag", removed=40) > found.value.sel(
        criterion="min_mag", removed=40
    )
    runs = [
        gw.pruning.unit_curve(trained, "fc1", "random_units", [110], evaluate, seed=seed)[0]
        for seed in range(3)
    ]
    row = found.sel(criterion="random_units", removed=110)
    assert float(row.value) == pytest.approx(np.mean(runs))
    assert float(row["std"]) == pytest.approx(np.std(runs, ddof=1))
    assert all(torch.equal(value, before[name]) for name, value in trained.state_dict().items())
    with pytest.raises(ValueError, match="unknown name 'max_mog'; did you mean 'max_mag'"):
        redundancy.removal_curves(trained, "fc1", evaluate, criteria=["max_mog"])


@pytest.mark.parametrize("loss", ["cross_entropy", "squared_error"])
def test_star(small, loss):
    """Features behind a ReLU, a raster that is upside down or transposed, directions of another."""
    state = torch.get_rng_state()
    net = redundancy.train_star(
        small.images, small.labels, loss=loss, epochs=2, device="cpu", progress=False
    )
    found = redundancy.star(net, small.images, small.labels, loss=loss, side=33)
    assert torch.equal(torch.get_rng_state(), state)
    assert found.accuracy == np.mean(found.predictions == small.labels)
    assert (found.features < 0).any()
    with torch.no_grad():
        logits = net(gw.training.to_input(small.images)).numpy()
    np.testing.assert_array_equal(logits.argmax(1), found.predictions)
    left, right, bottom, top = found.extent
    assert right - left == pytest.approx(top - bottom)
    for row, column in ((0, 0), (32, 0), (5, 20)):
        point = [left + (right - left) * column / 32, bottom + (top - bottom) * row / 32]
        scores = found.directions @ np.array(point) + found.bias
        assert found.raster[row, column] == scores.argmax()
    spread = found.features.max(0) - found.features.min(0)
    assert max(spread) < right - left


def test_star_loss_is_the_one_asked_for(small):
    """A penalty added to the cross-entropy instead of replacing it."""
    nets = [
        redundancy.train_star(
            small.images[:64],
            small.labels[:64],
            loss=loss,
            epochs=1,
            batch_size=64,
            device="cpu",
            progress=False,
        )
        for loss in ("squared_error", "cross_entropy")
    ]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        by_hand = redundancy.StarNet(10, 1, 16)
    batch = gw.training.to_input(small.images[:64])
    target = torch.nn.functional.one_hot(torch.from_numpy(small.labels[:64]), 10).float()
    optimizer = torch.optim.Adam(by_hand.parameters(), 2e-3)
    ((by_hand(batch) - target) ** 2).sum(1).mean().backward()
    optimizer.step()
    torch.testing.assert_close(nets[0].fc3.weight, by_hand.fc3.weight, atol=1e-5, rtol=0)
    assert not torch.allclose(nets[1].fc3.weight, by_hand.fc3.weight, atol=1e-5)
    with pytest.raises(ValueError, match="unknown name 'mse'"):
        redundancy.train_star(small.images, small.labels, loss="mse")


def test_angles_by_width(small):
    """Angles to another class's direction, or of the trained net in the untrained columns."""
    few = small[:200]
    table = redundancy.angles_by_width(
        few.images, few.labels, [2, 40], epochs=2, device="cpu", progress=False
    )
    assert table.index.tolist() == [2, 40]
    assert table.untrained_std[2] > table.untrained_std[40]
    assert (table["mean"] < table.untrained_mean).all()
    assert table.accuracy.between(0, 1).all()
    found = redundancy.random_angles([3, 300], 2000)
    assert found["mean"].tolist() == pytest.approx([90, 90], abs=3)
    assert found["std"][300] == pytest.approx(57.3 / 300**0.5, rel=0.1)
