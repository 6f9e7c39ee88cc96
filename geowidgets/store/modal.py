"""What most models say."""

from __future__ import annotations

import numpy as np


def modal_label(predictions: np.ndarray, classes: int) -> np.ndarray:
    """The class that most models predict, the lowest index on a tie.

    Args:
        predictions: class indices `(model, sample)`; −1, no prediction, does not count.
        classes: number of classes C.

    Returns:
        int `(sample,)`; −1 where no model predicts anything.

    Source: Hooker et al. 2019, "What Do Compressed Deep Neural Networks Forget?", section 3.

    >>> modal_label(np.array([[2, 0, -1], [2, 1, -1], [0, 1, -1]]), 3).tolist()
    [2, 1, -1]
    """
    predictions = np.asarray(predictions)
    votes = np.stack([(predictions == c).sum(axis=0) for c in range(classes)], axis=1)
    return np.where(votes.any(axis=1), votes.argmax(axis=1), -1)
