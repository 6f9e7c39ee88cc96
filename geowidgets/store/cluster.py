"""The pairs of a study as Dask tasks: the driver plans, workers fill tiles, Dask does the rest.

A task is one benchmark, one block of samples and at most `MODELS` models. Models travel as tasks of
their own, so that each worker gets each of them once and a lost worker's are sent again; images are
made from those in the store. What a worker wrote before it died is found by its marks.
"""

from __future__ import annotations

import mmap
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import cloudpickle
import dask.config
import numpy as np
import torch
from dask.system import CPU_COUNT
from distributed import Client, Future, KilledWorker, as_completed
from distributed.client import ClosedClientError
from distributed.comm.core import CommClosedError

from geowidgets.schema import StoreError
from geowidgets.store.allocation import memory_kept
from geowidgets.store.batching import Batching
from geowidgets.store.filling import Filler, Job, Tile
from geowidgets.store.modules import on_device
from geowidgets.store.progress import Progress
from geowidgets.store.summary import refresh_column
from geowidgets.store.writer import Writer
from geowidgets.study import Benchmark, ModelEntry, Study

MODELS = 16  # a task: the more, the rarer the same images are made; the fewer, the less is lost
TASKS = 4  # a worker's thread, at least, so that none is idle while others end
_KEEP = "(complete pairs are kept; run again to resume)"
_GONE = (
    CancelledError,
    ClosedClientError,
    CommClosedError,
    TimeoutError,
)


def fill_there(
    client: Client, study: Study, job: Job, tiles: Sequence[Tile], bar: Progress
) -> Batching:
    """Fill the tiles on a client's workers; what became of their batch sizes.

    Raises:
        StoreError: a model fails, a task's worker died again and again, or the cluster is gone.
    """
    if not isinstance(client, Client) or client.asynchronous:
        raise TypeError(f"client must be a synchronous distributed.Client, got {client!r:.80}")
    tasks: dict[Future, Tile] = {}
    try:
        # The graph holds models: that they are large is known.
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 TiB"}):
            sender = _Sender(client, study, job)
            threads: Any = client.nthreads()
            for tile in _split(tiles, sum(threads.values())):
                tasks[sender.fill(tile)] = tile
            columns = sender.summarise(tasks)
        return _follow(client, tasks, columns, bar)
    except _GONE as error:
        why = " ".join(str(error).split())  # Dask's own words take two lines
        raise StoreError(
            f"the Dask cluster was closed or restarted while it filled {job.place.path}: {why} "
            f"{_KEEP}"
        ) from error
    finally:
        _forget(client, [*tasks])


