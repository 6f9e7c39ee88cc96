"""A computation killed again and again: `python -m tests.benchmarks.bench_kills`.

Rounds of SIGKILL, at least a quarter of them inside a write call with half of the bytes written,
the others at random moments; while each round runs and after it this process opens the store and
compares every complete pair with its digest. A store that is complete is started anew. Exits with 1
when a read fails, a complete pair is lost, or a finished store has another digest than one
that was never interrupted.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

import geowidgets as gw
from tests.store.killing import compute
from tests.store.test_kills import readable, run


def interrupted(processes, path: Path, draw: random.Random, in_write: bool) -> tuple[bool, int]:
    """One round: whether it was killed, and how often the store was read meanwhile."""
    started = path.with_suffix(".started")
    started.unlink(missing_ok=True)
    # A run is some 600 writes: small numbers alone would die in the plan for ever.
    number = draw.randrange(1, 400) if in_write else None
    process = processes.Process(target=compute, args=(str(path), number, str(started)))
    process.start()
    while not started.exists() and process.is_alive():
        process.join(0.001)
    reads, limit = 0, None if in_write else draw.uniform(0, 1.0)
    while process.is_alive():
        readable(path)
        reads += 1
        process.join(limit if limit is not None else 0.3)
        if limit is not None:
            process.kill()
            process.join()
    return process.exitcode == -signal.SIGKILL, reads


def main() -> int:
    """Print what was survived."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after these")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["geowidgets.store.compute", "tests.store.killing"])
    draw, folder = random.Random(given.seed), Path(tempfile.mkdtemp())
    # Without a limit: the first process waits for the preloaded modules on a crowded machine.
    first = processes.Process(
        target=compute, args=(str(folder / "whole.zarr"), None, str(folder / "w"))
    )
    first.start()
    first.join()
    whole = gw.GeometryStore.open(folder / "whole.zarr").digest()
    path, before, kills, in_write, reads, finished, most = folder / "k.zarr", 0, 0, 0, 0, 0, 0
    end = time.monotonic() + 60 * given.minutes
    while kills < given.kills and time.monotonic() < end:
        writing = in_write < given.kills // 4 or draw.random() < 0.5
        killed, seen = interrupted(processes, path, draw, writing)
        kills, in_write, reads = kills + killed, in_write + (killed and writing), reads + seen + 1
        print(f"{kills} kills, {in_write} in a write, {reads} readings", flush=True)
        done = readable(path)
        if done < before:
            print(f"{before - done} complete pairs were lost at kill {kills}")
            return 1
        before, most = done, max(most, done)
        if done == 20 and (run(processes, path) == 0):
            if gw.GeometryStore.open(path).digest() != whole:
                print(f"another digest after {kills} kills")
                return 1
            finished, before = finished + 1, 0
            shutil.rmtree(path)
    print(
        f"{kills} SIGKILLs, {in_write} of them inside a write, the store read {reads} times with "
        f"every complete pair verified: none lost, {finished} stores finished with the digest of "
        f"an uninterrupted run ({os.cpu_count()} cores, load {os.getloadavg()[0]:.0f})"
    )
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
