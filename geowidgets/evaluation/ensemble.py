"""Ensembles: what a chosen set of models says together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from geowidgets.evaluation.logits import stored_softmax
from geowidgets.evaluation.wilson import wilson_interval
from geowidgets.schema import StoreError
from geowidgets.store.arguments import sample_mask
from geowidgets.store.modal import modal_label
from geowidgets.suggest import nearest

if TYPE_CHECKING:
    import xarray as xr

    from geowidgets.store import GeometryStore

RULES = ("majority", "mean softmax")


def mean_vote(probabilities: np.ndarray) -> np.ndarray:
    """The class with the largest mean probability, the lowest index on a tie.

    Args:
        probabilities: `(model, sample, class)`; models with NaN for a sample do not count.

    Returns:
        int `(sample,)`; −1 where no model counts.

    >>> mean_vote(np.array([[[0.6, 0.4]], [[0.1, 0.9]]])).tolist()
    [1]
    """
    known = np.isnan(probabilities).sum(axis=2) == 0
    sums = np.where(known[..., None], probabilities, 0).sum(axis=0)
    return np.where(known.any(axis=0), sums.argmax(axis=1), -1)


def ensemble(
    store: GeometryStore,
    models: Sequence[str] | None = None,
    *,
    rules: Sequence[str] | None = None,
    samples: np.ndarray | Sequence[int] | None = None,
    set: str | None = None,
    level: float = 0.95,
) -> xr.Dataset:
    """Accuracy of a set of models that vote, on every benchmark, beside its members'.

    "majority": the class that most models predict; "mean softmax": argmax_j mean_m P_m(y = j|x).
    The lowest class index on a tie.

    Args:
        store: the models; the mean softmax needs all class angles.
        models: names; all by default.
        rules: of `RULES`; both by default, or the majority alone without all class angles.
        samples: indices or a boolean mask `(sample,)`; all by default.
        set: sample set; the first by default.
        level: of the intervals.

    Returns:
        Dataset `(rule, benchmark)`: `accuracy` in [0, 1] and its ends `low` and `high` (Wilson);
        `(benchmark,)`: `best` and `mean`, the members' highest and mean accuracy, and `best_model`;
        `n`, samples. NaN: one of the pairs is not computed.

    Raises:
        StoreError: an unknown model or set, or class angles that lack.
        TypeError: something else than a list of names.
        ValueError: no models, a model named twice, no rule or an unknown one.

    Source: Li et al., "Understanding Robustness Lottery", Fig. 2; Wilson 1927 (interval).

    >>> ensemble(store, ["dense", "magnitude-60"]).accuracy.to_pandas()  # doctest: +SKIP
    """
    import xarray as xr

    names = _names(store, models)
    chosen = _rules(store, rules)
    members = store.accuracy(samples, set=set).sel(model=names)
    home = set if set is not None else store.sets[0]
    mask, labels = sample_mask(samples, store.size(home)), store.labels(home)
    n = int(mask.sum())
    values = np.full((3, len(chosen), members.sizes["benchmark"]), np.nan)
    for column, benchmark in enumerate(members.benchmark.values.tolist()):
        if np.isfinite(members.values[:, column]).all():
            for row, rule in enumerate(chosen):
                said = _votes(store, names, benchmark, rule)
                right = int((said == labels)[mask].sum())
                values[:, row, column] = right / n, *wilson_interval(right, n, level)
    whole = np.isnan(members.values).sum(axis=0) == 0
    best = np.where(whole, members.values.max(axis=0), np.nan)
    first = members.values.argmax(axis=0)
    best_model = [names[k] if known else "" for k, known in zip(first, whole, strict=True)]
    dims = ("rule", "benchmark")
    return xr.Dataset(
        {
            "accuracy": (dims, values[0]),
            "low": (dims, values[1]),
            "high": (dims, values[2]),
            "best": (("benchmark",), best),
            "best_model": (("benchmark",), np.array(best_model, object)),
            "mean": (("benchmark",), members.values.mean(axis=0)),
        },
        coords={"rule": list(chosen), "benchmark": members.benchmark.values, "n": n},
        attrs={"models": names, "interval": f"{100 * level:g} % Wilson", "unit": "fraction"},
    )


def _votes(store: GeometryStore, names: Sequence[str], benchmark: str, rule: str) -> np.ndarray:
    if rule == "majority":
        said = np.stack([store.column("prediction", name, benchmark) for name in names])
        return modal_label(said, len(store.classes))
    return mean_vote(np.stack([stored_softmax(store, name, benchmark) for name in names]))


def _names(store: GeometryStore, models: Sequence[str] | None) -> list[str]:
    known = [model.name for model in store.models]
    if isinstance(models, str) or not isinstance(models, Iterable | None):
        raise TypeError(f"models: expected a list of names or None, got {models!r:.60}")
    names = known if models is None else list(models)
    if not names or len(dict.fromkeys(names)) < len(names):
        raise ValueError(f"an ensemble needs at least one model, each once, got {names!r}")
    for name in names:
        if name not in known:
            raise StoreError(f"unknown model {name!r:.60}; {nearest(name, known)}")
    return names


def _rules(store: GeometryStore, rules: Sequence[str] | None) -> Sequence[str]:
    classes = len(store.classes)
    if rules is None:
        whole = len(store.settings.angle_classes(classes)) == classes
        return RULES if whole else RULES[:1]
    if isinstance(rules, str) or not isinstance(rules, Iterable) or not [*rules]:
        raise ValueError(f"rules: expected a list of {list(RULES)}, got {rules!r:.60}")
    for rule in rules:
        if rule not in RULES:
            raise ValueError(f"unknown rule {rule!r}; {nearest(rule, RULES)}")
    return rules
