"""A similarity map of 96,000 points: `python -m tests.benchmarks.bench_similarity_large`.

1,000 models × 96 benchmarks × 10,000 made-up samples, whose numbers are made as they are read
(that time is told apart). Printed are the time of each step and the process's memory; how near the
random projection's distances, the neighbours and the plane come to the exact ones, on points drawn
at random beside all others; and in Chromium what a lasso over the map costs the main thread a move.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import sync_playwright

import geowidgets as gw
from geowidgets.evaluation import layout
from tests.benchmarks.plane_quality import Exact, found_share, nearest, trustworthiness
from tests.benchmarks.points_store import PointsStore
from tests.benchmarks.trace import drag, p95
from tests.browser.chromium import ARGUMENTS, find

DRAWN, NEIGHBOURS, MOVES = 400, 15, 100
ALL_EXACT = 20_000  # points up to which the plane is compared with that of exact neighbours


def peak() -> float:
    """Largest resident memory so far, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def steps(store: PointsStore, trees: int) -> Any:
    """Print the time of each step; returns the similarity."""
    clock = [time.perf_counter(), time.process_time()]

    def lap(name: str) -> None:
        now = [time.perf_counter(), time.process_time()]
        wall, busy = (a - b for a, b in zip(now, clock, strict=True))
        clock[:] = time.perf_counter(), time.process_time()
        print(f"| {name} | {wall:.0f} ({busy:.0f}) s | {peak():,.0f} MiB |", flush=True)

    for model in range(0, len(store.models), 10):
        for name in ("true_angle", "length", "margin"):
            store.rows(name, model, list(range(len(store.benchmarks))))
    lap("making a tenth of the numbers, which a store would read")
    similarity = gw.similarity(store, progress=False)  # type: ignore[arg-type]
    lap("projection to 512 dimensions, the numbers' making in it")
    similarity.neighbours(NEIGHBOURS)
    lap(f"{NEIGHBOURS} neighbours by descent")
    similarity.layout("umap")
    lap("UMAP")
    for benchmark in np.unique(similarity.benchmark)[:trees]:
        similarity.tree(similarity.points(benchmark=int(benchmark)))
    lap(f"one tree each of {min(trees, len(store.benchmarks))} benchmarks")
    similarity.redundancy()
    lap("redundant benchmarks")
    return similarity


def quality(store: PointsStore, similarity: Any) -> None:
    """Print how far the approximate way is from the exact one."""
    rows = np.sort(np.random.default_rng(5).choice(len(similarity), DRAWN, replace=False))
    everyone = np.arange(len(similarity))
    exact = Exact(store, similarity)
    distances = exact.rows(rows)
    near = similarity.between(rows, everyone)
    others = everyone != rows[:, None]
    low, middle, high = np.quantile(near[others] / distances[others], [0.025, 0.5, 0.975])
    print(f"| distances / exact: median, 95 % of them | {middle:.3f}, {low:.3f} to {high:.3f} |")
    truth, _ = nearest(distances, rows, NEIGHBOURS)
    projected, _ = nearest(near, rows, NEIGHBOURS)
    found = similarity.neighbours(NEIGHBOURS)[0][rows]
    share = found_share(projected[:, 1:], truth[:, 1:])
    print(f"| of the nearest points those that are nearest when projected | {share:.1%} |")
    share = found_share(found[:, 1:], projected[:, 1:])
    print(f"| of the nearest projected points those that the search finds | {share:.1%} |")
    trust = partial(trustworthiness, distances, rows, count=NEIGHBOURS)
    print(f"| trustworthiness of the plane, {NEIGHBOURS} neighbours among all points | ", end="")
    print(f"{trust(similarity.layout('umap')):.4f} |", flush=True)
    print(f"| the same of the principal components | {trust(similarity.layout('pca')):.4f} |")
    if len(similarity) > ALL_EXACT:
        return
    plane = layout.umap_plane(
        *exact.neighbours(NEIGHBOURS), similarity.layout("pca"), seed=0, min_dist=0.1,
        report=lambda *what: None,
    )  # fmt: skip
    print(f"| the same of UMAP from the exact neighbours of all points | {trust(plane):.4f} |")


