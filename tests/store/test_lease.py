"""One writer at a time: whatever the clocks show, and whoever dies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from fsspec.implementations.memory import MemoryFileSystem

import geowidgets as gw
from geowidgets.store import lease
from geowidgets.store.disk import Place
from geowidgets.store.lease import Lease

HOLD = """
import sys
from geowidgets.store.disk import Place
with Place(sys.argv[1]).lease():
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path) -> Iterator[subprocess.Popen]:
    """Another process that holds the lease until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout and process.stdin
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        stream.close()


def rewrite(folder: Path, **values: object) -> Path:
    file = folder / "lease.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **values}))
    return file


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_jump_of_the_clock_robs_nobody(holder, tmp_path, hours, monkeypatch):
    """Two writers after summer time began: rows of one of them lost."""
    monkeypatch.setattr(lease, "LEASE_SECONDS", 0.0)
    moment = time.time() + 3600 * hours
    file = rewrite(tmp_path, at=moment)
    os.utime(file, (moment, moment))
    found = file.read_bytes()
    assert not lease.is_over(found, 0.0, str(file))
    assert not lease.is_over(found, 599.0, str(file))
    with pytest.raises(gw.StoreError, match=rf"process {holder.pid} .*still lives"):
        lease.is_over(found, 601.0, str(file))
    holder.kill()
    holder.wait()
    with Place(tmp_path).lease():
        follows = tmp_path / f"lease.{json.loads(found)['id']}.json"
        assert json.loads(follows.read_text())["pid"] == os.getpid()
    assert not file.exists()


@pytest.mark.parametrize("hours", [-1, 0, 1])
def test_a_holder_elsewhere_is_waited_for_by_a_steady_clock(tmp_path, hours, monkeypatch):
    """A lease of a machine whose clock is an hour off, taken at once or never."""
    monkeypatch.setattr(lease, "LEASE_SECONDS", 0.3)
    here = {"host": "elsewhere", "pid": os.getpid(), "at": time.time() + 3600 * hours}
    (tmp_path / "lease.json").write_text(json.dumps(here))
    before = time.monotonic()
    with Place(tmp_path).lease():
        assert time.monotonic() - before >= 0.3


def test_a_lease_whose_number_went_to_another(tmp_path):
    """A writer that waits for a stranger: numbers of processes come again."""
    with Place(tmp_path).lease():
        mine = (tmp_path / "lease.json").read_text()
    (tmp_path / "lease.json").write_text(json.dumps({**json.loads(mine), "started": "1"}))
    with Place(tmp_path).lease():
        pass


def test_a_lease_that_was_taken_is_not_removed(tmp_path):
    """Two leases lost at once, because the first owner removes the second's."""
    with Place(tmp_path).lease():
        (tmp_path / "lease.json").write_text('{"host": "elsewhere"}')
    assert (tmp_path / "lease.json").exists()


class Careless(MemoryFileSystem):
    """An object store whose client does not know of exclusive creation."""

    protocol = "careless"
    store: ClassVar[dict] = {}
    pseudo_dirs: ClassVar[list] = [""]

    def pipe_file(self, path, value, mode="overwrite", **options):
        super().pipe_file(path, value, mode="overwrite", **options)


def test_storage_that_overwrites_in_silence_is_refused():
    """Two who both hold the lease, each sure to be alone, as with an early s3fs."""
    assert Lease(MemoryFileSystem(), "/exclusive").__enter__().__exit__() is None
    careless = Careless()
    with pytest.raises(gw.StoreError, match=r"cannot be written safely.*conditional put"):
        Lease(careless, "/careless").__enter__()
    assert careless.store == {}, "what was tried lies there"


def test_the_next_one_goes_on_when_the_first_is_done(holder, tmp_path):
    """Waiting for ever after a lease that was given back."""
    assert holder.stdin
    holder.stdin.close()
    with Place(tmp_path).lease():
        holder.wait(60)
    assert holder.returncode == 0
