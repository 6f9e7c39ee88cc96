"""The wheel and the sdist hold what a user needs, and a fresh install works."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile

import pytest

from geowidgets.check import BUNDLES
from tests.lint import ROOT


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Sdist and, made from it, wheel; with no node on the PATH."""
    source = tmp_path_factory.mktemp("source") / "geowidgets"
    ignored = shutil.ignore_patterns("node_modules", "static", ".git", "__pycache__", "*.zarr")
    shutil.copytree(ROOT, source, ignore=ignored)
    out = tmp_path_factory.mktemp("dist")
    path = os.pathsep.join(
        folder for folder in os.environ["PATH"].split(os.pathsep)
        if not os.path.exists(os.path.join(folder, "node"))
    )  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(source)],
        capture_output=True, text=True, env={**os.environ, "PATH": path}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return next(out.glob("*.tar.gz")), next(out.glob("*.whl"))


def test_both_hold_the_bundles_and_no_waste(built):
    """A wheel without front end, or one that carries node_modules."""
    with tarfile.open(built[0]) as sdist, zipfile.ZipFile(built[1]) as wheel:
        inside = {
            "sdist": {name.split("/", 1)[1] for name in sdist.getnames() if "/" in name},
            "wheel": set(wheel.namelist()),
        }
    for kind, names in inside.items():
        for bundle in BUNDLES:
            assert f"geowidgets/static/{bundle}.js" in names, kind
        assert not [name for name in names if "node_modules" in name], kind
    assert "geowidgets/js/selection.js" in inside["sdist"]
    assert "geowidgets/js/selection.js" not in inside["wheel"]
    assert "geowidgets/notebooks/01-first-look.ipynb" in inside["wheel"]


def test_bundles_stay_small(built):
    """A bundle that a course page waits for."""
    with zipfile.ZipFile(built[1]) as wheel:
        sizes = {i.filename: i.file_size for i in wheel.infolist() if "/static/" in i.filename}
    assert {name: size for name, size in sizes.items() if size > 150_000} == {}


def test_wheel_works_where_it_is_installed(built, tmp_path):
    """A package that only works inside its checkout."""
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(tmp_path),
         str(built[1])],
        check=True,
    )  # fmt: skip
    code = (
        "import geowidgets as gw, geowidgets.cli as cli\n"
        "print(gw.__file__); print(gw.LocalGeometry.__name__); print(cli._tutorial())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path)}, check=True,
    )  # fmt: skip
    lines = done.stdout.splitlines()
    assert all(line.startswith(str(tmp_path)) for line in (lines[0], lines[2]))
