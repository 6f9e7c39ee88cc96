"""The evaluation table of a very large store: `python -m tests.benchmarks.bench_table_large`.

1,000 models × 96 benchmarks × 10,000 samples, and of 50,000, made up, in the page of `bench_table`.
Printed are the time until the table stands, from a first mask until all rows
are counted on it, the main thread's work a move of a brush over 100 moves with another
mask each, the best of three runs, and the memory of the tab's process and of this one, which
stands for the kernel.
"""

from __future__ import annotations

import os
import resource
import statistics
import time

import numpy as np
import xarray as xr
from playwright.sync_api import Browser, sync_playwright

from geowidgets.widgets import bits
from tests.benchmarks.bench_table import open_table
from tests.benchmarks.synthetic_store import SyntheticStore
from tests.benchmarks.trace import drag, p95
from tests.browser.chromium import ARGUMENTS, find

MODELS, BENCHMARKS, MOVES, RUNS = 1000, 96, 100, 3


class PackedStore(SyntheticStore):
    """Made-up correctness as packed bits alone: as booleans it would not fit."""

    def __init__(self, samples: int, models: int, benchmarks: int) -> None:
        super().__init__(1, models, benchmarks)
        self.n = samples
        self._labels = (np.arange(samples) % len(self.classes)).astype(np.int16)
        rng = np.random.default_rng(8)
        shape = models, benchmarks, -(-samples // 8)
        self._bits = rng.integers(0, 256, shape, np.uint8) | rng.integers(0, 256, shape, np.uint8)
        last = (1 << (samples % 8 or 8)) - 1
        self._bits[..., -1] &= last
        counts = [np.bitwise_count(row).sum(axis=-1, dtype=np.int64) for row in self._bits]
        self._accuracy = np.stack(counts) / samples

    def correct(self, set: str) -> np.ndarray:
        """Packed bits."""
        return self._bits

    def accuracy(self, samples: object = None, set: str | None = None) -> xr.DataArray:
        """Accuracy of every pair."""
        return xr.DataArray(self._accuracy, dims=("model", "benchmark"))


def renderer_bytes(browser: Browser) -> int:
    """Resident memory of the largest renderer process."""
    session = browser.new_browser_cdp_session()
    found = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    sizes = [0]
    for one in found:
        if one["type"] == "renderer":
            with open(f"/proc/{one['id']}/statm", encoding="ascii") as file:
                sizes.append(int(file.read().split()[1]) * resource.getpagesize())
    return max(sizes)


def run(browser: Browser, samples: int) -> str:
    """One line of the table."""
    store = PackedStore(samples, MODELS, BENCHMARKS)
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start = time.perf_counter()
    page = open_table(browser, store, mode="heat")
    opened = time.perf_counter() - start
    order = np.random.default_rng(3).permutation(samples)
    step, size = samples // 50, samples * 3 // 10
    masks = []
    for k in range(20):
        mask = np.zeros(samples, bool)
        mask[order[step * k : step * k + size]] = True
        masks.append(bits.encode(mask))
    start = time.perf_counter()
    page.evaluate("([set, masks]) => brushOnMove(set, masks)", ["test", masks])
    page.wait_for_selector(".gw-table[data-gw-state='ready']", timeout=300_000)
    counted = time.perf_counter() - start
    runs = [
        drag(browser, page, (700, 850), lambda k: (600 + 5 * (k % 40), 850), MOVES)
        for _ in range(RUNS)
    ]
    times = min(runs, key=lambda one: p95(one.busy))
    tab = renderer_bytes(browser)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    page.close()
    return (
        f"| {MODELS:,} × {BENCHMARKS} × {samples:,} | {opened:.1f} s | {counted:.1f} s | "
        f"{statistics.median(times.busy):.1f} / {p95(times.busy):.1f} ms | "
        f"{statistics.median(times.wall):.1f} / {p95(times.wall):.1f} ms | "
        f"{tab / 2**20:,.0f} MiB | {store.correct('test').nbytes / 2**20:,.0f} + "
        f"{max(0.0, after - held):,.0f} MiB |"
    )


def main() -> None:
    """Print the table."""
    print(f"{os.cpu_count()} CPU cores, software rendering, load {os.getloadavg()[0]:.1f}\n")
    print(
        "| store | table stands | a first mask counted | a move, processor time, median / p95 | "
        "wall time | tab | kernel: bits + the rest |\n|---|---|---|---|---|---|---|"
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=list(ARGUMENTS))
        for samples in (10_000, 50_000):
            print(run(browser, samples), flush=True)
        browser.close()
    print(f"\nLoad at the end: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
