"""Training of small classifiers: seeded, resumable, with masks held and penalties added."""

from __future__ import annotations

from geowidgets.training.batches import crop_and_flip, to_input
from geowidgets.training.evaluate import accuracy, resolve_device
from geowidgets.training.files import atomic_save
from geowidgets.training.history import History
from geowidgets.training.loop import train
from geowidgets.training.masking import enforce, resolve_masks
from geowidgets.training.outputs import logits_of
from geowidgets.training.record import WeightRecord
from geowidgets.training.schedule import RECIPES, learning_rate_factor, recipe

__all__ = [
    "RECIPES",
    "History",
    "WeightRecord",
    "accuracy",
    "atomic_save",
    "crop_and_flip",
    "enforce",
    "learning_rate_factor",
    "logits_of",
    "recipe",
    "resolve_device",
    "resolve_masks",
    "to_input",
    "train",
]
