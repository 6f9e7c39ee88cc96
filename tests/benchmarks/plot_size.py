"""How the cost grows with models, samples and classes: `python -m tests.benchmarks.plot_size`.

Small nets on made-up images, one number varied at a time and the others held: seconds of the
processor to compute, seconds to open with all accuracies, bytes of the store, and seconds to count
all pairs again on a mask, which is what a brush asks of the kernel in a large store. Each point is
the best of three, computing once. A straight line through the larger half of the logarithms gives
the exponent: 1 is linear. Writes `docs/pictures/size.svg` and prints the table of `docs/size.md`.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

PICTURE = Path(__file__).parents[2] / "docs" / "pictures" / "size.svg"
SIDE, WIDTH = 4, 64
HELD = {"models": 4, "samples": 4000, "classes": 10}
VARIED = {
    "models": (2, 4, 8, 16, 32, 64),
    "samples": (2000, 4000, 8000, 16_000, 32_000, 64_000),
    "classes": (10, 30, 100, 300, 1000),
}
COSTS = {
    "compute": "computing, s of the processor",
    "open": "opening, s",
    "bytes": "store, MiB",
    "brush": "counting on a mask, s",
}


def measured(models: int, samples: int, classes: int) -> dict[str, float]:
    """The costs of one study: all class angles are kept up to 20 classes, else 20 of them."""
    import torch
    from torch import nn

    import geowidgets as gw
    from geowidgets.widgets.correct_counts import counts

    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (samples, SIDE, SIDE, 3), np.uint8)
    labels = (np.arange(samples) % classes).astype(np.int64)
    entries = []
    for seed in range(models):
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            head = nn.Linear(WIDTH, classes)
            net = nn.Sequential(nn.Flatten(), nn.Linear(3 * SIDE**2, WIDTH), nn.ReLU(), head)
        entries.append(gw.ModelEntry(f"net {seed}", net, seed=seed))
    names = [f"class {k}" for k in range(classes)]
    shown = [gw.Benchmark("clean"), gw.Benchmark("darker", images=images >> 1)]
    study = gw.Study(entries, shown, images, labels, classes=names)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "size.zarr"
        start = time.process_time()
        gw.GeometryStore.compute(
            study, path, device="cpu", angles=range(min(20, classes)), images=None, progress=False
        )
        found = {"compute": time.process_time() - start}
        found["open"] = best(lambda: gw.GeometryStore.open(path).accuracy())
        store = gw.GeometryStore.open(path)
        store.correct("test")
        mask = rng.random(samples) < 0.3
        found["brush"] = best(lambda: counts(store, "test", mask))
        files = (file.stat().st_size for file in path.rglob("*") if file.is_file())
        found["bytes"] = sum(files) / 2**20
    return found


def best(work: Callable[[], Any]) -> float:
    """Least seconds of three."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def exponent(sizes: tuple[int, ...], costs: list[float]) -> float:
    """Slope of the larger half in logarithms: a constant share hides behind small sizes."""
    half = len(sizes) // 2
    return float(np.polyfit(np.log(sizes[half:]), np.log(costs[half:]), 1)[0])


def draw(found: dict[str, dict[str, list[float]]], path: Path) -> None:
    """Every cost against every size, in logarithms."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot as plt

    with plt.rc_context({"svg.hashsalt": "size", "font.size": 9}):
        figure, axes = plt.subplots(len(COSTS), len(VARIED), figsize=(9, 9), sharex="col")
        for k, (cost, title) in enumerate(COSTS.items()):
            for j, (name, sizes) in enumerate(VARIED.items()):
                axis = axes[k, j]
                values = found[name][cost]
                axis.loglog(sizes, values, "o-", color="#0b62d6", markersize=4)
                line = np.array(sizes) / sizes[-1] * values[-1]
                axis.loglog(sizes, line, ":", color="#777777")
                axis.set_title(f"exponent {exponent(sizes, values):.2f}", fontsize=9)
                if j == 0:
                    axis.set_ylabel(title)
                if k == len(COSTS) - 1:
                    axis.set_xlabel(name)
        figure.tight_layout()
        path.parent.mkdir(exist_ok=True)
        figure.savefig(path, metadata={"Date": None})


def main() -> None:
    """Measure, draw, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--picture", type=Path, default=PICTURE)
    given = parser.parse_args()
    measured(**HELD)  # imports and first compilations are nobody's cost
    found: dict[str, dict[str, list[float]]] = {}
    for name, sizes in VARIED.items():
        rows = [measured(**{**HELD, name: size}) for size in sizes]
        found[name] = {cost: [row[cost] for row in rows] for cost in COSTS}
    draw(found, given.picture)
    print(f"{os.cpu_count()} CPU cores, load {os.getloadavg()[0]:.1f}\n")
    print("| cost | " + " | ".join(f"with {name}" for name in VARIED) + " |")
    print("|---" * (len(VARIED) + 1) + "|")
    for cost, title in COSTS.items():
        cells = []
        for name, sizes in VARIED.items():
            values = found[name][cost]
            cells.append(
                f"{exponent(sizes, values):.2f} ({values[0]:.3g} at {sizes[0]:,}, "
                f"{values[-1]:.3g} at {sizes[-1]:,})"
            )
        print(f"| {title} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
