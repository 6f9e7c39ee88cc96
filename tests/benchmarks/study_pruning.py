"""Pruning on MNIST: does it behave as the papers say? Exits with 1 when a bar is not met.

    python -m tests.benchmarks.study_pruning --data mnist.npz [--part units mpt retrain]

`--data` is an .npz with train_x, train_y, test_x, test_y. Each part replaces its section of
tests/benchmarks/results/pruning.md unless --dry.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import torch

from geowidgets import datasets, zoo
from geowidgets.pruning import prune, prune_retrain, unit_curve
from geowidgets.training import recipe, to_input, train
from tests.benchmarks.sections import replace_section

RESULTS, TITLE = Path(__file__).parent / "results" / "pruning.md", "Pruning on MNIST"
COUNTS = (0, 25, 50, 75, 100, 125, 150, 175, 200, 225, 250, 270)
REPORT = {  # read off Fig. 2a of "Sources of redundancy" at 50, 100, 150, 200, 270 units
    "random_units": (96.8, 93, 87, 69, 31),
    "max_mag": (98, 95, 91.5, 83, 47.5),
    "max_fp": (98, 93, 82, 40, 30),
    "min_fp": (80, 49, 36, 27, 19),
    "min_mag": (80, 43, 32, 20, 20),
}
REPORT_AT = (50, 100, 150, 200, 270)
REPEATS, NETS = 5, 3
EARLIER = (
    "An earlier run of one net on pixels in [0, 1] missed the bar: max_mag 83.4 and random 83.9 "
    "(std 4.6) at 150 units; the curves depend on the normalisation and on the net."
)
MEAN, DEVIATION = 0.1307, 0.3081  # of the training pixels in [0, 1]


def accuracy_on(images: torch.Tensor, labels: np.ndarray):
    """A function model → accuracy in points on float images `(sample, channel, y, x)`."""
    answers = torch.from_numpy(labels)

    @torch.no_grad()
    def measure(model: torch.nn.Module) -> float:
        model.eval()
        hits = sum(
            int((model(x).argmax(1) == y).sum())
            for x, y in zip(images.split(2000), answers.split(2000), strict=True)
        )
        return 100 * hits / len(labels)

    return measure


def units(train_set, test_set) -> tuple[list[str], list[str]]:
    """Six curves of the first layer of LeNet-300-100 (Fig. 2a), means over nets and repeats."""
    train_images, test_images = (
        (to_input(s.images) - MEAN) / DEVIATION for s in (train_set, test_set)
    )
    measure = accuracy_on(test_images, test_set.labels)
    curves: dict[str, list] = {name: [] for name in REPORT}
    for seed in range(NETS):
        net = zoo.lenet300_100(in_channels=1, size=28, seed=seed)
        train(
            net, train_images, train_set.labels, device="cpu", seed=seed,
            label=f"net {seed + 1}/{NETS}", **recipe("lenet300_100"),
        )  # fmt: skip
        for name, found in curves.items():
            repeats = range(REPEATS) if name == "random_units" else (0,)
            found += [unit_curve(net, "fc1", name, COUNTS, measure, seed=r) for r in repeats]
    means = {name: np.mean(found, 0) for name, found in curves.items()}
    spread = np.std(np.reshape(curves["random_units"], (NETS, REPEATS, -1)), 1).mean(0)
    lines = [
        f"LeNet-300-100, first layer, accuracy in % after n of 300 units are removed (no "
        f"retraining, bias kept): means over {NETS} nets, random over {REPEATS} repeats of each. "
        f"Normalised pixels, SGD 3e-3, momentum 0.9, batch 64, 53 epochs (50k iterations). In "
        f"brackets: read off the report's Fig. 2a.",
        "",
        "| criterion | " + " | ".join(map(str, COUNTS)) + " |",
        "|---" * (len(COUNTS) + 1) + "|",
    ]
    for name, values in means.items():
        printed = dict(zip(REPORT_AT, REPORT[name], strict=True))
        cells = [
            f"{value:.1f}" + (f" ({printed[count]})" if count in printed else "")
            for count, value in zip(COUNTS, values, strict=True)
        ]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    lines.append("| std of random | " + " | ".join(f"{value:.1f}" for value in spread) + " |")
    lines += ["", EARLIER]
    return lines, unit_bars(means)


def unit_bars(means: dict[str, np.ndarray]) -> list[str]:
    """What of the report's shape is missed."""
    at100, at150 = COUNTS.index(100), COUNTS.index(150)
    random = means["random_units"]
    missed = []
    for name in ("min_mag", "min_fp"):
        if means[name][at100] > random[at100] - 10:
            missed.append(f"{name} at 100: {means[name][at100]:.1f}, random {random[at100]:.1f}")
    if means["max_mag"][at150] < random[at150]:
        missed.append(f"max_mag at 150: {means['max_mag'][at150]:.1f} < {random[at150]:.1f}")
    if random[at150] < means["max_fp"][at150] - 2:
        missed.append(f"max_fp at 150: {means['max_fp'][at150]:.1f} > {random[at150]:.1f} + 2")
    return missed


