"""Clusters of real processes that start fast: forked from one that has imported everything."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from contextlib import contextmanager

import dask

# Read when distributed is imported; a worker that imports torch by itself takes seconds.
dask.config.set({"distributed.worker.multiprocessing-method": "forkserver"})

from distributed import Client, LocalCluster  # noqa: E402


@contextmanager
def started(
    workers: int, folder: object, allowed_failures: int = 3, **environment: str
) -> Iterator[Client]:
    """A client of so many worker processes of one thread, ended afterwards.

    Args:
        workers: How many.
        folder: Where they keep what they spill.
        allowed_failures: How often a task may end its worker and be tried again.
        environment: What is otherwise in theirs than in this process'.
    """
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["distributed", "geowidgets.store.cluster"])
    settings = {
        "temporary-directory": str(folder),
        "distributed.scheduler.allowed-failures": allowed_failures,
    }
    with dask.config.set(settings):
        # Their environment is this process's of now, not of when their server was started.
        cluster = LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=":0",
            memory_limit=0, env={**os.environ, **environment},
        )  # fmt: skip
    with cluster, Client(cluster) as client:
        yield client
