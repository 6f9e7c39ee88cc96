"""Many workers write what one process writes, whatever is killed meanwhile."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

import geowidgets as gw
import geowidgets.store.plan as plan
from tests.store.clusters import Client, started
from tests.store.gates import Beside, Deadly, Failing, Gate, Spoilt, Unreachable, wait_for
from tests.store.killing import marks, small_study

SETTINGS = {"device": "cpu", "batch_size": 16, "progress": False}


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """The property holds for equal numbers of threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module", autouse=True)
def small_blocks():
    before, plan.TILE_BYTES = plan.TILE_BYTES, 50 * 32 * 32
    yield
    plan.TILE_BYTES = before


@pytest.fixture(scope="module")
def four(tmp_path_factory) -> Iterator[Client]:
    """Four worker processes."""
    with started(4, tmp_path_factory.mktemp("four")) as client:
        yield client


@pytest.fixture(scope="module")
def single(tmp_path_factory) -> Iterator[Client]:
    """One worker whose tasks may end it once, in a cluster that a test may close."""
    with started(1, tmp_path_factory.mktemp("single"), allowed_failures=1) as client:
        yield client


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> gw.GeometryStore:
    """The small study by one process."""
    path = tmp_path_factory.mktemp("whole") / "whole.zarr"
    return gw.GeometryStore.compute(small_study(), path, **SETTINGS)


def with_models(*nets: torch.nn.Module) -> gw.Study:
    """The small study whose first models compute otherwise, under the same names."""
    study = small_study()
    changed = zip(study.models, nets, strict=False)
    models = [dataclasses.replace(entry, module=net) for entry, net in changed]
    samples = study.sets["test"]
    return gw.Study(
        [*models, *study.models[len(nets) :]], study.benchmarks, samples.images, samples.labels,
        study.classes,
    )  # fmt: skip


def test_four_workers_write_what_one_process_writes(four, whole, tmp_path):
    """Another order of blocks, another batch, another seed of a corruption in another process."""
    store = gw.GeometryStore.compute(small_study(), tmp_path / "s.zarr", client=four, **SETTINGS)
    assert store.done.all() and store.verify() == []
    assert store.digest() == whole.digest()
    for part in ("summary/test", "sets/test/margin", "sets/test/digest", "heads/3/weight"):
        files = [p.relative_to(whole.path) for p in Path(whole.path, part).rglob("*.*")]
        files += [p.relative_to(whole.path) for p in Path(whole.path, part, "c").rglob("*")]
        for name in {f for f in files if Path(whole.path, f).is_file()}:
            assert Path(store.path, name).read_bytes() == Path(whole.path, name).read_bytes(), name


def test_a_model_is_added_by_workers(four, whole, tmp_path):
    """`add` that forgets its workers' options, or whose row is other than one process's."""
    study = small_study()
    *others, last = study.models
    samples = study.sets["test"]
    first = gw.Study(others, study.benchmarks, samples.images, samples.labels, study.classes)
    store = gw.GeometryStore.compute(first, tmp_path / "s.zarr", **SETTINGS)
    store.add(last, client=four, **SETTINGS)
    assert store.done.all() and store.digest() == whole.digest()


def test_a_killed_worker_costs_its_pairs_in_flight(four, whole, tmp_path):
    """Pairs of a dead worker that are lost, or that are not computed again; a half pair marked."""
    path, workers = tmp_path / "s.zarr", len(four.nthreads())
    study = with_models(Gate(small_study().models[0].module, tmp_path))

    def kill() -> None:
        wait_for((tmp_path / "reached").exists, "a worker at the gate")
        os.kill(int((tmp_path / "reached").read_text()), signal.SIGKILL)
        (tmp_path / "go").touch()

    with Beside(kill):
        store = gw.GeometryStore.compute(study, path, client=four, **SETTINGS)
    assert store.done.all() and store.verify() == []
    assert store.digest() == whole.digest()
    assert (store.correct() == whole.correct()).all()
    four.wait_for_workers(workers, timeout=240)


