"""Who may change a store's axes: one process at a time, whatever the clocks say.

No clock that somebody can set decides. Of a holder on this machine the system knows whether it
lives; a holder elsewhere has lost its lease when a waiting process has seen it unchanged for
`LEASE_SECONDS` of its own steady clock.
"""

from __future__ import annotations

import json
import os
import socket
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from geowidgets.schema import StoreError

LEASE_SECONDS = 60.0
PATIENCE_SECONDS = 600.0  # with a process of this machine that lives and does not finish
_POLL_SECONDS = 0.05


@contextmanager
def hold(files: Any, path: str) -> Iterator[None]:
    """Hold the lease at `path`, a file created exclusively; wait while another process has it.

    One that is over is moved away first, which only one of several waiting can do.

    Args:
        files: The fsspec file system.
        path: Of the lease on it.

    Raises:
        StoreError: a living process of this machine has held it for `PATIENCE_SECONDS`.
    """
    mine = json.dumps({**_here(os.getpid()), "at": time.time(), "id": uuid.uuid4().hex}).encode()
    seen, since = b"", time.monotonic()
    while True:
        try:
            files.pipe_file(path, mine, mode="create")
            break
        except FileExistsError:
            found = _content(files, path)
            if found != seen:
                seen, since = found, time.monotonic()
            if is_over(found, time.monotonic() - since, path):
                _bury(files, path)
            else:
                time.sleep(_POLL_SECONDS)
    try:
        yield
    finally:
        if _content(files, path) == mine:
            with suppress(FileNotFoundError):
                files.rm_file(path)


def is_over(found: bytes, seconds: float, path: str) -> bool:
    """Whether a lease that has been seen unchanged for so long is nobody's any more."""
    try:
        holder = json.loads(found or b"{}")
    except ValueError:
        holder = {}  # its owner may be about to write it
    pid = holder.get("pid") if isinstance(holder, dict) else None
    if not isinstance(pid, int) or holder.get("host") != _here(0)["host"] or os.name != "posix":
        return seconds >= LEASE_SECONDS
    started = _here(pid)["started"]
    if holder.get("started", started) != started or not _lives(pid):
        return True  # gone, or its number went to another
    if seconds >= PATIENCE_SECONDS:
        raise StoreError(
            f"process {pid} of this machine has held {path} for {seconds:.0f} s and still lives: "
            "wait for it, or end it, and run the same line again"
        )
    return False


def _content(files: Any, path: str) -> bytes:
    try:
        return bytes(files.cat_file(path))
    except FileNotFoundError:
        return b""


def _bury(files: Any, path: str) -> None:
    grave = f"{path}.{uuid.uuid4().hex}"
    with suppress(FileNotFoundError):
        files.mv(path, grave)
        files.rm_file(grave)


def _here(pid: int) -> dict[str, Any]:
    """A process of this machine: its number comes again, its number and start do not."""
    host = socket.gethostname()
    with suppress(OSError):  # containers may share a name and count processes each from 1
        host = f"{host} {os.readlink('/proc/self/ns/pid')}"
    return {"host": host, "pid": pid, "started": (_stat(pid) or [None] * 20)[19]}


def _lives(pid: int) -> bool:
    if Path("/proc/self/stat").exists():
        return (_stat(pid) or "Z")[0] != "Z"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _stat(pid: int) -> list[str] | None:
    """Fields of /proc/<pid>/stat from the state on; the name before may hold anything."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
