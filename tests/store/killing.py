"""What the processes run that a test kills; importable, because a new process starts here."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import numpy as np
import torch

import geowidgets as gw


def small_study() -> gw.Study:
    """5 models × 4 benchmarks × 120 samples in three blocks of 50; the same in every process."""
    digits = gw.datasets.digits(split="test")
    models = []
    for seed in range(5):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            net = gw.zoo.lenet5(in_channels=1)
        models.append(gw.ModelEntry(f"net {seed}", net, seed=seed))
    return gw.Study(
        models,
        gw.corruption_benchmarks(["gaussian_noise", "contrast", "pixelate"], 2),
        digits.images[:120],
        digits.labels[:120],
        digits.classes,
    )


def marks(path: Path) -> dict[str, int]:
    """Complete blocks of pairs, and when they were written."""
    folder = path / "sets/test/digest"
    return {p.name: p.stat().st_mtime_ns for p in folder.glob("[0-9]*.*.*")}


def compute(path: str, kill_in_write: int | None, started: str) -> None:
    """Compute the small study; with a number, die in the middle of that write."""
    import geowidgets.store.plan as plan

    torch.set_num_threads(1)
    plan.TILE_BYTES = 50 * 32 * 32
    if kill_in_write is not None:
        _die_in_write(kill_in_write)
    Path(started).touch()
    gw.GeometryStore.compute(small_study(), path, device="cpu", batch_size=16, progress=False)


def _die_in_write(number: int) -> None:
    from zarr.storage import _local

    put, count = _local._put, 0

    def dying_put(path: Path, value, *arguments, **options):
        nonlocal count
        count += 1
        if count == number:
            path.parent.mkdir(parents=True, exist_ok=True)
            whole = np.asarray(value.as_numpy_array()).tobytes()
            path.with_suffix(".half.partial").write_bytes(whole[: len(whole) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        return put(path, value, *arguments, **options)

    _local._put = dying_put
