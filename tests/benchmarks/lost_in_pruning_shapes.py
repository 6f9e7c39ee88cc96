"""The shapes that "Lost in Pruning" reports, each checked; bands from the paper, set beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import xarray as xr

import geowidgets as gw
from geowidgets.pruning.robust import ROBUST_RECIPES
from tests.benchmarks.colour_families import PER_CYCLE, SEEDS

NOISES = ("gaussian_noise-3", "shot_noise-3", "impulse_noise-3", "speckle_noise-3")
# As good as 0: the first ratio in one repeat of three, nothing in the others.
NEAR_NOTHING = PER_CYCLE / len(SEEDS) + 0.005
GONE_BY = (0.3, 0.35, 0.4)  # noise levels ε of which one must leave no potential
NOT_RUN, SIDES = "not run", ("train", "test")
MOST = 0.5  # share of the gap that may be left after robust retraining


class Shape(NamedTuple):
    """One claim: what it needs, what was found, and whether it holds."""

    claim: str
    needed: str
    found: str
    held: bool


def table(shapes: Sequence[Shape]) -> list[str]:
    """A row a shape, and the verdict."""
    lines = ["| shape | needed | found | held |", "|---|---|---|---|"]
    for one in shapes:
        held = "yes" if one.held else "**FAIL**"
        lines.append(f"| {one.claim} | {one.needed} | {one.found} | {held} |")
    missed = [one.claim for one in shapes if not one.held]
    verdict = "Every shape holds." if not missed else f"**FAIL**: {'; '.join(missed)}."
    return [*lines, "", verdict]


def percent(value: float) -> str:
    """A fraction in %, one digit."""
    return f"{100 * value:.1f}"


def distribution(store: gw.GeometryStore, wt: str, ft: str, net: str) -> list[Shape]:
    """P(clean) > mean P(corrupted); nearly 0 for noise; weights above filters."""
    found = gw.potential_by_distribution(store)
    there = {m for m in (wt, ft) if f"{net} / {m}" in found.family}
    average = {m: found.average_mean.sel(family=f"{net} / {m}") for m in there}
    train, test = (float(average[wt].sel(side=side)) for side in ("train", "test"))
    each = gw.prune_potential(store, benchmarks=NOISES).sel(family=f"{net} / {wt}").mean("repeat")
    lowest = float(each.min())
    pairs = [tuple(float(average[m].sel(side=s)) for m in (wt, ft) if m in there) for s in SIDES]
    return [
        Shape(
            "P(clean) > mean P(corrupted), WT", "train > test",
            f"{percent(train)}, {percent(test)}", train > test,
        ),
        Shape(
            "the minimum is near 0 for noise, WT", f"≤ {percent(NEAR_NOTHING)}",
            f"{percent(lowest)} ({each.benchmark.values[np.argmin(each.values)]!s})",
            lowest <= NEAR_NOTHING,
        ),
        Shape(
            "WT > FT, train and test", "both above",
            "; ".join(", ".join(map(percent, pair)) for pair in pairs) if ft in there else NOT_RUN,
            ft in there and all(a > b for a, b in pairs),
        ),
    ]  # fmt: skip


def noise_levels(found: xr.Dataset) -> list[Shape]:
    """P falls with ε, and is gone by ε of about .3 to .4."""
    mean = found.potential.isel(family=0).mean("repeat")
    early = mean.where(mean.noise <= max(GONE_BY) + 1e-9, drop=True)
    slope = float(np.polyfit(early.noise, early, 1)[0])
    gone = float(mean.sel(noise=list(GONE_BY), method="nearest").min())
    return [
        Shape("P falls with ε, WT", "slope < 0", f"{slope:+.2f} a unit of ε", slope < 0),
        Shape(
            "P reaches 0 by ε of .3 to .4, WT", f"≤ {percent(NEAR_NOTHING)}", percent(gone),
            gone <= NEAR_NOTHING,
        ),
    ]  # fmt: skip


def excess(store: gw.GeometryStore, wt: str, net: str) -> list[Shape]:
    """The difference in excess error grows with the ratio."""
    own = gw.excess_error(store).sel(family=f"{net} / {wt}")
    slope, low, high = (float(own[name]) for name in ("slope", "slope_low", "slope_high"))
    found = f"{slope:+.3f} ({low:+.3f} … {high:+.3f})"
    return [Shape("the slope of excess error is positive, WT", "> 0", found, slope > 0)]


def agreement(similar: Sequence[xr.Dataset]) -> list[Shape]:
    """At every ε, every pruned net agrees with its parent more often than a separate net."""
    gaps = [
        one.agreement.where(one.role == "pruned", drop=True).min("model")
        - one.agreement.where(one.role == "separate", drop=True).max("model")
        for one in similar
    ]
    cells = sum(gap.size for gap in gaps)
    held = sum(int((gap > 0).sum()) for gap in gaps)
    least = min(float(gap.min()) for gap in gaps)
    found = f"{held} of {cells} levels and seeds; least lead {100 * least:+.1f} points"
    return [
        Shape("pruned nets agree more than a separate one, every ε", "all", found, held == cells)
    ]


def gaps(nominal: xr.DataArray, robust: xr.DataArray) -> tuple[float, float]:
    """Train − test potential on the held-out corruptions: of nominal and of robust training.

    The train distribution of robust nets is clean and the eight corruptions that they saw; only
    the repeats count that both have.

    Args:
        nominal: potentials `(repeat, benchmark)`.
        robust: the same of nets that were trained and retrained with corruptions.
    """
    recipe = ROBUST_RECIPES["paper"]
    seen = [f"{name}-3" if name != "clean" else name for name in recipe.choices]
    held_out = [f"{name}-3" for name in recipe.held_out]
    both = (np.isfinite(robust) & np.isfinite(nominal)).all("benchmark").values
    nominal, robust = nominal.isel(repeat=both), robust.isel(repeat=both)
    return (
        float(nominal.sel(benchmark="clean").mean() - nominal.sel(benchmark=held_out).mean()),
        float(robust.sel(benchmark=seen).mean() - robust.sel(benchmark=held_out).mean()),
    )


def robust(store: gw.GeometryStore, wt: str, net: str, robust_net: str) -> list[Shape]:
    """Robust (re)training closes most of the gap."""
    claim, needed = "robust retraining closes most of the gap, WT", f"≤ {MOST:g} × nominal, > 0"
    each = gw.prune_potential(store)
    if f"{robust_net} / {wt}" not in each.family:
        return [Shape(claim, needed, NOT_RUN, False)]
    before, after = gaps(*(each.sel(family=f"{one} / {wt}") for one in (net, robust_net)))
    found = f"{100 * before:+.1f} → {100 * after:+.1f} points"
    return [Shape(claim, needed, found, before > 0 and after <= MOST * before)]


def informative(heat: xr.Dataset) -> list[Shape]:
    """The parent's informative pixels serve the pruned nets better than a separate one.

    Args:
        heat: rows and columns: the parent, nets pruned from it, a separate one; one shape a
            benchmark.
    """
    shapes = []
    for name in heat.benchmark.values.tolist():
        row = heat.confidence.sel(benchmark=name).isel(mask=0).values
        pruned, separate = float(row[1:-1].mean()), float(row[-1])
        claim = f"the parent's pixels: pruned > separate, {name.removesuffix('-3')}"
        found = f"{pruned:.3f}, {separate:.3f}"
        shapes.append(Shape(claim, "confidence", found, pruned > separate))
    return shapes
