"""Cost of the geometry beside a bare forward pass: ratios measured in one run.

    python tests/benchmarks/bench_geometry.py [--threads 2] [--batch 500] [--clock wall|cpu]

For every net, rounds of three calls alternate, so that all see the same machine: the bare pass
(`inference_mode`, argmax), the pass under a tap followed by all metrics, and the metrics alone.
Best and median times count; the budget for the second over the first is 1.10. On a machine that
others use too, `--clock cpu --threads 1` counts this process's own time only. What the whole of
`GeometryStore.compute` costs, writing included, is `bench_overhead.py`'s.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn

from geowidgets import zoo
from geowidgets.latents import find_head

NETS = {"lenet5": (zoo.lenet5, 40), "resnet20": (zoo.resnet20, 10)}
CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}


def calls(model: nn.Module, images: Tensor, labels: Tensor) -> dict[str, Callable[[], object]]:
    """What is compared."""
    head = find_head(model, images)
    classifier = head.classifier()
    with head.tap() as seen:
        model(images)

    def measured() -> object:
        with head.tap() as tap:
            model(images)
        return classifier.measure(tap.features, labels, logits=tap.logits)

    return {
        "bare": lambda: model(images).argmax(dim=1),
        "measured": measured,
        "geometry": lambda: classifier.measure(seen.features, labels, logits=seen.logits),
    }


def timed(
    calls: dict[str, Callable[[], object]], rounds: int, clock: Callable[[], float]
) -> dict[str, list[float]]:
    """Milliseconds of each call, the calls taking turns; the first round warms up."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds + 1):
        for name, call in calls.items():
            start = clock()
            call()
            times[name].append(1e3 * (clock() - start))
    return {name: values[1:] for name, values in times.items()}


def main() -> None:
    """Print one JSON object a net."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch", type=int, default=500)
    parser.add_argument("--clock", choices=CLOCKS, default="wall")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    generator = torch.Generator().manual_seed(0)
    images = torch.rand(options.batch, 3, 32, 32, generator=generator)
    labels = torch.randint(10, (options.batch,), generator=generator)
    for name, (build, rounds) in NETS.items():
        with torch.inference_mode():
            times = timed(
                calls(build(num_classes=10).eval(), images, labels), rounds, CLOCKS[options.clock]
            )
        report: dict[str, object] = {"net": name, **vars(options)}
        for label, pick in (("best", min), ("median", statistics.median)):
            chosen = {key: pick(values) for key, values in times.items()}
            report[f"{label} ms"] = {key: round(value, 3) for key, value in chosen.items()}
            report[f"{label} ratio"] = round(chosen["measured"] / chosen["bare"], 4)
        print(json.dumps(report))


if __name__ == "__main__":
    main()
