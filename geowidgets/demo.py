"""The demo study: scikit-learn's digits, small nets, their pruned families, twenty benchmarks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from torch import nn

from geowidgets import zoo
from geowidgets.datasets import Samples, digits
from geowidgets.pruning import prune, retrain
from geowidgets.study import ModelEntry, Study, corruption_benchmarks, prune_family
from geowidgets.training import to_input, train

METHODS = ("random", "gradient", "magnitude")
RATIOS = (0.3, 0.6, 0.8, 0.9)
TRAINING = {"epochs": 12, "optimizer": "adam", "lr": 2e-3}
RETRAINING = {"epochs": 3, "optimizer": "adam", "lr": 1e-3}
SEVERITY = 3
NETS: dict[str, Callable[..., nn.Module]] = {
    "LeNet-5": zoo.lenet5,
    "LeNet-300-100": zoo.lenet300_100,
}


def demo_study(folder: str | Path | None = None, *, progress: bool = True) -> Study:
    """Train two small nets on digits and prune each in four ways at four ratios.

    Args:
        folder: Where to keep the trained nets, so that a second call only loads them.
        progress: Show a bar while training.

    Returns:
        34 models × 20 benchmarks (clean and the 19 corruptions at severity 3) on 599 test images
        of real handwriting, 32×32.
    """
    samples, test = digits(split="train"), digits(split="test")
    where = None if folder is None else Path(folder)
    if where is not None:
        where.mkdir(parents=True, exist_ok=True)
    models: list[ModelEntry] = []
    for name, build in NETS.items():
        net = build(in_channels=samples.images.shape[-1])
        checkpoint = where and where / f"{name}.pt"
        train(
            net,
            samples.images,
            samples.labels,
            **TRAINING,
            checkpoint=checkpoint,
            progress=progress,
            label=name,
        )
        net.cpu()
        dense = ModelEntry(f"{name} dense", net, architecture=name)
        models += [dense, *_one_shot(dense, samples), *_retrained(dense, samples, where)]
    return Study(
        models,
        corruption_benchmarks(severities=SEVERITY),
        images=test.images,
        labels=test.labels,
        classes=test.classes,
    )


def _one_shot(dense: ModelEntry, samples: Samples) -> Iterator[ModelEntry]:
    assert dense.module is not None
    for method in METHODS:
        yield from prune_family(
            dense.module,
            method=method,
            ratios=RATIOS,
            name=f"{dense.architecture} {method}",
            parent=dense.name,
            architecture=dense.architecture,
            loader=_batches(samples),
        )


def _retrained(dense: ModelEntry, samples: Samples, where: Path | None) -> Iterator[ModelEntry]:
    assert dense.module is not None
    for ratio in RATIOS:
        name = f"{dense.architecture} retrained-{100 * ratio:g}"
        pruned = prune(dense.module, "magnitude", ratio)
        retrain(
            pruned.module,
            pruned.masks,
            samples.images,
            samples.labels,
            schedule=RETRAINING,
            checkpoint=where and where / f"{name}.pt",
            progress=False,
        )
        yield ModelEntry(
            name,
            pruned.module.cpu(),
            architecture=dense.architecture,
            method="magnitude, retrained",
            ratio=float(pruned.measured.parameters),
            parent=dense.name,
        )


def _batches(samples: Samples, size: int = 100) -> list[tuple[Any, Any]]:
    return [
        (to_input(samples.images[i : i + size]), samples.labels[i : i + size])
        for i in range(0, len(samples.images), size)
    ]
