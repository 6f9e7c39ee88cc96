"""The 19 corruptions of CIFAR-10-C and ImageNet-C: batched, seeded, on any device."""

from geowidgets.corruptions.apply import corrupt
from geowidgets.corruptions.registry import CORRUPTIONS, Corruption

__all__ = ["CORRUPTIONS", "Corruption", "corrupt"]
