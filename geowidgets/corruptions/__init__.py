"""The 19 corruptions of CIFAR-10-C and ImageNet-C: batched, seeded, on any device."""

from geowidgets.corruptions.apply import corrupt
from geowidgets.corruptions.frost_texture import frost_texture_name
from geowidgets.corruptions.registry import CORRUPTIONS, Corruption
from geowidgets.corruptions.sheet import corruption_sheet

__all__ = ["CORRUPTIONS", "Corruption", "corrupt", "corruption_sheet", "frost_texture_name"]
