"""Telling how far a long computation is, and ending it early."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from tqdm.auto import tqdm

Progress = bool | Callable[[int, int], Any]
Cancel = threading.Event | Callable[[], bool] | None


class CancelledError(RuntimeError):
    """The caller's `cancel` became true before the result was complete."""


class Steps:
    """Counts steps up to a total, and stops when asked to.

    Args:
        total: Number of steps.
        what: Name of the bar.
        progress: True shows a bar; a function is called with (done, total).
        cancel: A `threading.Event`, or a function that returns whether to stop.

    Example:
        >>> seen = []
        >>> with Steps(2, "maps", lambda done, total: seen.append((done, total))) as steps:
        ...     steps.advance()
        >>> seen
        [(0, 2), (1, 2)]
    """

    def __init__(
        self, total: int, what: str, progress: Progress = False, cancel: Cancel = None
    ) -> None:
        self.done, self.total, self._what = 0, total, what
        self._tell = progress if callable(progress) else None
        self._stop = cancel.is_set if isinstance(cancel, threading.Event) else cancel
        self._bar: Any = tqdm(total=total, desc=what, disable=progress is not True)

    def __enter__(self) -> Steps:
        self.advance(0)
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.close()

    def advance(self, by: int = 1) -> None:
        """Count `by` more steps.

        Raises:
            CancelledError: `cancel` says so.
        """
        self.done += by
        self._bar.update(by)
        if self._tell is not None:
            self._tell(self.done, self.total)
        if self._stop is not None and self.done < self.total and self._stop():
            raise CancelledError(f"{self._what}: cancelled after {self.done} of {self.total} steps")
