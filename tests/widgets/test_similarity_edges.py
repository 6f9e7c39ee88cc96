"""`SimilarityMap` on odd stores: identical and constant nets, two sets, repeats, names as text."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch

import geowidgets as gw
from tests.widgets.test_similarity_map import array

LONG = "a net whose name goes on and on until it has all of the eighty characters it may"
MARKUP = "<script>document.title='run'</script><b>bold</b>"


@pytest.fixture(scope="module")
def odd(trained, digits, tmp_path_factory) -> gw.GeometryStore:
    """6 models × 4 benchmarks in two sets: twins, a constant net, repeats of a ratio, odd names."""
    nets = {name: copy.deepcopy(trained) for name in ("dense", "twin", LONG, MARKUP, "flat", "b")}
    with torch.no_grad():
        nets["b"].get_parameter("conv1.weight").mul_(0.5)
        nets[LONG].get_parameter("conv1.weight").mul_(0.7)
        nets[MARKUP].get_parameter("conv1.weight").mul_(1.4)
        for weight in nets["flat"].parameters():
            weight.zero_()
        nets["flat"].get_parameter("fc3.bias")[3] = 1.0
    ratios = {LONG: 0.5, MARKUP: 0.5, "b": 0.5}
    models = [
        gw.ModelEntry(
            name, net, ratio=ratios.get(name, 0.0), seed=seed,
            method="magnitude" if name in ratios else "dense",
        )
        for seed, (name, net) in enumerate(nets.items())
    ]  # fmt: skip
    benchmarks = [
        *gw.corruption_benchmarks(["contrast", "fog"], 3),
        gw.Benchmark("other images", set="other"),
    ]
    study = gw.Study(
        models, benchmarks, digits.images[:40], digits.labels[:40], digits.classes,
        sets={"other": (digits.images[40:57], digits.labels[40:57])},
    )  # fmt: skip
    path = tmp_path_factory.mktemp("odd") / "odd.zarr"
    return gw.GeometryStore.compute(study, path, progress=False)


def test_the_eighty_characters() -> None:
    """A name that is shorter than what this file is about."""
    assert len(LONG) == 80


def test_twins_lie_at_distance_zero_and_a_constant_net_has_a_place(odd) -> None:
    """A map of NaN because two nets are one, or because one net's metrics never vary."""
    view = gw.SimilarityMap(odd, method="pca")
    similarity = view.wait(120)
    assert len(similarity.model) == 18 and np.isfinite(array(view, "layout")).all()
    names = [m.name for m in odd.models]
    model = array(view, "model")
    benchmark = array(view, "benchmark")
    whole = similarity.distances
    for b in range(3):
        first, second = (
            int(np.flatnonzero((model == names.index(n)) & (benchmark == b))[0])
            for n in ("dense", "twin")
        )
        assert whole[first, second] == pytest.approx(0, abs=1e-3)
    flat = np.flatnonzero(model == names.index("flat"))
    assert whole[np.ix_(flat, flat)] == pytest.approx(np.zeros((3, 3)), abs=1e-3)
    assert np.isfinite(array(view, "distances")).all()
    view.close()


def test_each_set_has_its_own_map(odd) -> None:
    """Points of sets with other samples in one map, where they have no distance."""
    first = gw.SimilarityMap(odd, method="pca")
    assert len(first.wait(120).model) == 18
    other = gw.SimilarityMap(odd, set="other")
    found = other.wait(120)
    assert len(found.model) == 6 and set(array(other, "benchmark")) == {3}
    with pytest.raises(gw.StoreError, match="'other images' has other samples than set 'test'"):
        gw.similarity(odd, set="test", benchmarks=["other images"], progress=False)
    first.close()
    other.close()


def test_repeats_of_a_ratio_are_points_of_their_own(odd) -> None:
    """Three nets of one method and ratio that are taken for one."""
    view = gw.SimilarityMap(odd, method="pca", benchmarks=["clean"])
    view.wait(120)
    assert sorted(array(view, "model").tolist()) == list(range(6))
    assert {f"method/{m}" for m in ("dense", "magnitude")} <= set(view._groups)
    view.close()


def test_names_travel_as_they_are(odd) -> None:
    """A name cut short, or escaped once in Python and once more in the page."""
    view = gw.SimilarityMap(odd, method="pca", models=[LONG, MARKUP])
    view.wait(120)
    names = [m["name"] for m in view.columns.directory["models"]]
    assert names[2:4] == [LONG, MARKUP]
    view.close()


def test_a_page_waits_for_the_map(odd, tmp_path) -> None:
    """A saved page that says for ever that it computes, with no kernel to end it."""
    view = gw.SimilarityMap(odd, seed=5)
    state = view.page_state()
    assert state["phase"]["name"] == "ready" and state["arrays"]
    view.close()
    view = gw.SimilarityMap(odd, compute=False)
    assert view.page_state()["phase"]["name"] == "waiting"
    view.close()
