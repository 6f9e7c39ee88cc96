from __future__ import annotations

import re
import shutil
import threading

import numpy as np
import pytest

import geowidgets as gw
from geowidgets.schema import MARGIN_READINGS, MapSettings
from geowidgets.widgets.attribution_maps import AbsentError, Recent
from geowidgets.widgets.attribution_request import Asked
from geowidgets.widgets.attribution_worker import NewestWins

from .conftest import from_browser

METRICS = ["length", "angle", "margin", "probability"]


@pytest.fixture
def own_store(tiny_store, tmp_path):
    """A copy that may be written to, opened without its models."""
    shutil.copytree(tiny_store.path, tmp_path / "own.zarr")
    return gw.GeometryStore.open(tmp_path / "own.zarr")


class Page:
    """What the browser sends to a view and hears from it."""

    def __init__(self, view: gw.AttributionGrid) -> None:
        self.view, self.heard = view, []
        view.send = lambda content, buffers=None: self.heard.append((content, buffers or []))

    def ask(self, name: str, items: list, **changes) -> None:
        settings = {"window": None, "stride": None, "fill": "mean", "margin": "predicted"}
        content = {
            "type": "compute", "id": name, "items": items, "benchmark": 0, "sample": 0,
            "settings": settings, "picture": False, **changes,
        }  # fmt: skip
        self.view._handle_custom_msg(content, [])

    def kinds(self) -> list[str]:
        return [content["type"] for content, _ in self.heard if content["type"] != "progress"]

    def told(self, kind: str) -> list[dict]:
        return [content for content, _ in self.heard if content["type"] == kind]


def test_maps_are_those_of_the_engine(tiny_store, tiny_study):
    """Maps of another sample, benchmark or model; another mean; transposed axes."""
    view = gw.AttributionGrid(tiny_store, window=6, stride=5)
    found = view.maps(sample=3, models=["random-30", 0], benchmark="contrast-3")
    assert found.dims == ("model", "metric", "y", "x") and found.shape == (2, 4, 32, 32)
    assert found["model"].values.tolist() == ["random-30", "dense"]
    assert found["metric"].values.tolist() == METRICS
    bench = next(b for b in tiny_study.benchmarks if b.name == "contrast-3")
    samples = tiny_study.sets["test"]
    image = bench.render(samples.images[:4], 0)[3]
    plain = gw.occlusion(
        tiny_study.models[2].load(), image, samples.labels[3], 6, 5, "mean",
        mean=gw.attribution.mean_pixel(samples.images), device="cpu",
    )  # fmt: skip
    np.testing.assert_allclose(found.sel(model="random-30"), plain, atol=1e-5)
    np.testing.assert_allclose(
        found["unoccluded"].sel(model="dense"),
        [tiny_store.column(m, "dense", "contrast-3")[3] for m in METRICS],
        rtol=1e-3, atol=1e-4,
    )  # fmt: skip
    assert found.attrs["window"] == 6 and found.attrs["label"] == str(samples.labels[3])


def test_rows_and_sample_come_from_the_selection(tiny_store):
    """A grid that shows the first sample, or every model, whatever is in focus."""
    view = gw.AttributionGrid(tiny_store)
    with pytest.raises(ValueError, match="none of the set 'test' is in focus"):
        view.maps()
    view.selection.focus = 0
    view.selection.models = ["random-30", "dense"]
    found = view.maps()
    assert found["model"].values.tolist() == ["dense", "random-30"]
    assert found.attrs["sample"] == 0 and found.attrs["window"] == 4 and found.attrs["stride"] == 2
    view.models = "magnitude-60"
    assert view.models == [1] and view.rows == [1]
    view.selection.models, view.models = [], None
    with pytest.raises(ValueError, match="none is in focus"):
        view.maps()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"fill": "men"}, "fill: expected one of mean, zero, blur, got 'men'. Did you mean 'mean'"),
        ({"margin": "tru"}, "margin: expected one of predicted, true, signed"),
        ({"contrast": ["saliency"]}, "contrast: expected one of gradient_x_input"),
        ({"models": ["dens"]}, "models: unknown name 'dens'. Did you mean 'dense'"),
        ({"models": [3]}, r"models: expected a position in 0\.\.2, got 3"),
    ],
)
def test_wrong_options(tiny_store, options, words):
    """A view that opens on something else than what was asked for."""
    with pytest.raises(ValueError, match=words):
        gw.AttributionGrid(tiny_store, **options)


