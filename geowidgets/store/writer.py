"""Writes pairs behind the computation's back: data first, then the mark that says it is whole."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np

from geowidgets.schema import VARIABLES

_PENDING = 2


def digest_of(values: Mapping[str, np.ndarray]) -> int:
    """64 bits, never 0, over the stored variables of one pair and block."""
    digest = hashlib.blake2b(digest_size=8)
    for name in VARIABLES:
        if name in values:
            array = np.ascontiguousarray(values[name])
            if array.dtype.kind == "f":
                array = np.where(np.isnan(array), np.float32(np.nan), array)
            digest.update(array.tobytes())
    return int.from_bytes(digest.digest(), "little") or 1


def opened(group: Any) -> dict[str, Any]:
    """The arrays of a set by name, each opened once: opening reads and parses its metadata."""
    return dict(group.arrays())


def write_block(
    group: Any, model: int, benchmark: int, block: int, values: Mapping[str, np.ndarray]
) -> int:
    """Write one pair's block and, when all of it is on disk, its digest; returns the digest.

    Args:
        group: The set's group, or its arrays as `opened` has them, which saves most of the time.
        model: Slot.
        benchmark: Slot.
        block: Number of the block.
        values: Variable name → array over the block's samples.
    """
    kept = {name: values[name] for name in VARIABLES if name in group}
    for name, array in kept.items():
        stored = group[name]
        first = block * stored.chunks[2]
        stored[model, benchmark, first : first + len(array)] = array
    digest = digest_of(kept)
    group["digest"][model, benchmark, block] = digest
    return digest


class Writer:
    """A thread that writes in order; a failure stops the computation at its next step."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="geowidgets-writer")
        self._pending: deque[Future[None]] = deque()

    def submit(self, job: Callable[[], None]) -> None:
        """Queue a write; waits while several are pending, so that memory stays bounded."""
        self._pending.append(self._pool.submit(job))
        while len(self._pending) > _PENDING:
            self._pending.popleft().result()

    def finish(self) -> None:
        """Wait until all is on disk."""
        while self._pending:
            self._pending.popleft().result()

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        try:
            if kind is None:
                self.finish()
        finally:
            self._pool.shutdown(wait=True, cancel_futures=kind is not None)
