"""The pages in docs/ lead somewhere, and the gallery can be made."""

from __future__ import annotations

import contextlib
import importlib.util
import inspect
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import geowidgets as gw
from geowidgets.widgets.saved_image import save_image
from tests.lint import ROOT

PAGES = sorted((ROOT / "docs").rglob("*.md"))
VIEWS = (
    "evaluation_table", "local_geometry", "parallel_coordinates", "similarity_map",
    "attribution_grid", "prune_curves", "spectrum", "weight_graph", "latent_star",
    "dimension_curves",
)  # fmt: skip
XARRAY = {"group", "consolidated", "model", "benchmark", "replace"}
ELSEWHERE = {
    "n_workers", "threads_per_worker", "dashboard_address", "cores", "processes", "memory",
    "walltime", "jobs", "env", "mmap_mode", "weights_only",
}  # fmt: skip


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_somewhere(page) -> None:
    """A page that moved, or was never written."""
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
        assert (page.parent / target).exists(), target


@pytest.fixture(scope="module")
def gallery():
    """The command as a module."""
    spec = importlib.util.spec_from_file_location("gallery", ROOT / "docs" / "gallery.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_gallery_can_be_made(gallery, tiny_store, tmp_path) -> None:
    """A command that fails for the first teacher who uses it; an index without its pages."""
    index = gallery.build(tiny_store, tmp_path / "gallery", epochs=1)
    pages = re.findall(r'href="([^"]+)"', index.read_text())
    assert {Path(page).stem for page in pages} == {*VIEWS, "explorer"}
    assert all((index.parent / page).stat().st_size > 40_000 for page in pages)


def test_every_view_has_a_page_with_one_trap_and_a_picture() -> None:
    """A view that nobody explains; a picture that was never drawn, or is no longer looked at."""
    index = (ROOT / "docs" / "README.md").read_text()
    for name in VIEWS:
        text = (ROOT / "docs" / "views" / f"{name}.md").read_text()
        assert text.count("**The trap: ") == 1, name
        assert text.count(f"](../pictures/{name}.png)") == 1, name
        assert f"(views/{name}.md)" in index
        assert (ROOT / "docs" / "pictures" / f"{name}.png").stat().st_size < 250_000, name


def known_keywords() -> set[str]:
    """Every keyword that a public class, method or function takes."""
    found: set[str] = set()
    for name in gw.__all__:
        one = getattr(gw, name)
        members = [one, *(v for k, v in vars(one).items() if k[0] != "_")] if hasattr(
            one, "__dict__") else [one]  # fmt: skip
        for member in (getattr(m, "__func__", m) for m in members):
            if callable(member):
                with contextlib.suppress(ValueError, TypeError):
                    found |= set(inspect.signature(member).parameters)
        if hasattr(one, "own_options"):
            found |= set(one.own_options())
    options = inspect.signature(save_image).parameters, inspect.signature(gw.save_page).parameters
    return found.union(*options)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_names_and_keywords_exist(page) -> None:
    """A command, function or keyword that was renamed while its page was not."""
    text = page.read_text()
    code = re.findall(r"```(?:python)?\n(.*?)```|`([^`\n]+)`", text, re.DOTALL)
    known = known_keywords()
    for piece in (block or inline for block, inline in code):
        for name in re.findall(r"\bgw\.([A-Za-z_]+)", piece):
            assert name in gw.__all__, name
        for owner, kind in (("store", gw.GeometryStore), ("selection", gw.Selection)):
            for name in re.findall(rf"\b{owner}\.([a-z_]+)\b(?!\.md|\.png)", piece):
                assert hasattr(kind, name), f"{owner}.{name}"
        for name in re.findall(r"[(, ]([a-z_]+)=(?!=)|^([a-z_]+)=", piece):
            keyword = name[0] or name[1]
            assert keyword in known | XARRAY | ELSEWHERE, f"{keyword}= in {piece}"
        for name in re.findall(r"^(?:\$ )?geowidgets ([a-z]+)", piece, re.MULTILINE):
            assert name in commands(), name
        for name in re.findall(r"python (\S+\.py)", piece):
            assert (ROOT / name).is_file(), name


def commands() -> set[str]:
    """What `geowidgets` can be asked for."""
    said = subprocess.run(
        [sys.executable, "-m", "geowidgets.cli", "--help"], capture_output=True, text=True,
        check=True,
    ).stdout  # fmt: skip
    return set(re.findall(r"[a-z]+", said[said.index("{") : said.index("}")]))


def test_the_stores_page_runs(tiny_store, tmp_path, monkeypatch) -> None:
    """A format that plain xarray no longer reads, or reads as other numbers."""
    shutil.copytree(str(tiny_store.path), tmp_path / "digits.zarr")
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "docs" / "store.md").read_text()
    names: dict = {"gw": gw}
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        exec(block, names)
    found = names["test"].true_angle.sel(model="dense", benchmark="clean").values[:599]
    np.testing.assert_array_equal(found, tiny_store.column("angle", "dense", "clean"))


def test_the_clusters_page_runs(tiny_study, tiny_store, tmp_path, monkeypatch) -> None:
    """Workers that are asked for in words that Dask no longer knows, or that compute otherwise."""
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "docs" / "clusters.md").read_text()
    names: dict = {"gw": gw, "study": tiny_study}
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        exec(block, names)
    assert names["store"].done.all()
    np.testing.assert_array_equal(names["store"].correct(), tiny_store.correct())


def test_the_loop_backs_page_runs(growing_store, tiny_study, digits, tmp_path, monkeypatch) -> None:
    """Lines that raise for the first person who copies them, or add and remove nothing."""
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "docs" / "the_loop_back.md").read_text()
    names: dict = {
        "gw": gw, "store": growing_store, "selection": gw.Selection(growing_store),
        "entry": tiny_study.models[1], "images": digits.images[:64], "labels": digits.labels[:64],
        "weights": np.linspace(0, 2, 64),
    }  # fmt: skip
    before = [one.name for one in growing_store.models], [b.name for b in growing_store.benchmarks]
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        exec(block, names)
    margins = growing_store.column("margin", "dense", "clean")
    np.testing.assert_array_equal(names["fragile"], np.flatnonzero(margins < 0.7))
    store = names["store"]
    models, benchmarks = ([one.name for one in own] for own in (store.models, store.benchmarks))
    assert models[: len(before[0])] == before[0] and len(models) == len(before[0]) + 2
    assert set(benchmarks) == {*before[1], "fragile"} - {"contrast-3"}
    assert store.done.all()
