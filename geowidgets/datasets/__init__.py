"""Labelled image sets in memory: uint8 pixels, integer labels, class names.

Everything here returns `Samples`. `digits` needs no download; the others read files that the user
already has.
"""

from __future__ import annotations

from geowidgets.datasets.bundled import digits
from geowidgets.datasets.files import load_image_zip, load_npy, load_npz
from geowidgets.datasets.samples import CIFAR10_CLASSES, Samples, resize
from geowidgets.datasets.vision import torchvision_dataset

__all__ = [
    "CIFAR10_CLASSES",
    "Samples",
    "digits",
    "load_image_zip",
    "load_npy",
    "load_npz",
    "resize",
    "torchvision_dataset",
]
