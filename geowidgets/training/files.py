"""Files that are either whole or absent."""

from __future__ import annotations

import os
from pathlib import Path

import torch


def atomic_save(content: object, path: Path) -> None:
    """`torch.save` to a neighbouring file, then rename: readers never see half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        torch.save(content, partial)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
