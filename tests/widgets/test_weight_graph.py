"""`WeightGraph` in Python: sources, numbers that travel, what Python reads, what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import torch

import geowidgets as gw
from geowidgets import redundancy
from geowidgets.redundancy import Kernel
from geowidgets.training import WeightRecord
from geowidgets.widgets.weight_graph import WeightGraph
from geowidgets.widgets.weight_graph_epochs import strongest

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "weight_graph.json").read_text())


def weights(epochs: int = 3, units: int = 6, inputs: int = 4, seed: int = 0) -> np.ndarray:
    """Weights (epoch, unit, input) that turn and grow; unit 2 is removed in the end."""
    rng = np.random.default_rng(seed)
    start = rng.normal(size=(units, inputs))
    goal = 3 * start[0] + 0.3 * rng.normal(size=(units, inputs))
    steps = np.linspace(0, 1, epochs)[:, None, None]
    found = (1 - steps) * start + steps * goal
    found[-1, 2] = 0
    return found


@pytest.fixture(scope="module")
def record(digits: gw.datasets.Samples) -> WeightRecord:
    """LeNet-300-100's first layers over four epochs of digits."""
    net = gw.zoo.lenet300_100(in_channels=1, size=32)
    record = WeightRecord(layers=["fc1", "fc2"])
    gw.training.train(
        net, digits.images[:300], digits.labels[:300], epochs=4, lr=0.05, progress=False,
        record=record, device="cpu",
    )  # fmt: skip
    return record


def test_the_shared_vectors_are_what_the_library_says() -> None:
    """A front end that agrees with a file, and a library that has moved on."""
    w = np.array(VECTORS["weights"])
    graph = WeightGraph(w).wait()
    above = np.triu_indices(len(w), 1)
    cosines = [np.nan if v is None else v for v in VECTORS["cosines"]]
    np.testing.assert_array_equal(graph.cosines()[above], np.array(cosines))
    np.testing.assert_allclose(graph.to_dataframe().norm, VECTORS["norms"], rtol=1e-7)
    for case in VECTORS["cases"]:
        kernel = Kernel(case["kernel"], case["sigma"])
        limit = float(kernel.cosine(case["cutoff"]))
        assert limit == pytest.approx(case["inner_product"], abs=1e-12)
        assert graph.sigmas[f"weights/{case['kernel']}"] == pytest.approx(case["sigma"], abs=1e-9)
        full = graph.cosines()
        joined = np.argwhere(np.triu(full >= limit - 1e-12, 1))
        assert joined.tolist() == case["edges"]
        assert kernel.weight(full[tuple(joined.T)]) == pytest.approx(case["weights"])
        labels = redundancy.component_labels(full, kernel, case["cutoff"])
        assert labels.tolist() == case["labels"]
        table = redundancy.components(full, kernel, [case["cutoff"]], np.array(VECTORS["norms"]))
        assert int(table.components[0]) == case["components"]
        assert float(table.norm[0]) == pytest.approx(case["norm"])


def test_numbers_of_a_record_are_the_librarys(record: WeightRecord) -> None:
    """Epochs in another order, norms of the wrong epoch, a σ over other pairs."""
    graph = WeightGraph(record, "fc1", inner_product=0.1).wait(60)
    assert graph.epochs == [0, 1, 2, 3, 4]
    assert graph.epoch == 4
    assert graph.layers == [{"name": "fc1", "units": 300}]
    history = redundancy.unit_history(record, "fc1")
    for name, sent in (("norm", graph.arrays["norms"]), ("cosine", graph.arrays["turns"])):
        values = np.frombuffer(sent, "<f4").reshape(5, 300)
        np.testing.assert_allclose(values, history[name].values, rtol=1e-5, atol=1e-6)
    squares = [redundancy.cosine_similarity(record.weights("fc1", e)) for e in graph.epochs]
    for name in ("tool", "report"):
        mean = redundancy.mean_distance(squares, name)
        assert graph.sigmas[f"weights/{name}"] == pytest.approx(mean, rel=1e-6)
    np.testing.assert_allclose(graph.cosines(2), squares[2], atol=1e-7)
    table = graph.to_dataframe(epoch=1)
    assert table.edges.tolist() == ((squares[1] >= 0.1).sum(axis=1) - 1).tolist()
    kernel = graph.edge_kernel()
    labels = redundancy.component_labels(graph.cosines(1), kernel, graph.cutoff)
    assert table.component.tolist() == labels.tolist()
    whole = graph.components(1)
    place = int(np.abs(whole.inner_product.values - 0.1).argmin())
    assert int(whole.components[place]) == table.component.nunique()


