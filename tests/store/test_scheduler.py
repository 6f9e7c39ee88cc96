"""A scheduler that is killed or restarted while its workers fill a store, and the one after it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import torch

import geowidgets as gw
from tests.store.clusters import Client, started
from tests.store.gates import Beside, Gate, wait_for
from tests.store.killing import marks, small_study

SETTINGS = {"device": "cpu", "batch_size": 16, "progress": False}
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Iterator[gw.GeometryStore]:
    """The small study by one process of one thread, as the workers are."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    path = tmp_path_factory.mktemp("whole") / "whole.zarr"
    yield gw.GeometryStore.compute(small_study(), path, **SETTINGS)
    torch.set_num_threads(before)


def gated(folder: Path) -> gw.Study:
    """The small study whose last model stops at a gate; the same numbers."""
    study = small_study()
    *others, last = study.models
    samples = study.sets["test"]
    stopped = gw.ModelEntry(
        last.name, Gate(last.module, folder), architecture=last.architecture, method=last.method,
        ratio=last.ratio, parent=last.parent, seed=last.seed,
    )  # fmt: skip
    return gw.Study(
        [*others, stopped], study.benchmarks, samples.images, samples.labels, study.classes
    )


def interrupt(client: Client, study: gw.Study, path: Path, gate: Path, harm) -> dict[str, int]:
    """Compute until a worker stands at the gate, do harm; the blocks that were complete then."""

    def beside() -> None:
        wait_for(lambda: (gate / "reached").exists() and marks(path), "a worker at the gate")
        harm()

    told = r"closed or restarted.*run again"
    with Beside(beside), pytest.raises(gw.StoreError, match=told):
        gw.GeometryStore.compute(study, path, client=client, **SETTINGS)
    (gate / "go").touch()
    return marks(path)


def finish(client: Client, study: gw.Study, path: Path, before: dict[str, int], whole) -> None:
    """Compute again: the rest and nothing but the rest, to the digest of one process."""
    assert before
    store = gw.GeometryStore.compute(study, path, client=client, **SETTINGS)
    assert store.done.all() and store.verify() == []
    assert store.digest() == whole.digest()
    assert before.items() <= marks(path).items(), "a finished pair was written again"


def test_a_restarted_cluster_goes_on(whole, tmp_path):
    """`client.restart()` from another notebook: waiting for ever, or pairs lost or doubled."""
    study, path = gated(tmp_path), tmp_path / "s.zarr"
    with started(2, tmp_path) as client, Client(client.scheduler.address) as other:
        before = interrupt(client, study, path, tmp_path, other.restart)
        finish(client, study, path, before, whole)


def test_a_killed_scheduler_and_the_next(whole, tmp_path):
    """Power cut where the scheduler ran: a notebook that hangs, or pairs lost or doubled."""
    study, path = gated(tmp_path), tmp_path / "s.zarr"
    with cluster(tmp_path / "first.json") as (client, scheduler):
        before = interrupt(
            client, study, path, tmp_path, lambda: os.kill(scheduler.pid, signal.SIGKILL)
        )
    with cluster(tmp_path / "second.json") as (client, _):
        finish(client, study, path, before, whole)


@contextmanager
def cluster(file: Path) -> Iterator[tuple[Client, subprocess.Popen]]:
    """A scheduler and a worker as `dask scheduler` and `dask worker` start them; ended by force."""
    with ExitStack() as stack:

        def run(*words: str) -> subprocess.Popen:
            log = stack.enter_context(file.with_suffix(f".{words[0]}.log").open("wb"))
            done = subprocess.Popen(
                [sys.executable, "-m", "dask", *words, "--scheduler-file", file],
                cwd=ROOT, stdout=log, stderr=log, env={**os.environ, "OMP_NUM_THREADS": "1"},
            )  # fmt: skip
            stack.callback(done.wait)
            stack.callback(done.kill)
            return done

        scheduler = run("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        wait_for(lambda: file.exists() and _is_whole(file), "the scheduler's address")
        run("worker", "--nthreads", "1", "--no-nanny", "--no-dashboard", "--memory-limit", "0")
        with Client(scheduler_file=str(file), timeout="240s") as client:
            client.wait_for_workers(1, timeout=240)
            yield client, scheduler


def _is_whole(file: Path) -> bool:
    try:
        return bool(json.loads(file.read_text()))
    except ValueError:
        return False
