"""Mean and spread of the geometry, class by class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from geowidgets.schema import StoreError
from geowidgets.store.arguments import sample_mask
from geowidgets.suggest import nearest

if TYPE_CHECKING:
    import xarray as xr

    from geowidgets.store import GeometryStore

METRICS = ("angle", "length", "margin", "probability")
ALL = "all"


def class_table(
    store: GeometryStore,
    *,
    models: Sequence[str] | None = None,
    benchmarks: Sequence[str] | None = None,
    samples: np.ndarray | Sequence[int] | None = None,
    set: str | None = None,
) -> xr.Dataset:
    """Accuracy, and mean and deviation of angle, length, margin and probability, by class.

    Args:
        store: any.
        models: names; all by default.
        benchmarks: names; all of the set by default.
        samples: indices or a boolean mask `(sample,)`; all by default.
        set: sample set; the first by default.

    Returns:
        Dataset `(model, benchmark, group, metric)`, groups being the true classes and, last,
        "all": `mean` and `std` (n in the denominator) of the angle to the true class [degree],
        length and margin [feature units], probability of the true class; `n`
        `(model, benchmark, group)`, samples that are finite; `accuracy`, of the group's samples,
        and `difference`, that minus the accuracy on the whole set, whatever `samples` are.
        NaN: no samples, or a pair that is not computed.

    Raises:
        StoreError: an unknown model, benchmark or set.

    Source: Li et al., "Understanding Robustness Lottery", §7.2 (dense nets: larger variance and
    smaller mean angle, multi-prize tickets: smaller variance and larger mean).

    >>> class_table(store).sel(model="dense", benchmark="clean", metric="angle").to_dataframe()
    ... # doctest: +SKIP
    """
    import xarray as xr

    home = store.sets[0] if set is None else set
    mask, labels = sample_mask(samples, store.size(home)), store.labels(home)
    own = [b.name for b in store.benchmarks if b.set == home]
    rows = chosen_names(models, [m.name for m in store.models], "model")
    columns = chosen_names(benchmarks, own, "benchmark")
    groups = [*store.classes, ALL]
    inside = [mask & (labels == c) for c in range(len(store.classes))] + [mask]
    shape = (len(rows), len(columns), len(groups))
    mean, std = (np.full((*shape, len(METRICS)), np.nan) for _ in range(2))
    accuracy, count = np.full(shape, np.nan), np.zeros(shape, int)
    whole = np.full((*shape[:2], 1), np.nan)
    places = {m.name: k for k, m in enumerate(store.models)}
    order = {b.name: k for k, b in enumerate(store.benchmarks)}
    for r, model in enumerate(rows):
        for c, benchmark in enumerate(columns):
            if not store.done[places[model], order[benchmark]]:
                continue
            values = [store.column(name, model, benchmark) for name in METRICS]
            right = store.column("prediction", model, benchmark) == labels
            whole[r, c] = right.mean()
            for g, chosen in enumerate(inside):
                part = np.stack([v[chosen] for v in values]).astype(np.float64)
                finite = np.isfinite(part).all(axis=0)
                count[r, c, g] = finite.sum()
                if chosen.any():
                    accuracy[r, c, g] = right[chosen].mean()
                if finite.any():
                    mean[r, c, g] = part[:, finite].mean(axis=1)
                    std[r, c, g] = part[:, finite].std(axis=1)
    dims = ("model", "benchmark", "group")
    return xr.Dataset(
        {
            "mean": ((*dims, "metric"), mean),
            "std": ((*dims, "metric"), std),
            "accuracy": (dims, accuracy),
            "difference": (dims, accuracy - whole),
            "n": (dims, count),
        },
        coords={
            "model": rows,
            "benchmark": columns,
            "group": groups,
            "metric": list(METRICS),
            "unit": ("metric", ["degree", "feature units", "feature units", "1"]),
        },
        attrs={"set": home, "margin": store.settings.margin},
    )


def chosen_names(names: Sequence[str] | None, known: Sequence[str], what: str) -> list[str]:
    """The names as given, all known ones for None.

    Raises:
        StoreError: an unknown name.
    """
    for name in names or ():
        if name not in known:
            raise StoreError(f"unknown {what} {name!r}; {nearest(name, known)}")
    return list(known if names is None else names)
