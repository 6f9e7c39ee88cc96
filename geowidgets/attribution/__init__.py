"""Which parts of an image its place in the latent space hangs on (rung 4)."""

from __future__ import annotations

from geowidgets.attribution.backselect import backselect
from geowidgets.attribution.gradients import gradient_maps
from geowidgets.attribution.heat_map import feature_heat_map
from geowidgets.attribution.informative import informative_features
from geowidgets.attribution.maps import OcclusionMap, occlusion_maps
from geowidgets.attribution.occlusion import occlusion
from geowidgets.attribution.pixels import mean_pixel
from geowidgets.attribution.progress import CancelledError
from geowidgets.attribution.scores import METRICS

__all__ = [
    "METRICS",
    "CancelledError",
    "OcclusionMap",
    "backselect",
    "feature_heat_map",
    "gradient_maps",
    "informative_features",
    "mean_pixel",
    "occlusion",
    "occlusion_maps",
]
