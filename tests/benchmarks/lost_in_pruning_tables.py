"""Tables of the study on a small scale of "Lost in Pruning"."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

import geowidgets as gw
from geowidgets.evaluation.papers import METHOD_NAMES, POTENTIAL
from tests.benchmarks.colour_families import (
    CYCLES,
    NAMES,
    PER_CYCLE,
    PER_CYCLE_OF_FILTERS,
    TO_THE_END,
)

PAPERS_NET = "VGG16"
PAPER = POTENTIAL["CIFAR10"][PAPERS_NET]
LEVELS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7)
PROTOCOL = (
    "5,000 JPEG-recompressed CIFAR-10 training images (the first 1,000 of each of the first five "
    "classes) to train on, {samples:,} others of them (the last 800 of each class) to measure on, "
    "so that δ = 0.5 % is {errors} errors; pixels halved to 16×16. The paper has 50,000 and 10,000 "
    "lossless ones of ten classes at 32×32, and CIFAR-10.1, which is left out here. VGG-5 (four "
    "convolutions of 16, 32, 64, 64) stands beside the paper's VGG16. "
    f"{TO_THE_END['epochs']} epochs of SGD at {TO_THE_END['lr']} with a cosine schedule, batch "
    f"{TO_THE_END['batch_size']}, no augmentation (paper: 300 epochs): {{fitted}} % of the "
    f"training images are right in the end. Then {CYCLES} cycles that each prune "
    f"{PER_CYCLE:.0%} of the weights that remain, by filters {PER_CYCLE_OF_FILTERS:.0%} (paper: "
    "15 %), and retrain with the whole schedule again, as the paper does. Task and schedule were "
    "chosen by training curves and by the dense net's accuracy under noise, before anything was "
    "pruned; shapes and thresholds are those of the earlier study. Robust nets: recipe 'paper', "
    "eight corruptions and clean in training and retraining, seven others held out. Similarity "
    "under noise: {images:,} images × {draws} draws (paper: 1,000 × 100). Informative pixels: "
    "{pictures} images (paper: 2,000), BackSelect with {k} pixels at a time, an approximation. "
    "Corruptions at severity 3, seed 0, made at 16×16. One thread, no GPU."
)


def short(family: str) -> str:
    """A family's name with the paper's name of its method."""
    net, method = family.split(" / ")
    name = NAMES[method.split(",")[0]]
    extra = " with penalty" if "penalty" in method else ""
    return f"{name}{extra}{' robust' if 'robust' in net else ''}"


def percents(values: np.ndarray, digits: int = 0) -> list[str]:
    """Fractions in %, a dash where there is none."""
    return [f"{100 * one:.{digits}f}" if np.isfinite(one) else "–" for one in values]


def accuracies(store: gw.GeometryStore) -> list[str]:
    """Clean and mean corrupted accuracy by family and level."""
    curve = gw.prune_accuracy(store)
    corrupted = [name for name in curve.benchmark.values.tolist() if name != "clean"]
    lines = ["| method | " + " | ".join(f"cycle {k}" if k else "dense" for k in curve.level.values)]
    lines = [f"{lines[0]} | ratios | seeds |", "|" + "---|" * (curve.sizes["level"] + 3)]
    for name in curve.family.values.tolist():
        own = curve.sel(family=name)
        clean = own.accuracy_mean.sel(benchmark="clean").values
        shifted = own.accuracy_mean.sel(benchmark=corrupted).mean("benchmark").values
        cells = [f"{a}/{b}" for a, b in zip(percents(clean, 1), percents(shifted, 1), strict=True)]
        ratios = ", ".join(percents(own.ratio_mean.values[1:]))
        seeds = int(own.repeats.max())
        lines.append(f"| {short(name)} | " + " | ".join(cells) + f" | {ratios} | {seeds} |")
    return lines


def potentials(store: gw.GeometryStore) -> list[str]:
    """Average on both distributions, minimum, worst benchmark, the paper's beside."""
    found = gw.potential_by_distribution(store)
    lines = [
        "| method | train | test | difference | test minimum | worst | seeds "
        f"| paper, {PAPERS_NET}: train → test |",
        "|" + "---|" * 8,
    ]
    for name in found.family.values.tolist():
        own = found.sel(family=name)
        (train, test), spread = own.average_mean.values, own.average_std.values
        printed = PAPER.get(METHOD_NAMES[name.split(" / ")[1].split(",")[0]])
        plain = short(name) in NAMES.values() and printed is not None
        lines.append(
            f"| {short(name)} | {_with_std(train, spread[0])} | {_with_std(test, spread[1])} | "
            f"{100 * (test - train):+.1f} | {100 * float(own.minimum_mean.sel(side='test')):.1f} | "
            f"{str(own.worst.values).removesuffix('-3')} | {int(own.repeats.max())} | "
            f"{f'{100 * printed[0]:.1f} → {100 * printed[1]:.1f}' if plain else '–'} |"
        )
    there = {short(name) for name in found.family.values.tolist()}
    lines += ["", "The paper's minimum on the test distribution is 0 in all four rows."]
    if missing := [name for name in NAMES.values() if name not in there]:
        lines += ["", f"No whole run: {', '.join(missing)}."]
    return lines


