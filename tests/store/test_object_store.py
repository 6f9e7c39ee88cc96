"""A store in a bucket is the store of a disk, with workers and after kills."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import fsspec
import pytest
import torch

import geowidgets as gw
from tests.store.clusters import started
from tests.store.gates import wait_for
from tests.store.killing import small_study
from tests.store.object_server import object_server

SETTINGS = {"device": "cpu", "batch_size": 16, "progress": False}


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    with object_server() as url:
        yield url


def few() -> gw.Study:
    """3 models × 2 benchmarks × 30 samples: each request takes its time."""
    whole = small_study()
    samples = whole.sets["test"]
    return gw.Study(
        whole.models[:3], whole.benchmarks[:2], samples.images[:30], samples.labels[:30],
        whole.classes,
    )  # fmt: skip


@pytest.fixture(scope="module")
def local(tmp_path_factory) -> gw.GeometryStore:
    path = tmp_path_factory.mktemp("local") / "local.zarr"
    return gw.GeometryStore.compute(few(), path, **SETTINGS)


def test_a_put_under_condition_is_exclusive(bucket):
    """A server that takes both, and with it two who hold the lease."""
    files, root = fsspec.core.url_to_fs(f"{bucket}/exclusive")

    def put(number: int) -> bool:
        try:
            files.pipe_file(root, str(number).encode(), mode="create")
        except FileExistsError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(put, range(16)))
    assert sum(found) == 1
    assert files.cat_file(root) == str(found.index(True)).encode()


def compute(url: str) -> None:
    torch.set_num_threads(1)
    gw.GeometryStore.compute(few(), url, **SETTINGS)


def test_killed_it_resumes_to_the_digest_of_a_disk(bucket, local):
    """Arrays that fsspec writes otherwise; a lease that outlives its owner; pairs lost."""
    url = f"{bucket}/killed.zarr"
    files, root = fsspec.core.url_to_fs(url)
    process = multiprocessing.get_context("spawn").Process(target=compute, args=(url,))
    process.start()
    folder = f"{root}/sets/test/digest"

    def marked() -> bool:
        files.invalidate_cache()
        return not process.is_alive() or (files.exists(folder) and len(files.ls(folder)) > 1)

    wait_for(marked, "the first pair")
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert gw.GeometryStore.open(url).verify() == []
    store = gw.GeometryStore.compute(few(), url, **SETTINGS)
    assert store.done.all() and store.verify() == []
    assert store.digest() == local.digest()
    opened = gw.GeometryStore.open(url)
    assert (opened.correct() == local.correct()).all()
    assert (opened.images() == local.images()).all()
    files.invalidate_cache()
    assert not [name for name in files.ls(root, detail=False) if "lease" in name]


def test_workers_write_into_a_bucket(bucket, local, tmp_path):
    """Workers that look for the bucket on their own disk."""
    with started(2, tmp_path) as client:
        store = gw.GeometryStore.compute(few(), f"{bucket}/many.zarr", client=client, **SETTINGS)
    assert store.done.all() and store.digest() == local.digest()
    assert (store.correct() == local.correct()).all()


def test_storage_that_does_not_answer_is_named():
    """The client's own error, which names neither the store nor what was expected."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/far.zarr"  # bound, and nobody listens
        told = r"^http://127\S+far\.zarr cannot be reached \(Client\w+: .*expected storage that"
        with pytest.raises(gw.StoreError, match=told):
            gw.GeometryStore.open(url)
        with pytest.raises(gw.StoreError, match=told):
            gw.GeometryStore.compute(few(), url, **SETTINGS)


def test_workers_without_credentials_are_told_of(bucket, tmp_path):
    """botocore's bare error, which says neither where it came from nor what to do."""
    nobody = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
    url = f"{bucket}/locked.zarr"
    told = r"model 'net 0'.* on benchmark .* failed on a worker: NoCredentialsError.*run again"
    with started(1, tmp_path, **nobody) as client, pytest.raises(gw.StoreError, match=told):
        gw.GeometryStore.compute(few(), url, client=client, **SETTINGS)
    assert gw.GeometryStore.open(url).verify() == []
