"""The colour nets of the studies: trained, pruned and retrained in cycles; all of them resumable.

    python -m tests.benchmarks.colour_families --data cifar10_jpeg_train.zip --folder scratch

makes what is missing of `PLAN`, in its order; the studies judge whatever is there. Jobs on one
family must not run at the same time.
"""

from __future__ import annotations

import argparse
import dataclasses
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch

import geowidgets as gw
from geowidgets.pruning import ModelFamily, build_family
from geowidgets.pruning.family import INDEX
from tests.benchmarks import small_nets
from tests.benchmarks.jpeg_cifar import load, normalise

# Numbers of the images of each class: 10,000 to train on, 2,000 to choose the schedule of
# retraining by, 2,000 for every table.
TRAIN, VALIDATION, TEST = range(1000), range(1000, 1200), range(-200, 0)
SEEDS = (0, 1, 2)
SCHEDULE = {"epochs": 20, "lr": 0.05, "batch_size": 64, "crop": 3, "flip": True}
# The nets are not at their best after 20 epochs: longer retraining would make pruned nets better
# than dense ones for having been trained more.
RETRAINING = SCHEDULE | {"epochs": 2, "lr": 0.02}
CYCLES, PER_CYCLE = 6, 0.35
PENALTY = {"angle": 0.3, "margin": 0.3, "target": 1.0}
RESNET, VGG = small_nets.resnet20_narrow.__name__, small_nets.vgg5.__name__
TITLES = {RESNET: "ResNet-20 narrow", VGG: "VGG-5"}
WT, FT, SIPP, PFP = "magnitude", "ft", "sipp", "pfp"
NAMES = {WT: "WT", FT: "FT", SIPP: "SiPP", PFP: "PFP"}
RETRAINED, PENALISED = "{} retrained", "{} retrained with penalty"


class Job(NamedTuple):
    """A net of one seed and what is made of it; `robust` nets see corruptions in training."""

    net: str
    seed: int
    methods: tuple[str, ...] = ()
    robust: bool = False
    penalty: bool = False

    @property
    def folder(self) -> str:
        """Of its family."""
        return f"{self.net}{'-robust' if self.robust else ''}-{self.seed}"

    def configuration(self) -> dict[str, Any]:
        """Of `build_family`."""
        runs = [run(method) for method in self.methods]
        if self.penalty:
            runs.append(run(WT) | {"name": PENALISED.format(WT), "penalty": PENALTY})
        recipe = "paper" if self.robust else None
        return {
            "architecture": self.net, "seed": self.seed, "train": SCHEDULE, "recipe": recipe,
            "prune": [one | ({"recipe": recipe} if recipe else {}) for one in runs],
        }  # fmt: skip


def run(method: str) -> dict[str, Any]:
    """Cycles of pruning and retraining; a layer that they empty leaves its shortcut."""
    return {
        "method": method, "name": RETRAINED.format(method), "cycles": CYCLES,
        "per_cycle": PER_CYCLE, "retrain": RETRAINING, "options": {"allow_empty": True},
    }  # fmt: skip


PLAN = (
    *(Job(RESNET, seed, (WT, FT)) for seed in SEEDS),
    *(Job(RESNET, seed, penalty=True) for seed in SEEDS),
    Job(RESNET, 0, (SIPP, PFP)),
    Job(VGG, 0),
    Job(RESNET, 0, (WT,), robust=True),
    Job(VGG, 1),
    Job(VGG, 2),
    Job(RESNET, 1, (WT,), robust=True),
    Job(RESNET, 2, (WT,), robust=True),
)


def make(jobs: Sequence[Job], data: Path, folder: Path) -> None:
    """Train and prune what is missing of these jobs."""
    train, validation = load(data, TRAIN, "train"), load(data, VALIDATION, "validation")
    for job in jobs:
        build_family(
            folder / job.folder, job.configuration(), train.images, train.labels,
            transform=normalise, device="cpu", validation=(validation.images, validation.labels),
        )  # fmt: skip


def entries(folder: Path, net: str, *, robust: bool = False) -> list[gw.ModelEntry]:
    """All models of a net that are there, of all seeds, under names that tell their seed.

    Runs that have not come to their last cycle are left out: their potential would be too small.
    """
    found: list[gw.ModelEntry] = []
    for seed in SEEDS:
        place = folder / Job(net, seed, robust=robust).folder
        if not (place / INDEX).exists():
            continue
        own = [named(e, net, robust) for e in gw.model_entries(ModelFamily.open(place))]
        counts = Counter(entry.method for entry in own)
        found += [e for e in own if e.parent is None or counts[e.method] == CYCLES]
    return found


def named(entry: gw.ModelEntry, net: str, robust: bool = False) -> gw.ModelEntry:
    """An entry with its net's title, its seed, and whether it was retrained, in its names."""
    title = f"{TITLES[net]}{', robust' if robust else ''}"
    method = entry.name.rsplit("-", 1)[0].replace(" retrained", ", retrained")
    return dataclasses.replace(
        entry,
        name=f"{title} {entry.seed} {entry.name}",
        parent=entry.parent and f"{title} {entry.seed} {entry.parent}",
        architecture=title,
        method=entry.method if entry.parent is None else method,
    )


def main() -> int:
    """Make the jobs, all or those of some numbers."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="zip of class/number.jpg")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--jobs", type=int, nargs="+", default=range(len(PLAN)))
    given = parser.parse_args()
    torch.set_num_threads(1)
    make([PLAN[k] for k in given.jobs], given.data, given.folder)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
