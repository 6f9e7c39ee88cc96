"""Points in the plane and minimum spanning trees, against the libraries' own."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial.distance import pdist, squareform
from sklearn.decomposition import PCA

import geowidgets as gw
from geowidgets.evaluation import layout as planes
from geowidgets.evaluation.trees import cross_share, spanning_tree


@pytest.fixture(scope="module")
def found(tiny_store) -> gw.Similarity:
    return gw.similarity(tiny_store, progress=False)


def cloud(points: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Points in three clusters of 9 dimensions, and their distances."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(points, 9)) + 6 * rng.integers(3, size=points)[:, None]
    return x, squareform(pdist(x)).astype(np.float32)


@pytest.mark.parametrize("points", [2, 3, 60, 260])
def test_principal_axes_are_those_of_the_numbers(points):
    """Axes in ascending order, or scaled to one length (both solvers)."""
    x, distances = cloud(points)
    wanted = PCA(2).fit_transform(x)
    wanted *= np.where(wanted[np.abs(wanted).argmax(0), [0, 1]] < 0, -1, 1)
    if points == 2:
        wanted[:, 1] = 0
    np.testing.assert_allclose(planes.principal_axes(distances), wanted, atol=2e-3)
    if points > 2:
        np.testing.assert_allclose(planes.principal_scores(x), wanted, atol=1e-4)


def test_the_neighbour_graph_is_umap_s():
    """A bandwidth that misses log2(k): clusters that fall apart or melt into one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TensorFlow, which nobody asked for
        import umap.umap_ as umap
    _, distances = cloud(80)
    distances[5, 9] = distances[9, 5] = 0.0
    order = np.argsort(distances, axis=1, kind="stable")[:, :12]
    order[9, :2] = 9, 5
    near = np.take_along_axis(distances, order, axis=1)
    wanted = umap.fuzzy_simplicial_set(
        distances, 12, np.random.RandomState(0), "precomputed", knn_indices=order, knn_dists=near
    )[0]
    ours = planes.fuzzy_graph(order, near)
    np.testing.assert_allclose(ours.toarray(), wanted.toarray(), atol=2e-4)


def test_umap_keeps_neighbours_and_is_repeatable(tiny_store, found):
    """A picture that changes from run to run; a model far from its own near duplicate."""
    told = []
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    plane = found.layout("umap", neighbors=4, progress=lambda *what: told.append(what))
    assert (np.random.get_state()[1] == state).all()  # noqa: NPY002
    assert plane.shape == (12, 2) and plane.dtype == np.float32 and np.isfinite(plane).all()
    stages, done = zip(*told, strict=True)
    assert set(stages) == {"umap"} and list(done) == sorted(done)
    assert done[0] == 0 and 0.4 < done[len(done) // 2] < 0.6 and done[-1] == 1
    indices, distances = found.neighbours(4)
    start = planes.principal_axes(found.distances)
    again = planes.umap_plane(
        indices, distances, start, seed=0, min_dist=0.1, report=lambda *_: None
    )
    np.testing.assert_array_equal(again, plane)
    in_plane = np.linalg.norm(plane[:, None] - plane, axis=2)
    assert (np.corrcoef(pdist(plane), squareform(found.distances))[0, 1]) > 0.3
    assert in_plane[0, indices[0, 1]] < np.median(in_plane[0])


def test_layouts_are_kept_by_their_settings(tiny_store, found):
    """Another seed that shows the first picture; a store that is asked in vain."""
    told = []
    first = found.layout("umap", neighbors=4, seed=3)
    fresh = gw.similarity(gw.GeometryStore.open(tiny_store.path), progress=False)
    again = fresh.layout("umap", neighbors=4, seed=3, progress=lambda *what: told.append(what))
    np.testing.assert_array_equal(first, again)
    assert not told
    assert (fresh.layout("umap", neighbors=4, seed=4) != first).any()
    assert (fresh.layout("pca") != first).any()
    np.testing.assert_array_equal(fresh.layout(neighbors=99), fresh.layout("umap", neighbors=11))


def test_below_four_points_umap_is_pca(tiny_store):
    """UMAP's own error about three points."""
    few = gw.similarity(tiny_store, models=[0], benchmarks=[0, 1, 3], progress=False)
    np.testing.assert_array_equal(few.layout("umap"), few.layout("pca"))
    distances = squareform(pdist(few.layout()))
    np.testing.assert_allclose(distances, few.distances, rtol=1e-4)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"method": "tsne"}, "'umap', 'pca', 'auto'"),
        ({"neighbors": 1}, "at least 2"),
        ({"min_dist": -0.1}, "at least 0"),
    ],
)
def test_bad_layout_arguments(found, options, words):
    """An assertion of a library instead of the argument's name."""
    with pytest.raises(ValueError, match=words):
        found.layout(**options)


