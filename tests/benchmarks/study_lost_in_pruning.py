"""What test accuracy does not tell of pruned nets: "Lost in Pruning", on a small scale.

    python -m tests.benchmarks.colour_families --data cifar10_jpeg_train.zip --folder scratch
    python -m tests.benchmarks.study_lost_in_pruning --data cifar10_jpeg_train.zip --folder scratch

The first line trains, the second measures and judges whatever families are whole: potential by
benchmark, train against test distribution, excess error, noise, informative features, robust
retraining. What is measured is kept in --folder. Replaces the study's section of
tests/benchmarks/results/lost_in_pruning.md unless --dry; exits 1 unless every shape holds.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
import xarray as xr

import geowidgets as gw
from geowidgets.evaluation.potential import allowed_errors
from geowidgets.pruning import ModelFamily
from geowidgets.pruning.family import INDEX
from tests.benchmarks import colour_families as colour
from tests.benchmarks import lost_in_pruning_shapes as shapes
from tests.benchmarks import lost_in_pruning_tables as tables
from tests.benchmarks.jpeg_cifar import normalise
from tests.benchmarks.sections import replace_section

RESULTS, TITLE = Path(__file__).parent / "results" / "lost_in_pruning.md", "Lost in pruning"
SECTION = "PruneRetrain of nets trained to the end"
SEVERITY = 3
NOISY_IMAGES, NOISY_DRAWS = 1000, 4  # the paper's are 1,000 and 100
PICTURES, AT_ONCE, PRUNED = 20, 8, 5  # of the heat maps: images, pixels at a time, pruned nets
SHOWN = ("clean", "gaussian_noise-3")  # how the images of the heat maps are shown
NET, ROBUST = (colour.title(colour.VGG, coarse=True, robust=robust) for robust in (False, True))
WT, FT = (colour.RETRAINED.format(m).replace(" ", ", ", 1) for m in (colour.WT, colour.FT))


def all_entries(folder: Path) -> list[gw.ModelEntry]:
    """Every net of the study that is there: dense, pruned in whole runs, robust."""
    found = [colour.entries(folder, colour.VGG, robust=r, coarse=True) for r in (False, True)]
    return [*found[0], *found[1]]


def compute(entries: Sequence[gw.ModelEntry], test: gw.datasets.Samples, path: Path):
    """The store of all nets × clean and 19 corruptions."""
    benchmarks = gw.corruption_benchmarks(severities=SEVERITY)
    study = gw.Study(
        entries, benchmarks, test.images, test.labels, test.classes, transform=normalise
    )
    return gw.GeometryStore.compute(study, path, device="cpu", images=None)


def kept(path: Path, names: Sequence[str], measure: Callable[[], xr.Dataset]) -> xr.Dataset:
    """What was measured on nets of these names, from its file where it is there."""
    if path.exists():
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["names"] == list(names):
            return xr.Dataset.from_dict(content["found"])
    found = measure()
    path.write_text(json.dumps({"names": list(names), "found": found.to_dict()}), encoding="utf-8")
    return found


def family(entries: Sequence[gw.ModelEntry], seed: int, method: str) -> list[gw.ModelEntry]:
    """A dense net, its pruned ones of a method by ratio, and the dense net of the next seed."""
    own = [e for e in entries if e.architecture == NET]
    dense = {e.seed: e for e in own if e.parent is None}
    others = sorted(dense, key=lambda other: (other <= seed, other))
    pruned = sorted((e for e in own if (e.seed, e.method) == (seed, method)), key=lambda e: e.ratio)
    return [dense[seed], *pruned, *(dense[other] for other in others[:1] if other != seed)]


def noise(entries, test, folder: Path) -> tuple[xr.Dataset, list[xr.Dataset]]:
    """Potential of WT by noise level, and the similarity of each seed's nets with their parent."""
    options = {"transform": normalise, "device": "cpu"}
    seeds = sorted({e.seed for e in entries if (e.architecture, e.method) == (NET, WT)})
    groups = {seed: family(entries, seed, WT) for seed in seeds}
    everyone = [e for group in groups.values() for e in group[:-1]]
    names = [e.name for e in everyone]
    potential = kept(
        folder / "coarse_noise_potential.json",
        names,
        lambda: gw.noise_potential(everyone, test.images, test.labels, **options),
    )
    similar = [
        kept(
            folder / f"coarse_noise_similarity-{seed}.json",
            [e.name for e in group],
            lambda group=group: gw.noise_similarity(
                group, test.images, samples=NOISY_IMAGES, draws=NOISY_DRAWS, **options
            ),
        )
        for seed, group in groups.items()
    ]
    return potential, similar


