"""Points, distances and degenerate benchmarks of `gw.similarity`, against plain float64 code."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.stats import rankdata

import geowidgets as gw
from geowidgets.evaluation import distances as numbers
from geowidgets.evaluation import projection
from geowidgets.evaluation.points import Pairs, degenerate, pairs_of, read


def block_of(store: gw.GeometryStore, found: gw.Similarity, name: str) -> np.ndarray:
    """One metric of all points, float64 (point, sample)."""
    pairs = zip(found.model, found.benchmark, strict=True)
    return np.stack([store.column(name, m, b) for m, b in pairs]).astype(np.float64)


def naive(store: gw.GeometryStore, found: gw.Similarity, scale="rms", length="shared"):
    """Distances (point, point) by the definition, one point at a time."""
    total = 0.0
    for name in ("angle", "length", "margin"):
        block = block_of(store, found, name)
        if name == "length" and length == "per_model":
            for m in np.unique(found.model):
                block[found.model == m] /= np.sqrt(np.nanmean(block[found.model == m] ** 2))
        if scale == "rank":
            block = np.stack([rankdata(row, nan_policy="omit") / len(row) for row in block])
        block = block - np.nanmean(block, axis=0)
        if scale == "rms":
            block /= np.sqrt(np.nanmean(block**2))
        block = np.nan_to_num(block, nan=0.0)
        total = total + np.stack([((block - row) ** 2).sum(1) for row in block])
    return np.sqrt(total)


@pytest.fixture(scope="module")
def store(tiny_store, tiny_study, trained, tmp_path_factory) -> gw.GeometryStore:
    """5 models × 6 benchmarks × 97 samples; saturate is the identity on grey images."""
    path = tmp_path_factory.mktemp("similarity") / "store.zarr"
    study = gw.Study(
        models=[
            gw.ModelEntry("dense", trained),
            *gw.prune_family(trained, method="magnitude", ratios=[0.5, 0.8]),
            *gw.prune_family(trained, method="random", ratios=[0.2, 0.4]),
        ],
        benchmarks=gw.corruption_benchmarks(
            ["gaussian_noise", "saturate", "contrast", "defocus_blur", "gaussian_blur"], 3
        ),
        images=tiny_study.sets["test"].images[:97],
        labels=tiny_study.sets["test"].labels[:97],
        classes=tiny_study.classes,
    )
    return gw.GeometryStore.compute(study, path, progress=False)


@pytest.fixture(scope="module")
def found(store) -> gw.Similarity:
    return gw.similarity(store, progress=False)


@pytest.mark.parametrize("length", ["shared", "per_model"])
@pytest.mark.parametrize("scale", ["rms", "rank", "none"])
def test_distances_are_the_definition(store, scale, length):
    """A block divided twice, a mean over the wrong axis, a tile that is written transposed."""
    found = gw.similarity(store, scale=scale, length=length, progress=False)
    wanted = naive(store, found, scale, length)
    assert found.distances is not None and found.distances.dtype == np.float32
    np.testing.assert_allclose(found.distances, wanted, rtol=2e-6, atol=1e-7 * wanted.max())
    assert (found.distances == found.distances.T).all() and not found.distances.diagonal().any()


def test_every_block_has_the_same_share(store, found):
    """A map that shows lengths only, because their numbers are the largest."""
    shares = []
    for name in ("angle", "length", "margin"):
        block = block_of(store, found, name)
        block -= block.mean(axis=0)
        block /= np.sqrt(np.mean(block**2))
        shares.append(sum(((block - row) ** 2).sum() for row in block))
    total = np.square(found.distances, dtype=np.float64).sum()
    np.testing.assert_allclose(np.array(shares) / total, 1 / 3, rtol=1e-5)


def test_points_are_the_complete_pairs_without_degenerate_benchmarks(store, found):
    """Grey images' saturate reported as a finding; points that name another pair."""
    assert found.degenerate == ("saturate-3",)
    names = [b.name for b in store.benchmarks]
    assert sorted(np.unique(found.benchmark)) == [0, 1, 3, 4, 5] and names[2] == "saturate-3"
    assert len(found) == 25 and found.set == "test" and not found.approximate
    assert found.points("dense", "clean").tolist() == [0]
    assert found.points(benchmark="contrast-3").tolist() == [2, 7, 12, 17, 22]
    assert "saturate-3" in repr(found)


