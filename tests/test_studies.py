"""What the studies' commands share: data split by number, whole runs only, bands that can fail."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest
import torch
import xarray as xr
from PIL import Image

import geowidgets as gw
from geowidgets.pruning import ModelFamily
from geowidgets.pruning.robust import ROBUST_RECIPES
from tests.benchmarks import colour_families as colour
from tests.benchmarks import lost_in_pruning_shapes as shapes
from tests.benchmarks import vulnerability_bars as bars
from tests.benchmarks.jpeg_cifar import load, normalise
from tests.benchmarks.sections import replace_tables
from tests.benchmarks.study_penalty import answer


def test_images_are_chosen_by_number_with_the_classes_in_turn(tmp_path):
    """A split by position in the zip would mix what is trained on with what is tested on."""
    path = tmp_path / "images.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for level, name in ((40, "cat"), (160, "ant")):
            for number in (2, 0, 1):
                buffer = io.BytesIO()
                grey = np.full((8, 16, 3), level + 30 * number, np.uint8)
                Image.fromarray(grey).save(buffer, "JPEG", quality=100)
                archive.writestr(f"{name}/{number:04}.jpg", buffer.getvalue())
    found = load(path, range(-2, 0), "test")
    assert found.classes == ("ant", "cat")
    assert found.note == "JPEG-recompressed"
    assert found.labels.tolist() == [0, 1, 0, 1]
    assert found.images.shape == (4, 8, 16, 3)
    assert np.abs(found.images[:, 0, 0, 0].astype(int) - [190, 70, 220, 100]).max() <= 2


def test_a_run_that_is_not_whole_is_left_out(tmp_path):
    """Four cycles of six would make a potential that is too small."""
    net = gw.zoo.ARCHITECTURES[colour.VGG]()
    family = ModelFamily.create(tmp_path / f"{colour.VGG}-0", colour.VGG)
    family.add("dense", net)
    for cycle in range(colour.CYCLES):
        family.add(f"ft retrained-{cycle + 1}", net, method="ft", parent="dense")
        if cycle < colour.CYCLES - 1:
            family.add(f"magnitude retrained-{cycle + 1}", net, method="magnitude", parent="dense")
    found = colour.entries(tmp_path, colour.VGG)
    assert [entry.method for entry in found] == ["dense"] + ["ft, retrained"] * colour.CYCLES
    assert {entry.parent for entry in found} == {None, "VGG-5 0 dense"}


def similarity(pruned: list[float], separate: list[float]) -> xr.Dataset:
    return xr.Dataset(
        {"agreement": (("model", "noise"), np.array([[1.0, 1.0], pruned, separate]))},
        coords={
            "model": ["dense", "pruned", "other"],
            "role": ("model", ["parent", "pruned", "separate"]),
            "noise": [0.0, 0.4],
        },
    )


def test_agreement_has_to_lead_at_every_level_and_seed():
    """A mean over levels would hide one at which a separate net agrees more."""
    good, bad = similarity([0.9, 0.5], [0.6, 0.4]), similarity([0.9, 0.4], [0.6, 0.4])
    assert shapes.agreement([good])[0].held
    (mixed,) = shapes.agreement([good, bad])
    assert not mixed.held
    assert mixed.found.startswith("3 of 4")


def potentials_by_noise(values: list[float]) -> xr.Dataset:
    levels = [0.0, 0.1, 0.3, 0.35, 0.4, 0.7]
    return xr.Dataset(
        {"potential": (("family", "repeat", "noise"), np.array(values)[None, None])},
        coords={"family": ["a"], "repeat": [0], "noise": levels},
    )


@pytest.mark.parametrize(
    ("values", "held"),
    [
        ([0.8, 0.6, 0.2, 0.0, 0.0, 0.9], (True, True)),
        ([0.8, 0.8, 0.6, 0.5, 0.5, 0.0], (True, False)),
        ([0.1, 0.3, 0.5, 0.6, 0.9, 0.0], (False, False)),
    ],
)
def test_noise_is_judged_up_to_the_level_of_the_claim(values, held):
    """At ε = .7 all nets are at chance, so what happens there says nothing."""
    assert tuple(one.held for one in shapes.noise_levels(potentials_by_noise(values))) == held


def test_gaps_compare_the_held_out_corruptions_of_repeats_that_both_have():
    """The nominal gap over corruptions that robust nets saw would be another one."""
    recipe = ROBUST_RECIPES["paper"]
    names = ["clean", *(f"{name}-3" for name in (*recipe.choices[1:], *recipe.held_out))]
    outside = np.array([name.removesuffix("-3") in recipe.held_out for name in names])
    table = np.where(outside, 0.5, np.where(np.array(names) == "clean", 0.9, 0.1))
    coords = {"repeat": [0, 1], "benchmark": names}
    nominal = xr.DataArray(np.stack([table, 0 * table]), coords, ("repeat", "benchmark"))
    robust = xr.DataArray(
        np.stack([np.where(outside, 0.7, 0.8), np.nan * table]), coords, ("repeat", "benchmark")
    )
    assert shapes.gaps(nominal, robust) == pytest.approx((0.4, 0.1))


def correlations(angle: float, length: float, margin: float, cells: int = 95) -> xr.Dataset:
    metrics = ["angle", "length", "margin (predicted)", "margin (true)"]
    values = np.tile([angle, length, margin, margin], (1, 2, 1))
    targets = list(bars.TARGETS)
    return xr.Dataset(
        {
            "pearson": (("seed", "target", "metric"), values),
            "cells": (("seed", "target"), np.array([[10, cells]])),
            "of": (("target",), [10, 95]),
        },
        coords={"target": targets, "metric": metrics},
    )


def test_each_bar_of_the_correlations_can_fail():
    """A bar that nothing misses judges nothing."""

    def missed(*values, bands=None):
        found = bars.misses("VGG-5", correlations(*values), "CIFAR10", bands)
        return [one.split(": ", 1)[1] for one in found]

    assert missed(-0.8, 0.4, 0.75, bands=bars.CIFAR_BANDS) == []
    assert missed(-0.8, 0.4, 0.75, 94) == ["94 cells of 95"]
    assert all("sign of length" in one for one in missed(-0.8, -0.4, 0.75))
    assert all("|angle| 0.800" in one for one in missed(-0.8, 0.1, 0.6))
    assert all("not the smallest" in one for one in missed(-0.8, 0.78, 0.75))
    assert missed(-0.6, 0.4, 0.7, bands=bars.CIFAR_BANDS) == [
        "angle -0.600 not in -0.90 … -0.70"
    ] * 2  # fmt: skip


def test_the_papers_row_is_that_of_the_net_of_the_same_kind():
    """Layer-wise pruning has no row, and the three readings of the margin share one."""
    assert bars.printed("ResNet-20 narrow", "CIFAR10", "robustness", "angle") == -0.8148
    assert bars.printed("LeNet-5", "MNIST", "PV / magnitude", "margin (true)") == 0.486
    assert np.isnan(bars.printed("LeNet-5", "MNIST", "PV / magnitude, layer-wise", "angle"))


@pytest.mark.parametrize(
    ("clean", "corrupted", "words"),
    [
        ([0.1, -0.2, 0.3], [0.7, -0.2, 0.1], "too small to be told from chance"),
        ([0.1, 0.0, 0.1], [1.0, 1.1, 1.3], "they do"),
        ([2.1, 2.0, 2.1], [1.0, 1.1, 1.3], "they do not"),
    ],
)
def test_a_gain_within_its_spread_answers_nothing(clean, corrupted, words):
    """A mean above 0 from a few nets that differ by more than it."""
    assert answer({"clean": clean, "corrupted": corrupted}) == words


def test_normalised_pixels_have_the_data_sets_mean():
    """Channels in another order."""
    grey = torch.tensor([0.491, 0.482, 0.447])[None, :, None, None].expand(2, 3, 4, 5)
    assert torch.allclose(normalise(grey), torch.zeros(2, 3, 4, 5), atol=1e-6)


def test_a_benchmark_writes_its_tables_and_nothing_else(tmp_path):
    """A command that overwrites what people wrote between its tables, or another section."""
    page = tmp_path / "page.md"
    new = "Two threads.\n\n| net | s |\n|---|---|\n| b | 2 |\n\n| part | s |\n|---|---|\n| c | 3 |"
    replace_tables(page, "Costs", "Whole", new)
    assert page.read_text().endswith(f"Two threads.{new.removeprefix('Two threads.')}\n")
    old = "| net | s |\n|---|---|\n| a | 1 |"
    own = f"1999-01-01, one core.\n\n{old}\n\nBy hand.\n\n| net before | s |"
    page.write_text(f"# Costs\n\n## Whole\n\n{own}\n\n## Workers\n\n| net | s |\n")
    replace_tables(page, "Costs", "Whole", new)
    replace_tables(page, "Costs", "Whole", new)
    first, net, note, before, part, *rest = page.read_text().split("\n\n")[2:]
    assert first.endswith(", one core.") and not first.startswith("1999")
    assert net == "| net | s |\n|---|---|\n| b | 2 |" and note == "By hand."
    assert before == "| net before | s |" and part.endswith("| c | 3 |")
    assert rest == ["## Workers", "| net | s |\n"]
