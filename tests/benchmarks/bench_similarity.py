"""How long the similarity of models takes, new and kept; exits with 1 when a bar is not met.

    python -m tests.benchmarks.bench_similarity --folder folder [--models 36 480]

20 benchmarks × 10,000 samples of small random nets: 36 models are 720 points (bars: 10 s new, 1 s
kept), 480 are 9,600 (90 s new). Each time is that of a process of its own, from the opened store to
distances, UMAP, the tree of all points and one tree a benchmark; the first import of the numerical
libraries counts. The stores stay in the folder and are filled once.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

import geowidgets as gw
from tests.benchmarks.sections import replace_section

RESULTS = Path(__file__).parent / "results" / "similarity.md"
SAMPLES, BENCHMARKS, SIDE, CLASSES = 10_000, 20, 6, 10
BARS = {36: (10.0, 1.0), 480: (90.0, None)}


def fill(path: Path, models: int) -> None:
    """A store of random nets on noisier and noisier images."""
    import torch
    from torch import nn

    def net(seed: int) -> nn.Module:
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            layers = nn.Linear(SIDE * SIDE, 16), nn.ReLU(), nn.Linear(16, CLASSES)
            return nn.Sequential(nn.Flatten(), *layers)

    rng = np.random.default_rng(0)
    clean = rng.integers(0, 256, (SAMPLES, SIDE, SIDE, 1))
    noise = rng.normal(size=clean.shape)
    shown = [np.clip(clean + 6 * j * noise, 0, 255).astype(np.uint8) for j in range(BENCHMARKS)]
    study = gw.Study(
        [gw.ModelEntry(f"net {i}", net(i)) for i in range(models)],
        [gw.Benchmark(f"noise {j}", images=images) for j, images in enumerate(shown)],
        shown[0],
        rng.integers(0, CLASSES, SAMPLES),
    )
    gw.GeometryStore.compute(study, path, device="cpu", angles=None, images=None)


def measure(path: Path) -> dict[str, float]:
    """Seconds of the clock and of the processor for each step, in this process."""
    store = gw.GeometryStore.open(path)
    found: dict[str, float] = {}
    clock, processor = time.perf_counter(), time.process_time()

    def lap(name: str) -> None:
        nonlocal clock, processor
        found[name] = time.perf_counter() - clock
        found[f"{name}, processor"] = time.process_time() - processor
        clock, processor = time.perf_counter(), time.process_time()

    similarity = gw.similarity(store, progress=False)
    lap("distances")
    similarity.layout("umap")
    lap("umap")
    similarity.tree()
    for benchmark in np.unique(similarity.benchmark):
        similarity.tree(similarity.points(benchmark=int(benchmark)))
    lap("trees")
    found["points"] = len(similarity)
    found["peak MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found


def in_process(path: Path) -> dict[str, float]:
    """`measure` in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.bench_similarity", "--measure", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def run(folder: Path, models: int) -> tuple[list[str], list[str]]:
    """Table rows and missed bars of one size."""
    path = folder / f"{models}.zarr"
    fill(path, models)
    shutil.rmtree(path / "derived", ignore_errors=True)
    rows, missed = [], []
    for name, bar in zip(("new", "kept"), BARS.get(models, (None, None)), strict=True):
        found = in_process(path)
        steps = [(found[s], found[f"{s}, processor"]) for s in ("distances", "umap", "trees")]
        clock, processor = (sum(step[i] for step in steps) for i in (0, 1))
        cells = " | ".join(f"{a:.2f} ({b:.2f})" for a, b in [*steps, (clock, processor)])
        load = os.getloadavg()[0]
        rows.append(
            f"| {found['points']:,.0f}, {name} | {cells} | {bar or '–'} | {load:.1f} | "
            f"{found['peak MB']:.0f} |"
        )
        if bar and clock > bar:
            missed.append(f"{found['points']:,.0f} points, {name}: {clock:.1f} s > {bar} s")
    return rows, missed


def main() -> int:
    """Run what is asked for; 1 when a bar is missed by the clock."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--folder", type=Path, help="where the stores are kept")
    parser.add_argument("--models", type=int, nargs="+", default=list(BARS))
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--fill-only", action="store_true", help="make the stores, measure nothing")
    parser.add_argument("--dry", action="store_true", help="print, write nothing")
    given = parser.parse_args()
    if given.measure:
        print(json.dumps(measure(given.measure)))
        return 0
    if given.fill_only:
        for models in given.models:
            fill(given.folder / f"{models}.zarr", models)
        return 0
    rows, missed = [], []
    for models in given.models:
        more, failures = run(given.folder, models)
        rows, missed = rows + more, missed + failures
    head = ["distances", "UMAP", "trees", "all", "bar", "load", "peak MB"]
    lines = [
        f"{os.environ.get('OMP_NUM_THREADS', 'All')} thread(s). Seconds of the clock (of the "
        f"processor), each line a process of its own; `python -m tests.benchmarks."
        f"bench_similarity --folder …`.",
        "",
        "| points × 10,000 samples | " + " | ".join(head) + " |",
        "|---" * (len(head) + 1) + "|",
        *rows,
        "",
        "Bars met." if not missed else "**Bar missed**: " + "; ".join(missed),
    ]
    print("\n".join(lines))
    if not given.dry:
        replace_section(RESULTS, "Similarity of models", "Speed", "\n".join(lines))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
