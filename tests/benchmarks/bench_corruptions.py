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

import numpy as np
import torch

from geowidgets.corruptions import CORRUPTIONS, corrupt
from geowidgets.corruptions.constants import CIFAR
from tests.benchmarks import corruption_peer
from tests.corruptions.photographs import patches


def resident() -> float:
    """Largest resident memory so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def seconds_of(images: np.ndarray, name: str, device: str) -> float:
    """Seconds of the five severities of one corruption, transfers included."""
    start = time.perf_counter()
    for severity in range(1, 6):
        if device == "cpu":
            corrupt(images, name, severity)
        else:
            corrupt(torch.from_numpy(images).to(device), name, severity)
    if device != "cpu":
        torch.cuda.synchronize()
    return time.perf_counter() - start


def peer_seconds(images: np.ndarray) -> dict[str, float]:
    """Seconds of the five severities per image, for every corruption."""
    functions = corruption_peer.load(CIFAR)
    found = {}
    for name in CORRUPTIONS:
        start = time.perf_counter()
        for severity in range(1, 6):
            for image in images:
                corruption_peer.run(functions[name], image, severity)
        found[name] = (time.perf_counter() - start) / len(images)
    return found


def main() -> None:
    """Print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--peer-images", type=int, default=20)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    images = np.concatenate([patches(1000, 32)] * -(-options.images // 1000))[: options.images]
    for name in CORRUPTIONS:  # tables and textures are made once
        for severity in range(1, 6):
            corrupt(images[:2], name, severity)
    try:
        peer = peer_seconds(images[: options.peer_images])
    except ImportError as missing:
        print(f"the peer is left out: {missing}")
        peer = {}
    before, processor = resident(), time.process_time()
    ours = {name: seconds_of(images, name, options.device) for name in CORRUPTIONS}
    processor = time.process_time() - processor
    batch = images.size * 4 / 2**20
    print(
        f"{len(images)} images, {options.device}, {options.threads} threads, load average "
        f"{os.getloadavg()[0]:.1f}\n"
    )
    print("| corruption (5 severities) | seconds | peer, one thread, extrapolated |")
    print("|---|---|---|")
    for name, seconds in ours.items():
        extrapolated = f"{peer[name] * len(images):.0f}" if peer else "–"
        print(f"| {name} | {seconds:.2f} | {extrapolated} |")
    total = f"{sum(peer.values()) * len(images):.0f}" if peer else "–"
    print(f"| **all 95 cells** | **{sum(ours.values()):.1f}** | **{total}** |\n")
    print(
        f"processor time {processor:.1f} s; peak memory above the start "
        f"{resident() - before:.0f} MB = {(resident() - before) / batch:.2f} × the batch as "
        f"float32 ({batch:.0f} MB)"
    )


if __name__ == "__main__":
    main()
