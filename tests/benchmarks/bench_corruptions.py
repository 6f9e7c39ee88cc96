"""Seconds and memory of all 19 × 5 cells, beside the one-image-at-a-time peer in the same run.

Run from the root of the project: `python -m tests.benchmarks.bench_corruptions`. The bars: below
120 s on 2 cores for 10,000 images of 32 × 32, peak memory at most 6 times the batch (as float32).
The peer (see `corruption_peer.py`) is optional and is timed on a few images.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from collections.abc import Callable

import numpy as np
import torch

from geowidgets.corruptions import CORRUPTIONS, corrupt
from geowidgets.corruptions.constants import CIFAR
from tests.benchmarks import corruption_peer
from tests.corruptions.photographs import patches


def resident() -> float:
    """Largest resident memory so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


Seconds = tuple[float, float]
"""Of the clock, and of the processor (all threads): the second hardly depends on other load."""


def timed(work: Callable[[int], object], device: str) -> Seconds:
    """Seconds of `work` at the five severities."""
    start, processor = time.perf_counter(), time.process_time()
    for severity in range(1, 6):
        work(severity)
    if device != "cpu":
        torch.cuda.synchronize()
    return time.perf_counter() - start, time.process_time() - processor


def ours(images: np.ndarray, name: str, device: str) -> Seconds:
    """Seconds of one corruption, transfers to the device included."""
    if device == "cpu":
        return timed(lambda severity: corrupt(images, name, severity), device)
    source = torch.from_numpy(images)
    return timed(lambda severity: corrupt(source.to(device), name, severity), device)


def peers(images: np.ndarray, name: str) -> Seconds:
    """Seconds of one corruption by the peer."""
    function = corruption_peer.load(CIFAR)[name]
    return timed(
        lambda severity: [corruption_peer.run(function, image, severity) for image in images],
        "cpu",
    )


def line(name: str, row: np.ndarray) -> str:
    """A row of the table; a dash where the peer was left out."""
    peer = "–" if np.isnan(row[2]) else f"{row[2]:.0f}"
    return f"| {name} | {row[0]:.2f} | {row[1]:.2f} | {peer} |"


def main() -> None:
    """Print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--peer-images", type=int, default=20, help="0 leaves the peer out")
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    images = np.concatenate([patches(1000, 32)] * -(-options.images // 1000))[: options.images]
    sample = images[: options.peer_images]
    for name in CORRUPTIONS:  # tables and textures are made once
        ours(images[:2], name, options.device)
    print(
        f"{len(images)} images, {options.device}, {options.threads} threads, load average "
        f"{os.getloadavg()[0]:.1f}\n\n"
        "| corruption, 5 severities | seconds | processor s | peer, processor s (extrapolated) |\n"
        "|---|---|---|---|"
    )
    before = resident()
    total = np.zeros(3)
    for name in CORRUPTIONS:
        reference = peers(sample, name)[1] / len(sample) * len(images) if len(sample) else np.nan
        row = np.array([*ours(images, name, options.device), reference])
        total += row
        print(line(name, row), flush=True)
    print(line("all 95 cells", total), end="\n\n")
    batch, peak = images.size * 4 / 2**20, resident() - before
    print(
        f"peak memory above the start: {peak:.0f} MB = {peak / batch:.2f} × the batch as float32 "
        f"({batch:.0f} MB)"
    )


if __name__ == "__main__":
    main()