def test_a_model_that_ends_its_workers_is_named(single, tmp_path):
    """A cluster that dies task by task, without a word about what killed it."""
    study = with_models(Deadly(small_study().models[0].module))
    with pytest.raises(gw.StoreError, match=r"'net 0'.* on benchmark .*memory runs out.*again"):
        gw.GeometryStore.compute(study, tmp_path / "s.zarr", client=single, **SETTINGS)


def test_a_closed_scheduler_is_said_and_another_cluster_goes_on(single, four, whole, tmp_path):
    """A notebook that waits for ever; hours of pairs thrown away with the cluster."""
    path = tmp_path / "s.zarr"
    study = with_models(*(e.module for e in small_study().models[:4]),
                        Gate(small_study().models[4].module, tmp_path))  # fmt: skip

    def close() -> None:
        wait_for(lambda: (tmp_path / "reached").exists() and marks(path), "a worker at the gate")
        single.cluster.close()

    with Beside(close), pytest.raises(gw.StoreError, match=r"closed or restarted.*run again"):
        gw.GeometryStore.compute(study, path, client=single, **SETTINGS)
    (tmp_path / "go").touch()
    before = marks(path)
    assert 0 < len(before) < 60
    store = gw.GeometryStore.compute(study, path, client=four, **SETTINGS)
    assert store.done.all() and store.digest() == whole.digest()
    assert before.items() <= marks(path).items(), "a finished pair was written again"


def test_two_computes_at_once_one_of_them_with_workers(four, whole, tmp_path):
    """Rows of one of them lost, models that stand there twice, a summary with holes."""
    path, found, one, other = tmp_path / "s.zarr", [], small_study(), small_study()

    def with_workers() -> None:
        found.append(gw.GeometryStore.compute(one, path, client=four, **SETTINGS))

    with Beside(with_workers):
        store = gw.GeometryStore.compute(other, path, **SETTINGS)
    store.refresh()
    assert found and store.done.shape == (5, 4) and store.done.all() and store.verify() == []
    assert store.digest() == whole.digest()
    assert (gw.GeometryStore.open(path).correct() == whole.correct()).all()
    assert not list(path.glob("lease*"))


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Ctrl-C as in a notebook: a shell lets what it starts in the background ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_interrupted_it_cancels_what_was_not_begun(interruptible, four, whole, tmp_path):
    """Ctrl-C after which the cluster computes on for a notebook that is gone."""
    path = tmp_path / "s.zarr"
    study = with_models(*(Gate(e.module, tmp_path) for e in small_study().models))

    def interrupt() -> None:
        wait_for((tmp_path / "reached").exists, "a worker at the gate")
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    with Beside(interrupt), pytest.raises(KeyboardInterrupt):
        gw.GeometryStore.compute(study, path, client=four, **SETTINGS)
    (tmp_path / "go").touch()
    wait_for(lambda: not any(four.processing().values()), "the tiles in flight")
    assert len(marks(path)) < 60
    store = gw.GeometryStore.compute(study, path, client=four, **SETTINGS)
    assert store.done.all() and store.digest() == whole.digest()


def test_a_failing_model_is_named_and_the_rest_is_kept(four, tmp_path):
    """A traceback from another machine that names neither model nor benchmark."""
    nets = [entry.module for entry in small_study().models]
    study = with_models(*nets[:4], Failing(nets[4]))
    with pytest.raises(gw.StoreError, match=r"'net 4' failed on benchmark '.*sensor.*run again"):
        gw.GeometryStore.compute(study, tmp_path / "s.zarr", client=four, **SETTINGS)
    assert gw.GeometryStore.open(tmp_path / "s.zarr").verify() == []


def test_an_error_of_a_worker_alone_is_not_the_end_of_the_cluster(four, tmp_path):
    """A disk that does not answer there, taken for a scheduler that has gone."""
    plain = small_study()
    samples = plain.sets["test"]
    far = gw.ModelEntry("net 0", build=Unreachable())
    study = gw.Study([far], plain.benchmarks, samples.images, samples.labels, plain.classes)
    told = "model 'net 0' on benchmark .* failed on a worker: TimeoutError: the disk is far"
    with pytest.raises(gw.StoreError, match=told):
        gw.GeometryStore.compute(study, tmp_path / "s.zarr", client=four, **SETTINGS)


