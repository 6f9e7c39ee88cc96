"""Does a geometric penalty in retraining make pruned nets robust? One study, before and after.

    python -m tests.benchmarks.colour_families --data cifar10_jpeg_train.zip --folder scratch
    python -m tests.benchmarks.study_penalty --data cifar10_jpeg_train.zip --folder scratch

The hypothesis of "Understanding Robustness Lottery", §7.2, tried: the same cycles of magnitude
pruning with and without `GeometricPenalty` in retraining, measured on the same benchmarks. Replaces
its section of tests/benchmarks/results/penalty.md unless --dry; exits 1 unless the penalty does to
the geometry what it is for. Whether robustness follows is the question, not a bar.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

import geowidgets as gw
from tests.benchmarks import colour_families as colour
from tests.benchmarks.lost_in_pruning_shapes import Shape, table
from tests.benchmarks.sections import replace_section
from tests.benchmarks.study_lost_in_pruning import WT, compute
from tests.benchmarks.vulnerability_bars import counted

RESULTS, TITLE = Path(__file__).parent / "results" / "penalty.md", "Retraining with a penalty"
PENALISED = "magnitude, retrained with penalty"
QUESTION = (
    "The paper has no experiment: its experts' hypothesis is that geometric constraints in "
    "training make nets robust. λ_angle = {angle}, λ_margin = {margin}, target margin {target} "
    "feature units, set beforehand and not tuned; only retraining sees them. ResNet-20 narrow on "
    "10,000 JPEG-recompressed CIFAR-10 images, 20 epochs, 6 cycles of 35 % with two epochs each; "
    "{seeds}, {samples:,} test images, 19 corruptions at severity 3. "
    "'Before' is the dense parent."
)


class Row(NamedTuple):
    """One net: accuracies as fractions, angles in degrees, margin over mean length."""

    clean: float
    corrupted: float
    angle: float
    spread: float
    margin: float


def row(store: gw.GeometryStore, accuracy, name: str) -> Row:
    """A net's means over samples; the margin in units of its own mean length."""
    own = accuracy.sel(model=name)
    corrupted = [b for b in own.benchmark.values.tolist() if b != "clean"]
    angle = store.column("angle", name, "clean")
    length = float(np.mean(store.column("length", name, "clean")))
    return Row(
        float(own.sel(benchmark="clean")), float(own.sel(benchmark=corrupted).mean()),
        float(np.mean(angle)), float(np.std(angle)),
        float(np.nanmean(store.column("margin", name, "clean"))) / length,
    )  # fmt: skip


def compared(store: gw.GeometryStore) -> dict[tuple[int, str], list[Row]]:
    """Rows of each seed that has both runs: before, then the cycles without and with penalty."""
    accuracy, found = store.accuracy(), {}
    nominal = colour.TITLES[colour.RESNET]
    own = [m for m in store.models if m.architecture == nominal]
    for seed in sorted({m.seed for m in own if m.method == PENALISED}):
        dense = next(m for m in own if m.seed == seed and m.parent is None)
        found[seed, "before"] = [row(store, accuracy, dense.name)]
        for method in (WT, PENALISED):
            run = sorted((m.ratio, m.name) for m in own if (m.seed, m.method) == (seed, method))
            found[seed, method] = [row(store, accuracy, name) for _, name in run]
    return found


def lines(found: dict[tuple[int, str], list[Row]]) -> list[str]:
    """Means over seeds of every cycle."""
    text = [
        "| retrained | cycle | clean % | corrupted % | angle, mean ± std over samples "
        "| margin ÷ length |",
        "|" + "---|" * 6,
    ]
    for method, title in (("before", "–"), (WT, "without"), (PENALISED, "with penalty")):
        runs = [rows for (_, own), rows in found.items() if own == method]
        for cycle in range(len(runs[0])):
            mean = Row(*np.mean([rows[cycle] for rows in runs], 0))
            text.append(
                f"| {title} | {'dense' if method == 'before' else cycle + 1} | "
                f"{100 * mean.clean:.1f} | {100 * mean.corrupted:.1f} | "
                f"{mean.angle:.1f}° ± {mean.spread:.1f}° | {mean.margin:.3f} |"
            )
    return text


def judged(found: dict[tuple[int, str], list[Row]]) -> tuple[list[Shape], str]:
    """What the penalty has to do, and the answer to the question."""
    pairs = [
        (a, b)
        for (seed, own), rows in found.items()
        if own == WT
        for a, b in zip(rows, found[seed, PENALISED], strict=True)
    ]
    falls = [b.angle - a.angle for a, b in pairs]
    grows = [b.margin - a.margin for a, b in pairs]
    shapes = [
        Shape(
            "angles to the true class fall", "mean < 0", f"{np.mean(falls):+.2f}°",
            bool(np.mean(falls) < 0),
        ),
        Shape(
            "margins grow, in units of the length", "mean > 0", f"{np.mean(grows):+.4f}",
            bool(np.mean(grows) > 0),
        ),
    ]  # fmt: skip
    gains = {
        name: [100 * (getattr(b, name) - getattr(a, name)) for a, b in pairs]
        for name in ("clean", "corrupted")
    }
    words = "; ".join(
        f"{name} {np.mean(own):+.2f} points on average (from {min(own):+.2f} to {max(own):+.2f}, "
        f"better in {sum(g > 0 for g in own)} of {len(own)} nets)"
        for name, own in gains.items()
    )
    return shapes, (
        f"Accuracy with the penalty minus without, at equal ratios: {words}. The hypothesis needs "
        f"corrupted images to gain, and more than clean ones: {answer(gains)}."
    )


def answer(gains: dict[str, list[float]]) -> str:
    """What gains in points on clean and on corrupted images, a net each, say in words.

    >>> answer({"clean": [0.0, 0.1], "corrupted": [-0.4, 0.6]})
    'too small to be told from chance'
    """
    more = np.subtract(gains["corrupted"], gains["clean"])
    for own in (np.array(gains["corrupted"]), more):
        if abs(own.mean()) <= 2 * own.std(ddof=1) / np.sqrt(len(own)):
            return "too small to be told from chance"
    return "they do" if min(np.mean(gains["corrupted"]), more.mean()) > 0 else "they do not"


def main() -> int:
    """Measure what is missing, compare, write; 1 unless the penalty shows in the geometry."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="zip of class/number.jpg")
    parser.add_argument("--folder", type=Path, required=True, help="families and store")
    parser.add_argument("--dry", action="store_true", help="print, write nothing")
    given = parser.parse_args()
    torch.set_num_threads(1)
    nets, test = colour.entries(given.folder, colour.RESNET), colour.images(given.data, "test")
    store = compute(nets, test, given.folder / "lost.zarr")
    found = compared(store)
    if not found:
        parser.error(f"--folder {given.folder} holds no whole run with a penalty")
    shapes, gained = judged(found)
    seeds = counted([seed for seed, own in found if own == "before"])
    head = QUESTION.format(**colour.PENALTY, seeds=seeds, samples=len(test))
    text = "\n".join([head, "", *lines(found), "", *table(shapes), "", gained])
    print(text)
    if not given.dry:
        replace_section(RESULTS, TITLE, "Magnitude pruning of ResNet-20 narrow", text)
    return int(not all(shape.held for shape in shapes))


if __name__ == "__main__":
    raise SystemExit(main())
