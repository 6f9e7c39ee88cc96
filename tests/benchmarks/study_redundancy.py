"""Spectra, unit removal and elbows beside "Sources of redundancy"; exits with 1 on a missed bar.

    python tests/benchmarks/study_redundancy.py --mnist mnist.npz --colour cifar.zip --nets FOLDER
        [--part spectra units classes] [--classes 5 10 20] [--dry]

`--mnist` is an .npz with train_x, …; `--colour` a zip of class/number.jpg. Trained nets are kept in
`--nets`. Each part replaces its section of tests/benchmarks/results/redundancy.md unless --dry.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parents[2]))

from geowidgets.redundancy import (
    marchenko_pastur_support,
    removal_curves,
    residual_curve,
    spectrum,
)
from tests.benchmarks import redundancy_nets as nets
from tests.benchmarks.sections import Found, run_parts

RESULTS = Path(__file__).parent / "results" / "redundancy.md"
TITLE = "Sources of redundancy"
EDGES = {  # units, inputs, and the edges that the report's figures show
    "Conv-2 fc1": (256, 16_384, 0.2552, 0.4219),
    "Conv-6 fc1": (256, 4_096, 0.1875, 0.521),
    "VGG last convolution": (512, 4_608, 0.148, 0.593),
    "VGG fc1": (512, 512, 0.0, 1.333),
}
REPORT_UNITS = {  # read off Fig. 2a at 50, 100, 150, 200, 270 removed units
    "random_units": (96.8, 93, 87, 69, 31),
    "max_mag": (98, 95, 91.5, 83, 47.5),
    "max_fp": (98, 93, 82, 40, 30),
    "min_fp": (80, 49, 36, 27, 19),
    "min_mag": (80, 43, 32, 20, 20),
}
AT = (50, 100, 150, 200, 270)


def spectra(given: argparse.Namespace) -> Found:
    """Fig. 6: eigenvalues before and after training beside the random edges; and the time."""
    missed = []
    lines = ["Edges nσ²(1 ∓ √(m/n))² at PyTorch's initialisation, and what the figures show:", ""]
    lines += ["| layer | m × n | report | ours |", "|---|---|---|---|"]
    for name, (m, n, low, high) in EDGES.items():
        found = marchenko_pastur_support(m, n)
        lines.append(f"| {name} | {m} × {n} | {low}, {high} | {found.low:.4f}, {found.high:.4f} |")
        # Printed to three or four digits.
        if abs(found.low - low) > 6e-4 or abs(found.high - high) > 6e-4:
            missed.append(f"edges of {name}: {found.low:.4f}, {found.high:.4f}")
    lines += [
        "",
        "| layer | edges | initial λ, least and largest | trained λ, largest five | "
        "trained λ above the edge | chord elbow |",
        "|---|---|---|---|---|---|",
    ]
    for name, made, layer in layers(given):
        before, after = (spectrum(net, layer) for net in (made.initial, made.net))
        edge = before.support()
        least, most = before.eigenvalues[-1], before.eigenvalues[0]
        top = ", ".join(f"{value:.2f}" for value in after.eigenvalues[:5])
        chord = residual_curve(made.net, layer).attrs["elbow"]
        lines.append(
            f"| {name} {layer} | {edge.low:.3f}, {edge.high:.3f} | {least:.3f}, {most:.3f} | {top} "
            f"| {after.outliers()} of {after.units} | {chord} |"
        )
        if max(abs(least - edge.low), abs(most - edge.high)) > 0.03 * edge.high:
            missed.append(f"{name} {layer}: initial {least:.3f} … {most:.3f}")
        if not 1 <= after.outliers() < after.units:
            missed.append(f"{name} {layer}: {after.outliers()} outliers")
    seconds = timed()
    lines += ["", f"Spectrum of 512 × 4,608: {seconds:.2f} s of one core (bar 1 s)."]
    if seconds >= 1:
        missed.append(f"spectrum of 512 × 4,608: {seconds:.2f} s")
    return lines, missed


def layers(given: argparse.Namespace):
    """Name, nets and layer of every spectrum."""
    lenet = nets.lenet300(given.mnist, given.nets)
    colour = nets.conv2(given.colour, given.nets)
    return (("LeNet-300-100", lenet, "fc1"), ("Conv-2", colour, "fc1"), ("Conv-2", colour, "fc2"))


def timed() -> float:
    """Processor seconds of one spectrum, best of three."""
    weight = torch.randn(512, 4_608, generator=torch.Generator().manual_seed(0))
    best = np.inf
    for _ in range(3):
        start = time.process_time()
        spectrum(weight)
        best = min(best, time.process_time() - start)
    return best


def units(given: argparse.Namespace) -> Found:
    """Fig. 2: accuracy while units of the first linear layer go, by criterion."""
    missed, lines = [], []
    made = nets.lenet300(given.mnist, given.nets)
    curves = removal_curves(made.net, "fc1", made.accuracy, counts=(0, *AT))
    lines += table(f"{made.words}. In brackets: the report's Fig. 2a.", curves, REPORT_UNITS)
    missed += unit_bars("LeNet-300-100", curves, 100)
    made = nets.conv2(given.colour, given.nets)
    head = made.linear_part()
    counts = (0, 25, 50, 100, 150, 200, 230)
    curves = removal_curves(head.net, "fc1", head.accuracy, counts=counts)
    lines += ["", *table(f"{made.words}; 256 units (report: Fig. 2b).", curves, {})]
    missed += unit_bars("Conv-2", curves, 100)
    return lines, missed


def table(words: str, curves, report) -> list[str]:
    """A row a criterion."""
    counts = curves.removed.values.tolist()
    lines = [words, "", "| criterion | " + " | ".join(map(str, counts)) + " |"]
    lines.append("|---" * (len(counts) + 1) + "|")
    for name in curves.criterion.values:
        printed = dict(zip(AT, report.get(name, ()), strict=False))
        row = curves.sel(criterion=name)
        cells = []
        for count in counts:
            cell = f"{100 * float(row.value.sel(removed=count)):.1f}"
            if (std := float(row["std"].sel(removed=count))) > 0:
                cell += f" ± {100 * std:.1f}"
            cells.append(cell + (f" ({printed[count]})" if count in printed else ""))
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


def unit_bars(name: str, curves, at: int) -> list[str]:
    """The report's order: keeping large norms beats random, keeping small ones is far below."""
    value = {c: 100 * float(curves.value.sel(criterion=c, removed=at)) for c in REPORT_UNITS}
    missed = []
    if value["max_mag"] < value["random_units"] - 0.5:
        missed.append(f"{name}: max_mag {value['max_mag']:.1f} at {at}")
    if value["min_mag"] > value["random_units"] - 5:
        missed.append(f"{name}: min_mag {value['min_mag']:.1f} at {at}")
    return missed


