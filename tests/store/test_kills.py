"""A computation killed anywhere resumes to the same store, and is readable at every moment."""

from __future__ import annotations

import multiprocessing
import random
import shutil
import signal
from pathlib import Path

import pytest

import geowidgets as gw
from tests.store.killing import compute


@pytest.fixture(scope="module")
def processes():
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["geowidgets.store.compute", "tests.store.killing"])
    return context


@pytest.fixture(scope="module")
def whole(processes, tmp_path_factory) -> gw.GeometryStore:
    path = tmp_path_factory.mktemp("whole") / "whole.zarr"
    assert run(processes, path) == 0
    store = gw.GeometryStore.open(path)
    assert store.done.all() and store.done.shape == (5, 4)
    return store


def run(processes, path: Path, kill_in_write: int | None = None, after: float | None = None) -> int:
    """Exit code of a computing process, killed in a write or so many seconds after its start."""
    started = path.with_suffix(".started")
    started.unlink(missing_ok=True)
    process = processes.Process(target=compute, args=(str(path), kill_in_write, str(started)))
    process.start()
    if after is not None:
        while not started.exists() and process.is_alive():
            process.join(0.001)
        process.join(after)
        process.kill()
    process.join(600)
    assert process.exitcode is not None, "the computing process hangs"
    return process.exitcode


def readable(path: Path) -> int:
    """Number of complete pairs; every one of them must be what was written."""
    there = (path / "zarr.json").exists()  # before: another process may be about to write it
    try:
        store = gw.GeometryStore.open(path)
    except gw.StoreError:
        assert not there, "a store with an index cannot be opened"
        return 0
    assert store.verify() == [], store.verify()
    if store.models:
        store.accuracy()
    return int(store.done.sum())


def test_killed_ten_times_it_resumes_to_the_same_digest(processes, whole, tmp_path):
    """A pair marked before its data; an index ahead of its arrays; a lease without an owner."""
    path, draw, before, killed_in_write = tmp_path / "killed.zarr", random.Random(0), 0, 0
    for round_ in range(10):
        if round_ % 2:
            code = run(processes, path, kill_in_write=draw.randrange(1, 60))
            killed_in_write += code == -signal.SIGKILL
        else:
            code = run(processes, path, after=draw.uniform(0, 0.5))
        assert code in (0, -signal.SIGKILL)
        done = readable(path)
        assert done >= before, "a finished pair was lost"
        before = done
    assert killed_in_write >= 3
    assert run(processes, path) == 0
    store = gw.GeometryStore.open(path)
    assert store.done.all()
    assert store.digest() == whole.digest()
    assert (store.correct() == whole.correct()).all()


def test_killed_in_each_of_the_first_writes(processes, whole, tmp_path):
    """The plan is many writes: any of them may be the last."""
    for number in (1, 4, 17, 35):
        path = tmp_path / f"{number}.zarr"
        assert run(processes, path, kill_in_write=number) == -signal.SIGKILL
        readable(path)
        assert run(processes, path) == 0
        assert gw.GeometryStore.open(path).digest() == whole.digest(), f"killed in write {number}"


def test_two_writers_at_once(processes, whole, tmp_path):
    """Two processes that both lengthen the axes: rows of one of them lost."""
    path = tmp_path / "two.zarr"
    both = [
        processes.Process(target=compute, args=(str(path), None, str(tmp_path / f"{i}")))
        for i in range(2)
    ]
    for process in both:
        process.start()
    for process in both:
        process.join(600)
    assert [process.exitcode for process in both] == [0, 0]
    store = gw.GeometryStore.open(path)
    assert store.done.all() and store.verify() == []
    assert store.digest() == whole.digest()


def test_summary_is_rebuilt_from_the_pairs(whole, tmp_path):
    """A derived table that is trusted although it is gone."""
    path = tmp_path / "copy.zarr"
    shutil.copytree(whole.path, path)
    shutil.rmtree(path / "summary/test/c")
    store = gw.GeometryStore.open(path)
    assert (store.correct() == whole.correct()).all()
    assert store.mean("margin") == pytest.approx(whole.mean("margin"))
    assert (path / "summary/test/c").exists(), "what was rebuilt should be kept"
