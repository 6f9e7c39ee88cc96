"""One job at a time beside the kernel's own thread; a newer one takes the place of the older."""

from __future__ import annotations

import threading
from collections.abc import Callable

Job = Callable[[threading.Event], None]


class NewestWins:
    """Runs the job submitted last; the one under way is asked to stop and ended first.

    A job is called with an event that becomes set when it should stop, and must not raise. No
    thread waits when there is nothing to do.

    >>> worker = NewestWins()
    >>> done = []
    >>> worker.submit(lambda cancel: done.append(cancel.is_set()))
    >>> worker.wait()
    >>> done
    [False]
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next: Job | None = None
        self._cancel = threading.Event()
        self._thread: threading.Thread | None = None

    def submit(self, job: Job) -> None:
        """Run `job` as soon as the one under way has stopped; a waiting one is dropped."""
        with self._lock:
            self._cancel.set()
            self._next = job
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name="geowidgets-maps", daemon=True
                )
                self._thread.start()

    def cancel(self) -> None:
        """Ask the job under way to stop, and drop the waiting one."""
        with self._lock:
            self._next = None
            self._cancel.set()

    def wait(self) -> None:
        """Until nothing runs and nothing waits."""
        thread = self._thread
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        while True:
            with self._lock:
                job, self._next = self._next, None
                if job is None:
                    self._thread = None
                    return
                cancel = self._cancel = threading.Event()
            job(cancel)
