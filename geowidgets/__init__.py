"""Linked Jupyter widgets that show what pruning does to a classifier's latent space.

Public names load on first use, so that `import geowidgets` stays fast and needs no torch.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOME = {
    # rung 0
    "geometry": "geowidgets.geometry",
    "corrupt": "geowidgets.corruptions",
    "CORRUPTIONS": "geowidgets.corruptions",
    "corruption_sheet": "geowidgets.corruptions",
    # rung 1
    "latents": "geowidgets.latents",
    "prune": "geowidgets.pruning",
    "zoo": "geowidgets.zoo",
    "datasets": "geowidgets.datasets",
    "official": "geowidgets.official",
    "pruning": "geowidgets.pruning",
    "ModelFamily": "geowidgets.pruning",
    "training": "geowidgets.training",
    # rung 2
    "Study": "geowidgets.study",
    "ModelEntry": "geowidgets.study",
    "Benchmark": "geowidgets.study",
    "SampleSet": "geowidgets.study",
    "Ensemble": "geowidgets.study",
    "model_entries": "geowidgets.study",
    "prune_family": "geowidgets.study",
    "corruption_benchmarks": "geowidgets.study",
    "finetune": "geowidgets.study",
    "GeometricPenalty": "geowidgets.pruning",
    # rung 3
    "GeometryStore": "geowidgets.store",
    "StoreError": "geowidgets.store",
    # rung 4
    "similarity": "geowidgets.evaluation.model_similarity",
    "Similarity": "geowidgets.evaluation.point_similarity",
    "model_cka": "geowidgets.evaluation.alignment",
    "redundancy": "geowidgets.redundancy",
    "prune_potential": "geowidgets.evaluation.potential",
    "corruption_error": "geowidgets.evaluation.corruption_error",
    "expected_calibration_error": "geowidgets.evaluation.calibration",
    "vulnerability": "geowidgets.evaluation.vulnerability",
    "vulnerability_counts": "geowidgets.evaluation.vulnerability_counts",
    "vulnerability_models": "geowidgets.evaluation.vulnerability_models",
    "pie": "geowidgets.evaluation.pie",
    "prune_accuracy": "geowidgets.evaluation.prune_accuracy",
    "excess_error": "geowidgets.evaluation.excess_error",
    "potential_by_distribution": "geowidgets.evaluation.potential_by_distribution",
    "potential_by_delta": "geowidgets.evaluation.potential_by_delta",
    "noise_potential": "geowidgets.evaluation.noise_potential",
    "noise_similarity": "geowidgets.evaluation.noise_similarity",
    "guidelines": "geowidgets.evaluation.guidelines",
    "ensemble": "geowidgets.evaluation.ensemble",
    "class_table": "geowidgets.evaluation.class_table",
    "class_direction_table": "geowidgets.evaluation.class_directions",
    "cka": "geowidgets.evaluation.feature_alignment",
    "table_json": "geowidgets.evaluation.export",
    "table_text": "geowidgets.evaluation.text",
    "attribution": "geowidgets.attribution",
    "occlusion": "geowidgets.attribution",
    "occlusion_maps": "geowidgets.attribution",
    "backselect": "geowidgets.attribution",
    "informative_features": "geowidgets.attribution",
    "feature_heat_map": "geowidgets.attribution",
    # rung 5
    "Selection": "geowidgets.widgets.selection",
    "Columns": "geowidgets.widgets.columns",
    "EvaluationTable": "geowidgets.widgets.evaluation_table",
    "LocalGeometry": "geowidgets.widgets.local_geometry",
    "ParallelCoordinates": "geowidgets.widgets.parallel_coordinates",
    "AttributionGrid": "geowidgets.widgets.attribution_grid",
    "SimilarityMap": "geowidgets.widgets.similarity_map",
    "PruneCurves": "geowidgets.widgets.prune_curves",
    "WeightGraph": "geowidgets.widgets.weight_graph",
    "Explorer": "geowidgets.widgets.explorer",
    "Spectrum": "geowidgets.widgets.spectrum",
    "LatentStar": "geowidgets.widgets.latent_star",
    "DimensionCurves": "geowidgets.widgets.dimension_curves",
    "save_page": "geowidgets.widgets.saved_page",
    "keep_alive": "geowidgets.widgets.kept_state",
    # rung 6
    "demo_study": "geowidgets.demo",
}

__version__ = "0.1.0"
__all__ = sorted([*_HOME, "__version__"])  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    """Import the module that holds `name` the first time that it is asked for."""
    if name not in _HOME:
        raise AttributeError(f"module 'geowidgets' has no attribute {name!r}")
    module = importlib.import_module(_HOME[name])
    return module if _HOME[name] == f"geowidgets.{name}" else getattr(module, name)


def __dir__() -> list[str]:
    return __all__
