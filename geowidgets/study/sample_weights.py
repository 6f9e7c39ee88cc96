"""What `samples=` may be where a model is trained on some samples: indices, a mask, or weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from geowidgets.training.loss_weights import checked_weights


def sample_weights(samples: Any, count: int) -> np.ndarray | None:
    """Weights float64 `(sample,)` from indices, a boolean mask or weights; None for all alike.

    Integers are indices (one named twice weighs 2), truth values a mask, other numbers weights.

    Args:
        samples: see above.
        count: how many samples there are.

    Raises:
        ValueError: indices out of range, another length, negative weights, or no sample at all.

    Example:
        >>> sample_weights([2, 0, 2], 4).tolist(), sample_weights([0.5, 0, 0, 1], 4).tolist()
        ([1.0, 0.0, 2.0, 0.0], [0.5, 0.0, 0.0, 1.0])
    """
    if samples is None:
        return None
    if isinstance(samples, str):
        raise ValueError(
            f"samples: expected indices, a mask or weights, got the name {samples!r}; give "
            f"selection.saved[{samples!r}]"
        )
    array = np.asarray(samples)
    if array.ndim != 1 or array.dtype.kind not in "biuf" or not array.size:
        raise ValueError(
            f"samples: expected indices, a mask or weights (sample,) of at least one sample, such "
            f"as selection.samples, got {type(samples).__name__} ({array.dtype} of shape "
            f"{array.shape})"
        )
    if array.dtype.kind in "iu":
        return _counted(array, count)
    if array.shape != (count,):
        what = "a mask" if array.dtype == bool else "weights"
        raise ValueError(f"samples: expected {what} of {count} samples, got {array.size}")
    return checked_weights(array, count, "samples")


def _counted(indices: np.ndarray, count: int) -> np.ndarray:
    outside = indices[(indices < 0) | (indices >= count)]
    if outside.size:
        raise ValueError(f"samples: expected indices in 0..{count - 1}, got {outside[0]}")
    return np.bincount(indices, minlength=count).astype(np.float64)
