"""The commands, run as a user runs them."""

from __future__ import annotations

import subprocess
import sys

import pytest

import geowidgets as gw
from geowidgets import check


def run(*arguments: str, cwd=None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "geowidgets.cli", *arguments],
        capture_output=True, text=True, cwd=cwd, check=False,
    )  # fmt: skip


def test_demo_makes_a_store_and_the_tutorial(demo_folder):
    """A first minute that ends in an error."""
    store = gw.GeometryStore.open(demo_folder / "digits.zarr")
    assert store.done.all()
    assert store.done.shape == (34, 20)
    assert (demo_folder / "01-first-look.ipynb").exists()
    assert store.accuracy().sel(model="LeNet-5 dense", benchmark="clean") > 0.9


def test_demo_again_keeps_what_is_there(demo_folder):
    """A second call that trains again, or overwrites the user's notes in the tutorial."""
    notebook = demo_folder / "01-first-look.ipynb"
    notebook.write_text(notebook.read_text().replace("A first look", "My first look"))
    digest = gw.GeometryStore.open(demo_folder / "digits.zarr").digest()
    done = run("demo", "--no-browser", "--folder", str(demo_folder))
    assert done.returncode == 0, done.stderr
    assert "680 of 680 pairs" in done.stdout
    assert str(notebook) in done.stdout
    assert "My first look" in notebook.read_text()
    assert gw.GeometryStore.open(demo_folder / "digits.zarr").digest() == digest


STUDY = """
import geowidgets as gw
digits = gw.datasets.digits()
net = gw.zoo.lenet300_100(in_channels=1)
def study():
    images, labels = digits.images[:9], digits.labels[:9]
    return gw.Study([gw.ModelEntry("net", net)], None, images, labels, digits.classes)
"""


def test_compute_a_study_from_a_file(tmp_path):
    """A study that only a notebook can compute."""
    (tmp_path / "mine.py").write_text(STUDY)
    done = run("compute", "mine.py", "mine.zarr", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert gw.GeometryStore.open(tmp_path / "mine.zarr").done.all()
    wrong = run("compute", "mine.py:nett", "mine.zarr", cwd=tmp_path)
    assert wrong.returncode == 1
    assert "expected a Study called 'nett'" in wrong.stderr
    assert "'lost.py' is no Python file" in run("compute", "lost.py", "x", cwd=tmp_path).stderr


def test_check_finds_this_environment_good():
    """A check that cries wolf where everything works."""
    done = run("check")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ok       JupyterLab 4" in done.stdout
    assert "ok       extension anywidget" in done.stdout


def test_check_names_what_is_missing(tmp_path, monkeypatch):
    """A check that cannot fail."""
    monkeypatch.setattr(check, "STATIC", tmp_path)
    monkeypatch.setitem(check.EXTENSIONS, "no-such-extension", "no-such-package")
    bad = [finding for finding in check.findings() if not finding.good]
    assert len(bad) == 2
    assert "selection" in bad[0].what
    assert "pip install" in bad[0].remedy
    assert "no-such-package" in bad[1].remedy


def test_unknown_command_says_what_there_is():
    """A traceback for a typo."""
    done = run("dmeo")
    assert done.returncode == 2
    assert "demo" in done.stderr


@pytest.mark.parametrize("arguments", [("--version",), ("--help",)])
def test_version_and_help(arguments):
    """A command line without help."""
    assert run(*arguments).returncode == 0