@pytest.mark.parametrize("form", ["array", "tensor", "mapping", "pairs"])
def test_every_way_of_giving_weights(form: str) -> None:
    """An epoch that is dropped, or weights `(unit, in, y, x)` taken for epochs."""
    values = weights()
    forms: dict[str, Any] = {
        "array": values,
        "tensor": torch.from_numpy(values),
        "mapping": {7: values[1].reshape(6, 2, 2), 2: values[0].reshape(6, 2, 2)},
        "pairs": [(7, torch.from_numpy(values[1])), (2, torch.from_numpy(values[0]))],
    }
    graph = WeightGraph(forms[form], "conv").wait()
    assert graph.epochs == ([0, 1, 2] if form in ("array", "tensor") else [2, 7])
    second = graph.epochs[1]
    square = redundancy.cosine_similarity(values[1])
    np.testing.assert_allclose(graph.cosines(second), square, atol=1e-7)
    assert graph.layers == [{"name": "conv", "units": 6}]


def test_a_model_is_one_epoch() -> None:
    """A model of many layers from which some layer is taken."""
    net = gw.zoo.lenet300_100(in_channels=1, size=16)
    graph = WeightGraph(net, "fc2").wait()
    assert graph.epochs == [0]
    assert graph.layers == [{"name": "fc2", "units": 100}]
    with pytest.raises(ValueError, match="unknown name 'fc9'"):
        WeightGraph(net, "fc9")


def test_two_layers_stand_on_each_other(record: WeightRecord) -> None:
    """Units of the second layer that are counted as the first's, epochs that one lacks."""
    other = {epoch: record.weights("fc1", epoch)[:7] * 2 for epoch in (4, 2)}
    other[9] = other[2]
    graph = WeightGraph(record, "fc1", beside=other, names=["first", "copy"]).wait(60)
    assert graph.epochs == [2, 4]
    assert graph.layers == [{"name": "first", "units": 300}, {"name": "copy", "units": 7}]
    square = graph.cosines(4)
    assert square.shape == (307, 307)
    np.testing.assert_allclose(square[np.arange(7), 300 + np.arange(7)], 1, atol=1e-6)
    table = graph.to_dataframe()
    assert table.layer.iloc[300] == "copy"
    assert table.unit.iloc[300] == 0
    assert graph.unit_names[300] == ("copy", 0)


def test_removed_units_are_hidden() -> None:
    """A unit of norm 0 that has neighbours, or is a component of its own."""
    graph = WeightGraph(weights(), inner_product=-1.0).wait()
    table = graph.to_dataframe()
    assert table.component.tolist() == [0, 0, -1, 0, 0, 0]
    assert table.edges[2] == 0
    assert np.isnan(table.turn[2])
    assert graph.to_dataframe(0).component.tolist() == [0] * 6


def test_outputs_are_another_similarity(record: WeightRecord, digits: gw.datasets.Samples) -> None:
    """Correlations shown under the weights' name, or with the weights' σ."""
    values = weights()
    rng = np.random.default_rng(1)
    outputs = {e: np.asarray(np.corrcoef(rng.normal(size=(6, 20)))) for e in range(3)}
    outputs[1][4] = outputs[1][:, 4] = np.nan
    graph = WeightGraph(values, outputs=outputs, kind="outputs", epoch=1, inner_product=0.0).wait()
    assert graph.kinds == ["weights", "outputs"]
    np.testing.assert_allclose(graph.cosines(), outputs[1], atol=1e-7)
    assert graph.to_dataframe().component[4] == -1
    mean = redundancy.mean_distance(list(outputs.values()))
    assert graph.edge_kernel().sigma == pytest.approx(mean, rel=1e-6)
    graph.kind = "weights"
    assert graph.to_dataframe().component[4] >= 0
    with pytest.raises(ValueError, match=r"missing \[1, 2\]"):
        WeightGraph(values, outputs={0: outputs[0]})
    with pytest.raises(ValueError, match=r"expected shape \(6, 6\)"):
        WeightGraph(values, outputs={e: np.eye(5) for e in range(3)})


def test_cutoffs_and_inner_products_are_one_thing() -> None:
    """A cut-off that changes the graph when the kernel does."""
    graph = WeightGraph(weights()).wait()
    assert graph.inner_product == 0.25
    before = graph.to_dataframe().edges.tolist()
    tool = graph.cutoff
    graph.kernel = "report"
    assert graph.cutoff != pytest.approx(tool)
    assert graph.to_dataframe().edges.tolist() == before
    graph.cutoff = 0.8
    assert graph.inner_product == pytest.approx(float(graph.edge_kernel().cosine(0.8)))
    graph.sigma = 0.01
    assert graph.edge_kernel().sigma == 0.01
    assert graph.components().sizes["cutoff"] < 101


