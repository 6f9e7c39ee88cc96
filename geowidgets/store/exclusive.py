"""Whether a file system creates a file only where there is none: what every lease stands on."""

from __future__ import annotations

import uuid
from contextlib import suppress
from typing import Any
from weakref import WeakSet

from geowidgets.schema import StoreError

_known: WeakSet[Any] = WeakSet()


def require_exclusive(files: Any, folder: str) -> None:
    """Try once, on a file system that is no disk, whether a second creation of a file is refused.

    Clients of object stores that do not know of `mode="create"` (s3fs before 2024.12, servers that
    ignore `If-None-Match`) overwrite without a word, and two processes would both hold the lease.

    Args:
        files: An fsspec file system.
        folder: Where to try; nothing is left there.

    Raises:
        StoreError: the second was not refused.
    """
    if "file" in files.protocol or files in _known:
        return
    probe = f"{folder}/lease.{uuid.uuid4().hex}.probe"
    files.pipe_file(probe, b"first", mode="create")
    try:
        files.pipe_file(probe, b"second", mode="create")
    except FileExistsError:
        _known.add(files)
        return
    finally:
        with suppress(FileNotFoundError):
            files.rm_file(probe)
    module = type(files).__module__.partition(".")[0]
    raise StoreError(
        f"{folder} cannot be written safely: its storage or {module} overwrites a file that was to "
        "be created only where there is none, so that two computations could take one another's "
        "place; expected a conditional put (If-None-Match), as Amazon S3 has with s3fs >= 2024.12"
    )
