"""Learning rates over a training, and settings that papers print."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from geowidgets.suggest import did_you_mean


def learning_rate_factor(
    progress: float,
    epochs: int,
    schedule: str = "cosine",
    milestones: Iterable[int] = (),
    gamma: float = 0.1,
    warmup: float = 0,
) -> float:
    """What the nominal learning rate is multiplied with after `progress` (fractional) epochs.

    Example:
        >>> [learning_rate_factor(e, 10) for e in (0, 5, 10)]
        [1.0, 0.5, 0.0]
    """
    if progress < warmup:
        return progress / warmup
    if schedule == "cosine":
        span = max(epochs - warmup, 1e-12)
        return 0.5 * (1 + math.cos(math.pi * min((progress - warmup) / span, 1)))
    if schedule == "step":
        return gamma ** sum(progress >= milestone for milestone in milestones)
    return 1.0


RECIPES: dict[str, dict[str, Any]] = {
    "vgg16": {
        "epochs": 300, "warmup": 5, "batch_size": 256, "lr": 0.05, "schedule": "step",
        "gamma": 0.5, "milestones": tuple(range(30, 300, 30)), "weight_decay": 5e-4,
    },
    "resnet": {
        "epochs": 182, "warmup": 5, "batch_size": 128, "lr": 0.1, "schedule": "step",
        "gamma": 0.1, "milestones": (91, 136), "weight_decay": 1e-4,
    },
    "densenet22": {
        "epochs": 300, "warmup": 5, "batch_size": 64, "lr": 0.1, "schedule": "step", "gamma": 0.1,
        "milestones": (150, 225), "weight_decay": 1e-4, "nesterov": True,
    },
    "wrn16_8": {
        "epochs": 200, "warmup": 5, "batch_size": 128, "lr": 0.1, "schedule": "step",
        "gamma": 0.2, "milestones": (60, 120, 160), "weight_decay": 5e-4, "nesterov": True,
    },
    "lenet300_100": {
        "epochs": 53, "batch_size": 64, "lr": 3e-3, "schedule": "constant", "weight_decay": 0.0,
    },
    "conv2": {
        "epochs": 26, "batch_size": 64, "optimizer": "adam", "lr": 2e-4, "schedule": "constant",
        "weight_decay": 0.0,
    },
    "conv6": {
        "epochs": 48, "batch_size": 60, "optimizer": "adam", "lr": 3e-4, "schedule": "constant",
        "weight_decay": 0.0,
    },
}  # fmt: skip


def recipe(name: str, **changes: Any) -> dict[str, Any]:
    """The published settings of one architecture, as keywords of `train`.

    "vgg16", "resnet" (20, 56, 110), "densenet22" and "wrn16_8" are Table 3 of "Lost in pruning"
    (CIFAR-10; retraining repeats them unchanged); WRN's decay "60, …" is read as 60, 120, 160 as
    in the original paper. "lenet300_100", "conv2" and "conv6" are Fig. 1 of "Sources of
    redundancy", its iterations turned into epochs of 60,000 digits or 50,000 images.

    Args:
        name: a key of `RECIPES`.
        **changes: replace single settings.

    Raises:
        ValueError: unknown name.

    Example:
        >>> recipe("resnet", epochs=20)["lr"]
        0.1
    """
    if name not in RECIPES:
        raise ValueError(
            f"recipe: expected one of {', '.join(RECIPES)}, got {name!r}"
            f"{did_you_mean(name, RECIPES)}"
        )
    return RECIPES[name] | changes
