"""Run in a process of its own: a map with less address space than its batch wants."""

from __future__ import annotations

import resource
import sys
import warnings
from pathlib import Path

import numpy as np
import torch

from geowidgets.attribution import occlusion


def net() -> torch.nn.Module:
    """Maps of 2 MiB an image."""
    torch.manual_seed(0)
    return torch.nn.Sequential(
        torch.nn.Conv2d(1, 32, 3, padding=1), torch.nn.ReLU(),
        torch.nn.Conv2d(32, 32, 1), torch.nn.ReLU(),
        torch.nn.AdaptiveAvgPool2d(2), torch.nn.Flatten(), torch.nn.Linear(128, 3),
    ).eval()  # fmt: skip


def leave(mebibytes: int) -> None:
    """Let the process grow by so much and no more."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    size = pages * resource.getpagesize() + (mebibytes << 20)
    resource.setrlimit(resource.RLIMIT_AS, (size, resource.RLIM_INFINITY))


def main(path: str, mebibytes: int) -> None:
    """Print what was warned of, and how far the map is from the one made with all memory."""
    torch.set_num_threads(1)
    model, image = net(), np.random.default_rng(0).integers(0, 256, (128, 128), np.uint8)
    options = {"window": 16, "stride": 12, "path": path, "batch": 256, "device": "cpu"}
    expected = occlusion(model, image, 1, **{**options, "batch": 2})
    leave(mebibytes)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        try:
            found = occlusion(model, image, 1, **options)
            print(float(abs(found - expected).max() / abs(expected).max()))
        except MemoryError as error:
            print(error)
        for one in seen:
            print(one.filename, one.message)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
