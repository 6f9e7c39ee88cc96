"""Kernels, cut-offs, similarities of outputs, connected components."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import geowidgets as gw
from geowidgets import redundancy
from geowidgets.redundancy import Kernel
from tests.redundancy.test_layers_and_frame import matrix


@pytest.mark.parametrize("name", ["tool", "report"])
@pytest.mark.parametrize("sigma", [0.3, 0.49, 1.3])
def test_cutoffs_and_inner_products_round_trip(name, sigma):
    """Fig. 3's inner product of 0.25, through either kernel and back."""
    kernel = Kernel(name, sigma)
    for cosine in (0.25, 0.48, 0.999):
        assert float(kernel.cosine(kernel.weight(cosine))) == pytest.approx(cosine, abs=1e-12)
    assert float(kernel.weight(1.0)) == 1
    assert float(kernel.cosine(1.0)) == 1


def test_kernels_by_hand():
    """One kernel's distance in the other's formula."""
    assert float(Kernel("tool", 0.5).weight(0.0)) == pytest.approx(np.exp(-1))
    assert float(Kernel("report", 0.5).weight(0.0)) == pytest.approx(np.exp(-4))
    tool, report = Kernel("tool", 0.4), Kernel("report", 0.4)
    assert float(tool.cosine(0.3)) == pytest.approx(1 - 2 * 0.4 * np.sqrt(np.log(1 / 0.3)))
    assert float(report.cosine(0.3)) == pytest.approx(1 - 0.16 * np.log(1 / 0.3))
    with pytest.raises(ValueError, match="unknown 'tols'; did you mean 'tool'"):
        Kernel("tols", 1)
    with pytest.raises(ValueError, match=r"positive number, got 0\.0"):
        Kernel("tool", 0.0)
    with pytest.raises(ValueError, match=r"\(0, 1\], got 0"):
        tool.cosine(0)


def test_cosines_equal_a_loop():
    """A removed unit with a direction, or cosines above 1 by rounding."""
    weight = matrix(5, 3)
    weight[1] = 0
    weight[3] = 2 * weight[0]
    found = redundancy.cosine_similarity(weight)
    for i in range(5):
        for j in range(5):
            if 1 in (i, j):
                assert np.isnan(found[i, j])
            else:
                expected = weight[i] @ weight[j] / weight[i].norm() / weight[j].norm()
                assert found[i, j] == pytest.approx(float(expected))
    assert np.nanmax(found) == 1


def test_mean_distance_over_epochs():
    """The diagonal's zeros, or hidden units, in the mean."""
    first = redundancy.cosine_similarity(matrix(4, 3))
    weight = matrix(4, 3, 1)
    weight[0] = 0
    second = redundancy.cosine_similarity(weight)
    pairs = [(1 - first[i, j]) / 2 for i in range(4) for j in range(i)]
    pairs += [(1 - second[i, j]) / 2 for i in range(2, 4) for j in range(1, i)]
    assert redundancy.mean_distance([first, second]) == pytest.approx(np.mean(pairs))
    with pytest.raises(ValueError, match="at least two visible units"):
        redundancy.mean_distance([np.ones((1, 1))])


def naive_components(similarity, kernel, cutoff):
    """Flood fill over all pairs."""
    size = len(similarity)
    weights = kernel.weight(similarity)
    left = {unit for unit in range(size) if not np.isnan(similarity[unit, unit])}
    groups = []
    while left:
        group, edge = set(), {min(left)}
        while edge:
            unit = edge.pop()
            group.add(unit)
            edge |= {j for j in left - group if weights[unit, j] >= cutoff}
        left -= group
        groups.append(sorted(group))
    return sorted(groups, key=lambda group: (-len(group), group[0]))


@pytest.mark.parametrize("name", ["tool", "report"])
def test_components_equal_a_flood_fill(name):
    """A spanning tree that joins by the smallest cosines, ties torn, hidden units counted."""
    weight = matrix(40, 4)
    weight[7] = 0
    weight[20:25] = weight[0]
    similarity = redundancy.cosine_similarity(weight)
    kernel = Kernel(name, 0.3)
    norms = weight.norm(dim=1).numpy()
    cutoffs = [0.05, 0.3, 0.6, 0.9, 0.99, 1.0]
    table = redundancy.components(similarity, kernel, cutoffs, norms)
    np.testing.assert_allclose(table.inner_product, kernel.cosine(np.array(cutoffs)))
    for position, cutoff in enumerate(cutoffs):
        groups = naive_components(similarity, kernel, cutoff)
        row = table.isel(cutoff=position)
        assert int(row.components) == len(groups)
        assert int(row.single) == sum(len(group) == 1 for group in groups)
        assert int(row.largest) == len(groups[0])
        assert float(row.norm) == pytest.approx(np.linalg.norm(norms[groups[0]]))
        labels = redundancy.component_labels(similarity, kernel, cutoff)
        assert labels[7] == -1
        assert [np.flatnonzero(labels == k).tolist() for k in range(len(groups))] == groups
    assert table.attrs["units"] == 39


def test_components_of_nothing():
    """A layer whose units were all removed."""
    similarity = redundancy.cosine_similarity(np.zeros((3, 2)))
    table = redundancy.components(similarity, Kernel("tool", 0.5), [0.5])
    assert (int(table.components[0]), float(table.norm[0])) == (0, 0)
    assert redundancy.component_labels(similarity, Kernel("tool", 0.5), 0.5).tolist() == [-1] * 3
    with pytest.raises(ValueError, match=r"\(unit, unit\), got shape \(2, 3\)"):
        redundancy.components(np.ones((2, 3)), Kernel("tool", 0.5), [0.5])
    with pytest.raises(ValueError, match=r"norms: expected shape \(2,\), got \(3,\)"):
        redundancy.components(np.eye(2), Kernel("tool", 0.5), [0.5], np.ones(3))


@pytest.mark.parametrize(("layer", "activation"), [("fc1", torch.relu), ("conv2", None)])
def test_output_similarity_equals_numpy(trained, digits, layer, activation):
    """Sums over batches that lose the mean, positions mixed with units, a hook left behind."""
    few = digits.images[:70]
    outputs = []
    handle = getattr(trained, layer).register_forward_hook(lambda m, i, o: outputs.append(o))
    with torch.no_grad():
        for start in (0, 32, 64):  # the same batches: float32 products depend on their size
            trained.eval()(gw.training.to_input(few[start : start + 32]))
    handle.remove()
    rows = torch.cat(outputs).double()
    rows = rows if activation is None else activation(rows)
    rows = rows.movedim(1, -1).flatten(0, -2).numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = np.corrcoef(rows.T)
    found = redundancy.output_similarity(trained, layer, few, activation=activation, batch_size=32)
    dead = rows.std(axis=0) == 0
    assert np.isnan(found[dead]).all()
    np.testing.assert_allclose(found[~dead][:, ~dead], expected[~dead][:, ~dead], atol=1e-9)
    assert not getattr(trained, layer)._forward_hooks
    with pytest.raises(ValueError, match="at least one"):
        redundancy.output_similarity(trained, layer, few[:0])
