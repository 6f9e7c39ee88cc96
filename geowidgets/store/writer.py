"""Writes pairs behind the computation's back: data first, then the mark that says it is whole."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np

from geowidgets.schema import VARIABLES
from geowidgets.store.chunks import write_chunk

_PENDING, _PENDING_BYTES = 2, 4 << 20


def digest_of(values: Mapping[str, np.ndarray]) -> int:
    """64 bits, never 0, over the stored variables of one pair and block."""
    digest = hashlib.blake2b(digest_size=8)
    for name in VARIABLES:
        if name in values:
            array = np.ascontiguousarray(values[name])
            if array.dtype.kind == "f" and np.isnan(array).any():
                array = np.where(np.isnan(array), np.float32(np.nan), array)
            digest.update(array.data)
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
        per_class = (0,) if VARIABLES[name].per_class else ()
        write_chunk(group[name], (model, benchmark, block, *per_class), array)
    digest = digest_of(kept)
    write_chunk(group["digest"], (model, benchmark, block), np.array(digest, np.uint64))
    return digest


class Writer:
    """A thread that writes in order; a failure stops the computation at its next step."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="geowidgets-writer")
        self._pending: deque[tuple[Future[None], int]] = deque()

    def submit(self, job: Callable[[], None], size: int = 0) -> None:
        """Queue a write; waits while several, or many bytes, are pending, as they take memory.

        Args:
            job: The write.
            size: Bytes that are held until it is done. One of any size may be under way.
        """
        self._pending.append((self._pool.submit(job), size))
        while len(self._pending) > _PENDING or self._is_too_much():
            self._wait_for_first()

    def finish(self) -> None:
        """Wait until all is on disk."""
        while self._pending:
            self._wait_for_first()

    def _is_too_much(self) -> bool:
        return len(self._pending) > 1 and sum(size for _, size in self._pending) > _PENDING_BYTES

    def _wait_for_first(self) -> None:
        done, _ = self._pending.popleft()
        done.result()

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        try:
            if kind is None:
                self.finish()
        finally:
            self._pool.shutdown(wait=True, cancel_futures=kind is not None)
