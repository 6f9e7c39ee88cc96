"""Where a store lies: its root group, its index, its lease, and which chunks are there."""

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

import fsspec
import zarr
from zarr.errors import ContainsGroupError, GroupNotFoundError

from geowidgets.schema import ATTRIBUTE, Index, StoreError

LEASE_SECONDS = 60.0
_POLL_SECONDS = 0.05


class Place:
    """A path or URL with the few things that are done beside reading and writing arrays."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)
        if not isinstance(self.path, str) or not self.path:
            raise StoreError(f"a store's path must be text, got {path!r}")
        self._files, self._root = fsspec.core.url_to_fs(self.path)

    @property
    def is_local(self) -> bool:
        """Whether the store is a folder of this machine."""
        return "file" in self._files.protocol

    def exists(self) -> bool:
        """Whether anything is there."""
        return self._files.exists(self._root)

    def root(self, mode: Any) -> zarr.Group:
        """The root group, opened in a Zarr mode."""
        try:
            return zarr.open_group(self.path, mode=mode, zarr_format=3)
        except (FileNotFoundError, GroupNotFoundError) as error:
            found = "something else" if self.exists() else "nothing"
            raise StoreError(
                f"{self.path} is no geowidgets store: expected a Zarr v3 group, found {found}"
            ) from error
        except (ValueError, KeyError, TypeError) as error:
            raise StoreError(
                f"{self.path} is damaged: expected the metadata of a Zarr v3 group, "
                f"found {type(error).__name__}: {error}"
            ) from error

    def read_index(self) -> Index:
        """The index as it is on disk now."""
        return Index.from_attrs(self.root("r").attrs.asdict().get(ATTRIBUTE), self.path)

    def write_index(self, index: Index) -> None:
        """Replace the index in one step: Zarr writes a group's metadata as one file."""
        self.root("r+").attrs.put({ATTRIBUTE: index.to_attrs()})

    def require(self, index: Index) -> None:
        """Make a store with `index` where nothing is yet; leave one that is there as it is."""
        # Zarr renames "….partial" to its name when all of it is written; a kill leaves it behind.
        found = [name for name in self.names("") if not name.endswith(".partial")]
        if found and "zarr.json" not in found:
            raise StoreError(
                f"{self.path} is no geowidgets store and not empty ({found[0]!r} lies there): "
                "choose another path"
            )
        if not found:
            with suppress(ContainsGroupError):  # another process was faster
                attributes = {ATTRIBUTE: index.to_attrs()}
                zarr.create_group(self.path, zarr_format=3, attributes=attributes)

    def names(self, folder: str) -> list[str]:
        """File names in a folder of the store; none when it is not there."""
        if self.is_local:
            try:
                return os.listdir(os.path.join(self._root, folder))
            except FileNotFoundError:
                return []
            except NotADirectoryError as error:
                raise StoreError(f"{self.path} is a file, expected a folder") from error
        try:
            listed = self._files.ls(f"{self._root}/{folder}", detail=False, refresh=True)
        except FileNotFoundError:
            return []
        return [str(name).rsplit("/", 1)[-1] for name in listed]

    @contextmanager
    def lease(self) -> Iterator[None]:
        """Be the only one who changes axes, coordinates and index.

        The lease is a file created exclusively. One whose time is up, or whose process on this
        machine is gone, is moved away first, which only one of several waiting can do.
        """
        path = f"{self._root}/lease.json"
        mine = json.dumps({"host": socket.gethostname(), "pid": os.getpid(), "at": time.time()})
        while True:
            try:
                self._files.pipe_file(path, mine.encode(), mode="create")
                break
            except FileExistsError:
                if not self._drop_dead_lease(path):
                    time.sleep(_POLL_SECONDS)
        try:
            yield
        finally:
            self._files.rm_file(path)

    def _drop_dead_lease(self, path: str) -> bool:
        try:
            holder = json.loads(self._files.cat_file(path) or b"{}")
        except (FileNotFoundError, ValueError):
            holder = {}
        at = holder.get("at", self._touched(path))
        if abs(time.time() - at) < LEASE_SECONDS and not _is_dead(holder):
            return False
        grave = f"{path}.{uuid.uuid4().hex}"
        try:
            self._files.mv(path, grave)
            self._files.rm_file(grave)
        except FileNotFoundError:
            pass
        return True

    def _touched(self, path: str) -> float:
        """When a lease without a readable time was made: its owner may be about to write it."""
        try:
            return self._files.modified(path).timestamp()
        except (FileNotFoundError, NotImplementedError):
            return time.time()


def _is_dead(holder: dict[str, Any]) -> bool:
    if holder.get("host") != socket.gethostname() or not isinstance(holder.get("pid"), int):
        return False
    return not Path(f"/proc/{holder['pid']}").exists() if Path("/proc/self").exists() else False
