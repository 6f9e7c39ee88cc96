"""Points in the plane: principal components, and UMAP started from them."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from geowidgets.evaluation.progress import Report

METHODS = ("umap", "pca", "auto")
LEAST = 4  # points below which UMAP says nothing that the principal components do not
_SMALL, _EPOCHS = 4000, (500, 200)  # points, and optimisation epochs up to and above them
_STEPS = 64  # of the bisection for each point's bandwidth
_ONE_AT_A_TIME = threading.Lock()
_BANDWIDTH_FLOOR = 1e-3  # of the mean distance to the neighbours


def principal_axes(distances: np.ndarray) -> np.ndarray:
    """Scores on the first two principal components, from distances alone, float32 (point, 2).

    The eigenvectors of B = −½ J D² J, J = 1 − 11ᵀ/n, times the roots of their eigenvalues
    (classical scaling; equal to the principal components for Euclidean distances: Gower 1966).
    The largest entry of each axis is positive.
    """
    from scipy.linalg import eigh
    from scipy.sparse.linalg import eigsh

    count = len(distances)
    square = np.square(distances, dtype=np.float64 if count <= _SMALL else np.float32)
    square -= square.mean(axis=0)
    square -= square.mean(axis=1, keepdims=True)
    square *= -0.5
    if count <= 200:
        values, vectors = eigh(square)
        values, vectors = values[-2:], vectors[:, -2:]
    else:
        values, vectors = eigsh(square, k=2, which="LA", v0=np.linspace(1, 2, count))
    order = np.argsort(values)[::-1]
    return _oriented(vectors[:, order] * np.sqrt(np.maximum(values[order], 0)))


def principal_scores(matrix: np.ndarray) -> np.ndarray:
    """Scores of rows on their first two principal components, float32 (point, 2)."""
    centred = (matrix - matrix.mean(axis=0)).astype(np.float64)
    _, vectors = np.linalg.eigh(centred.T @ centred)
    return _oriented(centred @ vectors[:, :-3:-1])


def _oriented(scores: np.ndarray) -> np.ndarray:
    plane = np.zeros((len(scores), 2))
    plane[:, : scores.shape[1]] = scores
    largest = plane[np.abs(plane).argmax(axis=0), range(2)]
    return (plane * np.where(largest < 0, -1, 1)).astype(np.float32)


def umap_plane(
    indices: np.ndarray,
    distances: np.ndarray,
    start: np.ndarray,
    *,
    seed: int,
    min_dist: float,
    report: Report,
) -> np.ndarray:
    """UMAP of a neighbour graph, float32 (point, 2).

    Args:
        indices: int (point, neighbour), the point itself first.
        distances: float32 (point, neighbour), ascending.
        start: (point, 2), where the points begin: their principal components, which keep the
            arrangement at large and the same from run to run (Kobak & Linderman 2021).
        seed: of the optimisation.
        min_dist: how near neighbours come in the plane.
        report: told how far it is.

    Source: McInnes, Healy & Melville 2018; the optimisation is that of umap-learn.
    """
    report("umap", 0.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TensorFlow, for a part that is not used here
        from umap.umap_ import find_ab_params, simplicial_set_embedding
    a, b = find_ab_params(1.0, min_dist)
    count = len(start)
    with _epochs_told(report):
        plane, _ = simplicial_set_embedding(
            start, fuzzy_graph(indices, distances), 2, 1.0, a, b, 1.0, 5,
            _EPOCHS[count > _SMALL], _spread(start), np.random.RandomState(seed), "euclidean", {},
            False, {}, False, tqdm_kwds={"disable": True},
        )  # fmt: skip
    report("umap", 1.0)
    return np.asarray(plane, np.float32)


def fuzzy_graph(indices: np.ndarray, distances: np.ndarray):
    """The fuzzy neighbour graph of UMAP, sparse (point, point), symmetric.

    w(j|i) = exp(−max(0, d_ij − ρ_i)/σ_i), ρ_i the least distance above 0, σ_i such that
    Σ_j w(j|i) = log₂ k; then w = w(j|i) + w(i|j) − w(j|i) w(i|j). As
    `umap.umap_.fuzzy_simplicial_set`, without the seconds that compiling that takes.

    Source: McInnes, Healy & Melville 2018, Algorithms 2 and 3.
    """
    from scipy.sparse import coo_matrix

    count, k = distances.shape
    d = distances.astype(np.float64)
    positive = np.where(d > 0, d, np.inf).min(axis=1)
    rho = np.where(np.isfinite(positive), positive, 0.0)[:, None]
    beyond = np.maximum(d - rho, 0.0)
    sigma = _bandwidths(beyond[:, 1:], np.log2(k))
    floor = np.where(rho[:, 0] > 0, d.mean(axis=1), d.mean()) * _BANDWIDTH_FLOOR
    sigma = np.maximum(sigma, floor)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        weights = np.where(beyond > 0, np.exp(-beyond / sigma), 1.0)
    weights[indices == np.arange(count)[:, None]] = 0.0
    rows = np.repeat(np.arange(count), k)
    graph = coo_matrix(
        (weights.ravel().astype(np.float32), (rows, indices.ravel())), shape=(count, count)
    ).tocsr()
    graph.eliminate_zeros()
    back = graph.T.tocsr()
    return (graph + back - graph.multiply(back)).tocoo()


def _bandwidths(beyond: np.ndarray, target: float) -> np.ndarray:
    """σ (point,) with Σ exp(−beyond/σ) = target, by bisection of all points at once."""
    low = np.zeros(len(beyond))
    high = np.full(len(beyond), np.inf)
    sigma = np.ones(len(beyond))
    for _ in range(_STEPS):
        with np.errstate(under="ignore"):
            found = np.exp(-beyond / np.maximum(sigma, 1e-300)[:, None]).sum(axis=1)
        above = found > target
        high = np.where(above, sigma, high)
        low = np.where(above, low, sigma)
        sigma = np.where(np.isfinite(high), (low + high) / 2, sigma * 2)
        if np.abs(found - target).max() < 1e-9:
            break
    return sigma


def _spread(start: np.ndarray) -> np.ndarray:
    """The start with both axes of some width, without which they cannot be brought to one scale."""
    width = np.ptp(start, axis=0)
    spread = start.astype(np.float64)
    for axis in np.flatnonzero(width <= 1e-9 * max(float(width.max()), 1e-30)):
        spread[:, axis] = np.random.default_rng(0).normal(size=len(start))
    return spread


@contextmanager
def _epochs_told(report: Report) -> Iterator[None]:
    """Tell how far the optimisation is.

    umap-learn tells it to a bar of its own only, which in a notebook is a widget that nobody
    asked for; the loop's `tqdm` is therefore replaced for as long as it runs.
    """
    from umap import layouts

    def epochs(numbers: range, **_: Any) -> Iterator[int]:
        for number in numbers:
            if number % max(1, len(numbers) // 50) == 0:
                report("umap", number / len(numbers))
            yield number

    with _ONE_AT_A_TIME:
        before = layouts.tqdm
        layouts.tqdm = epochs
        try:
            yield
        finally:
            layouts.tqdm = before
