"""Points of a large similarity map: projected while they are read, never all in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from geowidgets.evaluation.points import (
    BLOCKS,
    Pairs,
    by_model,
    clean_benchmark,
    equal_rows,
    model_rows,
    prepared,
)
from geowidgets.evaluation.progress import Report

if TYPE_CHECKING:
    import torch

    from geowidgets.store import GeometryStore

PROJECTED = 512  # dimensions of the random projection
CLOSE_GRAPH = 16_384  # points up to which neighbours are looked for among all others


@dataclass
class Sums:
    """Over the points, of x − r with r a reference that keeps digits: what means and RMS need."""

    width: int
    total: np.ndarray = field(init=False)
    count: np.ndarray = field(init=False)
    squares: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.total = np.zeros(self.width)
        self.count = np.zeros(self.width)
        self.squares = np.zeros(len(BLOCKS))

    def add(self, apart: np.ndarray, known: np.ndarray) -> None:
        """Take in rows, 0 where a value is missing."""
        self.total += apart.sum(axis=0, dtype=np.float64)
        self.count += known.sum(axis=0)
        blocks = np.split(apart, len(BLOCKS), axis=1)
        self.squares += [np.square(block, dtype=np.float64).sum() for block in blocks]

    def join(self, other: Sums) -> None:
        """Take in the sums of other points."""
        self.total += other.total
        self.count += other.count
        self.squares += other.squares


def project(
    store: GeometryStore,
    pairs: Pairs,
    scale: str,
    length: str,
    seed: int,
    device: str | torch.device,
    report: Report,
) -> tuple[np.ndarray, np.ndarray]:
    """Scaled numbers of all points, projected at random to `PROJECTED` dimensions.

    Y = Σ_b X_b R_b / (RMS_b √k) with X_b the centred numbers of a block (angle, length, margin)
    and R_b independent standard normal numbers: every distance is kept within about 1 ± 3/√(2k),
    10 %, with near certainty (Johnson & Lindenstrauss 1984). Projections are linear, so blocks
    are centred and divided after it, and each model's numbers are read once: beside the result,
    memory holds one model's numbers and R, `3 · sample · k` float32.

    Args:
        store: where the numbers are.
        pairs: the points.
        scale: `"rms"`, `"rank"` or `"none"`.
        length: `"shared"` or `"per_model"`.
        seed: of R.
        device: where the products are computed.
        report: told how far it is.

    Returns:
        float32 (point, dimension) of the points that are kept, and bool (point,): which those
        are. Benchmarks that change no number of any model are left out, as in `degenerate`.
    """
    import torch

    from geowidgets.training import resolve_device

    where = resolve_device(device)
    samples = store.size(pairs.set)
    directions = random_directions(samples, seed, where)
    found = np.zeros((len(BLOCKS), len(pairs), PROJECTED), np.float32)
    whole = Sums(len(BLOCKS) * samples)
    like_clean: dict[int, Sums] = {}
    different: set[int] = set()
    reference: np.ndarray | None = None
    gaps: list[tuple[int, np.ndarray]] = []
    data = store.to_dataset(pairs.set)
    clean = clean_benchmark(store, pairs)
    for model, points in by_model(pairs):
        rows = model_rows(store, data, pairs, model, points)
        own = pairs.benchmark[points]
        same = _same_as_clean(rows, own, clean, different)
        rows = prepared(rows, scale, length)
        if reference is None:
            with np.errstate(invalid="ignore"):
                reference = np.nan_to_num(np.nanmean(rows[:1], axis=0))
        known = np.isfinite(rows)
        apart = np.where(known, rows - reference, np.float32(0))
        for place, benchmark in enumerate(own.tolist()):
            if not known[place].all():
                gaps.append((points.start + place, np.flatnonzero(~known[place])))
            if place in same:
                sums = like_clean.setdefault(benchmark, Sums(whole.width))
                sums.add(apart[[place]], known[[place]])
            elif benchmark != clean and clean in own:
                different.add(benchmark)
        rest = [place for place in range(len(own)) if place not in same]
        whole.add(apart[rest], known[rest])
        parts = torch.from_numpy(apart).to(where).split(samples, dim=1)
        for b, (part, direction) in enumerate(zip(parts, directions, strict=True)):
            found[b, points] = (part @ direction).cpu().numpy()
        report("projection", points.stop / len(pairs))
    for benchmark, sums in like_clean.items():
        if benchmark in different:
            whole.join(sums)
    gone = np.isin(pairs.benchmark, [b for b in like_clean if b not in different])
    made = _scaled(found, whole, directions, gaps, scale)
    return np.ascontiguousarray(made[~gone]), ~gone


def random_directions(samples: int, seed: int, device: Any) -> list[torch.Tensor]:
    """R of each block, float32 (sample, dimension) of independent standard normal numbers."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    return [
        torch.randn(samples, PROJECTED, generator=generator).to(device) for _ in range(len(BLOCKS))
    ]


