"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def check_folder(path: Path) -> None:
    """Raise where `path` could not be written.

    Raises:
        FileNotFoundError: its folder does not exist.
        IsADirectoryError: it is a folder itself.
    """
    if not path.parent.is_dir():
        raise FileNotFoundError(f"{path}: the folder {path.parent} does not exist")
    if path.is_dir():
        raise IsADirectoryError(f"{path}: expected a file's name, this is a folder")


def write(path: Path, data: bytes) -> Path:
    """Write beside the goal, then rename: a file that is there is whole.

    Raises:
        FileNotFoundError, IsADirectoryError: as `check_folder`.
    """
    check_folder(path)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(name, 0o666 & ~umask)  # mkstemp's own is for its user alone
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
    return path