def mpt(train_set, test_set, epochs: int = 6) -> tuple[list[str], list[str]]:
    """A multi-prize ticket of LeNet-5 at 90 %."""
    net = zoo.lenet5(in_channels=1, size=28)
    started = time.perf_counter()
    pruned = prune(
        net,
        "mpt",
        0.9,
        loader=(train_set.images, train_set.labels),
        batch_size=128,
        epochs=epochs,
        lr=0.003,
        scale_fan=True,
    )
    reached = accuracy_on(to_input(test_set.images), test_set.labels)(pruned.module)
    lines = [
        f"MPT (biprop) on LeNet-5, {100 * pruned.measured.parameters:.2f} % of "
        f"{pruned.measured.total} weights removed, {epochs} epochs of Adam, learning rate 0.003 "
        f"with a cosine schedule, fan-in scaled by the kept fraction (LeNet-5 has no "
        f"normalisation; 0.1 without scaling, the setting for nets with it, stays below 70 % "
        f"after 6 epochs): test accuracy {reached:.2f} % (bar 97), "
        f"{time.perf_counter() - started:.0f} s."
    ]
    return lines, [] if reached >= 97 else [f"mpt at 90 %: {reached:.2f} < 97"]


def retrain(train_set, test_set) -> tuple[list[str], list[str]]:
    """Magnitude pruning with retraining at 90 %, one-shot and in cycles."""
    measure = accuracy_on(to_input(test_set.images), test_set.labels)
    schedule = {"epochs": 4, "lr": 0.05, "batch_size": 128, "weight_decay": 5e-4}
    net = zoo.lenet5(in_channels=1, size=28)
    train(net, train_set.images, train_set.labels, device="cpu", **schedule)
    dense = measure(net)
    lines = [
        f"LeNet-5, 4 epochs of SGD at 0.05 with a cosine schedule: dense {dense:.2f} %. "
        f"Retraining repeats the schedule.",
        "",
        "| run | removed | accuracy | minus dense |",
        "|---|---|---|---|",
    ]
    missed = []
    runs = {
        "magnitude, no retraining": {"ratios": [0.9], "schedule": None},
        "magnitude, one-shot": {"ratios": [0.9], "schedule": schedule},
        "magnitude, PruneRetrain": {"ratios": [0.6838, 0.9], "schedule": schedule},
    }
    for name, settings in runs.items():
        stage = prune_retrain(
            net, train_set.images, train_set.labels, method="magnitude", device="cpu", **settings
        )[-1]
        reached = measure(stage.module)
        ratio = 100 * stage.measured.parameters
        lines.append(f"| {name} | {ratio:.2f} % | {reached:.2f} | {reached - dense:+.2f} |")
        if settings["schedule"] and reached < dense - 0.5:
            missed.append(f"{name}: {reached:.2f}, dense {dense:.2f}")
    return lines, missed


PARTS = {"units": units, "mpt": mpt, "retrain": retrain}


def main() -> int:
    """Run the parts asked for; the number of bars missed, as exit status 0 or 1."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", required=True, help=".npz with train_x, train_y, test_x, test_y")
    parser.add_argument("--part", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--dry", action="store_true", help="print, write nothing")
    given = parser.parse_args()
    torch.set_num_threads(1)
    train_set = datasets.load_npz(given.data, "train")
    test_set = datasets.load_npz(given.data, "test")
    missed = []
    for part in given.part:
        lines, failures = PARTS[part](train_set, test_set)
        verdict = "Bar met." if not failures else "**Bar missed**: " + "; ".join(failures)
        text = "\n".join([*lines, "", verdict, ""])
        print(text, flush=True)
        if not given.dry:
            machine = f"One thread, torch {torch.__version__}."
            replace_section(RESULTS, TITLE, part, f"{machine}\n\n{text}")
        missed += failures
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
