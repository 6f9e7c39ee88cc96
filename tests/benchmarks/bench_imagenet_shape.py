"""A study of ImageNet's shape: `python -m tests.benchmarks.bench_imagenet_shape`.

50,000 samples, 1,000 classes, latents of 512 numbers, made by a linear layer from made-up images of
8 × 8 pixels: what is measured is what comes after a backbone. In processes of their own: computing
all pairs (angles to 20 classes kept) with its time and its growth in memory above study, modules
and what a first small study loads, then opening the store with its accuracies, first columns and
the table's first answer.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

SAMPLES, CLASSES, WIDTH, SIDE = 50_000, 1000, 512, 8
MODELS, BENCHMARKS = 4, 3


def peak() -> float:
    """Largest resident memory so far, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def compute(path: str, out: Any) -> None:
    """All pairs; sends seconds, MiB before and MiB at most."""
    import numpy as np
    import torch
    from torch import nn

    import geowidgets as gw

    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (SAMPLES, SIDE, SIDE, 3), np.uint8)
    labels = (np.arange(SAMPLES) % CLASSES).astype(np.int64)
    entries = []
    for seed in range(MODELS):
        torch.manual_seed(seed)
        net = nn.Sequential(
            nn.Flatten(), nn.Linear(3 * SIDE**2, WIDTH), nn.ReLU(), nn.Linear(WIDTH, CLASSES)
        )
        entries.append(gw.ModelEntry(f"net {seed}", net, seed=seed))
    benchmarks = [gw.Benchmark("clean")] + [
        gw.Benchmark(f"darker {k}", images=images >> k) for k in range(1, BENCHMARKS)
    ]
    study = gw.Study(entries, benchmarks, images, labels)
    few = gw.Study(entries[:1], benchmarks[:1], images[:1000], labels[:1000], study.classes)
    gw.GeometryStore.compute(few, f"{path}.few", angles=range(20), images=None, progress=False)
    before, start = forgotten_peak(), time.perf_counter()
    gw.GeometryStore.compute(study, path, angles=range(20), images=None, progress=False)
    out.put((time.perf_counter() - start, before, high_water()))


def forgotten_peak() -> float:
    """Resident memory now, MiB; the highest so far is forgotten, as Linux can."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return high_water()


def high_water() -> float:
    """Largest resident memory since it was forgotten, MiB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def read(path: str, out: Any) -> None:
    """Open and read what a first look needs; sends seconds of each and MiB at most."""
    import geowidgets as gw
    from geowidgets.widgets.columns import read as column

    start = time.perf_counter()
    store = gw.GeometryStore.open(path)
    opened = time.perf_counter() - start
    store.accuracy()
    first = time.perf_counter() - start
    for key in ("labels/test", "angle/0/0", "length/0/0", "margin/0/0", "correct/test"):
        column(store, key)
    out.put((opened, first, time.perf_counter() - start, peak()))


def in_process(what: Any, path: Path) -> Any:
    """What a function sends from a process of its own."""
    context = multiprocessing.get_context("spawn")
    out = context.Queue()
    process = context.Process(target=what, args=(str(path), out))
    process.start()
    found = out.get(timeout=1800)
    process.join()
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=None)
    folder = parser.parse_args().folder or Path(tempfile.mkdtemp())
    path = folder / "imagenet-shape.zarr"
    for old in (path, Path(f"{path}.few")):
        shutil.rmtree(old, ignore_errors=True)
    print(f"{os.cpu_count()} CPU cores, load {os.getloadavg()[0]:.1f}\n")
    seconds, before, most = in_process(compute, path)
    pairs = MODELS * BENCHMARKS
    size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    print(
        f"| {MODELS} × {BENCHMARKS} × {SAMPLES:,}, {CLASSES:,} classes, {WIDTH} wide | |\n|---|---|"
    )
    print(
        f"| computing {pairs} pairs | {seconds:.1f} s, {pairs * SAMPLES / seconds:,.0f} images/s |"
    )
    print(f"| memory above study and modules ({before:,.0f} MiB) | {most - before:,.0f} MiB |")
    print(f"| float32 (sample, class) takes | {SAMPLES * CLASSES * 4 / 2**20:,.0f} MiB |")
    print(f"| store on disk | {size / 2**20:,.0f} MiB |")
    opened, first, columns, held = in_process(read, path)
    print(f"| open / with all accuracies / with five columns | {opened:.2f} / {first:.2f} / "
          f"{columns:.2f} s |")  # fmt: skip
    print(f"| memory of the reading process | {held:,.0f} MiB |")
    shutil.rmtree(path)
    shutil.rmtree(f"{path}.few")


if __name__ == "__main__":
    main()
