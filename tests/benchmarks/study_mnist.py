"""MNIST through the same code as the demo: LeNet-5, five ratios, eight corruptions.

Run `python tests/benchmarks/study_mnist.py --data mnist.npz --store mnist.zarr`.
Exits 1 when the dense net stays below 97 % or a pair is missing.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import geowidgets as gw

CORRUPTIONS = (
    "gaussian_noise",
    "impulse_noise",
    "gaussian_blur",
    "defocus_blur",
    "contrast",
    "brightness",
    "pixelate",
    "jpeg_compression",
)
RATIOS = (0.3, 0.5, 0.7, 0.8, 0.9)


def study(data: Path, epochs: int) -> gw.Study:
    """6 models × 9 benchmarks on the 10,000 test images at 28×28."""
    train = gw.datasets.load_npz(data, "train")
    test = gw.datasets.load_npz(data, "test")
    net = gw.zoo.lenet5(in_channels=1, size=28)
    gw.training.train(
        net, train.images, train.labels, epochs=epochs, optimizer="adam", lr=1e-3, label="MNIST"
    )
    return gw.Study(
        [gw.ModelEntry("dense", net), *gw.prune_family(net, method="magnitude", ratios=RATIOS)],
        gw.corruption_benchmarks(CORRUPTIONS, 3),
        test.images,
        test.labels,
        test.classes,
    )


def main() -> int:
    """Compute, print the table, and say whether the bar is met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=2)
    options = parser.parse_args()
    made = study(options.data, options.epochs)
    start = time.perf_counter()
    store = gw.GeometryStore.compute(made, options.store)
    seconds = time.perf_counter() - start
    table = store.accuracy()
    print(store, f"{seconds:.1f} s", table.to_pandas().round(3).to_string(), sep="\n")
    dense = float(table.sel(model="dense", benchmark="clean"))
    return int(dense < 0.97 or not store.done.all())


if __name__ == "__main__":
    raise SystemExit(main())
