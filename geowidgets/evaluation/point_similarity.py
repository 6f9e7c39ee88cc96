"""Points at their distances: neighbours, planes, trees and redundant benchmarks among them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from geowidgets.evaluation import distances as numbers
from geowidgets.evaluation import layout as planes
from geowidgets.evaluation import projection
from geowidgets.evaluation.benchmarks import redundancy_of_benchmarks
from geowidgets.evaluation.progress import Report, reporting
from geowidgets.evaluation.trees import Tree, cross_share, spanning_tree
from geowidgets.schema import StoreError
from geowidgets.suggest import nearest

if TYPE_CHECKING:
    import pandas as pd

    from geowidgets.store import GeometryStore

VERSION = 1  # of the definition: another one gives other digests
PROJECTION_SEED = 0
COMPARED_MODELS = 256  # that tell redundant benchmarks where distances are approximate


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Similarity:
    """Points, their distances, and what follows from them; made by `similarity`.

    Attributes:
        set: sample set.
        model: positions in `store.models`, int (point,).
        benchmark: positions in `store.benchmarks`, int (point,).
        distances: float32 (point, point), or None where they are approximate.
        approximate: whether distances come from a random projection to 512 dimensions.
        degenerate: benchmarks that are the identity on these images; left out.
        digest: hash of all inputs.
    """

    set: str
    model: np.ndarray
    benchmark: np.ndarray
    distances: np.ndarray | None
    approximate: bool
    degenerate: tuple[str, ...]
    digest: str
    _store: GeometryStore
    _models: tuple[str, ...]
    _benchmarks: tuple[str, ...]
    _projection: np.ndarray | None
    _memory: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.model)

    def __repr__(self) -> str:
        how = "approximate" if self.approximate else "exact"
        left = f", without {', '.join(self.degenerate)}" if self.degenerate else ""
        return f"Similarity({len(self)} points of set {self.set!r}, {how}{left})"

    def points(
        self, model: str | int | None = None, benchmark: str | int | None = None
    ) -> np.ndarray:
        """Numbers of the points of a model, a benchmark, or both, int (point,).

        Raises:
            StoreError: an unknown name.
        """
        chosen = np.ones(len(self), bool)
        for key, names, own in (
            (model, self._models, self.model),
            (benchmark, self._benchmarks, self.benchmark),
        ):
            if isinstance(key, str):
                if key not in names:
                    raise StoreError(f"unknown name {key!r}; {nearest(key, names)}")
                key = names.index(key)
            if key is not None:
                chosen &= own == key
        return np.flatnonzero(chosen)

    def between(self, first: Any, second: Any) -> np.ndarray:
        """Distances between two lists of points, float32 (point, point)."""
        rows, columns = (self._checked(points) for points in (first, second))
        if self.distances is not None:
            return self.distances[np.ix_(rows, columns)]
        assert self._projection is not None
        return numbers.between(self._projection[rows], self._projection[columns])

    def _checked(self, points: Any) -> np.ndarray:
        found = np.asarray(points)
        if found.dtype == bool:
            if found.shape != (len(self),):
                raise ValueError(f"a mask of points must be ({len(self)},), got {found.shape}")
            return np.flatnonzero(found)
        found = found.astype(np.int64)
        wrong = found[(found < 0) | (found >= len(self))]
        if found.ndim != 1 or len(wrong):
            raise ValueError(f"points must be numbers 0 … {len(self) - 1}, got {points!r:.80}")
        return found

    def neighbours(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        """The nearest points of each, itself first: int and float32 (point, count), ascending.

        Above 16,384 points where distances are approximate, nearest-neighbour descent looks for
        them, which misses a few.
        """
        count = min(count, len(self))
        if self._projection is not None and len(self) > projection.CLOSE_GRAPH:
            key = f"neighbours-{count}"  # minutes for the largest maps
            if key not in self._memory:
                self._memory[key] = projection.near_neighbours(
                    self._projection, count, PROJECTION_SEED
                )
            indices, found = self._memory[key]
            return indices.copy(), found.copy()
        everyone = np.arange(len(self))
        indices = np.empty((len(self), count), np.int64)
        found = np.empty((len(self), count), np.float32)
        step = max(1, (1 << 24) // max(1, len(self)))
        for start in range(0, len(self), step):
            rows = everyone[start : start + step]
            near = np.array(self.between(rows, everyone))
            near[np.arange(len(rows)), rows] = -1.0
            part = np.argpartition(near, count - 1, axis=1)[:, :count]
            values = np.take_along_axis(near, part, axis=1)
            order = np.argsort(values, axis=1, kind="stable")
            indices[rows] = np.take_along_axis(part, order, axis=1)
            found[rows] = np.maximum(np.take_along_axis(values, order, axis=1), 0.0)
        return indices, found

    def layout(
        self,
        method: str = "auto",
        *,
        seed: int = 0,
        neighbors: int = 15,
        min_dist: float = 0.1,
        progress: bool | Report = False,
    ) -> np.ndarray:
        """All points in the plane, float32 (point, 2); kept in the store.

        Args:
            method: `"umap"`, started from the principal components; `"pca"`, these alone;
                `"auto"`: UMAP. Below 4 points it is always the principal components.
            seed: of UMAP; one seed gives one picture.
            neighbors: of UMAP, the point itself among them; at most points − 1.
            min_dist: of UMAP: how near neighbours come.
            progress: a tqdm bar, or a function `(stage, done)`.

        Raises:
            ValueError: unknown method, fewer than 2 neighbours, negative min_dist.
        """
        one_of("method", method, planes.METHODS)
        if neighbors < 2 or min_dist < 0:
            raise ValueError(
                f"expected neighbors of at least 2 and min_dist of at least 0, "
                f"got {neighbors!r} and {min_dist!r}"
            )
        flat = method == "pca" or len(self) < planes.LEAST
        settings = ["pca"] if flat else ["umap", seed, min(neighbors, len(self) - 1), min_dist]
        return self._kept("layout", settings, lambda: self._plane(settings, progress))

    def _kept(self, kind: str, settings: list[Any], make: Any) -> np.ndarray:
        text = json.dumps([VERSION, self.digest, *settings])
        key = f"{kind}-{hashlib.sha256(text.encode()).hexdigest()[:32]}"
        if key not in self._memory:
            kept = self._store.derived.get(key)
            if kept is None:
                kept = {kind: make()}
                self._store.derived.keep(key, kept)
            self._memory[key] = kept[kind]
        return self._memory[key]

    def _plane(self, settings: list[Any], progress: bool | Report) -> np.ndarray:
        if self.distances is not None:
            start = planes.principal_axes(self.distances)
        else:
            assert self._projection is not None
            start = planes.principal_scores(self._projection)
        if settings[0] == "pca":
            return start
        _, seed, neighbors, min_dist = settings
        with reporting(progress) as report:
            return planes.umap_plane(
                *self.neighbours(neighbors), start, seed=seed, min_dist=min_dist, report=report
            )

    def tree(self, points: Any = None, *, space: str = "distances", **layout: Any) -> Tree:
        """The minimum spanning tree of some points.

        Args:
            points: numbers or a mask (point,); all by default.
            space: `"distances"` (of all samples), or `"layout"`, in the plane.
            **layout: for `space="layout"`: keywords of `layout`.

        Returns:
            Edges in point numbers, and what each spans.

        Raises:
            ValueError: unknown space, points that do not exist or occur twice.
        """
        one_of("space", space, ("distances", "layout"))
        chosen = np.arange(len(self)) if points is None else self._checked(points)
        if len(np.unique(chosen)) != len(chosen):
            raise ValueError(f"points must be different, got {chosen.tolist()!r:.80}")
        if space == "layout":
            plane = self.layout(**layout)[chosen]
            tree = spanning_tree(len(chosen), lambda i: np.linalg.norm(plane - plane[i], axis=1))
        else:
            if layout:
                raise ValueError(f"{next(iter(layout))!r} is for space='layout', got {space!r}")
            tree = spanning_tree(len(chosen), lambda i: self.between(chosen[[i]], chosen)[0])
        return Tree(chosen[tree.edges], tree.weights)

    def overlap(self, a_points: Any, b_points: Any) -> float:
        """Share of cross edges in the joint tree of two groups of points, in [0, 1].

        Friedman & Rafsky's (1979) statistic: about 2 n_a n_b/(n_a + n_b)² where the groups are
        drawn from one distribution, 1/(n_a + n_b − 1) where they lie apart. It saturates: once
        every point's nearest neighbour is in the other group it stays near 0.5, however near
        they are. Rank by `redundancy`, and read this beside a picture of the trees.

        Raises:
            ValueError: groups that share points.
        """
        first, second = self._checked(a_points), self._checked(b_points)
        if len(np.intersect1d(first, second)):
            raise ValueError("the two groups of points must be disjoint")
        return cross_share(self.tree(np.concatenate([first, second])), first)

    def redundancy(self, models: Sequence[str | int] | None = None) -> pd.DataFrame:
        """All pairs of benchmarks, the most redundant first.

            score(b, b′) = median_m d((m,b), (m,b′)) / median_{m≠m′} d((m,b), (m′,b))

        how far a model moves from one benchmark to the other, in units of how far models lie
        apart on the first. `benchmark_a` is the one of the two on which models differ less, so
        that the score is the larger of the two. `mantel` is Spearman's correlation between the
        two matrices of distances between models: 1 where both benchmarks order all pairs of
        models alike. A benchmark with a small score *and* a large `mantel` may be left out.

        Args:
            models: names or positions to which it is restricted, such as one architecture.

        Returns:
            `benchmark_a`, `benchmark_b`, `score`, `mantel`, `n_models` (that have both), sorted
            by `score`; NaN where fewer than 2 (mantel: 3) models have both. Where distances are
            approximate at most 256 models, evenly spaced in the store's order, are compared.
        """
        chosen = np.arange(len(self))
        if models is not None:
            chosen = np.unique(np.concatenate([self.points(model=m) for m in models]))
        points: dict[int, dict[int, int]] = {int(b): {} for b in np.unique(self.benchmark)}
        for point in chosen:
            points[int(self.benchmark[point])][int(self.model[point])] = int(point)
        most = None if self.distances is not None else COMPARED_MODELS
        return redundancy_of_benchmarks(self._benchmarks, points, self.between, most)


def one_of(name: str, value: Any, known: Sequence[str]) -> None:
    """Raise ValueError where a value is none of the known ones."""
    if value not in known:
        raise ValueError(f"unknown {name} {value!r}; {nearest(value, known)}")
