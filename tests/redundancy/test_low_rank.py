"""Eckart–Young projections, principal angles, residuals to a subspace."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch.nn.utils import prune

import geowidgets as gw
from geowidgets import redundancy
from tests.redundancy.test_layers_and_frame import matrix


@pytest.mark.parametrize(("m", "n"), [(6, 9), (9, 6), (6, 15)])
@pytest.mark.parametrize("rank", [1, 3, 6])
def test_projections_reach_the_bound(m, n, rank):
    """A projection that is not the nearest: ‖W − W_k‖ must be √Σ_{i>k} σ_i² and σ_{k+1}."""
    weight = matrix(m, n)
    found = redundancy.low_rank(weight, rank)
    values = np.append(np.linalg.svd(weight.numpy(), compute_uv=False), 0)
    assert int(torch.linalg.matrix_rank(found)) == rank
    gap = (weight - found).numpy()
    assert np.linalg.norm(gap) == pytest.approx(np.sqrt((values[rank:] ** 2).sum()), abs=1e-12)
    assert np.linalg.norm(gap, 2) == pytest.approx(values[rank], abs=1e-12)
    torch.testing.assert_close(redundancy.low_rank(weight.T, rank).T, found)


def test_curve_equals_projections():
    """A residual of the wrong rank, or a percentage of squares."""
    weight = matrix(5, 8)
    curve = redundancy.residual_curve(weight)
    assert curve["rank"].values.tolist() == [0, 1, 2, 3, 4, 5]
    for rank in range(1, 6):
        projected = redundancy.low_rank(weight, rank)
        row = curve.sel(rank=rank)
        assert float(row.residual) == pytest.approx(float((weight - projected).norm()), abs=1e-6)
        assert float(row.kept) == pytest.approx(float(100 * projected.norm() / weight.norm()))
    assert float(curve.kept[0]) == 0
    assert np.isnan(redundancy.residual_curve(np.zeros((3, 2))).kept).all()


@pytest.mark.parametrize("directions", [1, 4, 10])
def test_the_elbow_counts_directions_above_the_bulk(directions):
    """An elbow in the middle of the noise, whatever was learnt."""
    noise = matrix(64, 256) * 256**-0.5
    signal = 10 * matrix(64, directions, 1) @ matrix(directions, 256, 2) / (64 * 256) ** 0.5
    values = np.linalg.svd((noise + signal).numpy(), compute_uv=False) ** 2
    found = redundancy.residual_curve(noise + signal).attrs["elbow"]
    assert found == directions
    assert found == np.count_nonzero(values > values.mean())
    assert redundancy.residual_curve(torch.eye(4, 7)).attrs["elbow"] == 0


def test_projecting_a_layer_keeps_bias_and_model(trained, digits):
    """A projection in place, a lost bias, or a convolution put back in another shape."""
    for layer, rank in (("fc1", 5), ("conv2", 3)):
        before = {name: value.clone() for name, value in trained.state_dict().items()}
        found = redundancy.project(trained, layer, rank)
        assert all(torch.equal(value, before[name]) for name, value in trained.state_dict().items())
        changed = found.state_dict()
        differing = [name for name in before if not torch.equal(before[name], changed[name])]
        assert differing == [f"{layer}.weight"]
        torch.testing.assert_close(
            redundancy.weight_matrix(found, layer),
            redundancy.low_rank(trained, rank, layer),
            atol=1e-6,
            rtol=0,
        )
    masked = gw.zoo.lenet5(in_channels=1)
    prune.random_unstructured(masked.fc1, "weight", 0.5)
    with pytest.raises(TypeError, match="make it permanent"):
        redundancy.project(masked, "fc1", 3)


def test_accuracy_lost(trained, digits):
    """A loss of the wrong sign, or an accuracy of the model instead of the projection."""

    def evaluate(net: torch.nn.Module) -> float:
        return gw.training.accuracy(net, digits.images, digits.labels, device="cpu")

    table = redundancy.accuracy_lost(trained, "fc1", [1, 120], evaluate)
    assert table.index.tolist() == [1, 120]
    assert table.lost[120] == 0
    assert table.accuracy[120] == evaluate(trained)
    assert table.lost[1] > 0.2
    assert table.lost[1] == evaluate(trained) - evaluate(redundancy.project(trained, "fc1", 1))
    assert table.kept[120] == pytest.approx(100)


def test_principal_angles():
    """Equal subspaces 0 (not 1e-6), orthogonal ones 90, a rotation by a known angle its angle."""
    weight = matrix(7, 20)
    mixed = matrix(5, 3, 3) @ redundancy.row_space(weight, 3)
    np.testing.assert_allclose(redundancy.principal_angles(weight, mixed, 3), 0, atol=1e-12)
    axes = torch.eye(6, dtype=torch.float64)
    np.testing.assert_allclose(redundancy.principal_angles(axes[:3], axes[3:], 3), 90)
    turn = math.radians(31.1)
    turned = torch.stack([axes[0], math.cos(turn) * axes[1] + math.sin(turn) * axes[4]])
    found = redundancy.principal_angles(axes[:2], turned, 2)
    np.testing.assert_allclose(found, [31.1, 0], atol=1e-12)


def test_principal_angles_equal_singular_values():
    """Angles of the full row spaces instead of those of rank k."""
    a, b = matrix(8, 12), matrix(6, 12, 5)
    v, w = (np.linalg.svd(x.numpy())[2][:3] for x in (a, b))
    expected = np.degrees(np.arccos(np.linalg.svd(v @ w.T, compute_uv=False)))[::-1]
    np.testing.assert_allclose(redundancy.principal_angles(a, b, 3), expected, atol=1e-6)
    with pytest.raises(ValueError, match="as many inputs in both, got 12 and 11"):
        redundancy.principal_angles(a, b[:, :11], 3)
    with pytest.raises(ValueError, match="at most 2, the rank of the weights, got 3"):
        redundancy.row_space(torch.cat([a[:2], a[:2]]), 3)


def test_subspace_residual_equals_least_squares():
    """A residual that is not relative to the unit's norm, or to a basis that is not orthonormal."""
    weight = matrix(6, 9)
    weight[2] = 0
    basis = redundancy.row_space(matrix(5, 9, 4), 3)
    found = redundancy.subspace_residual(weight, basis)
    for unit, row in enumerate(weight.numpy()):
        if unit == 2:
            assert np.isnan(found[unit])
            continue
        fit = np.linalg.lstsq(basis.numpy().T, row, rcond=None)[0] @ basis.numpy()
        assert found[unit] == pytest.approx(np.linalg.norm(row - fit) / np.linalg.norm(row))
    with pytest.raises(ValueError, match=r"\(rank, 9\), got shape \(3, 8\)"):
        redundancy.subspace_residual(weight, basis[:, :8])
