"""The study of "Lost in Pruning" from nets to verdict, on a few images, two cycles of one epoch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import geowidgets as gw
from geowidgets.pruning import build_family
from tests.benchmarks import colour_families as colour
from tests.benchmarks import lost_in_pruning_shapes as shapes
from tests.benchmarks import study_lost_in_pruning as study
from tests.benchmarks.jpeg_cifar import halved, normalise


def few(seed: int, count: int) -> gw.datasets.Samples:
    """Noise with a class's brightness, 8×8 pixels."""
    labels = np.arange(count) % colour.FEW_CLASSES
    noise = np.random.default_rng(seed).integers(0, 120, (count, 16, 16, 3))
    images = halved((noise + 30 * labels[:, None, None, None]).astype(np.uint8))
    return gw.datasets.Samples(images, labels, tuple("abcde"), "few")


def test_blocks_of_four_pixels_become_their_mean():
    """Every second pixel taken, or rows and columns of unequal images mixed up."""
    image = np.arange(2 * 4 * 3, dtype=np.uint8).reshape(1, 2, 4, 3)
    wanted = [[image[0, :, x : x + 2, c].mean() for c in range(3)] for x in (0, 2)]
    assert np.abs(halved(image)[0, 0] - np.array(wanted)).max() <= 0.5
    assert halved(image).shape == (1, 1, 2, 3)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Families of two seeds, of all methods and robust for the first."""
    path = tmp_path_factory.mktemp("families")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(colour, "TO_THE_END", {"epochs": 1, "lr": 0.05, "batch_size": 20})
        patch.setattr(colour, "CYCLES", 2)
        for name, value in (("NOISY_DRAWS", 1), ("PICTURES", 1), ("AT_ONCE", 32)):
            patch.setattr(study, name, value)
        build(path)
        yield path


def build(path: Path) -> None:
    """Train, prune and retrain, an epoch each."""
    train = few(0, 20)
    for job in (
        colour.Job(colour.VGG, 0, (colour.WT, colour.FT, colour.SIPP, colour.PFP), coarse=True),
        colour.Job(colour.VGG, 1, (colour.WT,), coarse=True),
        colour.Job(colour.VGG, 0, (colour.WT,), robust=True, coarse=True),
    ):
        build_family(
            path / job.folder, job.configuration(), train.images, train.labels,
            transform=normalise, device="cpu", progress=False,
        )  # fmt: skip


def test_from_nets_to_verdict(folder):
    """A shape that is not judged, a method without a row, or filters pruned as fast as weights."""
    entries, test = study.all_entries(folder), few(1, 30)
    lines, found = study.judge(entries, test, folder)
    text = "\n".join(lines)
    assert len({one.claim for one in found}) == len(found) == 10
    assert not any(one.found == "not run" for one in found)
    for name in ("WT", "FT", "SiPP", "PFP", "WT robust"):
        assert f"\n| {name} |" in text
    assert "No whole run" not in text
    ratios = {e.method: e.ratio for e in entries if e.parent and e.architecture == study.NET}
    assert ratios[study.WT] == pytest.approx(1 - 0.65**2, abs=0.01)
    assert ratios[study.FT] == pytest.approx(1 - 0.8**2, abs=0.05)


def test_what_has_not_run_is_not_held(folder):
    """A missing family that counts as one that lost."""
    own = [e for e in study.all_entries(folder) if e.architecture == study.NET]
    rest = [e for e in own if e.method in ("dense", study.WT)]
    store = study.compute(rest, few(2, 5), folder / "weights.zarr")
    (*_, filters), (robust,) = (
        shapes.distribution(store, study.WT, study.FT, study.NET),
        shapes.robust(store, study.WT, study.NET, study.ROBUST),
    )
    assert (filters.found, filters.held) == (robust.found, robust.held) == ("not run", False)
