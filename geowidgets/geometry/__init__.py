"""Angle, length, margin and probability of every sample in the last latent space.

Pure tensor functions on torch alone (rung 0). `measure` does everything in one call; a
`Classifier` keeps what depends on the weights only, for many batches through one head.
"""

from __future__ import annotations

from geowidgets.geometry.angle import angles, class_directions, direction_angles
from geowidgets.geometry.classifier import Classifier, Geometry, measure
from geowidgets.geometry.margin import MARGINS, margins, plane_norms
from geowidgets.geometry.space import RandomAngles, cka, expected_spread, random_pair_angles

__all__ = [
    "MARGINS",
    "Classifier",
    "Geometry",
    "RandomAngles",
    "angles",
    "cka",
    "class_directions",
    "direction_angles",
    "expected_spread",
    "margins",
    "measure",
    "plane_norms",
    "random_pair_angles",
]
