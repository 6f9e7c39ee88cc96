"""`EvaluationTable`: accuracy of every model on every benchmark, on all samples or on a subset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets as t

from geowidgets.widgets._base import View, nearest

if TYPE_CHECKING:
    import pandas as pd

    from geowidgets.widgets.columns import ReadableStore
    from geowidgets.widgets.selection import Selection

MODES = ("bars", "heat", "numbers")
ORDERS = ("family", "hardness", "store")
Z = 1.959963984540054  # two-sided 95 % quantile of the standard normal distribution
_ONES = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).sum(1, dtype=np.uint8)


class EvaluationTable(View):
    """Rows are architecture > method, columns benchmarks, a cell's bars rise in measured ratio.

    Hover a bar for exact numbers, click it to make it the reference, shift-click for the compared
    pair. Click a name to keep its models or its benchmark in focus, drag over cells for pairs.
    Where samples or classes are selected, bars show accuracy on them minus accuracy on the whole
    set: upwards and green better, downwards and red worse, pale where the 95 % interval holds 0.

    Args:
        store: a `GeometryStore`.
        selection: shared with other views; a new one when left out.
        options: `mode`, `order`, `severity`, `sort_by`, `descending`, `height`, `view_id`.

    Raises:
        TypeError: an unknown option.
        ValueError: a benchmark to sort by that the store does not have.

    Source:
        Seed 000, section 6.1, figures 3 and 9.

    >>> table = EvaluationTable(store, mode="heat")        # doctest: +SKIP
    >>> table.to_dataframe().pivot(                        # doctest: +SKIP
    ...     index="model", columns="benchmark", values="accuracy")
    """

    bundle = "evaluation_table"

    mode = t.Enum(MODES, "bars", help="How a cell is drawn; browser and Python.").tag(sync=True)
    order = t.Enum(ORDERS, "family", help="Order of the columns; browser and Python.").tag(
        sync=True
    )
    severity = t.Int(
        None, allow_none=True, help="The one severity shown, or None for the mean over severities."
    ).tag(sync=True)
    sort_by = t.Unicode(
        None,
        allow_none=True,
        help="Corruption or benchmark whose accuracy orders the rows (`name@set` with several "
        "sets), or None for the store's order.",
    ).tag(sync=True)
    descending = t.Bool(True, help="Whether the best row comes first.").tag(sync=True)
    height = t.Int(440, min=120, help="Most pixels that the rows take; they scroll above.").tag(
        sync=True
    )

    def __init__(
        self, store: ReadableStore, selection: Selection | None = None, **options: Any
    ) -> None:
        _check_options(store, options)
        super().__init__(store, selection, **options)

    def to_dataframe(self) -> pd.DataFrame:
        """The table's numbers, one row per computed (model, benchmark).

        Columns: `model architecture method ratio seed benchmark corruption severity family set`;
        on the whole set `n correct accuracy low high` (Wilson's 95 % interval); on the selected
        samples and classes, where there are any in the benchmark's set, `subset_n subset_correct
        subset_accuracy difference difference_low difference_high` (missing values elsewhere), all
        as fractions. The interval of the difference is Newcombe's for the subset against the rest
        of the set, times the rest's share.
        """
        import pandas as pd

        records = [row for name in self.store.sets for row in self._records(name)]
        return pd.DataFrame(records, columns=[*NAMES, *WHOLE, *SUBSET])

    def _records(self, name: str) -> list[dict[str, Any]]:
        store = self.store
        packed = np.asarray(store.correct(name))
        n = int(store.size(name))
        chosen = self._chosen(name)
        correct = _ONES[packed].sum(-1, dtype=np.int64)
        if chosen is not None:
            bits = np.packbits(chosen, bitorder="little")
            part = _ONES[packed & bits].sum(-1, dtype=np.int64)
            size = int(chosen.sum())
        own = [k for k, entry in enumerate(store.benchmarks) if entry.set == name]
        records = []
        for m, model in enumerate(store.models):
            for k, b in enumerate(own):
                if not store.done[m, b]:
                    continue
                row = _names(model, store.benchmarks[b]) | _whole(int(correct[m, k]), n)
                if chosen is None:
                    row |= dict.fromkeys(SUBSET, np.nan)
                else:
                    row |= _subset(int(part[m, k]), size, int(correct[m, k]), n)
                records.append(row)
        return records

    def _chosen(self, name: str) -> np.ndarray | None:
        """Boolean `(sample,)`, or None where no clause speaks of the set."""
        selection: Any = self.selection
        spoken = any(clause["set"] == name for clause in selection.clauses)
        classes = selection.classes
        if not spoken and classes is None:
            return None
        mask = selection.mask(name)
        return mask if classes is None else mask & np.isin(self.store.labels(name), classes)


NAMES = (
    "model",
    "architecture",
    "method",
    "ratio",
    "seed",
    "benchmark",
    "corruption",
    "severity",
    "family",
    "set",
)
WHOLE = ("n", "correct", "accuracy", "low", "high")
SUBSET = (
    "subset_n",
    "subset_correct",
    "subset_accuracy",
    "difference",
    "difference_low",
    "difference_high",
)


def _check_options(store: ReadableStore, options: dict[str, Any]) -> None:
    for name, known in (("mode", MODES), ("order", ORDERS)):
        if name in options and options[name] not in known:
            raise ValueError(
                f"{name}: expected one of {', '.join(known)}, got {options[name]!r}."
                f"{nearest(options[name], known)}"
            )
    keys = _column_keys(store)
    sort_by = options.get("sort_by")
    if sort_by is not None and sort_by not in keys:
        raise ValueError(f"sort_by: unknown benchmark {sort_by!r}.{nearest(sort_by, keys)}")
    severities = sorted({int(entry.severity) for entry in store.benchmarks if entry.corruption})
    severity = options.get("severity")
    if severity is not None and severity not in severities:
        raise ValueError(f"severity: expected one of {severities} or None, got {severity!r}")


def _column_keys(store: ReadableStore) -> list[str]:
    several = len({entry.set for entry in store.benchmarks}) > 1
    names = [(entry.corruption or entry.name, entry.set) for entry in store.benchmarks]
    return list(dict.fromkeys(f"{own}@{set}" if several else own for own, set in names))


def _names(model: Any, benchmark: Any) -> dict[str, Any]:
    values = [model.name, model.architecture, model.method, model.ratio, model.seed]
    values += [benchmark.name, benchmark.corruption, benchmark.severity, benchmark.family]
    return dict(zip(NAMES, [*values, benchmark.set], strict=True))


def _whole(correct: int, n: int) -> dict[str, Any]:
    low, high = wilson(correct, n)
    accuracy = correct / n if n else np.nan
    return dict(zip(WHOLE, (n, correct, accuracy, low, high), strict=True))


def _subset(part: int, size: int, correct: int, n: int) -> dict[str, Any]:
    difference = subset_difference(part, size, correct, n)
    return dict(
        zip(SUBSET, (size, part, part / size if size else np.nan, *difference), strict=True)
    )


def wilson(k: int, n: int) -> tuple[float, float]:
    """Wilson's 95 % score interval of the proportion k / n (Wilson 1927); NaN for n = 0.

    (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n), p = k / n

    >>> [round(bound, 4) for bound in wilson(81, 263)]
    [0.2553, 0.3662]
    """
    if n == 0:
        return np.nan, np.nan
    p = k / n
    centre = p + Z**2 / (2 * n)
    half = Z * np.sqrt(p * (1 - p) / n + Z**2 / (4 * n**2))
    scale = 1 + Z**2 / n
    return (
        0.0 if k == 0 else float((centre - half) / scale),
        1.0 if k == n else float((centre + half) / scale),
    )


def subset_difference(k: int, n: int, whole_k: int, whole_n: int) -> tuple[float, float, float]:
    """Accuracy on a subset minus accuracy on the whole set that holds it, with its 95 % interval.

    With the rest R = W − S: p_S − p_W = (1 − n_S / n_W)(p_S − p_R), and S and R share no sample;
    the interval is Newcombe's hybrid score interval (Newcombe 1998, method 10), scaled alike.

    Args:
        k: correct predictions in the subset.
        n: samples in the subset.
        whole_k: correct predictions in the whole set.
        whole_n: samples in the whole set.

    Returns:
        (difference, low, high), fractions; NaN for an empty subset.

    >>> [round(150 / 80 * bound, 4) for bound in subset_difference(56, 70, 104, 150)]
    [0.2, 0.0524, 0.3339]
    """
    if n == 0:
        return np.nan, np.nan, np.nan
    rest = whole_n - n
    if rest == 0:
        return 0.0, 0.0, 0.0
    p, q = k / n, (whole_k - k) / rest
    (p_low, p_high), (q_low, q_high) = wilson(k, n), wilson(whole_k - k, rest)
    share = rest / whole_n
    low = share * (p - q - np.hypot(p - p_low, q_high - q))
    high = share * (p - q + np.hypot(p_high - p, q - q_low))
    return share * (p - q), float(low), float(high)
