"""Batches that memory refuses, in processes that may not grow."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
import torch

from geowidgets.store.batching import Batching, is_out_of_memory
from tests.lint import ROOT

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="limits a process by Linux' own count of pages"
)


def short_of_memory(path: str, mebibytes: int) -> list[str]:
    command = [sys.executable, "-m", "tests.attribution.short_of_memory", path, str(mebibytes)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("path", ["plain", "local"])
def test_a_map_goes_on_with_smaller_batches_and_says_so(path):
    """A map that dies with the first batch that is too large, or that skips the refused one."""
    error, warning = short_of_memory(path, 150)
    assert float(error) < 1e-5
    sizes = r"halved (once|\d+ times), from (\d+) to (\d+) occluded images"
    found = re.search(rf"short_of_memory.*the batch was {sizes}", warning)
    assert found, warning
    assert 0 < int(found[3]) <= int(found[2]) // 2


def refuse(limit: int, seen: list[int]):
    """What a real allocator does above `limit` items: torch is asked for 2^60 bytes."""

    def run(part: range) -> int:
        seen.append(len(part))
        if len(part) > limit:
            torch.empty(1 << 60, dtype=torch.uint8)
        return sum(part)

    return run


def test_refused_parts_go_again_in_halves():
    """Items left out or run twice, and a size that grows back only to be refused again."""
    seen: list[int] = []
    batching = Batching(9)
    found = list(batching.over(range(20), refuse(3, seen)))
    assert [i for part, _ in found for i in part] == list(range(20))
    assert sum(total for _, total in found) == sum(range(20))
    assert seen[:3] == [9, 4, 2] and set(seen[2:]) == {2}
    with pytest.warns(UserWarning, match="halved 2 times, from 9 to 2 images"):
        batching.warn(stacklevel=1)


def test_one_item_that_does_not_fit_ends_it():
    """Halves of one item, for ever."""
    seen: list[int] = []
    with pytest.raises(MemoryError, match=r"one image at a time.*you tried to allocate"):
        list(Batching(4).over(range(5), refuse(0, seen)))
    assert seen == [4, 2, 1]


def test_other_errors_are_not_taken_for_full_memory():
    """A mistake in a net that is met by ever smaller batches."""
    with pytest.raises(RuntimeError) as raised:
        torch.ones(2, 3) @ torch.ones(2, 3)
    assert not is_out_of_memory(raised.value)
    assert not is_out_of_memory(ValueError("out of memory"))
    with pytest.raises(RuntimeError) as raised:
        torch.empty(1 << 60, dtype=torch.uint8)
    assert is_out_of_memory(raised.value) and is_out_of_memory(MemoryError())


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_cuda_device_that_is_full():
    """A refusal of the device's memory that is not known as one."""

    def run(part: range) -> int:
        if len(part) > 2:
            torch.empty(1 << 50, dtype=torch.uint8, device="cuda")
        return len(part)

    assert sum(n for _, n in Batching(8).over(range(8), run)) == 8
