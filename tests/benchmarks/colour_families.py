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
from tests.benchmarks.jpeg_cifar import halved, load, normalise

# Numbers of the images of each class: 10,000 of all ten to train on, 2,000 to look at training by,
# 2,000 for every table.
TRAIN, VALIDATION, TEST = range(1000), range(1000, 1200), range(-200, 0)
SEEDS = (0, 1, 2)
SCHEDULE = {"epochs": 20, "lr": 0.05, "batch_size": 64, "crop": 3, "flip": True}
# Those nets are not at their best after 20 epochs: longer retraining would make pruned nets better
# than dense ones for having been trained more.
RETRAINING = SCHEDULE | {"epochs": 2, "lr": 0.02}
CYCLES, PER_CYCLE, PER_CYCLE_OF_FILTERS = 6, 0.35, 0.2
PENALTY = {"angle": 0.3, "margin": 0.3, "target": 1.0}
RESNET, VGG = small_nets.resnet20_narrow.__name__, small_nets.vgg5.__name__
TITLES = {RESNET: "ResNet-20 narrow", VGG: "VGG-5"}
# A task that is learned to the end within half a minute: the first five classes, pixels halved,
# every training image right when the rate comes to 0; and, as in the paper, the same schedule
# again in every retraining.
FEW_CLASSES, MORE_TEST = 5, range(-800, 0)
TO_THE_END = {"epochs": 20, "lr": 0.05, "batch_size": 64}
WT, FT, SIPP, PFP = "magnitude", "ft", "sipp", "pfp"
NAMES = {WT: "WT", FT: "FT", SIPP: "SiPP", PFP: "PFP"}
RETRAINED, PENALISED = "{} retrained", "{} retrained with penalty"


class Job(NamedTuple):
    """A net of one seed and what is made of it.

    Attributes:
        net: architecture.
        seed: of the training.
        methods: of pruning.
        robust: corruptions in training and retraining.
        penalty: a run of WT with the geometric penalty in retraining.
        coarse: on the few classes and halved pixels, trained to the end.
    """

    net: str
    seed: int
    methods: tuple[str, ...] = ()
    robust: bool = False
    penalty: bool = False
    coarse: bool = False

    @property
    def folder(self) -> str:
        """Of its family."""
        words = (self.net, *["coarse"] * self.coarse, *["robust"] * self.robust, str(self.seed))
        return "-".join(words)

    def configuration(self) -> dict[str, Any]:
        """Of `build_family`."""
        runs = [self.run(method) for method in self.methods]
        if self.penalty:
            runs.append(self.run(WT) | {"name": PENALISED.format(WT), "penalty": PENALTY})
        recipe = "paper" if self.robust else None
        few = {"num_classes": FEW_CLASSES} if self.coarse else {}
        return {
            "architecture": self.net, "seed": self.seed, "recipe": recipe, **few,
            "train": TO_THE_END if self.coarse else SCHEDULE,
            "prune": [one | ({"recipe": recipe} if recipe else {}) for one in runs],
        }  # fmt: skip

    def run(self, method: str) -> dict[str, Any]:
        """Cycles of pruning and retraining; a layer that they empty leaves its shortcut."""
        milder = self.coarse and method in (FT, PFP)
        return {
            "method": method, "name": RETRAINED.format(method), "cycles": CYCLES,
            "per_cycle": PER_CYCLE_OF_FILTERS if milder else PER_CYCLE,
            "retrain": "train" if self.coarse else RETRAINING, "options": {"allow_empty": True},
        }  # fmt: skip


PLAN = (
    *(Job(VGG, seed, (WT,), coarse=True) for seed in SEEDS[:2]),
    Job(VGG, 0, (FT, SIPP, PFP), coarse=True),
    Job(VGG, 0, (WT,), robust=True, coarse=True),
    Job(VGG, 1, (FT, SIPP, PFP), coarse=True),
    Job(VGG, 1, (WT,), robust=True, coarse=True),
    *(Job(net, seed) for seed in SEEDS for net in (RESNET, VGG)),
    *(Job(RESNET, seed, (WT,), penalty=True) for seed in SEEDS),
)


def images(data: Path, part: str, *, coarse: bool = False) -> gw.datasets.Samples:
    """The images that nets are trained on, looked at while they train, or measured on.

    Args:
        data: zip of class/number.jpg.
        part: "train", "validation" or "test".
        coarse: the few classes, with halved pixels.
    """
    numbers = {"train": TRAIN, "validation": VALIDATION, "test": MORE_TEST if coarse else TEST}
    found = load(data, numbers[part], part, FEW_CLASSES if coarse else None)
    return dataclasses.replace(found, images=halved(found.images)) if coarse else found


def make(jobs: Sequence[Job], data: Path, folder: Path) -> None:
    """Train and prune what is missing of these jobs."""
    for job in jobs:
        train, validation = (images(data, p, coarse=job.coarse) for p in ("train", "validation"))
        build_family(
            folder / job.folder, job.configuration(), train.images, train.labels,
            transform=normalise, device="cpu", validation=(validation.images, validation.labels),
        )  # fmt: skip


def title(net: str, *, robust: bool = False, coarse: bool = False) -> str:
    """What a net is called in tables."""
    return f"{TITLES[net]}{' coarse' if coarse else ''}{', robust' if robust else ''}"


def entries(
    folder: Path, net: str, *, robust: bool = False, coarse: bool = False
) -> list[gw.ModelEntry]:
    """All models of a net that are there, of all seeds, under names that tell their seed.

    Runs that have not come to their last cycle are left out: their potential would be too small.
    """
    found: list[gw.ModelEntry] = []
    for seed in SEEDS:
        place = folder / Job(net, seed, robust=robust, coarse=coarse).folder
        if not (place / INDEX).exists():
            continue
        own = gw.model_entries(ModelFamily.open(place))
        own = [named(entry, title(net, robust=robust, coarse=coarse)) for entry in own]
        counts = Counter(entry.method for entry in own)
        found += [e for e in own if e.parent is None or counts[e.method] == CYCLES]
    return found


def named(entry: gw.ModelEntry, title: str) -> gw.ModelEntry:
    """An entry with its net's title, its seed, and whether it was retrained, in its names."""
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
