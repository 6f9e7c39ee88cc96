"""Occlusion maps of four metrics beside captum's Occlusion: ratios measured in one run.

    python -m tests.benchmarks.bench_attribution [--threads 2] [--rounds 3] [--clock wall|cpu]

ResNet-20 at 32×32, window 4, stride 1: 841 windows, four metrics. captum's Occlusion is timed at
1, 8, 64 and 256 perturbations an evaluation, as one call whose function returns the four metrics
and as four calls; both sides measure the metrics with the same code on the same head. All settings
take turns, so that they see the same machine; medians count. Both sides are given the head, found
once before the clock starts; `--evaluations 64` leaves captum's other settings out. On a machine
that others use too, `--clock cpu --threads 1` counts this process's own time. `--backselect` adds
the exact search on one 28×28 image with LeNet-5.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence

import numpy as np
import torch
from captum.attr import Occlusion
from torch import Tensor

import geowidgets as gw
from geowidgets.attribution import METRICS

CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}
WINDOW, STRIDE, FILL = 4, 1, 0.45
EVALUATIONS = (1, 8, 64, 256)


def net_and_image() -> tuple[torch.nn.Module, Tensor]:
    """ResNet-20 with norms that do something, and an image."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net, image = gw.zoo.resnet20().train(), torch.rand(3, 32, 32)
        with torch.no_grad():
            for _ in range(10):
                net(torch.rand(64, 3, 32, 32))
    return net.eval(), image


def captum_calls(
    net: torch.nn.Module, image: Tensor, head: gw.latents.Head, evaluations: Sequence[int]
) -> dict[str, Callable[[], np.ndarray]]:
    """captum's Occlusion with one call for four metrics, and with four calls."""
    classifier = head.classifier()

    def metrics(batch: Tensor) -> Tensor:
        with head.tap() as tap:
            net(batch)
        labels = torch.zeros(len(batch), dtype=torch.int64)
        found = classifier.measure(tap.features, labels, logits=tap.logits)
        return torch.stack(
            [found.length, found.angle[:, 0], found.margin, found.probability], dim=1
        )

    def attribute(function: Callable[[Tensor], Tensor], size: int) -> np.ndarray:
        found = Occlusion(function).attribute(
            image[None], (3, WINDOW, WINDOW), strides=(3, STRIDE, STRIDE), baselines=FILL,
            perturbations_per_eval=size,
        )  # fmt: skip
        return -found[:, 0].numpy()

    def one(size: int) -> Callable[[], np.ndarray]:
        return lambda: attribute(metrics, size)

    def four(size: int) -> Callable[[], np.ndarray]:
        def call() -> np.ndarray:
            columns = range(len(METRICS))
            return np.concatenate(
                [attribute(lambda b, c=c: metrics(b)[:, c], size) for c in columns]
            )

        return call

    calls = {f"captum, one call, {size}": one(size) for size in evaluations}
    return calls | {f"captum, four calls, {size}": four(size) for size in evaluations}


def main() -> None:
    """Print medians in seconds, largest differences and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clock", choices=CLOCKS, default="wall")
    parser.add_argument("--evaluations", type=int, nargs="+", default=EVALUATIONS)
    parser.add_argument("--backselect", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    clock = CLOCKS[options.clock]
    net, image = net_and_image()
    head = gw.latents.find_head(net, image[None])

    def ours(path: str) -> Callable[[], np.ndarray]:
        def call() -> np.ndarray:
            return gw.occlusion(net, image, 0, WINDOW, STRIDE, FILL, head=head, path=path).values

        return call

    calls = captum_calls(net, image, head, options.evaluations)
    calls |= {"ours, plain": ours("plain"), "ours, local": ours("local")}
    times: dict[str, list[float]] = {name: [] for name in calls}
    results: dict[str, np.ndarray] = {}
    for _ in range(options.rounds):
        for name, call in calls.items():
            start = clock()
            results[name] = call()
            times[name].append(clock() - start)
    medians = {name: statistics.median(values) for name, values in times.items()}
    reference = results[next(iter(calls))]
    for name, median in medians.items():
        error = np.abs(results[name] - reference).max()
        print(f"{name:28} {median:7.3f} s   min {min(times[name]):7.3f}   differs by {error:.1e}")
    for kind in ("one call", "four calls"):
        best = min(value for name, value in medians.items() if kind in name)
        print(f"ours, local, is {best / medians['ours, local']:.2f} × captum's best, {kind}")
    if options.backselect:
        lenet = gw.zoo.lenet5(in_channels=1, size=28)
        grey = torch.rand(1, 1, 28, 28, generator=torch.Generator().manual_seed(0))
        start = clock()
        found = gw.attribution.backselect(lenet, grey)
        print(f"backselect: {clock() - start:.1f} s for {found.attrs['forwards']} forward passes")


if __name__ == "__main__":
    main()
