"""What a whole `GeometryStore.compute` costs beside the bare forward passes, and where it goes.

    python -m tests.benchmarks.bench_overhead [--case 0] [--threads 2] [--lines FILE] [--write]

Bare: the same images through the same nets, `inference_mode`, the batch of `compute`, float32,
argmax on the device. Total: `compute` into a fresh folder: fingerprints, heads, room for the
arrays, geometry, writing, summary, marks. Making images is timed inside `compute` and counts in
the second ratio only; set-up, which a store takes once whatever is computed, is left out of the
third. Best of three, taking turns. A profile of one run by part follows; parts that overlap (a
thread writes) may add up to more than the whole. Each case is a line of JSON, appended to a file
where one is given, so that cases can be measured apart; `--write` puts their tables into the page.
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
from geowidgets.store import compute, filling, tile
from geowidgets.store.plan import Prints
from geowidgets.store.writer import Writer
from geowidgets.training import to_input
from tests.benchmarks.sections import replace_tables

RESULTS = Path(__file__).parent / "results" / "overhead.md"
CLASSES, BATCH = 10, tile.BATCH["cpu"]
NETS: dict[str, Callable[..., nn.Module]] = {"lenet5": gw.zoo.lenet5, "resnet20": gw.zoo.resnet20}
CORRUPTED = ("gaussian_noise", "defocus_blur", "jpeg_compression")
ALL = (1, 2, 3, 4, 5)
# Net, how many of them, severities, samples: small ones, where set-up weighs most, and studies.
CASES: tuple[tuple[str, int, tuple[int, ...], int], ...] = (
    ("resnet20", 1, (3,), 384),
    ("resnet20", 1, (3,), 3_000),
    ("resnet20", 10, (3,), 300),
    ("lenet5", 1, (3,), 10_000),
    ("lenet5", 1, ALL, 10_000),
    ("lenet5", 10, (3,), 2_000),
    ("lenet5", 10, (3,), 10_000),
)
SETUP = ("fingerprints", "heads", "room and index")
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
    "writing and marks (thread)": (filling, "write_block"),
    "summary (thread)": (filling, "summarise"),
    "summary's rows (thread)": (compute, "refresh_column"),
}


def study(
    build: Callable[..., nn.Module], nets: int, samples: int, severities: tuple[int, ...] = (3,)
) -> gw.Study:
    """Nets with random weights on random images: neither changes what anything costs."""
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (samples, 32, 32, 3), dtype=np.uint8)
    return gw.Study(
        [gw.ModelEntry(f"net {k}", build(num_classes=CLASSES).eval()) for k in range(nets)],
        gw.corruption_benchmarks(CORRUPTED, severities), images,
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


def whole(study: gw.Study) -> float:
    """Seconds of making a store from nothing."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "new.zarr"
        return seconds(lambda: gw.GeometryStore.compute(study, path, device="cpu", progress=False))


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


def measured(name: str, nets: int, severities: tuple[int, ...], samples: int) -> dict[str, Any]:
    """Ratios and profile of one case."""
    own = study(NETS[name], nets, samples, severities)
    rendered = [b.render(own.sets["test"].images, 0) for b in own.benchmarks]
    whole(own)
    forward, total, making, setup = [], [], [], []
    for _ in range(3):
        forward.append(seconds(lambda: bare(own, rendered)))
        with profiled(("images of benchmarks", *SETUP)) as spent:
            total.append(whole(own))
        making.append(spent["images of benchmarks"])
        setup.append(sum(spent[part] for part in SETUP))
    with profiled(tuple(PARTS)) as spent:
        whole(own)
    runs = list(zip(total, making, setup, strict=True))
    least = min(forward)
    return {
        "net": name, "nets": nets, "benchmarks": len(own.benchmarks), "samples": samples,
        "bare s": round(least, 3), "total s": round(min(total), 3),
        "images s": round(min(making), 3), "setup s": round(min(setup), 3),
        "ratio": round(min(t - m for t, m, _ in runs) / least, 3),
        "with images": round(min(total) / least, 3),
        "without setup": round(min(t - m - s for t, m, s in runs) / least, 3),
        "all s": [[round(x, 3) for x in one] for one in (forward, total, making)],
        "profile s": {part: round(value, 3) for part, value in spent.items()},
    }  # fmt: skip


def title(one: dict[str, Any]) -> str:
    """What was measured, in words."""
    nets = one["net"] if one["nets"] == 1 else f"{one['nets']} × {one['net']}"
    return f"{nets}, {one['benchmarks']} × {one['samples']:,}"


def text(found: list[dict[str, Any]], threads: int) -> str:
    """The results as a section of a page."""
    lines = [
        f"{threads} threads, batch {BATCH}, 32×32×3, float32, random images; best of three.", "",
        "| nets, benchmarks × samples | bare [s] | total [s] | of it making images [s] "
        "| of it set-up [s] | without images (bar 1.10) | with images (ten nets: bar 1.25) "
        "| without images and set-up |",
        "|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    keys = "bare s", "total s", "images s", "setup s", "ratio", "with images", "without setup"
    lines += [f"| {title(one)} | {' | '.join(str(one[k]) for k in keys)} |" for one in found]
    names = [title(one) for one in found]
    lines += ["", f"| part of one run [s] | {' | '.join(names)} |", "|---|" + "---|" * len(names)]
    for part in PARTS:
        values = " | ".join(str(one["profile s"][part]) for one in found)
        lines.append(f"| {part} | {values} |")
    return "\n".join(lines)


def main() -> None:
    """Print one JSON object a case, and write the page where that is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    numbers = range(len(CASES))
    parser.add_argument("--case", type=int, choices=numbers, nargs="*", default=[*numbers])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--lines", type=Path, help="where lines of JSON are appended")
    parser.add_argument("--write", action="store_true", help="into results/overhead.md")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    warnings.simplefilter("ignore")
    lines = given.lines.read_text().splitlines() if given.lines and given.lines.exists() else []
    for number in given.case:
        lines.append(json.dumps(measured(*CASES[number])))
        print(lines[-1], flush=True)
        if given.lines:
            given.lines.write_text("\n".join(lines) + "\n")
    if given.write:
        page = text([json.loads(line) for line in lines], given.threads)
        replace_tables(RESULTS, "What computing costs", "The whole of compute", page)


if __name__ == "__main__":
    main()
