"""Minimum spanning trees of points, and how much two of them overlap."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """A minimum spanning tree.

    Attributes:
        edges: int (edge, 2), point numbers; one edge fewer than points.
        weights: float32 (edge,), the distance that each edge spans.
    """

    edges: np.ndarray
    weights: np.ndarray


def spanning_tree(count: int, row: Callable[[int], np.ndarray]) -> Tree:
    """The tree of least total distance over all points, by Prim's algorithm in O(count²).

    Distances of 0 count as such (duplicates are joined first), which sparse matrices cannot say.

    Args:
        count: number of points.
        row: point → its distances to all points, (point,).

    Example:
        >>> line = np.array([0.0, 5.0, 1.0])
        >>> spanning_tree(3, lambda i: abs(line - line[i])).edges.tolist()
        [[0, 2], [2, 1]]
    """
    edges = np.zeros((max(count - 1, 0), 2), np.int64)
    weights = np.zeros(len(edges), np.float32)
    nearest, best = np.zeros(count, np.int64), np.full(count, np.inf, np.float32)
    outside = np.ones(count, bool)
    point = 0
    for edge in range(len(edges)):
        outside[point] = False
        distances = row(point)
        closer = outside & (distances < best)
        best[closer], nearest[closer] = distances[closer], point
        best[point] = np.inf
        point = int(best.argmin())
        edges[edge], weights[edge] = (nearest[point], point), best[point]
    return Tree(edges, weights)


def cross_share(tree: Tree, first: np.ndarray) -> float:
    """Share of a tree's edges that join a point of `first` with one that is not in it."""
    if not len(tree.edges):
        return float("nan")
    inside = np.isin(tree.edges, first)
    return float((inside[:, 0] != inside[:, 1]).mean())
