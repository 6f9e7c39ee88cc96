"""A worker keeps its memory while it computes, and gives it back afterwards."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

FAULTS = """
import resource
import torch
from geowidgets.store.allocation import memory_kept

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(50):
        torch.ones(4 << 20)  # 16 MiB
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

torch.set_num_threads(1)
outside = faults()
with memory_kept():
    faults()
    inside = faults()
print(outside, inside, faults())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has these thresholds")
def test_arrays_are_not_faulted_in_again():
    """Workers of half the speed: 4,096 pages of 16 MiB are mapped anew for every activation."""
    environment = {**os.environ, "MALLOC_TRIM_THRESHOLD_": "65536"}
    done = subprocess.run(
        [sys.executable, "-c", FAULTS], env=environment, capture_output=True, text=True, check=True
    )
    outside, inside, after = map(int, done.stdout.split())
    assert inside < outside / 10
    assert after > 10 * inside, "what was asked for holds again"
