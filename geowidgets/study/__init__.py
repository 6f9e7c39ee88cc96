"""What is to be computed: models, benchmarks and the samples they are measured on."""

from geowidgets.study.benchmark import Benchmark, corruption_benchmarks
from geowidgets.study.ensemble import Ensemble
from geowidgets.study.finetune import finetune
from geowidgets.study.model_entry import ModelEntry, model_entries, prune_family
from geowidgets.study.study import SampleSet, Study

__all__ = [
    "Benchmark",
    "Ensemble",
    "ModelEntry",
    "SampleSet",
    "Study",
    "corruption_benchmarks",
    "finetune",
    "model_entries",
    "prune_family",
]
