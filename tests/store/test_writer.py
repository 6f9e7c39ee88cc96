"""What waits to be written is bounded, by number and by bytes, and a failure is told."""

from __future__ import annotations

import threading

import pytest

from geowidgets.store.writer import _PENDING, _PENDING_BYTES, Writer


@pytest.mark.parametrize(("size", "waiting"), [(0, _PENDING), (_PENDING_BYTES // 4, _PENDING),
                                               (_PENDING_BYTES, 1)])  # fmt: skip
def test_few_results_wait(size, waiting):
    """Five pairs of 5 MB each in memory at once where the disk is slow, which is 25 MB."""
    done, unfinished = threading.Semaphore(0), []
    with Writer() as writer:
        for number in range(6):
            if number >= waiting:
                done.release()  # the disk takes one more; without it the next line would wait
            writer.submit(done.acquire, size)
            unfinished.append(min(number + 1, waiting))
            assert len(writer._pending) == unfinished[-1]
        for _ in range(6):
            done.release()
    assert unfinished[-1] == waiting


def test_one_result_of_any_size_is_written_behind_the_computation():
    """A pair larger than the bound that is waited for, and nothing computed meanwhile."""
    gate, written = threading.Event(), []
    with Writer() as writer:
        writer.submit(lambda: written.append(gate.wait()), 100 * _PENDING_BYTES)
        assert not written
        gate.set()
    assert written == [True]


def test_a_failure_is_told_at_the_end_at_the_latest():
    """A pair that is not on disk, and a computation that says nothing."""

    def fail() -> None:
        raise OSError("no space")

    with pytest.raises(OSError, match="no space"), Writer() as writer:
        writer.submit(fail)
