"""`PruneCurves`: accuracy, prune potential and excess error against the measured ratio."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import traitlets as t
from anywidget import WidgetTrait

from geowidgets.widgets import curve_figures
from geowidgets.widgets._base import View, nearest, position
from geowidgets.widgets.columns import ReadableStore
from geowidgets.widgets.curve_noise import noise_lines
from geowidgets.widgets.selection import Selection

VALUES = ("accuracy", "difference")
_EXCESS = ("nominal", "shifted", "severity", "leave_out")


class PruneCurves(View):
    """Prune–accuracy curves, prune potential and excess error ("Lost in Pruning", §5).

    Left, the accuracy of every family (architecture and method) over the measured share of weights
    removed: a line through the mean of the repeats, a band of one standard deviation, a point a
    model. The dashed line lies δ below the dense parents on the reference's benchmark; a diamond
    on it marks the prune potential P, the largest ratio anywhere on the curve that stays above it
    (mean over repeats, the bar one standard deviation). Beside it the difference in excess error
    ê − e with its slope through the origin and a 95 % bootstrap band, and, with `noise`, the
    potential or agreement over the noise level ε.

    A click on a point makes its model and benchmark the reference in every view of the selection,
    with Shift the compared pair. The curves shown are those of the selection's benchmarks, else of
    the clean images, the reference and the compared pair. Where samples are selected, everything
    is counted on them alone.

    The figures are bqplot's; the selection reaches them in the page, without the kernel. Saved
    pages and pictures carry no bqplot: there the same marks are drawn by the view itself.

    Args:
        store: What to show.
        selection: Shared with other views; a new one by default.
        benchmarks: Names or positions whose curves are always shown; None follows the selection.
        noise: A result of `noise_potential` or `noise_similarity`, or one of its variables.
        nominal: D of the excess error; the clean images by default.
        shifted: D′ of the excess error; the corruptions at `severity` by default.
        severity: Of the corruptions in the excess error.
        leave_out: Benchmarks that do not count in it.
        delta: δ, a fraction in 0..0.05.
        value: `"accuracy"`, or its `"difference"` to the dense parent.
        hidden: Families that are not drawn, as `"ResNet20 / magnitude"`.
        height: Of a figure in CSS pixels.

    Raises:
        TypeError: an unknown option.
        ValueError: a name, position or choice that does not exist; says which do.

    >>> PruneCurves(store, benchmarks=["clean", "fog-3"], delta=0.01)  # doctest: +SKIP
    """

    bundle = "prune_curves"

    accuracy_figure = WidgetTrait().tag(sync=True)
    excess_figure = WidgetTrait().tag(sync=True)
    noise_figure = WidgetTrait().tag(sync=True)
    benchmarks = t.Any(help="Positions shown, None: the selection's; Python.").tag(sync=True)
    delta = t.Float(0.005, min=0, max=0.05, help="δ, fraction; Python and view.").tag(sync=True)
    value = t.Enum(VALUES, "accuracy", help="What is drawn; Python and view.").tag(sync=True)
    hidden = t.List(t.Unicode(), help="Families not drawn; Python and view.").tag(sync=True)
    height = t.Int(340, min=200, help="CSS pixels of a figure; Python.").tag(sync=True)
    excess = t.Dict(help="Distributions and slopes, see `_excess`; Python.").tag(sync=True)
    lines = t.Dict(None, allow_none=True, help="See `noise_lines`; Python.").tag(sync=True)

    def __init__(
        self,
        store: ReadableStore,
        selection: Selection | None = None,
        *,
        noise: Any = None,
        nominal: Sequence[str] | None = None,
        shifted: Sequence[str] | None = None,
        severity: int = 3,
        leave_out: Sequence[str] = (),
        **options: Any,
    ) -> None:
        self.store = store  # before the options are checked against its names
        if options.get("value", "accuracy") not in VALUES:
            value = options["value"]
            raise ValueError(
                f"value: expected one of {', '.join(VALUES)}, got {value!r}."
                f"{nearest(value, VALUES)}"
            )
        self._distributions: dict[str, Any] = dict(
            zip(_EXCESS, (nominal, shifted, severity, leave_out), strict=True)
        )
        lines = noise_lines(noise, store.models)
        asked = any(value is not None for value in (nominal, shifted)) or bool(leave_out)
        excess = self._excess(strict=asked)
        super().__init__(store, selection, lines=lines, excess=excess, **options)
        figures = [
            curve_figures.figure("accuracy", "weights removed, measured [%]", "accuracy [%]"),
            curve_figures.figure("excess", "weights removed, measured [%]", "ê − e [points]"),
        ]
        if lines is not None:
            figures.append(curve_figures.figure("noise", "noise level ε", lines["name"]))
        self.accuracy_figure, self.excess_figure, self.noise_figure = (*figures, None)[:3]
        self.columns.observe(self._grown, "directory")

    @property
    def figures(self) -> dict[str, Any]:
        """The `bqplot.Figure`s by name; the page fills them."""
        named = {
            "accuracy": self.accuracy_figure,
            "excess": self.excess_figure,
            "noise": self.noise_figure,
        }
        return {name: one for name, one in named.items() if one is not None}

    def close(self) -> None:
        """Close the view, its figures, and the hubs that nobody else uses."""
        if self.comm is not None:
            self.columns.unobserve(self._grown, "directory")
            figures = list(self.figures.values())
            super().close()
            for one in figures:
                curve_figures.close(one)

    # ---- what the page cannot know

    def _grown(self, _: Any) -> None:
        self.excess = self._excess(strict=False)

    def _excess(self, strict: bool) -> dict[str, Any]:
        """Positions of D and D′, and the whole set's slopes with their bands by family.

        Without benchmarks for it, `message` says why; what was asked for by name raises.
        """
        from geowidgets.evaluation.excess_error import excess_error
        from geowidgets.schema import StoreError

        names = [str(entry.name) for entry in self.store.benchmarks]
        store: Any = self.store
        try:
            found = excess_error(store, **self._distributions)
        except StoreError as error:
            if strict:
                raise ValueError(f"excess error: {error}") from error
            return {"nominal": [], "shifted": [], "slopes": {}, "message": str(error)}
        ends = ("slope", "slope_low", "slope_high")
        rows = zip(*(found[name].values.tolist() for name in ends), strict=True)
        slopes = zip(found.family.values.tolist(), rows, strict=True)
        return {
            "nominal": [names.index(name) for name in found.attrs["nominal"]],
            "shifted": [names.index(name) for name in found.attrs["shifted"]],
            # NaN does not travel as JSON.
            "slopes": {key: list(row) for key, row in slopes if row[0] == row[0]},
            "message": "",
        }

    # ---- checks

    @t.validate("benchmarks")
    def _valid_benchmarks(self, proposal: dict[str, Any]) -> list[int] | None:
        value = proposal["value"]
        if value is None:
            return None
        chosen = [value] if isinstance(value, (str, int)) else list(value)
        names = [str(entry.name) for entry in self.store.benchmarks]
        return list(dict.fromkeys(position(one, names, "benchmarks") for one in chosen))

    @t.validate("hidden")
    def _valid_hidden(self, proposal: dict[str, Any]) -> list[str]:
        known = list(dict.fromkeys(f"{m.architecture} / {m.method}" for m in self.store.models))
        for name in proposal["value"]:
            if name not in known:
                raise ValueError(f"hidden: unknown family {name!r}.{nearest(name, known)}")
        return list(dict.fromkeys(proposal["value"]))
