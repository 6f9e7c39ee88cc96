"""Make tests/corruptions/golden.json: the reference's change of real photographs, 19 × 5 cells.

Run from the root of the project: `python -m tests.benchmarks.make_corruption_golden`. It needs
the peer (see `corruption_peer.py`); the tests need only the table.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from geowidgets.corruptions.constants import CIFAR
from tests.benchmarks import corruption_peer
from tests.corruptions.photographs import patches

TABLE = Path(__file__).parents[1] / "corruptions" / "golden.json"


def change(images: np.ndarray, function, severity: int, rounds: int) -> dict[str, float]:
    """Mean absolute change, deviation and mean of the change, in grey levels."""
    results = [corruption_peer.run(function, image, severity) for image in images]
    for _ in range(rounds - 1):
        results += [corruption_peer.run(function, image, severity) for image in images]
    difference = np.array(results).reshape(rounds, *images.shape).astype(float) - images
    return {
        "absolute": round(float(np.abs(difference).mean()), 4),
        "deviation": round(float(difference.std()), 4),
        "mean": round(float(difference.mean()), 4),
    }


def table(images: np.ndarray, rounds: int, names: list[str]) -> dict[str, list[dict[str, float]]]:
    """The changes of some corruptions, severities 1 to 5."""
    np.random.seed(0)  # noqa: NPY002  the peer draws from the global generator
    functions = corruption_peer.load(CIFAR)
    return {
        name: [change(images, functions[name], severity, rounds) for severity in range(1, 6)]
        for name in names
    }


def main() -> None:
    """Write the table for the patches of the test."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--only", nargs="+", choices=list(CIFAR), help="remake these rows alone")
    options = parser.parse_args()
    kept = json.loads(TABLE.read_text())["cells"] if options.only else {}
    made = table(patches(options.images, 32), options.rounds, options.only or list(CIFAR))
    cells = {name: (kept | made)[name] for name in CIFAR}
    content = {
        "made by": "imagecorruptions 1.1.2 with the constants of CIFAR-10-C, one image at a time",
        "unit": "grey levels",
        "images": options.images,
        "cells": cells,
    }
    TABLE.write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main()
