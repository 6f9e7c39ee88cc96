"""What workers save: one process beside one and two Dask workers, all with one thread.

    python -m tests.benchmarks.bench_cluster [--samples 1000] [--write]

Three ResNet-20 with random weights on clean images and three corruptions; the best of two, taking
turns, with the cluster started before the clock. The digests must be equal.
"""

from __future__ import annotations

import argparse
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

import geowidgets as gw
from tests.benchmarks.bench_overhead import study
from tests.benchmarks.sections import replace_section
from tests.store.clusters import started

RESULTS = Path(__file__).parent / "results" / "overhead.md"
TITLES = {0: "one process", 1: "one worker", 2: "two workers"}


@contextmanager
def client_of(workers: int, folder: str) -> Iterator[Any]:
    """A client of so many workers, or None for none."""
    if not workers:
        yield None
        return
    with started(workers, folder) as client:
        yield client


def computed(own: gw.Study, workers: int) -> tuple[float, str]:
    """Seconds of one computation, and its store's digest."""
    with tempfile.TemporaryDirectory() as folder, client_of(workers, folder) as client:
        if client is not None:
            client.run(__import__, "geowidgets.store.cluster")
        start = time.perf_counter()
        store = gw.GeometryStore.compute(
            own, Path(folder) / "new.zarr", device="cpu", progress=False, client=client
        )
        return time.perf_counter() - start, store.digest()


def main() -> None:
    """Print the seconds, and write the page where that is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--samples", type=int, default=1000)
    parser.add_argument("--write", action="store_true", help="into results/overhead.md")
    given = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    own = study(gw.zoo.resnet20, 3, given.samples)
    found: dict[int, list[float]] = {workers: [] for workers in TITLES}
    digests = set()
    for _ in range(2):
        for workers, seconds in found.items():
            taken, digest = computed(own, workers)
            seconds.append(taken)
            digests.add(digest)
            print(TITLES[workers], f"{taken:.2f} s", flush=True)
    if len(digests) > 1:
        raise SystemExit(f"digests differ: {digests}")
    base = min(found[0])
    lines = [
        f"3 ResNet-20 × {len(own.benchmarks)} benchmarks × {given.samples:,} images, one thread a "
        "process; best of two, taking turns; the cluster runs before the clock. Equal digests.", "",
        "| | seconds | times as fast as one process |", "|---|---|---|",
        *(f"| {TITLES[w]} | {min(s):.1f} | {base / min(s):.2f} |" for w, s in found.items()),
    ]  # fmt: skip
    print("\n".join(lines))
    if given.write:
        replace_section(RESULTS, "What computing costs", "Workers", "\n".join(lines))


if __name__ == "__main__":
    main()
