"""Whether the installed front end can work here, and what to do where it cannot."""

from __future__ import annotations

import importlib.metadata
import json
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement

STATIC = Path(__file__).parent / "static"
BUNDLES = (
    "attribution_grid",
    "columns",
    "evaluation_table",
    "explorer",
    "local_geometry",
    "parallel_coordinates",
    "saved_page",
    "selection",
    "similarity_map",
)
# The classic extensions that draw any widget in JupyterLab; each comes with the package named.
EXTENSIONS = {
    "@jupyter-widgets/jupyterlab-manager": "jupyterlab_widgets",
    "anywidget": "anywidget",
    "bqplot": "bqplot",
    "bqscales": "bqscales",
}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `remedy` says what to do where it is not good."""

    what: str
    good: bool
    remedy: str = ""

    def __str__(self) -> str:
        if self.good:
            return f"ok       {self.what}"
        return f"problem  {self.what}\n         → {self.remedy}"


def findings() -> list[Finding]:
    """Look at bundles, Python packages, JupyterLab and its extensions."""
    return [*_bundles(), *_packages(), *_lab(), _device()]


def _bundles() -> list[Finding]:
    missing = [name for name in BUNDLES if not (STATIC / f"{name}.js").is_file()]
    remedy = "pip install --force-reinstall --no-deps geowidgets (from a clone: pip install -e .)"
    what = f"front-end bundles ({', '.join(missing)} missing)" if missing else "front-end bundles"
    return [Finding(what, not missing, remedy)]


def _packages() -> list[Finding]:
    found = []
    for text in importlib.metadata.requires("geowidgets") or []:
        requirement = Requirement(text)
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            version = importlib.metadata.version(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            version = ""
        good = bool(version) and requirement.specifier.contains(version, prereleases=True)
        what = (
            f"{requirement.name} {version or 'is missing'} (needs {requirement.specifier or 'any'})"
        )
        found.append(Finding(what, good, f"pip install '{requirement}'"))
    return found


def _lab() -> list[Finding]:
    try:
        version = importlib.metadata.version("jupyterlab")
    except importlib.metadata.PackageNotFoundError:
        remedy = 'pip install "geowidgets[lab]" (not needed in Colab, VS Code or marimo)'
        return [Finding("JupyterLab is not installed", False, remedy)]
    new_enough = int(version.split(".")[0]) >= 4
    found = [Finding(f"JupyterLab {version}", new_enough, "pip install -U jupyterlab")]
    present, disabled = _extensions()
    for name, package in EXTENSIONS.items():
        if name in disabled:
            what, remedy = f"extension {name} is disabled", f"jupyter labextension enable {name}"
        else:
            what = f"extension {name}"
            remedy = f"pip install --force-reinstall {package} where JupyterLab runs"
        found.append(Finding(what, name in present - disabled, remedy))
    return found


def _extensions() -> tuple[set[str], set[str]]:
    """Prebuilt extensions that this environment's JupyterLab sees, and those switched off."""
    from jupyter_core.paths import jupyter_config_path, jupyter_path

    present = {
        str(package.parent.relative_to(folder))
        for folder in map(Path, jupyter_path("labextensions"))
        for package in [*folder.glob("*/package.json"), *folder.glob("@*/*/package.json")]
    }
    disabled: set[str] = set()
    for folder in map(Path, jupyter_config_path()):
        page = folder / "labconfig" / "page_config.json"
        if page.is_file():
            listed = json.loads(page.read_text()).get("disabledExtensions", {})
            # JupyterLab writes a mapping now and wrote a list before.
            states = listed if isinstance(listed, dict) else dict.fromkeys(listed, True)
            disabled |= {name for name, off in states.items() if off}
    return present, disabled


def _device() -> Finding:
    import torch

    devices = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    return Finding(f"computes on {', '.join(devices) or 'the CPU (no GPU seen by torch)'}", True)
