"""The handwritten digits that ship with scikit-learn: no download."""

from __future__ import annotations

from typing import Any

import numpy as np

from geowidgets.datasets.samples import Samples, check_choice, resize

SPLIT_SEED = 0
TEST_FRACTION = 1 / 3


def digits(size: int = 32, split: str = "test") -> Samples:
    """The 1,797 handwritten digits that ship with scikit-learn, resized smoothly.

    The 8×8 originals (0..16) are scaled to 0..255 and resized bicubically. The split is
    stratified and fixed: a third of every class is the test set.

    Args:
        size: height and width in pixels, at least 8.
        split: "train" (1,198 samples) or "test" (599).

    Returns:
        `Samples` with images `(sample, size, size, 1)` and classes "0".."9".

    Raises:
        ValueError: unknown split, or size below 8.

    Example:
        >>> digits(16, "train").images.shape
        (1198, 16, 16, 1)
    """
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    check_choice("split", split, ("train", "test"))
    if size < 8:
        raise ValueError(f"size: expected at least 8 pixels, got {size}")
    source: Any = load_digits()
    train, test = train_test_split(
        np.arange(len(source.target)),
        test_size=TEST_FRACTION,
        stratify=source.target,
        random_state=SPLIT_SEED,
    )
    chosen = np.sort(train if split == "train" else test)
    images = resize(np.round(source.images[chosen, :, :, None] * (255 / 16)).astype(np.uint8), size)
    labels = source.target[chosen].astype(np.int64)
    return Samples(images, labels, tuple("0123456789"), name=f"digits-{split}")
