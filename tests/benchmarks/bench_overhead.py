"""What a whole `GeometryStore.compute` costs beside the bare forward passes, and where it goes.

    python -m tests.benchmarks.bench_overhead [--net lenet5] [--threads 2] [--scale 1] [--write]

Bare: the same images through the same nets, `inference_mode`, the batch of `compute`, float32,
argmax on the device. Total: `compute` into a fresh folder: fingerprints, heads, room for the
arrays, geometry, writing, summary, marks. Clean images and three corruptions; making them is timed
inside `compute` and counts in the second ratio only. Best of three, taking turns. A profile of one
run by part follows; parts that overlap (a thread writes) may add up to more than the whole.
Bars: without making images 1.10, with it and ten nets 1.25.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import json
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import torch
from torch import nn

import geowidgets as gw
from geowidgets.geometry import Classifier
from geowidgets.store import compute, tile
from geowidgets.store.plan import Prints
from geowidgets.store.writer import Writer
from geowidgets.training import to_input
from tests.benchmarks.sections import replace_section

RESULTS = Path(__file__).parent / "results" / "overhead.md"
CLASSES, BATCH = 10, tile.BATCH["cpu"]
# Builder, and samples for one net and for ten.
NETS: dict[str, tuple[Callable[..., nn.Module], int, int]] = {
    "lenet5": (gw.zoo.lenet5, 10_000, 2_000),
    "resnet20": (gw.zoo.resnet20, 768, 256),
}
CORRUPTED = ("gaussian_noise", "defocus_blur", "jpeg_compression")
# Part → where its function is looked up, and by what name.
PARTS: dict[str, tuple[Any, str]] = {
    "fingerprints": (Prints, "of"),
    "heads": (compute, "_probe"),
    "room and index": (compute, "_plan"),
    "images to tensors": (tile, "to_input"),
    "forward": (nn.Module, "__call__"),
    "geometry": (Classifier, "measure"),
    "images of benchmarks": (gw.Benchmark, "render"),
    "waiting for the writer": (Writer, "submit"),
    "writing and marks (thread)": (compute, "write_block"),
    "summary (thread)": (compute, "refresh_column"),
}


def study(build: Callable[..., nn.Module], nets: int, samples: int) -> gw.Study:
    """Nets with random weights on random images: neither changes what anything costs."""
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (samples, 32, 32, 3), dtype=np.uint8)
    return gw.Study(
        [gw.ModelEntry(f"net {k}", build(num_classes=CLASSES).eval()) for k in range(nets)],
        gw.corruption_benchmarks(CORRUPTED, 3), images,
        generator.integers(0, CLASSES, samples), [str(k) for k in range(CLASSES)],
    )  # fmt: skip


@torch.inference_mode()
def bare(study: gw.Study, rendered: list[np.ndarray]) -> None:
    """The forward passes alone."""
    for images in rendered:
        for entry in study.models:
            net = entry.load()
            for first in range(0, len(images), BATCH):
                net(to_input(images[first : first + BATCH])).argmax(dim=1)


def whole(study: gw.Study) -> None:
    """A store made from nothing."""
    with tempfile.TemporaryDirectory() as folder:
        gw.GeometryStore.compute(study, Path(folder) / "new.zarr", device="cpu", progress=False)


def seconds(call: Callable[[], object]) -> float:
    """Of one call."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


@contextlib.contextmanager
def profiled(parts: tuple[str, ...]) -> Iterator[dict[str, float]]:
    """Seconds by part of what runs inside; a part inside itself counts once."""
    spent = dict.fromkeys(parts, 0.0)
    inside = threading.local()

    def timed(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(call)
        def run(*given: Any, **options: Any) -> Any:
            if getattr(inside, name, False):
                return call(*given, **options)
            setattr(inside, name, True)
            start = time.perf_counter()
            try:
                return call(*given, **options)
            finally:
                spent[name] += time.perf_counter() - start
                setattr(inside, name, False)

        return run

    with contextlib.ExitStack() as stack:
        for name in parts:
            home, function = PARTS[name]
            found = timed(name, getattr(home, function))
            stack.enter_context(mock.patch.object(home, function, found))
        yield spent


def measured(name: str, nets: int, samples: int) -> dict[str, Any]:
    """Ratios and profile of one net, or of several."""
    own = study(NETS[name][0], nets, samples)
    rendered = [b.render(own.sets["test"].images, 0) for b in own.benchmarks]
    whole(own)
    forward, total, making = [], [], []
    for _ in range(3):
        forward.append(seconds(lambda: bare(own, rendered)))
        with profiled(("images of benchmarks",)) as images:
            total.append(seconds(lambda: whole(own)))
        making += images.values()
    with profiled(tuple(PARTS)) as spent:
        whole(own)
    without = min(t - m for t, m in zip(total, making, strict=True))
    return {
        "net": name, "nets": nets, "benchmarks": len(own.benchmarks), "samples": samples,
        "bare s": round(min(forward), 3), "total s": round(min(total), 3),
        "images s": round(min(making), 3), "ratio": round(without / min(forward), 3),
        "with images": round(min(total) / min(forward), 3),
        "profile s": {part: round(value, 3) for part, value in spent.items()},
    }  # fmt: skip


def text(found: list[dict[str, Any]], threads: int) -> str:
    """The results as a section of a page."""
    lines = [
        f"{threads} threads, batch {BATCH}, 32×32×3, float32, random images; best of three.", "",
        "| nets | benchmarks × samples | bare [s] | total [s] | of it making images [s] "
        "| ratio without images (1.10) | ratio with images (ten nets: 1.25) |",
        "|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for one in found:
        title = one["net"] if one["nets"] == 1 else f"{one['nets']} × {one['net']}"
        size = f"{one['benchmarks']} × {one['samples']:,}"
        lines.append(
            f"| {title} | {size} | {one['bare s']} | {one['total s']} | {one['images s']} | "
            f"{one['ratio']} | {one['with images']} |"
        )
    names = [f"{one['nets']} × {one['net']} [s]" for one in found]
    lines += ["", f"| part of one run | {' | '.join(names)} |", "|---|" + "---|" * len(names)]
    for part in PARTS:
        values = " | ".join(str(one["profile s"][part]) for one in found)
        lines.append(f"| {part} | {values} |")
    return "\n".join(lines)


def main() -> None:
    """Print one JSON object a measurement, and write the page where that is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--net", choices=NETS, help="one of the nets only")
    parser.add_argument("--nets", type=int, choices=(1, 10), help="one net, or ten, only")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--scale", type=float, default=1.0, help="of the number of samples")
    parser.add_argument("--write", action="store_true", help="into results/overhead.md")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    warnings.simplefilter("ignore")
    found = []
    for name in [given.net] if given.net else list(NETS):
        for nets, samples in zip((1, 10), NETS[name][1:], strict=True):
            if given.nets not in (None, nets):
                continue
            found.append(measured(name, nets, max(BATCH, int(samples * given.scale))))
            print(json.dumps(found[-1]), flush=True)
    if given.write:
        page = text(found, given.threads)
        replace_section(RESULTS, "What computing costs", "The whole of compute", page)


if __name__ == "__main__":
    main()
