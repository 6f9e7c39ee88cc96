"""Stores made to do harm: refused in words, and nothing outside is read or written."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

import geowidgets as gw
from geowidgets.schema import MapSettings

from .harm import copy_of, edit


@pytest.fixture
def path(tiny_store, tmp_path) -> Path:
    return copy_of(tiny_store.path, tmp_path)


def rename_set(attrs: dict, name: str) -> None:
    attrs["sets"][name] = attrs["sets"].pop("test")
    for benchmark in attrs["benchmarks"]:
        benchmark["set"] = name


def a_set(**values):
    return lambda attrs: attrs["sets"]["test"].update(values)


def a_model(**values):
    return lambda attrs: attrs["models"][1].update(values)


INDEXES = {
    "a set out of the store": (lambda a: rename_set(a, "../../x"), r"'\.\./\.\./x'"),
    "a set that is the store": (lambda a: rename_set(a, ".."), r"one folder, got '\.\.'"),
    "a set in a set": (lambda a: rename_set(a, "test/margin"), "one folder"),
    "a set on a drive": (lambda a: rename_set(a, "C:\\x"), "one folder"),
    "10^12 samples": (a_set(size=10**12), r"1000000000000 samples"),
    "10^12 blocks": (a_set(size=10**8, block=1), r"[\d,]+ blocks of pairs"),
    "less than none": (a_set(size=-1), "-1 samples"),
    "a size in words": (a_set(size="599"), "'599' samples"),
    "blocks of none": (a_set(block=0), "blocks of 0"),
    "huge images": (a_set(image_shape=[10**9, 10**9, 3]), "images of"),
    "a slot out of the store": (a_model(slot="../../x"), r"slot is '\.\./\.\./x', expected int"),
    "a slot before the first": (a_model(slot=-1), "slots"),
    "a slot past the last": (a_model(slot=10**12), "slots"),
    "one slot for two": (a_model(slot=0), "slots"),
    "one name for two": (a_model(name="dense"), "'dense'"),
    "control characters": (a_model(name="dense\x00\x1b[2J\n"), "printable"),
    "text for a number": (a_model(ratio="<b>"), "ratio '<b>'"),
    "a list for a name": (a_model(parent=["x"]), r"parent \['x'\]"),
    "a benchmark of no set": (lambda a: a["benchmarks"][0].update(set="wild"), "'wild'"),
    "angles of no class": (lambda a: a["settings"].update(angles=[0, 99]), "class 99"),
    "classes of numbers": (lambda a: a.update(classes=[1, 2]), "class name"),
    "no class": (lambda a: a.update(classes=[]), "0 classes"),
    "a list for the sets": (lambda a: a.update(sets=[]), "AttributeError"),
    "a word for the models": (lambda a: a.update(models="abc"), "TypeError"),
}


@pytest.mark.parametrize("change", INDEXES)
def test_an_index_that_cannot_be_true(path, change):
    """A path that leads out, memory for what is not there, IndexError without a name."""
    what, words = INDEXES[change]
    edit(path / "zarr.json", what)
    with pytest.raises(gw.StoreError, match=rf"(?s)copy\.zarr.*{words}"):
        gw.GeometryStore.open(path)


def test_json_that_is_too_large_or_too_deep(path):
    """A parser that takes gigabytes, or the interpreter's stack."""
    with (path / "zarr.json").open("wb") as file:
        file.truncate(65 << 20)
    with pytest.raises(gw.StoreError, match="68,157,440 bytes"):
        gw.GeometryStore.open(path)
    (path / "zarr.json").write_text("[" * 200_000 + "]" * 200_000)
    with pytest.raises(gw.StoreError, match="RecursionError"):
        gw.GeometryStore.open(path)


def chunks(length: int):
    return lambda meta: meta["chunk_grid"]["configuration"].update(chunk_shape=[1, 1, length])


def last_codec(name: str, **configuration):
    codec = {"name": name, "configuration": configuration}
    return lambda meta: meta.update(codecs=[meta["codecs"][0], codec])


ARRAYS = {
    "10^12 numbers": lambda meta: meta.update(shape=[3, 4, 10**12]),
    "a chunk of 10^12": chunks(10**12),
    "10^12 chunks": chunks(1),
    "a bomb's codec": last_codec("gzip", level=9),
    "a codec that loads code": last_codec("numcodecs.pickle"),
    "bytes of any file": lambda meta: meta.update(codecs=meta["codecs"][:1]),
    "another type": lambda meta: meta.update(data_type="float64"),
    "a group": lambda meta: meta.update(node_type="group"),
}


@pytest.mark.parametrize("change", ARRAYS)
def test_an_array_that_lies(path, change):
    """Terabytes asked of the memory, or a codec of somebody's choice."""
    edit(path / "sets/test/margin/zarr.json", ARRAYS[change])
    store = gw.GeometryStore.open(path)
    for ask in (
        lambda: store.column("margin", 0, 0),
        lambda: store.metric("margin", "dense", "clean").values,
    ):
        with pytest.raises(gw.StoreError, match=r"sets/test/margin of .*copy\.zarr"):
            ask()
    assert any("sets/test/margin" in one.problem for one in store.verify())


