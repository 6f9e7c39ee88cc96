from __future__ import annotations

import json

import numpy as np
import pytest

import geowidgets as gw
from geowidgets.widgets import bits
from geowidgets.widgets.columns import as_message, describe, read


def ask(columns: gw.Columns, *keys: str) -> list[tuple[dict, list]]:
    """What the browser gets when it asks for `keys`."""
    answers: list[tuple[dict, list]] = []
    columns.send = lambda content, buffers=None: answers.append((content, buffers or []))  # type: ignore[method-assign]
    data = {"method": "custom", "content": {"keys": list(keys)}}
    columns._handle_msg({"content": {"data": data}, "buffers": []})
    return answers


def test_directory_is_json_and_complete(tiny_store):
    """Catches a numpy number or a NaN that the wire cannot carry."""
    directory = describe(tiny_store)
    assert json.loads(json.dumps(directory, allow_nan=False)) == directory
    assert [model["name"] for model in directory["models"]] == [m.name for m in tiny_store.models]
    assert directory["sets"] == [{"name": tiny_store.sets[0], "n": 599, "image": [32, 32, 1]}]
    assert bits.decode(directory["done"], 12).all()


@pytest.mark.parametrize(
    "variable", ["angle", "angles", "length", "margin", "probability", "prediction"]
)
def test_columns_arrive_as_stored(tiny_store, variable):
    """Catches rows ≠ columns, and a type that the browser reads with another width."""
    [(header, [data])] = ask(gw.Columns.of(tiny_store), f"{variable}/0/1")
    values = np.frombuffer(data, header["dtype"]).reshape(header["shape"])
    stored = tiny_store.column(variable, 0, 1)
    assert header["key"] == f"{variable}/0/1"
    assert np.array_equal(values, stored, equal_nan=values.dtype.kind == "f")
    assert header["shape"] == ([599, 10] if variable == "angles" else [599])


def test_sets_and_images(tiny_store):
    """Catches an image block that lacks its last image."""
    name = tiny_store.sets[0]
    keys = f"labels/{name}", f"correct/{name}", f"accuracy/{name}", f"images/{name}/598-598"
    answers = ask(gw.Columns.of(tiny_store), *keys)
    shapes = [header["shape"] for header, _ in answers]
    assert shapes == [[599], [3, 4, 75], [3, 4], [1, 32, 32, 1]]
    assert np.array_equal(read(tiny_store, keys[3])[0], tiny_store.images(name)[598])
    assert np.allclose(read(tiny_store, keys[2]), tiny_store.accuracy())


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("angel/0/0", "expected labels/<set>"),
        ("angle/3/0", "a model in 0..2, got 3"),
        ("angle/0/4", "a benchmark in 0..3, got 4"),
        ("angle/-1/0", "expected labels/<set>"),
        ("labels/tset", "unknown sample set 'tset'"),
        ("images/{}/0-599", "first <= last < 599"),
        ("images/{}/5-4", "first <= last < 599"),
        ("__class__/0/0", "expected labels/<set>"),
    ],
)
def test_errors_come_back_in_words(tiny_store, key, words):
    """Catches a view that waits for ever for a column that does not exist."""
    key = key.format(tiny_store.sets[0])
    [(answer, buffers)] = ask(gw.Columns.of(tiny_store), key)
    assert answer["type"] == "error"
    assert answer["key"] == key
    assert words in answer["message"]
    assert buffers == []


def test_one_hub_a_store(tiny_store):
    """Catches two hubs that each fetch the same numbers, and a closed one handed out again."""
    first = gw.Columns.of(tiny_store)
    assert gw.Columns.of(tiny_store) is first
    first.close()
    assert gw.Columns.of(tiny_store) is not first


def test_preload_travels_with_the_state(tiny_store):
    """Catches a saved page without the numbers of its first picture."""
    columns = gw.Columns(tiny_store, preload=["length/0/0"])
    saved = columns.get_state()["preloaded"]["length/0/0"]
    assert np.array_equal(
        np.frombuffer(saved["data"], saved["dtype"]), tiny_store.column("length", 0, 0)
    )
    with pytest.raises(KeyError, match="a model in"):
        columns.preload(["length/9/0"])


def test_message_types():
    """Catches a column in an order or a width that the browser cannot read."""
    header, data = as_message(np.asfortranarray(np.arange(6, dtype=">f4").reshape(2, 3)))
    assert header == {"dtype": "float32", "shape": [2, 3]}
    assert np.frombuffer(data, "<f4").tolist() == [0, 1, 2, 3, 4, 5]
    with pytest.raises(TypeError, match="got int64"):
        as_message(np.arange(3))