def _with_std(mean: float, spread: float) -> str:
    return f"{100 * mean:.1f}" + (f" ± {100 * spread:.1f}" if np.isfinite(spread) else "")


def by_benchmark(store: gw.GeometryStore) -> list[str]:
    """Potential of every family on every benchmark, means over seeds."""
    found = gw.prune_potential(store).mean("repeat")
    names = [short(name) for name in found.family.values.tolist()]
    lines = ["| benchmark | " + " | ".join(names) + " |", "|" + "---|" * (len(names) + 1)]
    for name in found.benchmark.values.tolist():
        cells = " | ".join(percents(found.sel(benchmark=name).values))
        lines.append(f"| {name.removesuffix('-3')} | {cells} |")
    return lines


def excess(store: gw.GeometryStore) -> list[str]:
    """Slope of each family with its band."""
    found = gw.excess_error(store)
    lines = ["| method | slope, points an entire net | 95 % | points |", "|---|---|---|---|"]
    for name in found.family.values.tolist():
        own = found.sel(family=name)
        low, high = 100 * float(own.slope_low), 100 * float(own.slope_high)
        slope = 100 * float(own.slope)
        lines.append(
            f"| {short(name)} | {slope:+.2f} | {low:+.2f} … {high:+.2f} | {int(own.points)} |"
        )
    return lines


def noise_levels(found: xr.Dataset) -> list[str]:
    """Potential by ε: the mean and each seed's; and how much the dense nets err."""
    dense = found.error.sel(model=[m for m in found.model.values.tolist() if m.endswith(" dense")])
    own = found.potential.isel(family=0)
    lines = ["| ε | " + " | ".join(f"{e:g}" for e in own.noise.values) + " |"]
    lines.append("|" + "---|" * (own.sizes["noise"] + 1))
    for name, row in [("mean", own.mean("repeat"))] + [
        (f"seed {seed}", own.sel(repeat=seed)) for seed in own.repeat.values.tolist()
    ]:
        lines.append(f"| {name} | " + " | ".join(percents(row.values)) + " |")
    errors = " | ".join(percents(dense.mean("model").values))
    return [*lines, f"| error of the dense nets | {errors} |"]


def agreement(similar: Sequence[xr.Dataset]) -> list[str]:
    """Agreement and softmax distance of each net with its parent, by ε, means over seeds."""
    lines = [
        "| net | " + " | ".join(f"ε {e:g}" for e in LEVELS) + " | distance at ε 0.2 |",
        "|" + "---|" * (len(LEVELS) + 2),
    ]
    count = min(int((one.role == "pruned").sum()) for one in similar)
    rows = {f"pruned, cycle {k + 1}": 1 + k for k in range(count)} | {"separate": -1}
    for name, place in rows.items():
        cells = [one.isel(model=place).sel(noise=list(LEVELS), method="nearest") for one in similar]
        same = np.mean([cell.agreement.values for cell in cells], 0)
        apart = np.mean([float(cell.distance.sel(noise=0.2, method="nearest")) for cell in cells])
        lines.append(f"| {name} | " + " | ".join(percents(same, 1)) + f" | {apart:.3f} |")
    return lines


def heat(found: xr.Dataset) -> list[str]:
    """Confidence in the true class on each net's pixels, and the swapped-mask distance.

    Args:
        found: of one benchmark.
    """
    ratios = found.ratio.values
    names = ["dense", *(f"{100 * ratio:.0f} %" for ratio in ratios[1:-1]), "separate"]
    lines = []
    for variable, title in (
        ("confidence", "Confidence in the true class; rows: whose pixels, columns: which net"),
        ("distance", "Distance ‖f(m̂⊙x) − f(m⊙x)‖ of softmax outputs, same layout"),
    ):
        lines += [
            f"{title}:",
            "",
            "| | " + " | ".join(names) + " |",
            "|" + "---|" * (len(names) + 1),
        ]
        for name, row in zip(names, found[variable].values, strict=True):
            lines.append(f"| {name} | " + " | ".join(f"{one:.3f}" for one in row) + " |")
        lines.append("")
    return lines[:-1]