class MadeUp:
    """A similarity whose plane is drawn at random: what the view costs does not ask for more."""

    set, distances, approximate, degenerate, digest = "test", None, True, (), "0" * 32

    def __init__(self, store: PointsStore) -> None:
        models, benchmarks = len(store.models), len(store.benchmarks)
        self.model = np.repeat(np.arange(models), benchmarks)
        self.benchmark = np.tile(np.arange(benchmarks), models)

    def layout(self, *what: object, **options: object) -> np.ndarray:
        """Sixty clouds, each of one method and some benchmarks."""
        rng = np.random.default_rng(0)
        clouds = rng.normal(size=(60, 2)) * 4
        own = clouds[(self.model % 4 * 12 + self.benchmark // 8) % 60]
        return (own + rng.normal(size=own.shape) / 2).astype(np.float32)

    def redundancy(self) -> Any:
        """None."""
        import pandas as pd

        names = ["benchmark_a", "benchmark_b", "score", "mantel", "n_models"]
        return pd.DataFrame({name: [] for name in names})


def brush(store: PointsStore, similarity: Any) -> None:
    """Print what the page needs and what a lasso costs."""
    view = gw.SimilarityMap(store, similarity=similarity)
    start = time.perf_counter()
    view.wait()
    size = sum(len(one["data"]) for one in view.arrays.values()) / 2**20
    print(f"| packing for the page | {time.perf_counter() - start:.0f} s, {size:.1f} MiB |")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        path = view.save_html(Path(folder) / "map.html").path
        browser = playwright.chromium.launch(executable_path=find(), args=list(ARGUMENTS))
        page = browser.new_page(viewport={"width": 1600, "height": 1000})
        start = time.perf_counter()
        page.goto(path.as_uri())
        page.wait_for_selector(".gw-map[data-gw-state='ready']", timeout=120_000)
        print(f"| page opened to the first map | {time.perf_counter() - start:.1f} s |")
        box = page.locator(".gw-map svg.gw-map-over").bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.3
        for name in ("lasso", "box"):
            page.get_by_role("button", name=name.capitalize(), exact=True).click()
            runs = [
                drag(browser, page, (x, y), lambda k: _around(x, y, box, k), MOVES)
                for _ in range(3)
            ]
            times = min(runs, key=lambda one: p95(one.busy))
            print(
                f"| {name}, a move: processor time, median / p95; wall time | "
                f"{statistics.median(times.busy):.1f} / {p95(times.busy):.1f} ms; "
                f"{statistics.median(times.wall):.1f} / {p95(times.wall):.1f} ms |",
                flush=True,
            )
        browser.close()


def _around(x: float, y: float, box: Any, k: int) -> tuple[float, float]:
    """A drag that goes on and on across the middle of the map."""
    share = (k % 50) / 50
    return x + share * 0.4 * box["width"], y + 0.4 * box["height"] * (0.5 + share / 2)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=1000)
    parser.add_argument("--benchmarks", type=int, default=96)
    parser.add_argument("--samples", type=int, default=10_000)
    parser.add_argument("--trees", type=int, default=96, help="benchmarks whose tree is built")
    parser.add_argument("--made-up", action="store_true", help="the view alone, of a made-up plane")
    given = parser.parse_args()
    store = PointsStore(given.samples, given.models, given.benchmarks)
    print(f"{os.cpu_count()} CPU cores, load {os.getloadavg()[0]:.1f}\n")
    if given.made_up:
        print("| the view | |\n|---|---|")
        brush(store, MadeUp(store))
        print(f"\nLoad at the end: {os.getloadavg()[0]:.1f}")
        return
    shape = f"{len(store.models)} × {len(store.benchmarks)} × {store.n:,}"
    print(f"| {shape} | clock (processor) | peak |")
    print("|---|---|---|")
    similarity = steps(store, given.trees)
    print("\n| quality | |\n|---|---|")
    quality(store, similarity)
    print("\n| the view | |\n|---|---|")
    brush(store, similarity)
    print(f"\nLoad at the end: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