@pytest.mark.parametrize("shape", [(0,), (3, 0), (0, 32, 32, 1)])
def test_nothing_is_a_message_too(shape):
    """Catches an empty set that breaks the view instead of being drawn as empty."""
    header, data = as_message(np.zeros(shape, np.uint8))
    assert header == {"dtype": "uint8", "shape": list(shape)}
    assert data.nbytes == 0


def test_nonsense_is_ignored(tiny_store):
    """Catches a message of another shape that breaks the hub for the next one."""
    columns = gw.Columns.of(tiny_store)
    for content in (None, [], {"keys": "angle/0/0"}, {"keys": [1]}):
        data = {"method": "custom", "content": content}
        columns._handle_msg({"content": {"data": data}, "buffers": []})
    assert ask(columns, "length/0/0")[0][0]["type"] == "column"


def test_a_grown_store_reaches_directory_and_selection(tiny_store):
    """Catches a new row that the browser may not select: its index is out of the old range."""

    class Growing:
        models = tiny_store.models[:2]
        done = tiny_store.done[:2]
        revision = 0

        def __getattr__(self, name):
            return getattr(tiny_store, name)

    store = Growing()
    view = gw.LocalGeometry(store)
    store.models, store.done, store.revision = tiny_store.models, tiny_store.done, 1
    ask(view.columns, "length/2/0")
    assert len(view.columns.directory["models"]) == 3
    view.selection.models = [2]
    gw.LocalGeometry(store, view.selection)


def test_add_reaches_open_views_by_itself(tiny_study, tmp_path):
    """Catches a view that shows the new row only after somebody asked for a column."""
    first = gw.Study(
        tiny_study.models[:1], tiny_study.benchmarks[:2], classes=tiny_study.classes,
        images=tiny_study.sets["test"].images[:40], labels=tiny_study.sets["test"].labels[:40],
    )  # fmt: skip
    store = gw.GeometryStore.compute(first, tmp_path / "grows.zarr", progress=False)
    view = gw.LocalGeometry(store)
    closed = gw.Columns(store)
    closed.close()
    heard = []
    view.columns.observe(lambda change: heard.append(change["new"]), "directory")
    store.add(tiny_study.models[1], progress=False)
    assert [len(one["models"]) for one in heard] == [2]
    assert bits.decode(heard[0]["done"], 4).all()
    assert len(closed.directory["models"]) == 1
    view.pin = (tiny_study.models[1].name, "clean")
    assert view.pin == [1, 0]
    view.selection.models = [1]


def test_a_store_keeps_no_hub_alive(tiny_store):
    """Catches a store that holds every hub that ever listened to it."""
    import gc
    import weakref

    columns = gw.Columns(tiny_store)
    gone = weakref.ref(columns)
    columns.close()
    del columns
    gc.collect()
    assert gone() is None
    tiny_store.refresh()


def test_rows_of_bits_stand_on_words_and_counts_are_those_of_the_bits(tiny_store):
    """Rows of other models, bits shifted by the padding, or samples outside of the mask counted."""
    columns = gw.Columns.of(tiny_store)
    name = tiny_store.sets[0]
    whole = np.unpackbits(tiny_store.correct(name), axis=-1, bitorder="little", count=599)
    [(header, [data])] = ask(columns, f"correct/{name}/1-2")
    assert header["shape"] == [2, 4, 76]
    rows = np.frombuffer(data, np.uint8).reshape(2, 4, 76)
    found = np.unpackbits(rows, axis=-1, bitorder="little")
    assert np.array_equal(found[..., :599], whole[1:]) and not found[..., 599:].any()
    for mask in (np.arange(599) % 7 == 0, np.isin(np.arange(599), [0, 598]), np.ones(599, bool)):
        text = bits.encode(mask).replace("/", "_")
        for first, last in ((0, 2), (1, 1)):
            [(header, [data])] = ask(columns, f"counts/{text}/{name}/{first}-{last}")
            counts = np.frombuffer(data, header["dtype"]).reshape(header["shape"])
            assert np.array_equal(counts, whole[first : last + 1, ..., mask].sum(axis=-1))


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("correct/{}/2-3", "expected first <= last < 3"),
        ("correct/{}/2-1", "expected first <= last < 3"),
        ("correct/tset/0-1", "unknown sample set 'tset'. Did you mean 'test'"),
        ("counts/AAAA/{}/0-1", "599"),
        ("counts/{}/0-1", "expected correct/<set>/<first>-<last> or counts/<mask>/<set>/<first>"),
    ],
)
def test_odd_rows_and_masks_are_refused(tiny_store, key, words):
    """A view that waits for ever for rows that are not there."""
    [(header, _)] = ask(gw.Columns.of(tiny_store), key.format(tiny_store.sets[0]))
    assert header["type"] == "error" and words in header["message"]
