"""All 95 cells against the table made once with an independent implementation."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from geowidgets.corruptions import CORRUPTIONS, corrupt

from .photographs import patches

GOLDEN = json.loads(Path(__file__).with_name("golden.json").read_text())


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_changes_agree_with_the_reference(name):
    """A constant, a border, a step of an algorithm that differs from the published program.

    Bar: mean absolute change and deviation of the change within 10 % or 0.5 grey levels.
    """
    images = patches(GOLDEN["images"], 32)
    for severity, expected in enumerate(GOLDEN["cells"][name], start=1):
        difference = corrupt(images, name, severity).astype(float) - images
        found = {"absolute": np.abs(difference).mean(), "deviation": difference.std()}
        for key, value in found.items():
            allowed = max(0.1 * expected[key], 0.5)
            assert abs(value - expected[key]) <= allowed, (
                f"{name} {severity}: {key} change {value:.2f}, expected {expected[key]:.2f}"
            )


def test_the_bar_would_notice_another_severity():
    """A bar so wide that the next severity passes too."""
    images = patches(64, 32)
    for name in ("gaussian_noise", "contrast", "brightness"):
        difference = corrupt(images, name, 2).astype(float) - images
        expected = GOLDEN["cells"][name][0]["absolute"]
        assert abs(np.abs(difference).mean() - expected) > max(0.1 * expected, 0.5)
