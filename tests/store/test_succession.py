"""One at a time changes a store's axes, on disks and object stores, whoever dies."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import threading
from pathlib import Path

import fsspec
import pytest

import geowidgets.store.lease as leases
from geowidgets.schema import StoreError
from geowidgets.store.lease import Lease
from tests.store.gates import wait_for
from tests.store.object_server import object_server


@pytest.fixture(scope="module")
def bucket():
    with object_server() as url:
        yield url


@pytest.fixture(params=["disk", "s3"])
def folder(request, tmp_path) -> str:
    """An empty folder on each kind of file system."""
    if request.param == "disk":
        return str(tmp_path)
    return f"{request.getfixturevalue('bucket')}/{tmp_path.name}"


def lease(folder: str) -> Lease:
    return Lease(*fsspec.core.url_to_fs(folder))


def left(folder: str) -> list[str]:
    """What leases left behind."""
    files, root = fsspec.core.url_to_fs(folder)
    files.invalidate_cache()
    found = files.ls(root, detail=False) if files.exists(root) else []
    return [Path(name).name for name in found if Path(name).name.startswith("lease")]


def die_with_lease(folder: str, successor: bool = False) -> None:
    held = lease(folder).__enter__()
    if successor:
        held._create(held._path(held._id), "released")
    os.kill(os.getpid(), signal.SIGKILL)


def killed(folder: str, **options: bool) -> None:
    process = multiprocessing.get_context("spawn").Process(
        target=die_with_lease, args=(folder,), kwargs=options
    )
    process.start()
    process.join(120)
    assert process.exitcode == -signal.SIGKILL


def test_only_one_holds_it(folder):
    """Two who plan at once, so that rows of one of them are lost."""
    inside, most, count = [], [], threading.Lock()

    def work() -> None:
        for _ in range(3):
            with lease(folder) as held:
                inside.append(held)
                with count:
                    most.append(len(inside))
                held.check()
                inside.remove(held)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 9 and left(folder) == []


@pytest.mark.parametrize("releasing", [False, True])
def test_a_dead_holder_is_succeeded_once(folder, releasing):
    """A store that nobody can write to any more; two who both took the dead one's place."""
    killed(folder, successor=releasing)
    assert len(left(folder)) == 1 + releasing
    test_only_one_holds_it(folder)


def test_who_comes_late_to_a_dead_lease_takes_nothing(tmp_path):
    """A waiting process that removes the lease of who was faster, taking it for the dead one's."""
    killed(str(tmp_path))
    dead = json.loads((tmp_path / "lease.json").read_text())
    late = lease(str(tmp_path))
    with lease(str(tmp_path)) as first:
        assert not late._take(), "two hold it"
        first.check()
    # All files are gone, and the late one goes on where it stood: it saw the dead one.
    create, seen = late._create, []

    def too_late(path: str, name: str) -> bool:
        seen.append(path)
        (tmp_path / "lease.json").unlink(missing_ok=True)
        return create(path, name)

    (tmp_path / "lease.json").write_text(json.dumps(dead))
    late._create = too_late
    assert not late._take() and seen == [f"{tmp_path}/lease.{dead['id']}.json"]
    assert left(str(tmp_path)) == []


def test_a_lease_whose_words_are_still_to_come_is_waited_for(folder):
    """A KeyError for who looks between the creation of the file and its first byte."""
    files, root = fsspec.core.url_to_fs(folder)
    files.pipe_file(f"{root}/lease.json", b"")
    waiting = lease(folder)
    assert not waiting._take() and not waiting._take()
    files.rm_file(f"{root}/lease.json")
    with waiting:
        waiting.check()
    assert left(folder) == []


def test_another_machine_is_dead_when_it_no_longer_renews(folder, monkeypatch):
    """A lease of a machine that was switched off, waited for until somebody removes it by hand."""
    monkeypatch.setattr(leases, "LEASE_SECONDS", 0.4)
    other, here = lease(folder), leases._here
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(leases, "_here", lambda pid: {**here(pid), "host": "elsewhere"})
        other.__enter__()
    waiting = lease(folder)
    assert not waiting._take()
    files, root = fsspec.core.url_to_fs(folder)
    beat = f"{root}/lease.{other._id}.beat"
    wait_for(lambda: files.exists(beat), "a renewal")
    assert not waiting._take(), "it lives"
    other._released.set()
    other._renewing.join()
    wait_for(waiting._take, "its end")
    with pytest.raises(StoreError, match=r"taken over.*run again"):
        other.check()
    other.__exit__()
    waiting.check()
    waiting._renewing.start()
    waiting.__exit__()
    assert left(folder) == []
