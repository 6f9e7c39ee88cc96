"""What the README and the notebooks say is run."""

from __future__ import annotations

import os
import re
import shutil

import nbclient
import nbformat
import pytest

import geowidgets as gw
from tests.lint import ROOT

README = (ROOT / "README.md").read_text()
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.name)
def test_notebook_runs(path, demo_folder, tmp_path, monkeypatch):
    """A claim that no longer holds, a cell that raises, outputs that were committed."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        assert not cell.get("outputs"), "notebooks are committed without outputs"
    for name in ("digits.zarr", "models"):
        shutil.copytree(demo_folder / name, tmp_path / name)
    client = nbclient.NotebookClient(
        notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}
    )
    client.execute()
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert sorted(len(c.splitlines()) for c in code)[len(code) // 2] <= 4, "one idea a cell"


def test_readme_blocks_run(demo_folder, tmp_path, monkeypatch, digits, trained):
    """An example that raises for the first person who copies it."""
    shutil.copytree(demo_folder / "digits.zarr", tmp_path / "digits.zarr")
    shutil.copytree(demo_folder / "models", tmp_path / "models")
    monkeypatch.chdir(tmp_path)
    names = {
        "net": trained,
        "x_test": digits.images,
        "y_test": digits.labels,
        "names": digits.classes,
        "normalise": None,
    }
    blocks = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        exec(block, names)
    assert names["store"].done.all()
    assert isinstance(names["selection"], gw.Selection)


def test_readme_names_what_exists():
    """A link or a public name that is gone."""
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target
    for name in re.findall(r"\bgw\.([A-Za-z_]+)", README):
        assert name in gw.__all__, name


def test_ci_runs_the_readmes_command():
    """CI that tests something else than what the README promises."""
    command = re.search(r"```bash\n(pip install -e .*)\n```", README)
    assert command is not None
    words = command[1].replace("pip install", "pip install --quiet")
    assert words in (ROOT / ".ci" / "run").read_text()
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
