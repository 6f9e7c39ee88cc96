"""How tests harm a copy of a store."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from geowidgets.store.index_check import index_digest

HARMS = ("flip", "truncate", "delete")


def copy_of(path: str | Path, folder: Path) -> Path:
    """A store of the test's own."""
    return Path(shutil.copytree(path, folder / "copy.zarr"))


def harm(file: Path, how: str) -> None:
    """Flip one bit in the middle of a file, cut it in half, or delete it."""
    content = bytearray(file.read_bytes())
    if how == "delete":
        file.unlink()
    elif how == "truncate":
        file.write_bytes(content[: len(content) // 2])
    else:
        content[len(content) // 2] ^= 4
        file.write_bytes(content)


def edit(file: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change a JSON file as a forger would: an index gets the digest that fits."""
    whole = json.loads(file.read_text())
    attrs = whole.get("attributes", {}).get("geowidgets")
    change(whole if attrs is None else attrs)
    if attrs is not None and "digest" in attrs:
        attrs["digest"] = index_digest(attrs)
    file.write_text(json.dumps(whole))
