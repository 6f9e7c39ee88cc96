"""Batches that shrink to what the memory of the device or of the machine takes."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import torch

# How refusals read: torch's allocator on Linux and Windows, C++'s `new`, and
# oneDNN, which drops its own reason. torch raises all of them as a plain RuntimeError.
REFUSALS = (
    "defaultcpuallocator",
    "can't allocate memory",
    "not enough memory",
    "out of memory",
    "bad_alloc",
    "could not create a memory object",
    "could not create a primitive",
    "cublas_status_alloc_failed",
)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out, on a device or on the host.

    Example:
        >>> is_out_of_memory(MemoryError()), is_out_of_memory(RuntimeError("other shapes"))
        (True, False)
    """
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    words = str(error).lower()
    return isinstance(error, RuntimeError) and any(refusal in words for refusal in REFUSALS)


class Batching:
    """Items a pass; halved, and the halving remembered, when memory runs out.

    Args:
        size: Items a pass at first.
        unit: What the items are called in messages.
    """

    def __init__(self, size: int, unit: str = "images") -> None:
        self.size = self.asked = size
        self.unit = unit
        self.halved = 0

    def over(self, items: Any, run: Callable[[Any], Any]) -> Iterator[tuple[Any, Any]]:
        """`(part, run(part))` for consecutive parts of at most `size` of the items.

        A part that memory refuses goes again as two halves, and so do all that follow.

        Args:
            items: What has a length and can be sliced.
            run: Called with a slice of it.

        Raises:
            MemoryError: one item alone is too much.

        Example:
            >>> [part for part, _ in Batching(2).over(range(5), sum)]
            [range(0, 2), range(2, 4), range(4, 5)]
        """
        first = 0
        while first < len(items):
            part = items[first : first + self.size]
            try:
                found = run(part)
            except Exception as error:
                if not is_out_of_memory(error):
                    raise
                self._halve(len(part), error)
                found = None
            # After the handler: until then the error's traceback holds the refused pass' tensors.
            if found is None:
                if torch.cuda.is_initialized():
                    torch.cuda.empty_cache()
                continue
            yield part, found
            first += len(part)

    def _halve(self, count: int, error: BaseException) -> None:
        if count == 1:
            one = self.unit.removesuffix("s")
            raise MemoryError(
                f"memory ran out with one {one} at a time, so that no smaller batch is left: "
                f"{error}"
            ) from error
        self.size = max(1, count // 2)
        self.halved += 1

    def warn(self, stacklevel: int) -> None:
        """Say what became of the size, if anything."""
        if self.halved:
            times = "once" if self.halved == 1 else f"{self.halved} times"
            warnings.warn(
                f"memory ran out: the batch was halved {times}, from {self.asked} to "
                f"{self.size} {self.unit}",
                stacklevel=stacklevel + 1,
            )
