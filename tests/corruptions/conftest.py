"""Real photographs, cut into small images."""

from __future__ import annotations

import numpy as np
import pytest

from .photographs import patches


@pytest.fixture(scope="session")
def photographs() -> np.ndarray:
    """64 different colour images, uint8 (sample, y, x, channel), 32 × 32."""
    return patches(64, 32)


@pytest.fixture(scope="session")
def oblong(photographs) -> np.ndarray:
    """12 images that are not square: uint8 (sample, y, x, channel), 24 × 32."""
    return photographs[:12, 4:28].copy()
