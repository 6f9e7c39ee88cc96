"""Which parts of an image its place in the latent space hangs on (rung 4)."""

from __future__ import annotations

from geowidgets.attribution.backselect import backselect
from geowidgets.attribution.gradients import gradient_maps
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
    "gradient_maps",
    "mean_pixel",
    "occlusion",
    "occlusion_maps",
]
