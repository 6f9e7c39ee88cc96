"""The command `geowidgets`: demo, compute, check."""

from __future__ import annotations

import argparse
import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from geowidgets import __version__
from geowidgets.schema import StoreError

NOTEBOOK = "01-first-look.ipynb"
STORE = "digits.zarr"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="geowidgets", description=__doc__)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    demo = commands.add_parser(
        "demo", help="make a small study and open the tutorial in JupyterLab"
    )
    demo.add_argument("--folder", type=Path, default=Path("geowidgets-demo"))
    demo.add_argument("--no-browser", action="store_true", help="only say what was made and where")
    demo.set_defaults(run=_demo)

    compute = commands.add_parser("compute", help="compute the Study of a Python file into a store")
    compute.add_argument(
        "study", metavar="FILE[:NAME]", help="NAME is a Study or makes one; default: study"
    )
    compute.add_argument("store", type=Path)
    compute.add_argument("--device", default="auto")
    compute.set_defaults(run=_compute)

    check = commands.add_parser("check", help="say whether the widgets can work here")
    check.set_defaults(run=_check)

    options = parser.parse_args(arguments)
    try:
        return options.run(options)
    except (StoreError, ValueError, OSError) as error:
        print(f"geowidgets: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; run the same command again to resume", file=sys.stderr)
        return 130


def _demo(options: argparse.Namespace) -> int:
    from geowidgets.demo import demo_study
    from geowidgets.store import GeometryStore

    folder: Path = options.folder
    folder.mkdir(parents=True, exist_ok=True)
    study = demo_study(folder / "models")
    store = GeometryStore.compute(study, folder / STORE)
    notebook = folder / NOTEBOOK
    if not notebook.exists():
        shutil.copyfile(_tutorial(), notebook)
    print(f"store:    {store}\nnotebook: {notebook}")
    if options.no_browser:
        return 0
    if importlib.util.find_spec("jupyterlab") is None:
        raise ValueError('JupyterLab is not installed: pip install "geowidgets[lab]"')
    return subprocess.call([sys.executable, "-m", "jupyterlab", NOTEBOOK], cwd=folder)


def _tutorial() -> Path:
    here = Path(__file__).parent
    for folder in (here / "notebooks", here.parent / "notebooks"):
        if (folder / NOTEBOOK).is_file():
            return folder / NOTEBOOK
    raise FileNotFoundError(f"{NOTEBOOK} is not in {here}: install geowidgets again")


def _compute(options: argparse.Namespace) -> int:
    from geowidgets.store import GeometryStore

    study = _load_study(options.study)
    print(GeometryStore.compute(study, options.store, options.device))
    return 0


def _load_study(source: str) -> Any:
    from geowidgets.study import Study

    file, _, name = source.partition(":")
    spec = importlib.util.spec_from_file_location("geowidgets_study", file)
    if spec is None or spec.loader is None or not Path(file).is_file():
        raise ValueError(f"{file!r} is no Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    study = getattr(module, name or "study", None)
    study = study() if callable(study) else study
    if not isinstance(study, Study):
        wanted = name or "study"
        raise ValueError(f"{file}: expected a Study called {wanted!r}, found {study!r:.60}")
    return study


def _check(options: argparse.Namespace) -> int:
    from geowidgets.check import findings

    found = findings()
    for finding in found:
        print(finding)
    return 0 if all(finding.good for finding in found) else 1


if __name__ == "__main__":
    sys.exit(main())