def test_missing_samples_are_counted_on_workers(four, tmp_path):
    """NaN that only the worker's log knows of."""
    study = with_models(Spoilt(small_study().models[0].module))
    with pytest.warns(UserWarning, match="7 of 120 for 'net 0' on 'clean'"):
        store = gw.GeometryStore.compute(study, tmp_path / "s.zarr", client=four, **SETTINGS)
    assert np.isnan(store.column("margin", 0, 0)).sum() == 7


def test_checkpoints_given_images_and_images_that_are_not_kept(four, tmp_path):
    """A worker that looks for images in a store without any, or takes the first block's."""
    plain = small_study()
    torch.save(plain.models[0].module.state_dict(), tmp_path / "net.pt")
    lazy = gw.ModelEntry(
        "lazy", build=lambda: gw.zoo.lenet5(in_channels=1), weights=tmp_path / "net.pt"
    )
    samples = plain.sets["test"]
    np.save(tmp_path / "given.npy", np.ascontiguousarray(255 - samples.images))
    mapped = np.load(tmp_path / "given.npy", mmap_mode="r")
    benchmarks = [
        gw.Benchmark("clean"), gw.Benchmark("fog-2", "fog", 2),
        gw.Benchmark("mapped", images=mapped), gw.Benchmark("array", images=np.array(mapped)),
    ]  # fmt: skip
    study = gw.Study(
        [lazy, *plain.models[1:2]], benchmarks, samples.images, samples.labels, plain.classes,
        transform=lambda images: 2 * images - 1,
    )  # fmt: skip
    options = {**SETTINGS, "images": None, "features": ["lazy"]}
    one = gw.GeometryStore.compute(study, tmp_path / "one.zarr", **options)
    many = gw.GeometryStore.compute(study, tmp_path / "many.zarr", client=four, **options)
    assert many.digest() == one.digest()
    for benchmark in range(4):
        assert (many.features_matrix(0, benchmark) == one.features_matrix(0, benchmark)).all()
    np.testing.assert_array_equal(many.column("margin", 0, 2), many.column("margin", 0, 3))


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="needs two cores")
def test_workers_take_the_drivers_number_of_threads(four, tmp_path):
    """Products of odd shapes, whose last bits depend on the number of threads."""
    digits = gw.datasets.digits(split="test")
    net = gw.zoo.lenet300_100(in_channels=1)
    study = gw.Study(
        [gw.ModelEntry("net", net)], None, digits.images[:87], digits.labels[:87], digits.classes
    )
    options = {**SETTINGS, "batch_size": 87}
    torch.set_num_threads(2)
    try:
        one = gw.GeometryStore.compute(study, tmp_path / "one.zarr", **options)
        many = gw.GeometryStore.compute(study, tmp_path / "many.zarr", client=four, **options)
    finally:
        torch.set_num_threads(1)
    assert many.digest() == one.digest()


def test_what_is_no_client_is_refused(tmp_path):
    """An address that fails deep inside of Dask."""
    with pytest.raises(TypeError, match=r"synchronous distributed\.Client, got 'tcp:"):
        gw.GeometryStore.compute(
            small_study(), tmp_path / "s.zarr", client="tcp://127.0.0.1:8786", **SETTINGS
        )


def test_without_distributed_the_error_says_what_to_install(tmp_path):
    """A bare ModuleNotFoundError."""
    code = (
        "import sys; sys.modules['distributed'] = None\n"
        "import geowidgets as gw\n"
        "from tests.store.killing import small_study\n"
        f"gw.GeometryStore.compute(small_study(), {str(tmp_path / 's.zarr')!r}, client=object())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert 'pip install "geowidgets[cluster]"' in done.stderr