def test_choosing_models_and_benchmarks(store):
    """Positions that count among the chosen instead of in the store."""
    found = gw.similarity(
        store, models=["random-20", 0], benchmarks=["contrast-3", "clean"], progress=False
    )
    assert found.model.tolist() == [0, 0, 3, 3] and found.benchmark.tolist() == [0, 3, 0, 3]
    alone = gw.similarity(store, models=[4], benchmarks=[5], progress=False)
    assert alone.distances is not None and alone.distances.tolist() == [[0.0]]
    assert alone.layout().shape == (1, 2) and len(alone.tree().edges) == 0


def test_a_pair_that_is_not_computed_is_no_point(store, tmp_path):
    """A point of fill values, which lies nowhere."""
    path = tmp_path / "part.zarr"
    shutil.copytree(store.path, path)
    for mark in (path / "sets" / "test" / "digest").glob("1.3.*"):
        mark.unlink()
    part = gw.GeometryStore.open(path)
    found = gw.similarity(part, progress=False)
    assert len(found) == 24 and not len(found.points(1, "contrast-3"))
    assert found.digest != gw.similarity(store, progress=False).digest
    np.testing.assert_allclose(found.distances, naive(part, found), rtol=2e-6, atol=1e-4)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"scale": "rsm"}, "did you mean 'rms'"),
        ({"length": "model"}, "'per_model'"),
        ({"models": ["dens"]}, "did you mean 'dense'"),
        ({"models": "dense"}, "must be a list"),
        ({"benchmarks": [9]}, "out of range"),
        ({"set": "tst"}, "did you mean 'test'"),
    ],
)
def test_bad_arguments_are_named(store, options, words):
    """An error that does not say what was wrong."""
    with pytest.raises((gw.StoreError, ValueError), match=words):
        gw.similarity(store, progress=False, **options)


def test_missing_samples_count_as_the_mean():
    """One NaN that turns a whole row of distances into NaN."""
    values = np.random.default_rng(0).normal(size=(4, 15)).astype(np.float32)
    values[1, 3] = values[:, 7] = np.nan
    pairs = Pairs("test", np.array([0, 0, 2, 5]), np.array([0, 1, 0, 1]))
    scaled = numbers.scale(pairs, values.copy(), "rms", "shared", lambda *_: None)
    assert scaled[1, 3] == 0 and not scaled[:, 7].any()
    raw = values[:, :5].astype(np.float64)
    raw -= np.nanmean(raw, axis=0)
    wanted = raw / np.sqrt(np.nanmean(raw**2))
    np.testing.assert_allclose(scaled[:, :5], np.nan_to_num(wanted), atol=1e-6)


@pytest.mark.parametrize(
    ("device", "double"), [("auto", 1e12), ("auto", 0), (torch.device("cpu"), 1e12), ("cpu", 0)]
)
def test_tiles_and_near_points(monkeypatch, device, double):
    """Near points drowned in the rounding of large norms; a last tile that is left out."""
    monkeypatch.setattr(numbers, "TILE", 7 * 3000)
    monkeypatch.setattr(numbers, "DOUBLE", double)
    rng = np.random.default_rng(1)
    x = rng.normal(size=(17, 3000)).astype(np.float32)
    x[11:] = x[:6] + 1e-4 * rng.normal(size=(6, 3000)).astype(np.float32)
    x[3] = x[9]
    wanted = np.stack([np.linalg.norm(x.astype(np.float64) - row, axis=1) for row in x])
    told = []
    found = numbers.pairwise(x, device, lambda *what: told.append(what))
    np.testing.assert_allclose(found, wanted, rtol=3e-7 if double else 1e-5, atol=0)
    assert found[3, 9] == 0 and told[-1] == ("distances", 1.0)


