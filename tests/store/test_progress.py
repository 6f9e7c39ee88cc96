"""Bars while a store is computed."""

import geowidgets as gw
from geowidgets.store.progress import preparing


def test_bar_counts_every_pair(tmp_path, capfd, tiny_study):
    """A computation of an hour that says nothing, or whose bar ends before it."""
    pairs = len(tiny_study.models) * len(tiny_study.benchmarks)
    gw.GeometryStore.compute(tiny_study, tmp_path / "told.zarr", device="cpu")
    told = capfd.readouterr().err
    assert f"{pairs}/{pairs}" in told
    assert "images/s" in told


def test_progress_false_says_nothing(tmp_path, capfd, tiny_study):
    """A bar in a log that asked for none."""
    gw.GeometryStore.compute(tiny_study, tmp_path / "quiet.zarr", device="cpu", progress=False)
    assert capfd.readouterr() == ("", "")


def test_preparing_gives_all_and_is_silent_when_quick(capfd):
    """A model that is left out, or a bar that flashes up for every small study."""
    assert list(preparing(["dense", "half", "tenth"], "reading models", shown=True)) == [
        "dense",
        "half",
        "tenth",
    ]
    assert capfd.readouterr().err == ""
