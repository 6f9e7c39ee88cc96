"""Arrays derived from a store's numbers, kept beside them: disposable, found by their inputs."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import numpy as np

from geowidgets.schema import StoreError
from geowidgets.store.arrays import values_digest
from geowidgets.store.contents import Contents

FOLDER = "derived"
KEPT, KEPT_BYTES = 48, 1 << 30  # the oldest beyond either are removed
_KEY = re.compile(r"[a-z]+-[0-9a-f]{16,64}")
_ROWS_BYTES = 1 << 24


class Derived:
    """The folder `derived/` of one store: `derived/<kind>-<hash of the inputs>/<array>`.

    Whoever derives something puts the digests of the pairs that it used into the hash, so that
    nothing here is ever stale; it is only not asked for any more.
    """

    def __init__(self, contents: Contents) -> None:
        self._contents = contents

    def digests(self, set: str) -> np.ndarray:
        """uint64 (model, benchmark of the set): digest of each pair, 0 where it is not complete."""
        found = self._contents.summary(set)["digest"]
        return np.where(self._contents.done_in(set), found, 0)

    def get(self, key: str) -> dict[str, np.ndarray] | None:
        """The arrays that are kept under a key, or None."""
        folder = f"{FOLDER}/{_checked(key)}"
        # Zarr lists a group of another process only when it is opened again.
        root: Any = self._contents.place.root("r")
        if folder not in root or not root[folder].attrs.get("complete"):
            return None
        # Damaged, or being removed at this moment.
        with suppress(KeyError, ValueError, OSError, RuntimeError, MemoryError):
            found = {name: np.asarray(array[...]) for name, array in root[folder].arrays()}
            whole = {name: values_digest(values) for name, values in found.items()}
            return found if root[folder].attrs.get("digests") == whole else None
        return None

    def keep(self, key: str, arrays: Mapping[str, np.ndarray]) -> bool:
        """Keep arrays under a key; False where the store cannot be written, which is no error."""
        folder = f"{FOLDER}/{_checked(key)}"
        try:
            root: Any = self._contents.place.root("r+")
            group = root.require_group(folder)
            group.attrs.put({"at": time.time()})
            for name, values in arrays.items():
                rows = max(1, _ROWS_BYTES // max(1, values[:1].nbytes))
                chunks = (min(rows, max(1, len(values))), *values.shape[1:])
                group.create_array(
                    name, data=values, chunks=chunks, compressors=None, overwrite=True
                )
            digests = {name: values_digest(np.asarray(values)) for name, values in arrays.items()}
            group.attrs.put({"at": time.time(), "complete": True, "digests": digests})
            self._drop_oldest(root)
        except (OSError, ValueError, StoreError):
            return False
        return True

    def _drop_oldest(self, root: Any) -> None:
        groups = sorted(root[FOLDER].groups(), key=lambda item: -item[1].attrs.get("at", 0.0))
        size = 0
        for position, (name, group) in enumerate(groups):
            size += sum(array.nbytes for _, array in group.arrays())
            if position and (position >= KEPT or size > KEPT_BYTES):
                del root[f"{FOLDER}/{name}"]


def _checked(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise StoreError(f"a derived key must look like 'kind-0123456789abcdef', got {key!r}")
    return key