def _split(tiles: Sequence[Tile], threads: int) -> Iterator[Tile]:
    pairs = sum(len(tile.models) for tile in tiles)
    size = min(MODELS, max(1, pairs // (TASKS * max(1, threads))))
    for tile in tiles:
        parts = -(-len(tile.models) // size)
        for part in range(parts):
            yield replace(tile, models=tile.models[part::parts])


def _follow(
    client: Client, tasks: dict[Future, Tile], columns: Sequence[Future], bar: Progress
) -> Batching:
    batching = Batching(0)
    # Told by its own client's loop: the default one may be another's, which has ended.
    for future in as_completed([*tasks, *columns], loop=client.loop):
        tile = tasks.get(future)
        try:
            found = future.result()
        except StoreError:
            raise
        except Exception as error:
            # The same errors mean that the cluster is gone where no task has raised them.
            if isinstance(error, _GONE) and future.status != "error":
                raise
            raise StoreError(f"{_failure(future, tasks, error)} {_KEEP}") from error
        if tile is not None:
            bar.advance(len(tile.models), found.images)
            batching = max(batching, found.batching, key=lambda b: (b.halved, b.asked))
    return batching


def _failure(future: Future, tasks: dict[Future, Tile], error: Exception) -> str:
    """Whose task failed, and of what; a summary fails with the first of its tiles that does."""
    failed = [future, *(one for one in tasks if one.status == "error")]
    tile = next((tasks[one] for one in failed if one in tasks), None)
    what = "the summary" if tile is None else _words(tile)
    if isinstance(error, KilledWorker):
        return f"{what} ended every worker that tried, as when memory runs out: {error}"
    return f"{what} failed on a worker: {type(error).__name__}: {error}"


def _words(tile: Tile) -> str:
    models = ", ".join(repr(model.name) for model in tile.models)
    return f"model {models} on benchmark {tile.benchmark.name!r}"


def _forget(client: Client, futures: Sequence[Future]) -> None:
    """Nothing goes on that nobody waits for; a cluster that is gone has forgotten by itself."""
    if client.status == "running":
        client.cancel([future for future in futures if not future.done()])


class _Sender:
    """Turns what a tile needs into tasks, each thing once."""

    def __init__(self, client: Client, study: Study, job: Job) -> None:
        self._client, self._study, self._job = client, study, job
        self._entries = {entry.name: entry for entry in study.models}
        self._benchmarks = {benchmark.name: benchmark for benchmark in study.benchmarks}
        self._sent: dict[Any, Future] = {}
        self._site = self._send("job", Site(job, torch.get_num_threads()))

    def fill(self, tile: Tile) -> Future:
        """A task that fills a tile."""
        benchmark = self._benchmarks[tile.benchmark.name]
        models = [self._model(model.name) for model in tile.models]
        shown = replace(benchmark, images=None) if benchmark.images is None else None
        pixels = self._pixels(tile, benchmark)
        return self._client.submit(fill_tile, self._site, tile, models, shown, pixels, pure=False)

    def summarise(self, tasks: dict[Future, Tile]) -> list[Future]:
        """A task a benchmark, when all of its tiles are filled: two at once would lose records."""
        columns: dict[tuple[str, int], dict[Future, Tile]] = {}
        for future, tile in tasks.items():
            columns.setdefault((tile.benchmark.set, tile.benchmark.slot), {})[future] = tile
        found = []
        for at, filled in columns.items():
            slots = sorted({model.slot for tile in filled.values() for model in tile.models})
            submit = self._client.submit
            found.append(submit(summarise, self._site, *at, slots, [*filled], pure=False))
        return found

    def _model(self, name: str) -> Future:
        entry = self._entries[name]
        try:
            if entry.module is None:
                return self._send(("model", name), entry)
            # A worker may lack the device on which the module lies here.
            with on_device(entry.module, torch.device("cpu")):
                return self._send(("model", name), entry)
        except (TypeError, AttributeError, RuntimeError, ValueError) as error:
            raise StoreError(
                f"model {name!r} cannot be sent to workers: {error}; give it as "
                "ModelEntry(build=, weights=) with a checkpoint that they can read"
            ) from error

    def _pixels(self, tile: Tile, benchmark: Benchmark) -> Any:
        """None where a worker finds the images in the store."""
        given, name = benchmark.images is not None, tile.benchmark.set
        if not given and self._job.index.settings.images == "full":
            return None
        images = benchmark.images if given else self._study.sets[name].images
        span = tile.span(self._job.index)
        if isinstance(images, np.memmap) and isinstance(images.base, mmap.mmap):
            return MappedImages.of(images, span)
        key = "images", benchmark.name if given else "", name, tile.block
        return self._send(key, np.ascontiguousarray(images[span]))

    def _send(self, key: Any, what: Any) -> Future:
        if key not in self._sent:
            # Pickled here, so that the scheduler carries bytes and not torch's objects.
            blob = cloudpickle.dumps(what)
            self._sent[key] = self._client.submit(cloudpickle.loads, blob, pure=False)
        return self._sent[key]


class Site:
    """A job on one worker; device, modules and the open store stay there and never travel."""

    def __init__(self, job: Job, threads: int) -> None:
        self.job, self.threads = job, threads

    @cached_property
    def filler(self) -> Filler:
        """Made on the worker's first tile."""
        return Filler(self.job)

    def __reduce__(self) -> tuple[Any, ...]:
        return Site, (self.job, self.threads)


@dataclass(frozen=True)
class MappedImages:
    """Images in a file that workers can read, sent as its name."""

    file: str
    dtype: str
    offset: int
    shape: tuple[int, ...]
    fortran: bool
    span: slice

    @classmethod
    def of(cls, images: np.memmap, span: slice) -> MappedImages:
        """The samples `span` of a whole memory-mapped array."""
        file = os.path.abspath(str(images.filename))
        fortran = images.flags.f_contiguous and not images.flags.c_contiguous
        return cls(file, images.dtype.str, images.offset, images.shape, fortran, span)

    def read(self) -> np.ndarray:
        """uint8 (sample, y, x, channel)."""
        if not Path(self.file).exists():
            raise StoreError(
                f"{self.file}, where a benchmark's images lie, is not on this worker: put it where "
                "workers can read it, or give the images as an array in memory"
            )
        order = "F" if self.fortran else "C"
        whole = np.memmap(self.file, self.dtype, "r", self.offset, self.shape, order)
        return np.ascontiguousarray(whole[self.span])


@dataclass(frozen=True)
class Filled:
    """What a task did: images shown to models, the batch size it ended with, summary records."""

    images: int
    batching: Batching
    known: dict[int, np.ndarray]


_turn = threading.Lock()


def fill_tile(
    site: Site,
    tile: Tile,
    entries: Sequence[ModelEntry],
    benchmark: Benchmark | None,
    pixels: np.ndarray | MappedImages | None,
) -> Filled:
    """Fill what is still missing of a tile; runs on a worker.

    Args:
        site: The job there.
        tile: Which pairs.
        entries: Its models, in any order.
        benchmark: Makes the images from clean ones; None where they were given.
        pixels: Given or clean images of the block; None where the store has the clean ones.
    """
    # Models are hooked and moved while they run: one tile at a time in a process.
    with _turn, memory_kept():
        # The last bits of a product of matrices depend on the number of threads.
        torch.set_num_threads(max(1, min(site.threads, CPU_COUNT)))
        filler = site.filler
        left = filler.missing(tile)
        span, images = tile.span(site.job.index), 0
        known: dict[int, np.ndarray] = {}
        if left.models:
            arrays = filler.arrays(tile.benchmark.set)
            shown = pixels.read() if isinstance(pixels, MappedImages) else pixels
            shown = arrays["images"][span] if shown is None else shown
            shown = shown if benchmark is None else benchmark.render(shown, span.start)
            labels = arrays["label"][span].astype(np.int64)
            by_name = {entry.name: entry for entry in entries}
            with Writer() as writer:
                images = sum(filler.fill(left, by_name, shown, labels, writer, known))
        return Filled(images, filler.batching, known)


def summarise(
    site: Site, name: str, benchmark: int, models: Sequence[int], filled: Sequence[Filled]
) -> None:
    """Refresh the summary of a benchmark whose tiles are `filled`; runs on a worker."""
    filler, known = site.filler, dict[int, np.ndarray]()
    for task in filled:
        known |= task.known
    labels = filler.arrays(name)["label"][:]
    refresh_column(filler.root, name, benchmark, models, labels, known)
