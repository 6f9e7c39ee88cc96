"""The project's own rules: lint, types, format, the ladder of modules, sizes of files."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lint import ROOT, STEPS

PACKAGE = ROOT / "geowidgets"
LADDER = [
    {"geometry", "corruptions", "schema", "suggest"},
    {"latents", "pruning", "datasets", "zoo", "training", "fingerprint", "official"},
    {"study"},
    {"store"},
    {"evaluation", "redundancy", "attribution"},
    {"widgets"},
    {"cli", "demo", "check", "__init__"},
]


@pytest.mark.parametrize("step", STEPS)
def test_lint(step):
    """Code that the one lint command would refuse."""
    code, output = STEPS[step](False)
    assert code == 0, output


def rung(module: str) -> int:
    found = [i for i, rung in enumerate(LADDER) if module in rung]
    assert found, f"geowidgets.{module} stands on no rung of the ladder"
    return found[0]


def edges(source: str) -> set[str]:
    """Parts of the package that a source imports, at any depth of the file."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    parts = {name.split(".")[1] for name in found if name.startswith("geowidgets.")}
    return {
        part for part in parts if (PACKAGE / part).is_dir() or (PACKAGE / f"{part}.py").exists()
    }


def upward(module: str, source: str) -> set[str]:
    return {part for part in edges(source) if rung(part) > rung(module)}


SOURCES = sorted(p for p in PACKAGE.rglob("*.py") if "node_modules" not in p.parts)


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_no_module_imports_upward(path):
    """A leaf that needs the store: the beginning of a knot."""
    module = path.relative_to(PACKAGE).with_suffix("").parts[0]
    assert not upward(module, path.read_text())


def test_an_upward_import_would_be_seen():
    """A ladder test that passes whatever is written."""
    assert upward("geometry", "def f():\n    from geowidgets.store import GeometryStore") == {
        "store"
    }
    assert upward("schema", "import geowidgets.widgets.columns") == {"widgets"}
    assert upward("study", "from geowidgets import store, schema") == {"store"}


def tracked(*patterns: str) -> list[Path]:
    done = subprocess.run(
        ["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip("not a git checkout, so there is no list of the project's files")
    return [ROOT / line for line in done.stdout.splitlines() if (ROOT / line).exists()]


def test_files_stay_small():
    """A file that nobody wants to live in."""
    long = {str(p): n for p in tracked("*.py", "*.js") if (n := p.read_text().count("\n")) > 500}
    assert not long


def probe(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()


HEAVY = "torch", "xarray", "zarr", "bqplot", "umap", "numba", "matplotlib", "sklearn", "cv2"
SEEN = f"import sys; print(sorted(set({HEAVY!r}) & set(sys.modules)))"


def test_import_is_light():
    """A course page that waits seconds for torch before its first picture."""
    names = (
        "Selection Columns EvaluationTable LocalGeometry ParallelCoordinates PruneCurves Explorer"
    )
    views = ", ".join(f"gw.{name}" for name in names.split())
    assert probe(f"import geowidgets as gw; {views}; {SEEN}") == "[]"


def test_a_heavy_import_would_be_seen():
    """A probe that never finds anything."""
    assert "torch" in probe(f"import geowidgets as gw; gw.geometry; {SEEN}")


def test_every_public_name_exists():
    """A lazy name that points to nothing."""
    import geowidgets as gw

    for name in gw.__all__:
        assert getattr(gw, name) is not None
    with pytest.raises(AttributeError, match="EvalTable"):
        gw.EvalTable  # noqa: B018
