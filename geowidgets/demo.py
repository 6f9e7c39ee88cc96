"""The demo study: scikit-learn's digits, small nets, their pruned families, twenty benchmarks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from torch import nn

from geowidgets import zoo
from geowidgets.datasets import Samples, digits
from geowidgets.study import ModelEntry, Study, corruption_benchmarks, prune_family
from geowidgets.training import train

METHODS = ("magnitude", "gradient", "random")
RATIOS = (0.3, 0.6, 0.8, 0.9, 0.95)
EPOCHS = 12
SEVERITY = 3
NETS: dict[str, Callable[..., nn.Module]] = {
    "LeNet-5": zoo.lenet5,
    "LeNet-300-100": zoo.lenet300_100,
}


def demo_study(folder: str | Path | None = None, *, progress: bool = True) -> Study:
    """Train two small nets on digits and prune each by three methods at five ratios.

    Args:
        folder: Where to keep the trained nets, so that a second call only loads them.
        progress: Show a bar while training.

    Returns:
        32 models × 20 benchmarks (clean and the 19 corruptions at severity 3) on 599 test images
        of real handwriting, 32×32.
    """
    training, test = digits(split="train"), digits(split="test")
    models = []
    for name, build in NETS.items():
        net = _trained(name, build, training, folder, progress)
        models += _family(name, net, training)
    return Study(
        models,
        corruption_benchmarks(severities=SEVERITY),
        images=test.images,
        labels=test.labels,
        classes=test.classes,
    )


def _trained(
    name: str,
    build: Callable[..., nn.Module],
    samples: Samples,
    folder: str | Path | None,
    progress: bool,
) -> nn.Module:
    net = build(in_channels=samples.images.shape[-1])
    checkpoint = None
    if folder is not None:
        Path(folder).mkdir(parents=True, exist_ok=True)
        checkpoint = Path(folder) / f"{name}.pt"
    train(
        net,
        samples.images,
        samples.labels,
        epochs=EPOCHS,
        optimizer="adam",
        lr=2e-3,
        checkpoint=checkpoint,
        progress=progress,
        label=name,
    )
    return net.cpu()


def _family(name: str, net: nn.Module, samples: Samples) -> list[ModelEntry]:
    from geowidgets.training import to_input

    dense = ModelEntry(f"{name} dense", net, architecture=name)
    entries = [dense]
    step = 100
    batches = [
        (to_input(samples.images[i : i + step]), samples.labels[i : i + step])
        for i in range(0, len(samples.images), step)
    ]
    for method in METHODS:
        entries += prune_family(
            net,
            method=method,
            ratios=RATIOS,
            name=f"{name} {method}",
            parent=dense.name,
            architecture=name,
            loader=batches,
        )
    return entries
