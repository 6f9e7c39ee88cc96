"""Sources of redundancy in a layer: clustered, removable and repeated units, and low rank."""

from __future__ import annotations

from geowidgets.redundancy.dimension import angles_by_width, random_angles
from geowidgets.redundancy.frame import FramePotential, frame_potential
from geowidgets.redundancy.history import spectrum_history, unit_history
from geowidgets.redundancy.kernel import Kernel
from geowidgets.redundancy.layers import find_layer, weight_matrix
from geowidgets.redundancy.low_rank import (
    accuracy_lost,
    elbow,
    low_rank,
    project,
    residual_curve,
)
from geowidgets.redundancy.removal import removal_curves
from geowidgets.redundancy.resampling import resampled
from geowidgets.redundancy.similarity_graph import (
    component_labels,
    components,
    cosine_similarity,
    mean_distance,
    output_similarity,
)
from geowidgets.redundancy.spectrum import (
    Spectrum,
    Support,
    marchenko_pastur,
    marchenko_pastur_support,
    spectrum,
)
from geowidgets.redundancy.star import Star, StarNet, star, star_for, train_star
from geowidgets.redundancy.subspaces import principal_angles, row_space, subspace_residual
from geowidgets.redundancy.units import nearest_units, unit_table

__all__ = [
    "FramePotential",
    "Kernel",
    "Spectrum",
    "Star",
    "StarNet",
    "Support",
    "accuracy_lost",
    "angles_by_width",
    "component_labels",
    "components",
    "cosine_similarity",
    "elbow",
    "find_layer",
    "frame_potential",
    "low_rank",
    "marchenko_pastur",
    "marchenko_pastur_support",
    "mean_distance",
    "nearest_units",
    "output_similarity",
    "principal_angles",
    "project",
    "random_angles",
    "removal_curves",
    "resampled",
    "residual_curve",
    "row_space",
    "spectrum",
    "spectrum_history",
    "star",
    "star_for",
    "subspace_residual",
    "train_star",
    "unit_history",
    "unit_table",
    "weight_matrix",
]