def test_words_are_those_of_the_engine():
    """A reading of the margin that the view offers and the engine does not know."""
    assert MARGIN_READINGS == gw.geometry.MARGINS
    assert tuple(METRICS) == gw.attribution.METRICS


def test_the_page_gets_maps_one_by_one(tiny_store):
    """Rows that come only when all are done; numbers that JSON has no word for."""
    view = gw.AttributionGrid(tiny_store)
    page = Page(view)
    page.ask("a", [[0, "occlusion"], [2, "occlusion"]], sample=5, picture=True)
    view._worker.wait()
    assert page.kinds() == ["accepted", "map", "map", "map", "finished"]
    picture, *maps = page.told("map")
    assert picture["key"] == "picture/0/5" and picture["shape"] == [32, 32, 1]
    assert [one["key"] for one in maps] == [
        f"occlusion/auto/auto/mean/predicted/{m}/0/5" for m in (0, 2)
    ]
    first = maps[0]
    assert first["metrics"] == METRICS and first["shape"] == [4, 32, 32]
    assert first["made"] == {"window": 4, "stride": 2, "fill": "mean", "margin": "predicted"}
    data = next(buffers for content, buffers in page.heard if content is first)[0]
    found = view.maps(sample=5, models=[0])[0]
    np.testing.assert_array_equal(np.frombuffer(data, "<f4").reshape(4, 32, 32), found)


@pytest.mark.parametrize(
    ("items", "changes", "words"),
    [
        ([[3, "occlusion"]], {}, r"model: expected a position in 0\.\.2, got 3"),
        ([[0, "saliency"]], {}, "method: expected one of occlusion"),
        ([[0, "occlusion"]], {"sample": 599}, r"sample: expected a position in 0\.\.598, got 599"),
        ([[0, "occlusion"]], {"sample": True}, "sample: expected a position"),
        ([[0, "occlusion"]], {"benchmark": -1}, r"sample: expected|benchmark: expected"),
        ([[0, "occlusion"]], {"settings": {}}, "lacks 'window'"),
        ([[0]], {}, "lacks"),
        (7, {}, "lacks"),
    ],
)
def test_odd_requests_are_refused_in_words(tiny_store, items, changes, words):
    """A bad message that kills the worker, or is answered by nothing for ever."""
    view = gw.AttributionGrid(tiny_store)
    page = Page(view)
    page.ask("a", items, **changes)
    assert page.kinds() == ["refused"]
    assert re.search(words, page.told("refused")[0]["message"])


def test_a_newer_request_ends_the_older(tiny_store):
    """Maps of the sample before last, computed to the end while the user waits."""
    view = gw.AttributionGrid(tiny_store)
    page = Page(view)
    started, go = threading.Event(), threading.Event()
    real = view._maker.get

    def slow(one, **options):
        if one.sample == 1:
            started.set()
            go.wait(30)
        return real(one, **options)

    view._maker.get = slow
    page.ask("old", [[0, "occlusion"], [1, "occlusion"], [2, "occlusion"]], sample=1)
    assert started.wait(30)
    page.ask("new", [[0, "occlusion"]], sample=2)
    go.set()
    view._worker.wait()
    keys = [one["key"] for one in page.told("map")]
    assert keys[-1].endswith("0/0/2") and not any(key.endswith("2/0/1") for key in keys)
    assert [one["id"] for one in page.told("cancelled")] == ["old"]
    assert [one["id"] for one in page.told("finished")] == ["new"]


def test_cancel_stops_inside_a_map(tiny_store):
    """A cancel button that works only between rows."""
    view = gw.AttributionGrid(tiny_store, window=1, stride=1)
    cancel = threading.Event()
    cancel.set()
    asked = Asked("occlusion", 1, 1, "mean", "predicted", 0, 0, 0)
    with pytest.raises(gw.attribution.CancelledError):
        view._maker.get(asked, cancel=cancel)
    assert view._maker.get(asked).values.shape == (4, 32, 32)


def test_the_second_time_comes_from_memory(tiny_store):
    """A map computed again at each hover, or a cache that grows without end."""
    view = gw.AttributionGrid(tiny_store)
    asked = Asked("occlusion", None, None, "zero", "true", 0, 0, 9)
    assert view._maker.get(asked) is view._maker.get(asked)
    recent = Recent(100)
    for k in range(50):
        recent.put(k, k, 30)
    assert len(recent) == 3 and recent.get(49) == 49 and recent.get(0) is None


