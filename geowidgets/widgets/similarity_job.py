"""The similarity map's numbers: computed in a thread of their own, kept for the next view."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from geowidgets.widgets import bits
from geowidgets.widgets.columns import ReadableStore, as_message
from geowidgets.widgets.similarity_histograms import METRICS, metric_histograms

DISTANCES_UP_TO = 2_000  # points whose distances travel: 8 MB as the upper triangle in float32
HISTOGRAMS_UP_TO = 20_000  # points with histograms: 6 MB, and all their columns read once more
REPORT_EVERY = 0.1  # s
Report = Callable[[str, float], None]


class CancelledError(Exception):
    """The computation was told to stop."""


@dataclass(frozen=True)
class Ask:
    """What is to be computed; equal questions have equal answers on an unchanged store."""

    set: str | None = None
    models: tuple[str | int, ...] | None = None
    benchmarks: tuple[str | int, ...] | None = None
    scale: str = "rms"
    length: str = "shared"
    method: str = "auto"
    seed: int = 0
    neighbors: int = 15
    min_dist: float = 0.1
    device: str = "auto"


@dataclass(frozen=True)
class Answer:
    """The similarity and what of it travels to the browser: see `pack`."""

    similarity: Any
    arrays: dict[str, dict[str, Any]]
    info: dict[str, Any]


_KNOWN: weakref.WeakKeyDictionary[Any, dict[Any, Answer]] = weakref.WeakKeyDictionary()


def version(store: ReadableStore) -> tuple[int, str]:
    """What changes when a store grows: its revision and which pairs are complete."""
    return int(store.revision), bits.encode(np.asarray(store.done, dtype=bool))


def known(store: ReadableStore, ask: Ask) -> Answer | None:
    """The answer that another view of this process has already computed."""
    return _KNOWN.get(store, {}).get((ask, version(store)))


def compute(store: Any, ask: Ask, report: Report, similarity: Any = None) -> Answer:
    """Similarity, layout, redundancy and histograms.

    Args:
        store: What to measure.
        ask: How.
        report: Called with a stage and its share done, 0..1; may raise to stop.
        similarity: A finished one, which then is not computed again.
    """
    key = (ask, version(store))
    if similarity is None:
        from geowidgets.evaluation.model_similarity import similarity as measure

        similarity = measure(
            store, models=_listed(ask.models), benchmarks=_listed(ask.benchmarks), set=ask.set,
            scale=ask.scale, length=ask.length, device=ask.device, progress=report,
        )  # fmt: skip
    answer = pack(store, similarity, ask, report)
    _KNOWN.setdefault(store, {})[key] = answer
    return answer


def _listed(names: tuple[str | int, ...] | None) -> list[str | int] | None:
    return None if names is None else list(names)


def pack(store: ReadableStore, similarity: Any, ask: Ask, report: Report) -> Answer:
    """What the browser gets.

    Arrays: `model`, `benchmark` int32 (point,) positions in the store; `layout` float32
    (point, 2); `distances` float32, the upper triangle row by row, where there are at most 2,000
    points; `redundant` int32 (pair, 3): two benchmarks and the number of models; `redundancy`
    float32 (pair, 2): score and Mantel correlation, the most redundant first; `histogram/<metric>`
    (point, bin) counts, up to 20,000 points. Info: how they were made, and each histogram's range.
    """
    n = len(similarity.model)
    report("layout", 0.0)
    layout = similarity.layout(
        ask.method, seed=ask.seed, neighbors=ask.neighbors, min_dist=ask.min_dist, progress=report
    )
    arrays: dict[str, np.ndarray] = {
        "model": np.asarray(similarity.model, np.int32),
        "benchmark": np.asarray(similarity.benchmark, np.int32),
        "layout": np.asarray(layout, np.float32),
    }
    travels = similarity.distances is not None and n <= DISTANCES_UP_TO
    if travels:
        above = np.triu_indices(n, 1)
        arrays["distances"] = np.asarray(similarity.distances, np.float32)[above]
    report("redundancy", 0.0)
    arrays |= _redundancy(store, similarity)
    ranges = {}
    histograms = (
        metric_histograms(store, arrays["model"], arrays["benchmark"], report)
        if n <= HISTOGRAMS_UP_TO
        else ()
    )
    for metric, counts, domain in histograms:
        arrays[f"histogram/{metric}"] = counts
        ranges[metric] = list(domain)
    revision, done = version(store)
    info = {
        "points": n, "set": str(similarity.set), "approximate": bool(similarity.approximate),
        "degenerate": [str(name) for name in similarity.degenerate],
        "scale": ask.scale, "length": ask.length, "neighbors": ask.neighbors, "seed": ask.seed,
        "method": "pca" if ask.method == "pca" or (ask.method == "auto" and n < 4) else "umap",
        "distances": travels, "ranges": ranges, "metrics": list(METRICS),
        "revision": revision, "done": done, "digest": str(similarity.digest),
    }  # fmt: skip
    return Answer(similarity, {name: _wire(values) for name, values in arrays.items()}, info)


def _wire(values: np.ndarray) -> dict[str, Any]:
    header, data = as_message(values)
    return {**header, "data": bytes(data)}


def _redundancy(store: ReadableStore, similarity: Any) -> dict[str, np.ndarray]:
    table = similarity.redundancy()
    # One model alone has no distance between models to compare with.
    table = table[table["score"].notna()].sort_values("score", kind="stable")
    places = {str(entry.name): k for k, entry in enumerate(store.benchmarks)}
    pairs = [[places[str(name)] for name in table[side]] for side in ("benchmark_a", "benchmark_b")]
    return {
        "redundant": np.array([*pairs, table["n_models"]], np.int32).T.reshape(-1, 3),
        "redundancy": table[["score", "mantel"]].to_numpy(np.float32).reshape(-1, 2),
    }


class Job:
    """One computation in a thread; `finished` is called in that thread, whatever the outcome.

    Args:
        work: Computes the answer; is given a `Report`.
        reported: Hears of progress, at most ten times a second and of every new stage.
        finished: Gets the answer or the exception.
    """

    def __init__(
        self,
        work: Callable[[Report], Answer],
        reported: Report,
        finished: Callable[[Answer | None, BaseException | None], None],
    ) -> None:
        self.error: BaseException | None = None
        self._stop = threading.Event()
        self._work, self._reported, self._finished = work, reported, finished
        self._last = ("", 0.0)
        # An interpreter that ends must not wait for a map that nobody will see.
        self.thread = threading.Thread(target=self._run, name="similarity map", daemon=True)
        self.thread.start()

    def cancel(self) -> None:
        """Stop at the next report of progress."""
        self._stop.set()

    @property
    def cancelled(self) -> bool:
        """Whether it was told to stop."""
        return self._stop.is_set()

    def _report(self, stage: str, done: float) -> None:
        if self._stop.is_set():
            raise CancelledError("the similarity map was cancelled")
        now = time.monotonic()
        before, since = self._last
        if stage != before or now - since >= REPORT_EVERY:
            self._last = (stage, now)
            self._reported(stage, min(1.0, max(0.0, float(done))))

    def _run(self) -> None:
        try:
            answer = self._work(self._report)
        except BaseException as error:
            # A thread's exception reaches nobody by itself: the view shows it, wait() raises it.
            self.error = error
            self._finished(None, error)
        else:
            self._finished(answer, None)
