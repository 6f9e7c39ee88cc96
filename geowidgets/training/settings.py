"""What the arguments of a training have to be, checked before anything is trained."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from typing import Any

OPTIMIZERS = ("sgd", "adam")
SCHEDULES = ("cosine", "step", "constant")
_WHOLE = {"epochs": 0, "batch_size": 1, "seed": 0, "crop": 0}
_REAL = ("momentum", "weight_decay", "gamma", "warmup")


def check_settings(settings: Mapping[str, Any]) -> None:
    """Raise where a setting of `train` is not what it has to be.

    Raises:
        ValueError: names the setting, its value and what was expected.

    Example:
        >>> check_settings({"epochs": 1.5})
        Traceback (most recent call last):
            ...
        ValueError: epochs: expected a whole number of 0 or more, got 1.5
    """
    for name, value in settings.items():
        if name in _WHOLE and not (_is_whole(value) and value >= _WHOLE[name]):
            raise ValueError(
                f"{name}: expected a whole number of {_WHOLE[name]} or more, got {value!r:.60}"
            )
        if name in _REAL and not (_is_real(value) and value >= 0):
            raise ValueError(f"{name}: expected a number of 0 or more, got {value!r:.60}")
    if "lr" in settings and not (_is_real(lr := settings["lr"]) and lr > 0):
        raise ValueError(f"lr: expected a positive number, got {lr!r:.60}")
    smoothing = settings.get("label_smoothing", 0)
    if not (_is_real(smoothing) and 0 <= smoothing < 1):
        raise ValueError(f"label_smoothing: expected a number in [0, 1), got {smoothing!r:.60}")
    largest = settings.get("max_norm")
    if largest is not None and not (_is_real(largest) and largest > 0):
        raise ValueError(f"max_norm: expected a positive number or None, got {largest!r:.60}")
    for name, known in (("optimizer", OPTIMIZERS), ("schedule", SCHEDULES)):
        if name in settings and settings[name] not in known:
            listed = f"{', '.join(map(repr, known[:-1]))} or {known[-1]!r}"
            raise ValueError(f"{name}: expected {listed}, got {settings[name]!r:.60}")


def check_lists(milestones: Any, validation: Any) -> None:
    """Raise where `train` was given one number in place of several, or no validation set.

    Raises:
        TypeError: names the argument and its value.

    Example:
        >>> check_lists((2, 4), None)
    """
    if not isinstance(milestones, Sequence) or not all(map(_is_real, milestones)):
        raise TypeError(f"milestones: expected a list of epochs, got {milestones!r:.60}")
    if validation is not None and not (isinstance(validation, Sequence) and len(validation) == 2):
        raise TypeError(f"validation: expected (images, labels) or None, got {validation!r:.60}")


def check_callables(**given: Any) -> None:
    """Raise where something that a training calls cannot be called; a class is no instance of it.

    Raises:
        TypeError: names the argument and its value.

    Example:
        >>> check_callables(penalty=None, transform=abs)
    """
    for name, value in given.items():
        if value is not None and (not callable(value) or isinstance(value, type)):
            raise TypeError(f"{name}: expected a function or None, got {value!r:.60}")


def _is_whole(value: Any) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)


def _is_real(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