def test_a_page_that_only_opens_a_store_needs_no_torch(store, tmp_path):
    """Two seconds and 300 MB for a product that numpy can do."""
    shutil.copytree(store.path, tmp_path / "s", ignore=shutil.ignore_patterns("derived"))
    code = f"""
import sys
import geowidgets as gw
found = gw.similarity(gw.GeometryStore.open({str(tmp_path / "s")!r}), progress=False)
found.layout("pca"), found.tree(), found.redundancy()
print(len(found), "torch" in sys.modules, "umap" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["25", "False", "False"], done.stderr[-2000:]


def test_approximate_distances(store, found):
    """A projection whose distances are off by a factor; an exact matrix that is still made."""
    rough = gw.similarity(store, exact_points=20, progress=False)
    assert rough.approximate and rough.distances is None and rough.digest != found.digest
    everyone = np.arange(len(rough))
    ratio = rough.between(everyone, everyone)[found.distances > 0]
    ratio = ratio / found.distances[found.distances > 0]
    assert ratio.min() > 0.8 and ratio.max() < 1.2
    assert len(rough.tree().edges) == 24 and rough.layout().shape == (25, 2)
    assert set(rough.redundancy().benchmark_a) <= {b.name for b in store.benchmarks}


@pytest.mark.parametrize(
    ("scale", "length"), [("rms", "shared"), ("rank", "per_model"), ("none", "shared")]
)
def test_projected_while_read_equals_projected_at_once(store, scale, length):
    """A mean or RMS of some points only, a missing value that moves its point, swapped blocks."""
    pairs = pairs_of(store, None, None, None)
    silent = lambda *what: None  # noqa: E731
    data = Gappy(store)
    made, kept = projection.project(data, pairs, scale, length, 3, "cpu", silent)
    matrix = read(data, pairs, silent)
    same = degenerate(data, pairs, matrix)
    assert np.array_equal(kept, ~same)
    matrix = numbers.scale(pairs[~same], matrix[~same], scale, length, silent)
    directions = projection.random_directions(store.size("test"), 3, "cpu")
    whole = np.concatenate([one.numpy() for one in directions]).astype(float)
    expected = matrix.astype(float) @ whole / np.sqrt(projection.PROJECTED)
    np.testing.assert_allclose(made, expected, atol=2e-3 * np.abs(expected).mean() + 1e-6)


class Gappy:
    """The store with a missing value here and there."""

    def __init__(self, store):
        self._store = store

    def __getattr__(self, name):
        return getattr(self._store, name)

    def to_dataset(self, name):
        data = self._store.to_dataset(name).load().copy(deep=True)
        data["margin"][0, 1, [0, 5]] = np.nan
        data["true_angle"][2, 0, 7] = np.nan
        return data


def test_neighbours_found_by_descent_are_nearly_all_of_them():
    """A point that is not its own first neighbour; a search that misses many."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(40, 6))[np.arange(600) % 40] + 0.1 * rng.normal(size=(600, 6))
    rows[1] = rows[0]
    rows = rows.astype(np.float32)
    indices, found = projection.near_neighbours(rows, 8, 0)
    exact = np.argsort(np.linalg.norm(rows[:, None] - rows, axis=2), axis=1, kind="stable")[:, :8]
    assert np.array_equal(indices[:, 0], np.arange(600)) and (np.diff(found, axis=1) >= 0).all()
    shared = [len(np.intersect1d(a, b)) for a, b in zip(indices, exact, strict=True)]
    assert np.mean(shared) > 7.8


def test_second_call_reads_what_the_first_kept(store, found):
    """A map that is worked out anew each time that a notebook is opened."""
    told = []
    again = gw.similarity(
        gw.GeometryStore.open(store.path), progress=lambda *what: told.append(what)
    )
    assert not told and again.digest == found.digest
    np.testing.assert_array_equal(again.distances, found.distances)
    assert again.degenerate == found.degenerate


def test_progress_is_told_and_ends_at_one(store):
    """A bar that stops at 96 %, or runs backwards within a stage."""
    told: dict[str, list[float]] = {}
    gw.similarity(
        store, benchmarks=["clean", "contrast-3"],
        progress=lambda stage, done: told.setdefault(stage, []).append(done),
    )  # fmt: skip
    assert list(told) == ["reading", "scaling", "distances"]
    for done in told.values():
        assert done == sorted(done) and done[-1] == 1


def test_a_store_that_cannot_be_written_still_answers(store, tmp_path):
    """A read-only course folder on which the map fails."""
    path = tmp_path / "read-only.zarr"
    shutil.copytree(store.path, path, ignore=shutil.ignore_patterns("derived"))
    (path / "derived").write_text("a file where the folder would be")
    found = gw.similarity(gw.GeometryStore.open(path), progress=False)
    assert len(found) == 25 and Path(path, "derived").is_file()