def classes(given: argparse.Namespace) -> Found:
    """The report's open question: is the elbow the number of classes?"""
    lines = [
        "5: the first five classes; 20: every second image altered (digits inverted, colour images "
        "turned upside down) and a class of its own. As many training images in each task. Elbow: "
        "of the squared residual, furthest below its chord. Gap: the k ≤ 60 of the largest "
        "σ_k/σ_k+1. Cheap: the smallest rank that loses less than a point.",
        "",
        "| net | classes | layer | accuracy | elbow | above the edge | gap (ratio) | cheap |",
        "|---|---|---|---|---|---|---|---|",
    ]
    found: dict[str, dict[int, list[int]]] = {}
    missed = []
    for name, count, made in class_nets(given):
        whole = made.accuracy(made.net)
        for layer in ("fc1", "fc2"):
            values = spectrum(made.net, layer)
            chord = residual_curve(made.net, layer).attrs["elbow"]
            sigma = np.sqrt(values.eigenvalues)
            ratios = sigma[:60] / sigma[1:61]
            gap = int(ratios.argmax()) + 1
            cheap = made.cheapest_rank(layer, whole)
            lines.append(
                f"| {name} | {count} | {layer} | {100 * whole:.1f} | {chord} | "
                f"{values.outliers()} | {gap} ({ratios[gap - 1]:.2f}) | {cheap} |"
            )
            for kind, value in (("elbow", chord), ("gap", gap), ("cheap", cheap)):
                found.setdefault(f"{name.split(',')[0]} {layer} {kind}", {}).setdefault(
                    count, []
                ).append(value)
        floor = 0.9 if name.startswith("LeNet") else 3 / count
        if whole < floor:
            missed.append(f"{name} with {count} classes: {whole:.3f} < {floor:.2f}")
    lines += ["", "Means: " + "; ".join(f"{key} {means(by)}" for key, by in found.items()) + "."]
    return lines, missed


def means(by: dict[int, list[int]]) -> str:
    """Classes → mean over the seeds, in words."""
    return ", ".join(f"{np.mean(values):.1f} at {count}" for count, values in by.items())


def class_nets(given: argparse.Namespace):
    """Name, number of classes and net of every run."""
    for count in nets.TASKS:
        for seed in range(3):
            made = nets.lenet300(given.mnist, given.nets, count, seed)
            yield f"LeNet-300-100, seed {seed}", count, made
    for count in given.classes:
        yield "Conv-2", count, nets.conv2(given.colour, given.nets, count)


PARTS = {
    "spectra": spectra,
    "units": units,
    "classes": classes,
}


def main() -> int:
    """Run the parts asked for; 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--mnist", type=Path, required=True)
    parser.add_argument("--colour", type=Path, required=True)
    parser.add_argument("--nets", type=Path, required=True, help="folder that keeps trained nets")
    parser.add_argument("--part", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument(
        "--classes", nargs="+", type=int, choices=nets.TASKS, default=list(nets.TASKS),
        help="classes of Conv-2 in the part of that name; each is a training",
    )  # fmt: skip
    parser.add_argument("--dry", action="store_true", help="print, write nothing")
    given = parser.parse_args()
    torch.set_num_threads(1)
    return run_parts(given.part, lambda part: PARTS[part](given), RESULTS, TITLE, given.dry)


if __name__ == "__main__":
    sys.exit(main())
