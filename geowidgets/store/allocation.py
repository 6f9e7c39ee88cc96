"""Memory that a Dask worker keeps between layers: giving it back each time halves its speed."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # malloc.h
_ASKED = "MALLOC_TRIM_THRESHOLD_"
_MMAP, _MMAP_AT_START = 32 << 20, 128 << 10


@contextmanager
def memory_kept() -> Iterator[None]:
    """Inside, freed memory stays with the process as glibc does it by itself.

    Dask starts its workers with `MALLOC_TRIM_THRESHOLD_=65536`, so that they look small. It also
    stops glibc from learning how large the arrays are: every activation is mapped, faulted in page
    by page and unmapped again. Here the thresholds are what glibc ends at without that; afterwards
    they are what was asked for, and what is free goes back. Where nothing was asked for, or the
    system's C library is another one, nothing is done.
    """
    asked = os.environ.get(_ASKED, "")
    library: Any = ctypes.CDLL(None) if os.name == "posix" and asked.isdigit() else None
    if not hasattr(library, "mallopt") or not hasattr(library, "malloc_trim"):
        yield
        return
    library.mallopt(_MMAP_THRESHOLD, _MMAP)
    library.mallopt(_TRIM_THRESHOLD, 2 * _MMAP)
    try:
        yield
    finally:
        library.mallopt(_MMAP_THRESHOLD, _MMAP_AT_START)
        library.mallopt(_TRIM_THRESHOLD, min(int(asked), 2**31 - 1))
        library.malloc_trim(0)
