"""Where a store lies: its root group, its index, its lease, and which chunks are there."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import fsspec
import zarr
from zarr.errors import ContainsGroupError, GroupNotFoundError

from geowidgets.schema import ATTRIBUTE, Index, StoreError
from geowidgets.store.index_check import DIGEST, INDEX_BYTES, check_index, index_digest
from geowidgets.store.lease import Lease

FULL = errno.ENOSPC, errno.EDQUOT  # of an OSError: no space is left


class Place:
    """A path or URL with the few things that are done beside reading and writing arrays."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = path if isinstance(path, str) else _as_text(path)
        if not self.path.strip() or not self.path.isprintable():
            raise StoreError(f"a store's path must be printable text, got {path!r:.80}")
        try:
            self._files, self._root = fsspec.core.url_to_fs(self.path)
        except (ValueError, ImportError) as error:
            raise StoreError(
                f"{self.path} cannot be reached: {error}; expected a folder or a URL of fsspec"
            ) from error
        self._links_checked = not self.is_local

    @property
    def is_local(self) -> bool:
        """Whether the store is a folder of this machine."""
        return "file" in self._files.protocol

    def exists(self) -> bool:
        """Whether anything is there."""
        return self._files.exists(self._root)

    def root(self, mode: Any) -> zarr.Group:
        """The root group, opened in a Zarr mode.

        Raises:
            StoreError: nothing there, no group, damaged, or a link that leads out where it would
                be written.
        """
        if mode != "r" and not self._links_checked:
            self._check_links()
            self._links_checked = True
        try:
            self._check_size()
            return zarr.open_group(self.path, mode=mode, zarr_format=3)
        except (FileNotFoundError, GroupNotFoundError) as error:
            found = "something else" if self.exists() else "nothing"
            raise StoreError(
                f"{self.path} is no geowidgets store: expected a Zarr v3 group, found {found}"
            ) from error
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise StoreError(
                f"{self.path} is damaged: expected the metadata of a Zarr v3 group, "
                f"found {type(error).__name__}: {error}"
            ) from error

    def _check_size(self) -> None:
        """Whether the index is small enough to be read as JSON."""
        with suppress(FileNotFoundError, NotADirectoryError):
            size = self._files.size(f"{self._root}/zarr.json") or 0
            if size > INDEX_BYTES:
                raise ValueError(f"a zarr.json of {size:,} bytes, expected ≤ {INDEX_BYTES:,}")

    def read_index(self) -> Index:
        """The index as it is on disk now; see `check_index`."""
        with self._reaching():
            attrs: Any = self.root("r").attrs.asdict().get(ATTRIBUTE)
        return check_index(Index.from_attrs(attrs, self.path), attrs, self.path)

    def write_index(self, index: Index) -> None:
        """Replace the index in one step: Zarr writes a group's metadata as one file."""
        self.root("r+").attrs.put({ATTRIBUTE: _with_digest(index)})

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
                attributes = {ATTRIBUTE: _with_digest(index)}
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
            with self._reaching():
                listed = self._files.ls(f"{self._root}/{folder}", detail=False, refresh=True)
        except FileNotFoundError:
            return []
        return [str(name).rsplit("/", 1)[-1] for name in listed]

    def remove(self, name: str) -> None:
        """Delete what lies under a name, readable or not."""
        with suppress(FileNotFoundError):
            self._files.rm(f"{self._root}/{name}", recursive=True)

    def lease(self) -> Lease:
        """Be the only one who changes axes, coordinates and index: `with place.lease():`."""
        return Lease(self._files, self._root)

    def __reduce__(self) -> tuple[Any, ...]:
        """Another process may stand in another folder."""
        return Place, (str(self._root) if self.is_local else self.path,)

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        """What a storage's client raises without keys, server or network, as one error in words."""
        try:
            yield
        except (StoreError, FileNotFoundError):
            raise
        except Exception as error:
            if self.is_local:
                raise
            raise StoreError(
                f"{self.path} cannot be reached ({type(error).__name__}: {error!s:.200}); expected "
                "storage that answers, and its keys where its client looks for them"
            ) from error

    def _check_links(self) -> None:
        """Refuse to write where a link leads out: whose files those are, nobody knows."""
        top = os.path.realpath(self._root)
        for folder, folders, files in os.walk(top):
            for name in (*folders, *files):
                path = os.path.join(folder, name)
                if os.path.islink(path) and not _lies_in(os.path.realpath(path), top):
                    raise StoreError(
                        f"{self.path} cannot be written: {os.path.relpath(path, top)} is a link to "
                        f"{os.path.realpath(path)}, out of the store; copy the store without links"
                    )


def _as_text(path: Any) -> str:
    text = os.fspath(path) if isinstance(path, os.PathLike) else path
    if not isinstance(text, str):
        raise StoreError(
            f"a store's path must be text or a pathlib.Path, got {type(path).__name__} {path!r:.60}"
        )
    return text


def _with_digest(index: Index) -> dict[str, Any]:
    attrs = index.to_attrs()
    return {**attrs, DIGEST: index_digest(attrs)}


def _lies_in(path: str, folder: str) -> bool:
    return f"{path}{os.sep}".startswith(f"{folder}{os.sep}")


@contextmanager
def writing(path: str) -> Iterator[None]:
    """What a full or a read-only disk raises, as one error that says what to do.

    Raises:
        StoreError: no space is left, or the store may not be written.
    """
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise StoreError(
                f"no space left for {path}: complete pairs are kept; free some space and "
                "run the same line again to resume"
            ) from error
        if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
            raise StoreError(
                f"{path} cannot be written: {error}; it can be read as it is, and a copy or "
                "another path can be written"
            ) from error
        raise
