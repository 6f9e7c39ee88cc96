"""Angle, length, margin and probability of every sample in the last latent space.

Pure tensor functions on torch alone (rung 0). `measure` does everything in one call; a
`Classifier` keeps what depends on the weights only, for many batches through one head.
"""

from __future__ import annotations

from geowidgets.geometry.angle import angles, class_directions, direction_angles
from geowidgets.geometry.classifier import Classifier, Geometry, measure
from geowidgets.geometry.margin import MARGINS, margins, plane_norms

__all__ = [
    "MARGINS",
    "Classifier",
    "Geometry",
    "angles",
    "class_directions",
    "direction_angles",
    "margins",
    "measure",
    "plane_norms",
]
