"""Scaled numbers of points, and the Euclidean distances between them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from geowidgets.evaluation.points import BLOCKS, Pairs, by_model, prepared
from geowidgets.evaluation.progress import Report

if TYPE_CHECKING:
    import torch

TILE = 1 << 24  # numbers of a tile of points
CHUNK = 4096  # numbers whose products are summed in float32 before float64 takes over
DOUBLE = 2e11  # multiplications up to which products are in float64
# Of |x|² + |y|²: below it, a distance is taken from the differences themselves.
CLOSE = {"float64": 1e-9, "float32": 1e-3}


def scale(pairs: Pairs, matrix: np.ndarray, kind: str, length: str, report: Report) -> np.ndarray:
    """Centre and scale the blocks in place; see `similarity`.

    Args:
        pairs: the points.
        matrix: float32 (point, block · sample), overwritten.
        kind: `"rms"`, `"rank"` or `"none"`.
        length: `"shared"` or `"per_model"`.
        report: told how far it is.
    """
    samples = matrix.shape[1] // len(BLOCKS)
    total, count = np.zeros(matrix.shape[1]), np.zeros(matrix.shape[1])
    for _, points in by_model(pairs):
        rows = prepared(matrix[points], kind, length)
        matrix[points] = rows
        total += np.nansum(rows, axis=0, dtype=np.float64)
        count += np.isfinite(rows).sum(axis=0)
        report("scaling", 0.5 * points.stop / len(pairs))
    mean = total / np.maximum(count, 1)
    squares = np.zeros(len(BLOCKS))
    for _, points in by_model(pairs):
        rows = matrix[points] - mean
        squares += np.nansum(np.square(rows), axis=0).reshape(len(BLOCKS), samples).sum(axis=1)
        matrix[points] = np.nan_to_num(rows, nan=0.0)
        report("scaling", 0.5 + 0.4 * points.stop / len(pairs))
    if kind == "rms":
        known = count.reshape(len(BLOCKS), samples).sum(axis=1)
        factors = np.sqrt(squares / np.maximum(known, 1))
        factors[factors == 0] = 1.0
        for _, points in by_model(pairs):
            matrix[points] /= np.repeat(factors, samples).astype(np.float32)
    report("scaling", 1.0)
    return matrix


def pairwise(matrix: np.ndarray, device: str | torch.device, report: Report) -> np.ndarray:
    """Euclidean distances between the rows, float32 (point, point), symmetric, zero diagonal.

    |x − y|² = |x|² + |y|² − 2⟨x, y⟩ by matrix products, in float64 up to `DOUBLE` multiplications
    (with `"auto"` by numpy: a page that only opens a store needs no torch); above, in float32 for
    `CHUNK` columns at a time, summed in float64 (five digits). Where the difference loses digits
    (near points), Σ (x − y)² itself. Two tiles of points are in memory at a time.
    """
    points, width = matrix.shape
    small = points**2 * width <= DOUBLE
    tile, apart = _plain() if small and device == "auto" else _on_device(device, small)
    step = max(1, min(points, TILE // width))
    found = np.empty((points, points), np.float32)
    for i in range(0, points, step):
        first = tile(matrix[i : i + step])
        for j in range(0, i + 1, step):
            second = first if i == j else tile(matrix[j : j + step])
            block = apart(first, second)
            found[i : i + step, j : j + step] = block
            found[j : j + step, i : i + step] = block.T
        report("distances", min(1.0, (i + step) / points) ** 2)
    np.fill_diagonal(found, 0.0)
    return found


def _plain() -> tuple[Callable[..., Any], Callable[..., np.ndarray]]:
    """How numpy makes a tile (rows and their squared norms) and measures between two."""
    return _sized, _between_arrays


def _on_device(
    device: str | torch.device, small: bool
) -> tuple[Callable[..., Any], Callable[..., np.ndarray]]:
    """The same on a device, products in float64 where there are few."""
    import torch

    from geowidgets.training import resolve_device

    where, kind = resolve_device(device), "float64" if small else "float32"

    def tile(rows: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
        values = torch.from_numpy(np.array(rows)).to(where)
        parts = values.split(CHUNK, dim=1)
        return values, sum(
            (p.double().square().sum(dim=1) for p in parts), torch.zeros((), device=where)
        )

    return tile, partial(_between_tensors, kind=kind)


def between(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Distances between the rows of two matrices, float32 (row, row), by products in float64."""
    return _between_arrays(_sized(first), _sized(second))


def _sized(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return rows, np.einsum("ij,ij->i", rows, rows, dtype=np.float64)


def _between_arrays(
    first: tuple[np.ndarray, np.ndarray], second: tuple[np.ndarray, np.ndarray]
) -> np.ndarray:
    rows, columns = first[0], second[0]
    product = np.zeros((len(rows), len(columns)))
    for start in range(0, rows.shape[1], CHUNK):
        a, b = (m[:, start : start + CHUNK].astype(np.float64) for m in (rows, columns))
        product += a @ b.T
    both = first[1][:, None] + second[1]
    square = both - 2 * product
    for i, j in np.argwhere(square < CLOSE["float64"] * both):
        apart = rows[i].astype(np.float64) - columns[j]
        square[i, j] = apart @ apart
    return np.sqrt(np.maximum(square, 0)).astype(np.float32)


def _between_tensors(
    first: tuple[torch.Tensor, torch.Tensor], second: tuple[torch.Tensor, torch.Tensor], kind: str
) -> np.ndarray:
    import torch

    rows, columns = first[0], second[0]
    product = torch.zeros(len(rows), len(columns), dtype=torch.float64, device=rows.device)
    for a, b in zip(rows.split(CHUNK, dim=1), columns.split(CHUNK, dim=1), strict=True):
        product += a.double() @ b.double().T if kind == "float64" else a @ b.T
    both = first[1][:, None] + second[1]
    square = both - 2 * product
    near = torch.nonzero(square < CLOSE[kind] * both)
    for pairs in near.split(max(1, TILE // (4 * rows.shape[1]))):
        apart = rows[pairs[:, 0]].double() - columns[pairs[:, 1]].double()
        square[pairs[:, 0], pairs[:, 1]] = apart.square_().sum(dim=1)
    return square.clamp_(min=0).sqrt_().float().cpu().numpy()