def features(entries, test, folder: Path) -> xr.Dataset:
    """Heat maps of the dense net of seed 0, five of its WT nets, and a separate net."""
    group = family(entries, 0, WT)
    group = [*group[:-1][: 1 + PRUNED], group[-1]]
    shown = [b for b in gw.corruption_benchmarks(severities=SEVERITY) if b.name in SHOWN]
    return gw.informative_features(
        group, test.images[:PICTURES], test.labels[:PICTURES], benchmarks=shown, k=AT_ONCE,
        transform=normalise, path=folder / "informative", device="cpu",
    )  # fmt: skip


def fitted(folder: Path) -> float:
    """Share of the training images that the dense nets have right in their last epoch."""
    last = []
    for seed in colour.SEEDS:
        place = folder / colour.Job(colour.VGG, seed, coarse=True).folder
        if (place / INDEX).exists():
            last.append(ModelFamily.open(place)["dense"].details["history"][-1]["accuracy"])
    return float(np.mean(last))


def judge(entries, test, folder: Path) -> tuple[list[str], list[shapes.Shape]]:
    """All tables, and the shapes."""
    store = compute(entries, test, folder / "coarse.zarr")
    potential, similar = noise(entries, test, folder)
    heat = features(entries, test, folder)
    found = [
        *shapes.distribution(store, WT, FT, NET),
        *shapes.noise_levels(potential),
        *shapes.excess(store, WT, NET),
        *shapes.agreement(similar),
        *shapes.robust(store, WT, NET, ROBUST),
        *shapes.informative(heat),
    ]
    lines = [
        tables.PROTOCOL.format(
            samples=len(test), errors=allowed_errors(0.005, len(test)),
            fitted=shapes.percent(fitted(folder)), images=NOISY_IMAGES, draws=NOISY_DRAWS,
            pictures=PICTURES, k=AT_ONCE,
        ),
        "", *shapes.table(found), "",
        "### Accuracy in %, clean / mean of the 19 corruptions, means over seeds", "",
        *tables.accuracies(store), "",
        "### Prune potential in %, means over seeds", "", *tables.potentials(store), "",
        "### Potential by benchmark in %", "", *tables.by_benchmark(store), "",
        "### Excess error", "", *tables.excess(store), "",
        "### Potential of WT by noise level, in %", "", *tables.noise_levels(potential), "",
        "### Agreement with the parent under noise, in %", "", *tables.agreement(similar), "",
    ]  # fmt: skip
    for name in heat.benchmark.values.tolist():
        own = tables.heat(heat.sel(benchmark=name))
        lines += [f"### Informative features, {name.removesuffix('-3')}", "", *own, ""]
    return lines[:-1], found


def main() -> int:
    """Measure what is missing, judge, write; 1 unless every shape holds."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="zip of class/number.jpg")
    parser.add_argument("--folder", type=Path, required=True, help="families and what is measured")
    parser.add_argument("--store-only", action="store_true", help="fill the store, judge nothing")
    parser.add_argument("--dry", action="store_true", help="print, write nothing")
    given = parser.parse_args()
    torch.set_num_threads(1)
    entries, test = all_entries(given.folder), colour.images(given.data, "test", coarse=True)
    if given.store_only:
        return len(compute(entries, test, given.folder / "coarse.zarr").missing)
    lines, found = judge(entries, test, given.folder)
    text = "\n".join(lines)
    print(text)
    if not given.dry:
        replace_section(RESULTS, TITLE, SECTION, text)
    return int(not all(shape.held for shape in found))


if __name__ == "__main__":
    raise SystemExit(main())
