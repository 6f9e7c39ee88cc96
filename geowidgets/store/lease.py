"""Who may change a store's axes: one process at a time, whatever the clocks say, whoever dies.

No clock that somebody can set decides. Of a holder on this machine the system knows whether it
lives; a holder elsewhere has lost its lease when a waiting process has seen it unchanged for
`LEASE_SECONDS` of its own steady clock; while it lives, it changes `lease.<id>.beat`.

All that is asked of a file system is a file created exclusively, which object stores have as a
conditional put. A lease that is over is not moved or deleted by its name: of two who saw it, the
second would remove the first one's. It is *succeeded*: `lease.json` with the id u is followed by
`lease.u.json`, which only one can create, and which counts while what it follows is still there.
"""

from __future__ import annotations

import json
import os
import socket
import threading
import time
import uuid
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

from geowidgets.schema import StoreError
from geowidgets.store.exclusive import require_exclusive

LEASE_SECONDS = 60.0
PATIENCE_SECONDS = 600.0  # with a process of this machine that lives and does not finish
_POLL_SECONDS, _LONGEST_POLL = 0.05, 1.0


class Lease:
    """`with Lease(files, folder) as lease:` be the only one; waits until that is so.

    Args:
        files: An fsspec file system.
        folder: The store's root on it.

    Raises:
        StoreError: a living process of this machine has held it for `PATIENCE_SECONDS`, or the
            storage lets two create one file.
    """

    def __init__(self, files: Any, folder: str) -> None:
        self._files, self._folder = files, folder
        self._id = uuid.uuid4().hex
        self._chain: list[str] = []  # the leases that are over, then this one
        self._ids: list[str | None] = []  # what is written in them
        self._seen: dict[str, tuple[bytes, float]] = {}
        self._released = threading.Event()
        self._renewing = threading.Thread(target=self._renew, name="geowidgets-lease", daemon=True)

    def __enter__(self) -> Lease:
        require_exclusive(self._files, self._folder)
        pause = _POLL_SECONDS
        while not self._take():
            time.sleep(pause)
            pause = min(_LONGEST_POLL, 1.2 * pause)
        self._renewing.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._released.set()
        self._renewing.join()
        # Whoever creates the successor decides: if it is this one, nobody can follow any more.
        mine = self._found(self._chain) == self._ids
        if mine and self._create(self._path(self._id), uuid.uuid4().hex):
            self._remove(*self._chain, self._path(self._id))
        self._remove(self._beat(self._id))

    def check(self) -> None:
        """Raise unless this is still the holder; call it before what must not be done twice.

        Raises:
            StoreError: this process stood still for so long that another one took over.
        """
        if self._found(self._chain) != self._ids or self._read(self._path(self._id)):
            raise StoreError(
                f"the lease of {self._folder} was taken over, because this process stood still "
                f"for more than {LEASE_SECONDS:g} s: complete pairs are kept; run again to resume"
            )

    def _take(self) -> bool:
        chain, ids = [self._path("")], []
        while found := self._read(chain[-1]):
            holder, content = found
            if not is_over(content, self._unchanged(holder, content), chain[-1]):
                return False
            ids.append(holder)
            chain.append(self._path(holder))
        if not self._create(chain[-1], self._id):
            return False
        # Created late, after another successor was done and all was removed: it counts for nothing.
        if self._found(chain[:-1]) != ids:
            self._remove(chain[-1])
            return False
        self._chain, self._ids = chain, [*ids, self._id]
        return True

    def _unchanged(self, holder: str, content: bytes) -> float:
        """Seconds for which this process has seen a lease as it is."""
        now, state = time.monotonic(), content + self._content(self._beat(holder))
        before, since = self._seen.get(holder, (None, now))
        if before != state:
            self._seen[holder] = state, now
            return 0.0
        return now - since

    def _renew(self) -> None:
        for beat in count():
            if self._released.wait(LEASE_SECONDS / 4):
                return
            with suppress(OSError):
                self._files.pipe_file(self._beat(self._id), str(beat).encode())

    def _path(self, follows: str) -> str:
        return f"{self._folder}/lease.{follows}.json" if follows else f"{self._folder}/lease.json"

    def _beat(self, holder: str) -> str:
        return f"{self._folder}/lease.{holder}.beat"

    def _found(self, paths: list[str]) -> list[str | None]:
        return [found and found[0] for found in map(self._read, paths)]

    def _read(self, path: str) -> tuple[str, bytes] | None:
        """Id and content of a lease, or None where there is none."""
        try:
            content = bytes(self._files.cat_file(path))
        except FileNotFoundError:
            return None
        with suppress(ValueError, AttributeError):
            name = str(json.loads(content).get("id", ""))
            if name.isalnum():
                return name, content
        return "unreadable", content  # its owner may be about to write it

    def _content(self, path: str) -> bytes:
        try:
            return bytes(self._files.cat_file(path))
        except FileNotFoundError:
            return b""

    def _create(self, path: str, name: str) -> bool:
        mine = json.dumps({**_here(os.getpid()), "id": name}).encode()
        try:
            self._files.pipe_file(path, mine, mode="create")
        except FileExistsError:
            return False
        return True

    def _remove(self, *paths: str) -> None:
        for path in paths:
            with suppress(FileNotFoundError):
                self._files.rm_file(path)


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