def test_units_are_read_and_written() -> None:
    """A selection of positions that do not exist, or `[]` taken for none."""
    graph = WeightGraph(weights())
    graph.units = np.array([4, 1, 4])
    assert graph.units == [1, 4]
    graph.units = np.arange(6) < 2
    assert graph.units == [0, 1]
    assert graph.wait().to_dataframe().selected.tolist() == [True, True] + [False] * 4
    graph.units = []
    assert graph.units == []
    graph.units = None
    with pytest.raises(ValueError, match=r"units: expected positions in 0\.\.5, got 6"):
        graph.units = [0, 6]
    with pytest.raises(ValueError, match="mask of 6 units"):
        graph.units = np.ones(5, bool)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"kernal": "tool"}, TypeError, "kernal.*Did you mean 'kernel'"),
        ({"kernel": "tol"}, ValueError, "kernel: expected one of tool, report.*'tool'"),
        ({"kind": "outputs"}, ValueError, "kind: expected one of weights"),
        ({"color": "layers"}, ValueError, "color: expected one of.*'layer'"),
        ({"epoch": 3}, ValueError, r"epoch: expected one of \[0, 1, 2\], got 3"),
        ({"sigma": 0}, ValueError, "sigma: expected a positive number"),
        ({"forces": {"charg": -3}}, ValueError, "forces: unknown name 'charg'.*'charge'"),
        ({"forces": {"gravity": 2}}, ValueError, r"expected gravity in 0\.\.0\.3, got 2"),
        ({"names": ["a", "b"]}, ValueError, "names: expected 1"),
        ({"beside": np.ones((2, 5))}, ValueError, r"equal fan-in .*\(6, 4\).*\(2, 5\)"),
        ({"beside": {8: np.ones((2, 4))}}, ValueError, "at least one epoch that all layers have"),
        ({"beside_layer": "fc2"}, ValueError, "without beside="),
    ],
)
def test_wrong_options_are_refused(options: dict, error: type[Exception], words: str) -> None:
    """traitlets alone would drop an unknown keyword, and a wrong name would show an empty view."""
    with pytest.raises(error, match=words):
        WeightGraph(weights(), **options)


def test_wrong_sources_are_refused(record: WeightRecord) -> None:
    """A traceback out of numpy where the argument was wrong."""
    with pytest.raises(ValueError, match=r"layer: expected one of \['fc1', 'fc2'\], got None"):
        WeightGraph(record)
    with pytest.raises(ValueError, match=r"unknown name 'fc3'; .*fc"):
        WeightGraph(record, "fc3")
    with pytest.raises(ValueError, match=r"at least one recorded epoch, got \[\]"):
        WeightGraph(WeightRecord())
    with pytest.raises(ValueError, match=r"got shape \(2, 3, 4, 5\)"):
        WeightGraph(np.ones((2, 3, 4, 5)))
    with pytest.raises(TypeError, match=r"expected a WeightRecord.*got int"):
        WeightGraph(5)
    with pytest.raises(ValueError, match="at least one epoch, got none"):
        WeightGraph({})


def test_an_epoch_of_another_shape_is_told_in_the_view() -> None:
    """A thread that dies unheard, and a view that waits for ever."""
    graph = WeightGraph({0: np.ones((3, 2)), 1: np.ones((2, 2))}, "fc1")
    with pytest.raises(RuntimeError, match=r"fc1: expected weights \(3, 2\).*at epoch 1"):
        graph.wait(60)
    assert graph.phase["name"] == "failed"
    assert "epoch 1" in graph.phase["message"]


class Heard(WeightGraph):
    """Keeps what it sends."""

    heard: ClassVar[list[Any]] = []

    def send(self, content: Any, buffers: Any = None) -> None:
        """Instead of the wire."""
        self.heard.append((content, buffers))


def test_the_browser_may_ask_for_an_epoch() -> None:
    """Cosines of another epoch, or a bad question that ends the kernel's loop."""
    graph = Heard(weights())
    graph._hear({"type": "epoch", "kind": "weights", "epoch": 1}, [])
    content, (cosines, visible) = graph.heard[0]
    assert content == {"type": "epoch", "kind": "weights", "epoch": 1}
    above = np.triu_indices(6, 1)
    np.testing.assert_array_equal(np.frombuffer(cosines, "<f4"), graph.cosines(1)[above])
    assert np.frombuffer(visible, np.uint8).tolist() == [1] * 6
    graph._hear({"type": "epoch", "kind": "outputs", "epoch": 1}, [])
    assert graph.heard[1][0]["type"] == "error"
    graph._hear("nonsense", [])
    assert [content["type"] for content, *_ in graph.heard[2:]] == ["refused"]


def test_a_page_carries_the_strongest_edges(tmp_path: Path) -> None:
    """A saved page that lacks strong edges, or does not say what it lacks."""
    graph = WeightGraph(weights(), playing=True)
    state = graph.page_state()
    assert state["playing"] is False
    packed = state["preloaded"]["weights/2"]
    places = np.frombuffer(packed["places"], "<u4")
    assert len(places) == 10  # pairs of the five units that are left
    assert packed["floor"] == -1
    cosines = np.array([0.5, np.nan, 0.9, 0.1, 0.5], np.float32)
    kept, floor = strongest(cosines, 2)
    assert kept.tolist() == [0, 2]
    assert floor == 0.5
    page = graph.save_html(tmp_path / "graph.html")
    assert page.size < 200_000
    assert page.missing == ""


def test_closing_stops_the_work() -> None:
    """A thread that goes on for a graph that nobody sees."""
    graph = WeightGraph(weights(200, 60, 50))
    graph.close()
    graph._thread.join(60)
    assert not graph._thread.is_alive()
