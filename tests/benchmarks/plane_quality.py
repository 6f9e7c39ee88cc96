"""How well a plane keeps the neighbours that points have among all points, by exact numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from geowidgets.evaluation import distances as numbers
from geowidgets.evaluation.points import Pairs, read

STEP = 256  # rows whose distances to all points are in memory at once


class Exact:
    """Exact distances of a similarity's points, computed row by row as they are asked for.

    Args:
        store: where the numbers are.
        similarity: whose points, of the default scale and length.
    """

    def __init__(self, store: Any, similarity: Any) -> None:
        pairs = Pairs(similarity.set, similarity.model, similarity.benchmark)
        quiet = lambda *what: None  # noqa: E731
        matrix = read(store, pairs, quiet)
        self._matrix = numbers.scale(pairs, matrix, "rms", "shared", quiet)
        self._size = np.einsum("ij,ij->i", self._matrix, self._matrix)

    def rows(self, chosen: np.ndarray) -> np.ndarray:
        """Distances of some points to all, float32 (row, point), by products in float32."""
        square = self._size[chosen][:, None] + self._size
        square -= 2 * (self._matrix[chosen] @ self._matrix.T)
        return np.sqrt(np.maximum(square, 0))

    def neighbours(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        """The nearest points of each, itself first: int and float32 (point, count)."""
        parts = [
            nearest(self.rows(chosen), chosen, count)
            for chosen in np.array_split(
                np.arange(len(self._size)), -(-len(self._size) // STEP)
            )
        ]  # fmt: skip
        indices, found = zip(*parts, strict=True)
        return np.concatenate(indices), np.concatenate(found)


def nearest(distances: np.ndarray, chosen: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The nearest columns of some rows, the row itself first: int and float32 (row, count)."""
    near = np.array(distances)
    near[np.arange(len(chosen)), chosen] = -1
    part = np.argpartition(near, count - 1, axis=1)[:, :count]
    values = np.take_along_axis(near, part, axis=1)
    order = np.argsort(values, axis=1, kind="stable")
    values = np.maximum(np.take_along_axis(values, order, axis=1), 0)
    return np.take_along_axis(part, order, axis=1), values


def trustworthiness(
    distances: np.ndarray, chosen: np.ndarray, plane: np.ndarray, count: int
) -> float:
    """Whether points that are near in the plane are near in truth, in [0, 1].

    T = 1 − 2/(m k (2n − 3k − 1)) Σ_i Σ_j max(0, r(i, j) − k), over the m chosen rows i and the k
    points j nearest to each in the plane, r(i, j) the rank of j by exact distance to i. With all
    rows chosen it is scikit-learn's; with some drawn at random an estimate of it, where taking a
    subset's own neighbours would be about neighbourhoods n/m times as wide.

    Args:
        distances: exact, of the chosen rows to all points, (row, point).
        chosen: these rows, int (row,).
        plane: (point, 2).
        count: k.

    Source: Venna & Kaski 2001.
    """
    from scipy.spatial import KDTree

    points = len(plane)
    near: Any = KDTree(plane).query(plane[chosen], count + 1)[1]
    total = 0.0
    for row, own, others in zip(distances, chosen, near, strict=True):
        others = others[others != own][:count]
        below = row[None] < row[others, None]
        below[:, own] = True
        rank = np.maximum(below.sum(axis=1), 1)
        total += np.maximum(rank - count, 0).sum()
    return 1 - 2 * total / (len(chosen) * count * (2 * points - 3 * count - 1))


def found_share(found: np.ndarray, truth: np.ndarray) -> float:
    """Which share of the true neighbours are among those found, rows beside rows."""
    return float(np.mean([np.isin(b, a).mean() for a, b in zip(found, truth, strict=True)]))