def test_coinciding_points_have_a_layout():
    """Four models that are the same one: a division by a zero width."""
    same = np.zeros((5, 5), np.float32)
    indices = np.array([[i, *(j for j in range(5) if j != i)] for i in range(5)])
    plane = planes.umap_plane(
        indices, same, planes.principal_axes(same), seed=0, min_dist=0.1, report=lambda *_: None
    )
    assert np.isfinite(plane).all()


@pytest.mark.parametrize("seed", range(3))
def test_trees_weigh_what_scipy_s_weigh(seed):
    """A tree that is spanning but not minimal, or minimal but not spanning."""
    _, distances = cloud(41, seed)
    tree = spanning_tree(41, lambda i: distances[i])
    assert tree.weights.sum() == pytest.approx(minimum_spanning_tree(distances).sum(), rel=1e-5)
    np.testing.assert_array_equal(distances[tuple(tree.edges.T)], tree.weights)
    reached = {0}
    for a, b in tree.edges.tolist():
        assert a in reached and b not in reached
        reached.add(b)
    assert len(reached) == 41


def test_duplicates_are_joined_at_no_cost():
    """A distance of 0 read as a missing edge, as sparse matrices do."""
    line = np.array([0.0, 3.0, 0.0, 3.0])
    tree = spanning_tree(4, lambda i: np.abs(line - line[i]))
    assert sorted(tree.weights.tolist()) == [0, 0, 3]


def test_trees_of_chosen_points(found):
    """Edges numbered within the choice instead of among all points."""
    chosen = np.array([11, 2, 7, 5])
    tree = found.tree(chosen)
    assert set(tree.edges.ravel()) == set(chosen.tolist()) and len(tree.weights) == 3
    mask = np.isin(np.arange(12), chosen)
    assert found.tree(mask).weights.sum() == pytest.approx(tree.weights.sum())
    flat = found.tree(chosen, space="layout", method="pca")
    plane = found.layout("pca")
    spans = np.linalg.norm(plane[flat.edges[:, 0]] - plane[flat.edges[:, 1]], axis=1)
    np.testing.assert_allclose(spans, flat.weights, rtol=1e-5)
    for wrong, words in (([0, 0], "different"), ([12], r"0 … 11"), ([-1], r"0 … 11")):
        with pytest.raises(ValueError, match=words):
            found.tree(wrong)
    with pytest.raises(ValueError, match="did you mean 'layout'"):
        found.tree(space="layuot")
    with pytest.raises(ValueError, match="is for space='layout'"):
        found.tree(method="pca")


def test_overlap(found):
    """A share of all edges that counts those within a group as crossing."""
    line = np.array([0.0, 1.0, 2.0, 10.0, 11.0])
    tree = spanning_tree(5, lambda i: np.abs(line - line[i]))
    assert cross_share(tree, np.array([0, 1, 2])) == 1 / 4
    assert cross_share(tree, np.array([0, 1, 4])) == 2 / 4
    clean, other = found.points(benchmark=0), found.points(benchmark="contrast-3")
    joint = found.tree(np.concatenate([clean, other]))
    crossing = sum((a in clean) != (b in clean) for a, b in joint.edges.tolist())
    assert found.overlap(clean, other) == crossing / 5
    with pytest.raises(ValueError, match="disjoint"):
        found.overlap(clean, clean)