@pytest.mark.parametrize("name", ["label", "images"])
def test_samples_that_lie(path, name):
    """10¹² labels of a set that says it has 599."""
    edit(
        path / f"sets/test/{name}/zarr.json",
        lambda meta: meta.update(shape=[10**12, *meta["shape"][1:]]),
    )
    store = gw.GeometryStore.open(path)
    with pytest.raises(gw.StoreError, match=f"sets/test/{name}.*599"):
        store.labels() if name == "label" else store.images()


BOMB = r"""
import re, resource, sys
from pathlib import Path
import numpy as np
from numcodecs.zstd import Zstd
import geowidgets as gw
store = gw.GeometryStore.open(sys.argv[1])
resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
try:
    store.labels()
except gw.StoreError as error:
    print("refused:", error)
# Not ru_maxrss: a process inherits that from the one that started it.
print(int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) >> 10)
"""


def test_a_chunk_that_unpacks_to_gigabytes(path):
    """A few kilobytes on disk that take all of the memory, and the process with it."""
    # A zstd frame that says 64 GiB and repeats one byte: header, then blocks of run-length code.
    blocks = b"".join((((131072 << 3) | 2).to_bytes(3, "little") + b"\0") for _ in range(2047))
    last = ((131072 << 3) | 3).to_bytes(3, "little") + b"\0"
    frame = b"\x28\xb5\x2f\xfd\xe0" + (64 << 30).to_bytes(8, "little") + blocks + last
    (path / "sets/test/label/c/0").write_bytes(frame)
    done = subprocess.run(
        [sys.executable, "-c", BOMB, str(path)], capture_output=True, text=True, check=True
    )
    said, most = done.stdout.strip().rsplit("\n", 1)
    assert said.startswith("refused: sets/test/label")
    assert int(most) < 2048, "MiB"


def test_nothing_is_written_through_links(path, tiny_study, tmp_path):
    """A folder of the user's, filled or emptied by a store that links to it."""
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.tex").write_text("…")
    for name in ("derived", "maps", "sets/test/extra"):
        link = path / name
        shutil.rmtree(link, ignore_errors=True)  # what other tests derived from this store
        link.symlink_to(mine, target_is_directory=True)
        store = gw.GeometryStore.open(path)
        with pytest.raises(gw.StoreError, match=rf"{name} is a link to .*mine"):
            gw.GeometryStore.compute(tiny_study, path, progress=False)
        with pytest.raises(gw.StoreError, match=f"{name} is a link"):
            store.compact()
        with pytest.raises(gw.StoreError, match=f"{name} is a link"):
            store.verify(repair=True)
        assert not store.derived.keep("map-0123456789abcdef", {"a": np.zeros(3)})
        assert store.accuracy().notnull().all(), "reading stays possible"
        link.unlink()
    assert [file.name for file in mine.iterdir()] == ["thesis.tex"]


def test_links_within_a_store_and_to_it(path, tiny_store, tmp_path):
    """A store on another disk, which a link leads to, refused for it."""
    (tmp_path / "link.zarr").symlink_to(path, target_is_directory=True)
    store = gw.GeometryStore.open(tmp_path / "link.zarr")
    assert store.derived.keep("map-0123456789abcdef", {"a": np.zeros(3)})
    assert store.digest() == tiny_store.digest()


def test_a_foreign_file_is_not_read_as_numbers(path, tmp_path):
    """A secret shown as margins: its bytes have no checksum."""
    secret = tmp_path / "secret"
    secret.write_bytes(os.urandom(599 * 4 + 4))
    for chunk in ("sets/test/margin/c/1/2/0", "sets/test/label/c/0"):
        (path / chunk).unlink()
        (path / chunk).symlink_to(secret)
    store = gw.GeometryStore.open(path)
    with pytest.raises(gw.StoreError, match="cannot be read"):
        store.column("margin", 1, 2)
    with pytest.raises(gw.StoreError, match="cannot be read"):
        store.labels()


def test_an_archive_is_no_store(path, tmp_path):
    """A file unpacked where nobody asked for it."""
    archive = tmp_path / "s.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        for file in path.rglob("*"):
            if file.is_file():
                zipped.write(file, file.relative_to(path))
        zipped.writestr("../../escaped", "x")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(gw.StoreError, match=r"s\.zip"):
        gw.GeometryStore.open(archive)
    assert sorted(tmp_path.iterdir()) == before and not (tmp_path.parent / "escaped").exists()


def test_names_of_maps_that_are_none(path, tiny_store):
    """A file among the maps that is taken for the map of sample 10¹⁰⁰."""
    folder = path / "maps/0/test/0/gradient_x_input-true"
    folder.mkdir(parents=True)
    for name in ("²", "9" * 100, "..", "-1"):
        (folder / name).mkdir(exist_ok=True)
    store = gw.GeometryStore.open(path)
    assert store.maps.kept() == []
    settings = MapSettings("gradient_x_input", 0, 0, "", "true")
    assert store.maps.get(0, 0, 0, settings) is None


@pytest.mark.parametrize("name", ["../x", "a/b", "..", "__x", "x\\y"])
def test_studies_name_no_such_sets(name, digits):
    """A set of one's own that the store cannot keep, found after the computing."""
    with pytest.raises(ValueError, match="name of one folder"):
        gw.Study([], sets={name: (digits.images[:2], digits.labels[:2])}, classes=digits.classes)