def test_stores_without_models_say_so_and_show_what_they_keep(own_store, tiny_study):
    """A grid that stays empty without a word; a kept map that is not found."""
    view = gw.AttributionGrid(own_store)
    page = Page(view)
    page.ask("a", [[0, "occlusion"]])
    view._worker.wait()
    [problem] = page.told("problem")
    assert problem["absent"] and "'dense' is not at hand" in problem["message"]
    with pytest.raises(AbsentError, match="keeps no map of sample 0 on 'clean'"):
        view.maps(sample=0, models=["dense"])
    assert view.live == []
    own_store.attach(tiny_study.models)
    assert view.live == [0, 1, 2]
    assert view.keep_maps([0, 7]) == 4
    kept = view.maps(sample=7)
    bare = gw.GeometryStore.open(own_store.path)
    again = gw.AttributionGrid(bare).maps(sample=7)
    np.testing.assert_array_equal(again, kept)
    other = gw.AttributionGrid(bare, window=9).maps(sample=0, models=[1])
    assert other.attrs["window"] == 4, "other settings are shown as what they are"


def test_store_maps_keeps_what_the_page_asks_for(own_store, tiny_study):
    """`store_maps=True` that keeps nothing, or another sample's map."""
    own_store.attach(tiny_study.models)
    view = gw.AttributionGrid(own_store, store_maps=True)
    page = Page(view)
    page.ask("a", [[1, "occlusion"]], sample=4)
    view._worker.wait()
    settings = MapSettings("occlusion", 4, 2, "mean", "predicted")
    kept = own_store.maps.get("magnitude-60", "clean", 4, settings)
    np.testing.assert_array_equal(kept.values, view.maps(sample=4, models=[1])[0])


def test_the_models_are_left_alone(tiny_store, tiny_study):
    """Training beside the view that meets hooks, eval mode or inference tensors of its own."""
    net = tiny_study.models[0].module
    net.train()
    try:
        gw.AttributionGrid(tiny_store).maps(sample=2, models=[0])
        assert net.training and not any(m._forward_hooks for m in net.modules())
    finally:
        net.eval()


def test_what_the_page_may_change(tiny_store):
    """Controls whose state Python does not see."""
    view = gw.AttributionGrid(tiny_store)
    from_browser(view, {"window": 8, "stride": 3, "fill": "blur", "opacity": 0.5, "models": [2]})
    assert (view.window, view.stride, view.fill, view.opacity) == (8, 3, "blur", 0.5)
    assert view.rows == [2]


def test_preload_puts_maps_into_the_page(tiny_store):
    """A saved page whose grid asks a kernel that is not there."""
    view = gw.AttributionGrid(tiny_store, models=[0])
    view.preload(6)
    assert {key: (one["dtype"], len(one["data"])) for key, one in view.preloaded.items()} == {
        "occlusion/auto/auto/mean/predicted/0/0/6": ("float32", 4 * 4 * 32 * 32),
        "picture/0/6": ("uint8", 32 * 32),
    }


def test_a_closed_view_computes_no_more():
    """A thread that goes on for a view that nobody sees."""
    worker, ended = NewestWins(), []
    started = threading.Event()

    def job(cancel):
        started.set()
        ended.append(cancel.wait(30))

    worker.submit(job)
    assert started.wait(30)
    worker.cancel()
    worker.wait()
    worker.cancel()
    assert ended == [True]
    worker.submit(lambda cancel: ended.append(cancel.is_set()))
    worker.wait()
    assert ended == [True, False]


def test_a_page_carries_the_maps_of_the_sample_in_focus(tiny_store) -> None:
    """A saved page or a picture that asks a kernel for what the view showed."""
    selection = gw.Selection(tiny_store)
    view = gw.AttributionGrid(tiny_store, selection)
    assert view.page_state()["preloaded"] == {}
    selection.focus = 3
    held = view.page_state()["preloaded"]
    assert len([key for key in held if key.startswith("picture/")]) == 1
    assert len(held) == 1 + len(view.rows)
    assert view.preloaded == {}, "what a page needs does not travel to the notebook, too"
    for one in (view, selection):
        one.close()