def _same_as_clean(
    rows: np.ndarray, own: np.ndarray, clean: int | None, different: set[int]
) -> set[int]:
    """Places of a model's rows that equal its clean one, of benchmarks that did so far."""
    if clean is None or clean not in own:
        return set()
    reference = rows[int(np.flatnonzero(own == clean)[0])]
    others = [k for k, b in enumerate(own.tolist()) if b != clean and b not in different]
    return {place for place in others if equal_rows(rows[place], reference)}


def _scaled(
    found: np.ndarray,
    sums: Sums,
    directions: list[torch.Tensor],
    gaps: list[tuple[int, np.ndarray]],
    scale: str,
) -> np.ndarray:
    """Centred, a missing value at the mean, each block divided by its RMS; (point, dimension)."""
    samples = len(directions[0])
    mean = sums.total / np.maximum(sums.count, 1)
    known = sums.count.reshape(len(BLOCKS), samples).sum(axis=1)
    off = (sums.count * np.square(mean)).reshape(len(BLOCKS), samples).sum(axis=1)
    rms = np.sqrt(np.maximum(sums.squares - off, 0.0) / np.maximum(known, 1))
    for b, direction in enumerate(directions):
        own = mean[b * samples : (b + 1) * samples]
        towards = direction.cpu().numpy()
        block = found[b]
        block -= (own @ towards.astype(np.float64)).astype(np.float32)
        for point, missing in gaps:
            inside = missing[(missing >= b * samples) & (missing < (b + 1) * samples)]
            inside = inside - b * samples
            # Taken off with the mean, though nothing had been added for it.
            block[point] += (own[inside] @ towards[inside]).astype(np.float32)
        divisor = (rms[b] or 1.0) if scale == "rms" else 1.0
        block /= np.float32(divisor * np.sqrt(PROJECTED))
        if b:
            found[0] += block
    return found[0]


def near_neighbours(matrix: np.ndarray, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The nearest rows of each, itself first, as far as a search through a graph finds them.

    Nearest-neighbour descent finds nearly all of them in a time that grows a little faster than
    the number of rows, where comparing all of them grows with its square.

    Returns:
        int and float32 (row, count), ascending.

    Source: Dong, Charikar & Li 2011; the implementation is pynndescent's.
    """
    from pynndescent import NNDescent

    index: Any = NNDescent(matrix, n_neighbors=count, random_state=seed, low_memory=True)
    indices, distances = index.neighbor_graph
    itself = np.arange(len(matrix))
    # Among equal rows another one may stand first.
    for row in np.flatnonzero(indices[:, 0] != itself):
        place = np.flatnonzero(indices[row] == row)
        last = int(place[0]) if len(place) else count - 1
        indices[row, 1 : last + 1], distances[row, 1 : last + 1] = (
            indices[row, :last].copy(),
            distances[row, :last].copy(),
        )
        indices[row, 0], distances[row, 0] = row, 0.0
    return indices.astype(np.int64), distances.astype(np.float32)
