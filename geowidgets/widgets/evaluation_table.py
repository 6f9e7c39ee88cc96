"""`EvaluationTable`: accuracy of every model on every benchmark, on all samples or on a subset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets as t

from geowidgets.widgets._base import View, nearest
from geowidgets.widgets.evaluation_frame import columns_of, records
from geowidgets.widgets.evaluation_given import given_table
from geowidgets.widgets.evaluation_metrics import METRICS

if TYPE_CHECKING:
    import pandas as pd

    from geowidgets.widgets.columns import ReadableStore
    from geowidgets.widgets.selection import Selection

MODES = ("bars", "heat", "numbers")
ORDERS = ("family", "hardness", "store")
REPEATS = ("single", "mean")
SUMMARIES = ("potential", "mce")
GIVEN = "table"


class EvaluationTable(View):
    """Rows are architecture > method, columns benchmarks, a cell's bars rise in measured ratio.

    Hover a bar for exact numbers, click it to make it the reference, shift-click for the compared
    pair. Click a name to keep its models or its benchmark in focus. Drag over cells, or over the
    bars of one, to select their pairs; with Shift they are added, with Alt taken out. Keys: arrows
    move, with Shift they stretch a range; Space selects it, Shift-Space or `+` adds it, `-` takes
    it out; Enter makes the reference, Escape clears, Ctrl-Z undoes. Models that differ by their
    seed only (measured ratios within two points) share a bar, mean ± std; a row with repeats opens.
    With two models or more in focus, *Ensemble* adds the row of their majority vote to the store.

    Where samples or classes are selected, bars show the value on them minus that on the whole
    set: upwards more, green better, red worse, pale where the 95 % interval holds 0.

    Args:
        store: a `GeometryStore`.
        selection: shared with other views; a new one when left out.
        options: `metric`, `mode`, `order`, `severity`, `sort_by`, `descending`,
            `sort_selected`, `potential`, `delta`, `baseline`, `expanded`, `height`, `view_id`.
            `metric` is a name, or a labelled `(model, benchmark)` table of one's own: an xarray
            `DataArray` or a pandas `DataFrame` (models as index, benchmarks as columns), with
            `attrs` `unit` and `better` ("more", "less").

    Raises:
        TypeError: an unknown option, or a metric that is neither a name nor a table.
        ValueError: a name that the store does not have; a table with unknown or repeated names.

    Source:
        Seed 000, section 6.1, figures 3 and 9; prune potential: seed 001, Definition 1; mean
        corruption error: Hendrycks & Dietterich 2019, section 4.1.

    >>> table = EvaluationTable(store, mode="heat", metric="margin")   # doctest: +SKIP
    >>> table.to_dataframe().pivot(                                    # doctest: +SKIP
    ...     index="model", columns="benchmark", values="margin")
    """

    bundle = "evaluation_table"

    mode = t.Enum(MODES, "bars", help="How a cell is drawn; browser and Python.").tag(sync=True)
    metric = t.Any(
        "accuracy",
        help="What is shown: accuracy, mean angle [°], length, margin or probability, ece "
        "(expected calibration error, 15 bins), or `table`, one's own; browser and Python. A "
        "DataArray or DataFrame given here becomes `table`.",
    ).tag(sync=True)
    table = t.Dict(
        None, allow_none=True, help="One's own numbers, see `given_table`; written by Python."
    ).tag(sync=True)
    order = t.Enum(ORDERS, "family", help="Order of the columns; browser and Python.").tag(
        sync=True
    )
    severity = t.Int(
        None, allow_none=True, help="The one severity shown, or None for the mean over severities."
    ).tag(sync=True)
    sort_by = t.Unicode(
        None,
        allow_none=True,
        help="Corruption or benchmark whose value orders the rows (`name@set` with several "
        "sets), `potential`, `mce`, or None for the store's order.",
    ).tag(sync=True)
    descending = t.Bool(True, help="Whether the largest value comes first.").tag(sync=True)
    sort_selected = t.Bool(
        False,
        help="Whether rows are ordered by their difference on the selected samples, where there "
        "are some, once all rows are counted; browser and Python.",
    ).tag(sync=True)
    potential = t.Bool(
        False, help="Whether prune potential has a column and its bars a wedge; both sides."
    ).tag(sync=True)
    delta = t.Float(
        0.005, help="Margin δ of the prune potential, a fraction in 0..0.05; browser and Python."
    ).tag(sync=True)
    baseline = t.Unicode(
        None,
        allow_none=True,
        help="Model that mean corruption errors (mCE) are divided by, or None: no such column.",
    ).tag(sync=True)
    expanded = t.List(
        t.Unicode(), help="Keys of rows whose repeats are shown one by one; written by both sides."
    ).tag(sync=True)
    height = t.Int(440, min=120, help="Most pixels that the rows take; they scroll above.").tag(
        sync=True
    )

    def __init__(
        self, store: ReadableStore, selection: Selection | None = None, **options: Any
    ) -> None:
        _check_options(store, options)
        metric = options.get("metric")
        if metric is not None and not isinstance(metric, str):
            options |= {"metric": GIVEN, "table": _given(store, metric)}
        super().__init__(store, selection, **options)
        self.on_msg(EvaluationTable._hear)

    def _hear(self, content: Any, buffers: list) -> None:
        """Add the row of an ensemble that was asked for in the page, or say why not."""
        names = content.get("models") if isinstance(content, dict) else None
        if not (isinstance(names, list) and all(isinstance(name, str) for name in names)):
            self.refuse(content, "{'type': 'ensemble', 'models': [name, …]}")
            return
        from geowidgets.schema import StoreError
        from geowidgets.study import Ensemble

        try:
            self.store.add(Ensemble(names))  # type: ignore[attr-defined]
        except (AttributeError, OSError, StoreError, ValueError) as reason:
            self.selection.error = ""  # the same words twice would be heard once
            self.selection.error = f"No ensemble was made: {reason}"

    @t.validate("metric")
    def _known_metric(self, proposal: Any) -> str:
        value = proposal["value"]
        if not isinstance(value, str):
            self.table = _given(self.store, value)
            return GIVEN
        _check_metric(value, self.table is not None)
        return value

    @t.validate("delta")
    def _delta_in_range(self, proposal: Any) -> float:
        return _check_delta(proposal["value"])

    def to_dataframe(self, repeats: str = "single") -> pd.DataFrame:
        """The table's numbers, one row per computed (model, benchmark).

        Columns: `model architecture method ratio seed benchmark corruption severity family set`;
        on the whole set `n correct accuracy low high` (Wilson's 95 % interval); on the selected
        samples and classes, where there are any in the benchmark's set, `subset_n subset_correct
        subset_accuracy difference difference_low difference_high` (missing values elsewhere), all
        as fractions. The interval of the difference is Newcombe's for the subset against the rest
        of the set, times the rest's share.

        With another `metric` its mean stands in place of accuracy, under its own name and in its
        own unit, without the columns of correct predictions; intervals are mean ± z s/√n, those
        of differences ± z (n_R/n_W) √(s²_S/n_S + s²_R/n_R); `ece` has none. One's own table has
        its value alone, under its name.

        Args:
            repeats: `"single"`, one row a model, or `"mean"`, one row for models that differ by
                seed only: `model` names them all, `ratio` is their mean, `seed` is missing,
                `repeats` counts them and `std` (n − 1) spreads over them; `n` and `correct` are
                sums, intervals those of one model with the mean counts.

        Raises:
            ValueError: another word for `repeats`.
        """
        import pandas as pd

        if repeats not in REPEATS:
            raise ValueError(f"repeats: expected 'single' or 'mean', got {repeats!r}")
        if self.metric == GIVEN:
            return self._given_frame()
        rows = [
            row
            for name in self.store.sets
            for row in records(self.store, name, self.metric, self._chosen(name), repeats)
        ]
        return pd.DataFrame(rows, columns=columns_of(self.metric, repeats))

    def _given_frame(self) -> pd.DataFrame:
        import pandas as pd

        table: Any = self.table
        values = np.frombuffer(table["values"], "<f4").reshape(len(table["models"]), -1)
        wide = pd.DataFrame(values, index=table["models"], columns=table["benchmarks"])
        long = wide.rename_axis("model").reset_index()
        return long.melt("model", var_name="benchmark", value_name=table["name"])

    def _chosen(self, name: str) -> np.ndarray | None:
        """Boolean `(sample,)`, or None where no clause speaks of the set."""
        selection: Any = self.selection
        spoken = any(clause["set"] == name for clause in selection.clauses)
        classes = selection.classes
        if not spoken and classes is None:
            return None
        mask = selection.mask(name)
        return mask if classes is None else mask & np.isin(self.store.labels(name), classes)


def _given(store: ReadableStore, values: Any) -> dict[str, Any]:
    models = [entry.name for entry in store.models]
    return given_table(values, models, [entry.name for entry in store.benchmarks])


def _check_options(store: ReadableStore, options: dict[str, Any]) -> None:
    for name, known in (("mode", MODES), ("order", ORDERS)):
        if name in options and options[name] not in known:
            raise ValueError(
                f"{name}: expected one of {', '.join(known)}, got {options[name]!r}."
                f"{nearest(options[name], known)}"
            )
    keys = [*_column_keys(store), *SUMMARIES]
    sort_by = options.get("sort_by")
    if sort_by is not None and sort_by not in keys:
        raise ValueError(f"sort_by: unknown benchmark {sort_by!r}.{nearest(sort_by, keys)}")
    severities = sorted({int(entry.severity) for entry in store.benchmarks if entry.corruption})
    severity = options.get("severity")
    if severity is not None and severity not in severities:
        raise ValueError(f"severity: expected one of {severities} or None, got {severity!r}")
    names = [entry.name for entry in store.models]
    baseline = options.get("baseline")
    if baseline is not None and baseline not in names:
        raise ValueError(f"baseline: unknown model {baseline!r}.{nearest(baseline, names)}")
    if isinstance(metric := options.get("metric"), str):
        _check_metric(metric, False)
    _check_delta(options.get("delta", 0.005))


def _check_metric(metric: str, given: bool) -> None:
    if metric not in (*METRICS, *([GIVEN] if given else [])):
        raise ValueError(
            f"metric: expected one of {', '.join(METRICS)} or a labelled table, got {metric!r}."
            f"{nearest(metric, METRICS)}"
        )


def _check_delta(delta: Any) -> float:
    if not 0 <= delta <= 0.05:
        raise ValueError(f"delta: expected a fraction in 0..0.05, got {delta!r}")
    return float(delta)


def _column_keys(store: ReadableStore) -> list[str]:
    several = len({entry.set for entry in store.benchmarks}) > 1
    names = [(entry.corruption or entry.name, entry.set) for entry in store.benchmarks]
    return list(dict.fromkeys(f"{own}@{set}" if several else own for own, set in names))
