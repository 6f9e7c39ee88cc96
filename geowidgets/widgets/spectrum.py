"""`Spectrum`: eigenvalues of a layer beside those of random weights, and what low rank costs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import traitlets as t

from geowidgets.widgets import bqplot_chart as chart
from geowidgets.widgets._base import nearest
from geowidgets.widgets.spectrum_accuracy import AccuracyTables
from geowidgets.widgets.spectrum_charts import SpectrumCharts
from geowidgets.widgets.spectrum_controls import SpectrumControls
from geowidgets.widgets.spectrum_page import Shown, spectrum_chart
from geowidgets.widgets.spectrum_weights import SpectrumWeights
from geowidgets.widgets.spectrum_words import legend, summary

if TYPE_CHECKING:
    from geowidgets.redundancy import Spectrum as Eigenvalues
    from geowidgets.training import WeightRecord

AXES = ("near", "all")
OPTIONS = (
    "initial", "record", "layer", "epoch", "rank", "axes", "accuracy", "data", "transform",
    "evaluate", "ranks",
)  # fmt: skip


class Spectrum(chart.ChartBox):
    """Spectral density of WWᵀ, the random law beside it, and the residual of low rank (Figs. 6–8).

    Left: the density of the eigenvalues λ of X = WWᵀ, before training (grey) and now (blue), with
    the Marchenko–Pastur law at PyTorch's initialisation (nσ² = 1/3) and that of random weights of
    the same norm as now (dashed). Middle: ‖W − W_k‖_F / ‖W‖_F over the rank k with its elbow.
    Right, where a model and data or tables are given: the accuracy after W has been replaced by
    W_k, its nearest matrix of rank k. A layer, an epoch and a rank are chosen above.

    Args:
        source: A model, a layer, a matrix `(unit, …)`, or a `training.WeightRecord`.
        initial: The same before training; a record's epoch 0 by default.
        record: Weights over the epochs of a training; gives an epoch slider.
        layer: The layer shown first; the first one by default.
        epoch: The epoch shown first; the last one by default.
        rank: k that the sentence speaks of, 1..min(m, n).
        axes: `"near"` the bulk and the elbow, or `"all"` eigenvalues (on a logarithmic axis) and
            ranks.
        accuracy: Table of `redundancy.accuracy_lost`, or a dict of them by layer.
        data: Images and labels on which the accuracy is measured, uint8 `(sample, y, x, channel)`
            and int64 `(sample,)`.
        transform: Of the images, as in `training.accuracy`.
        evaluate: Instead of data: model → accuracy, a fraction.
        ranks: Ranks that are measured.

    Raises:
        TypeError: an unknown option, or no weights.
        ValueError: an unknown layer or epoch, shapes that differ, data without a model.

    Source: "Sources of redundancy", §3.3; Martin and Mahoney 2018.

    >>> Spectrum(net, initial=fresh, data=(x, y))                    # doctest: +SKIP
    >>> Spectrum(record, layer="fc1")                                # doctest: +SKIP
    """

    # Here, because a widget whose options are refused is closed before it is made.
    _charts: SpectrumCharts | None = None

    layer = t.Unicode(help="Name of the layer shown.")
    epoch = t.Int(None, allow_none=True, help="Epoch of the record; None without one.")
    rank = t.Int(10, help="k that the sentence speaks of.")
    axes = t.Enum(AXES, "near", help="What the axes hold.")

    def __init__(
        self,
        source: Any,
        *,
        initial: Any = None,
        record: WeightRecord | None = None,
        layer: str | None = None,
        epoch: int | None = None,
        rank: int = 10,
        axes: str = "near",
        accuracy: Any = None,
        data: tuple[Any, Any] | None = None,
        transform: Callable[[Any], Any] | None = None,
        evaluate: Callable[[Any], float] | None = None,
        ranks: Sequence[int] | None = None,
        **unknown: Any,
    ) -> None:
        chart.check_options("Spectrum", unknown, OPTIONS)
        if axes not in AXES:
            raise ValueError(f"axes: expected one of {', '.join(AXES)}, got {axes!r}")
        self._weights = SpectrumWeights(source, initial, record)
        first = self._weights.layer(layer)
        self._epochs = self._weights.epochs
        if epoch is not None and epoch not in self._epochs:
            raise ValueError(f"epoch: expected one of {self._epochs}, got {epoch!r}")
        measure = self._measure(data, transform, evaluate)
        self._accuracy = AccuracyTables(accuracy, measure, ranks, first)
        for name in self._accuracy.tables:
            self._weights.layer(name)
        start = self._now(first, epoch if epoch is not None else self._last())
        self._check_rank(rank, start)  # all of it before anything is made
        self._weights.before(first)
        self._drawing = threading.RLock()  # accuracies arrive on a thread of their own
        self._controls = SpectrumControls(self._weights.layers, self._epochs)
        self._charts = SpectrumCharts(self._accuracy.shown)
        super().__init__(self._controls.widgets, "spectrum")
        self.layer, self.axes = first, axes
        self.epoch = epoch if epoch is not None else self._last()
        self._controls.ranks(min(start.units, start.inputs))
        self.rank = self._check_rank(rank, start)
        self._controls.follow(self)
        self.observe(self._show_layer, "layer")
        self.observe(lambda _: self._draw(), ("epoch", "rank", "axes"))
        self._draw()
        self._start()

    # ---- reading

    @property
    def spectrum(self) -> Eigenvalues:
        """The spectrum shown, a `redundancy.Spectrum`."""
        return self._now(self.layer, self.epoch)

    @property
    def accuracy(self) -> Any:
        """The table of the layer shown, or None while it is not there."""
        return self._accuracy.tables.get(self.layer)

    def wait(self) -> None:
        """Until the accuracies of the layer shown have been measured."""
        self._accuracy.wait()

    def close(self) -> None:
        """Stop measuring, and close the view with all that it is made of."""
        if self._charts is not None and self.comm is not None:
            self._accuracy.stop()
            self._figures.children = self._charts.all()
            super().close()

    # ---- a page or picture without a kernel

    def _contents(self, include: Any, now: bool) -> tuple[dict[str, Any], dict[str, int]]:
        layers = [self.layer] if now else self._included(include)
        epochs: list[int | None] = [self.epoch] if now or not self._epochs else [*self._epochs]
        self.wait()
        tables = self._accuracy.tables
        chart = spectrum_chart(Shown(self._weights, tables, self._accuracy.shown, layers, epochs))
        first = layers.index(self.layer) if self.layer in layers else 0
        chosen = {"layer": first, "axes": AXES.index(self.axes), "rank": self.rank - 1}
        return chart, chosen | ({"epoch": epochs.index(self.epoch)} if len(epochs) > 1 else {})

    def _included(self, include: Any) -> list[str]:
        """Layers by name, each once; all of them by default."""
        if include is None or include == "all":
            return list(self._weights.layers)
        if isinstance(include, str):
            known = ["all"]
            raise ValueError(
                f"include: expected 'all' or a list of layers, got {include!r}."
                f"{nearest(include, known + self._weights.layers)}"
            )
        found = []
        for name in include:
            if name not in self._weights.layers:
                raise ValueError(
                    f"include: unknown layer {name!r}.{nearest(name, self._weights.layers)}"
                )
            found.append(name)
        if not found:
            raise ValueError("include: expected at least one layer, got none")
        return list(dict.fromkeys(found))

    # ---- what is checked

    def _measure(self, data: Any, transform: Any, evaluate: Any) -> Any:
        if data is None and evaluate is None:
            return None
        from torch import nn

        if not isinstance(self._weights.model, nn.Module):
            raise ValueError(
                f"data: accuracy needs the model, got {type(self._weights.model).__name__}; pass "
                "the model first and the record as record="
            )
        if evaluate is not None:
            return evaluate
        from geowidgets.training import accuracy

        if data is None or len(data) != 2:
            raise ValueError(f"data: expected (images, labels), got {len(data or ())} values")
        images, labels = data
        return lambda model: accuracy(model, images, labels, transform=transform)

    @t.validate("layer")
    def _valid_layer(self, proposal: dict[str, Any]) -> str:
        return self._weights.layer(proposal["value"])

    @t.validate("epoch")
    def _valid_epoch(self, proposal: dict[str, Any]) -> int | None:
        value = proposal["value"]
        if value is None and not self._epochs:
            return None
        if value not in self._epochs:
            raise ValueError(f"epoch: expected one of {self._epochs}, got {value!r}")
        return value

    @t.validate("rank")
    def _valid_rank(self, proposal: dict[str, Any]) -> int:
        return self._check_rank(proposal["value"], self.spectrum)

    def _check_rank(self, rank: int, found: Eigenvalues) -> int:
        most = min(found.units, found.inputs)
        if isinstance(rank, bool) or not 1 <= rank <= most:
            # The default suits any layer of ten units or more.
            if rank == 10:
                return most
            raise ValueError(f"rank: expected 1..{most}, got {rank!r}")
        return rank

    def _last(self) -> int | None:
        return self._epochs[-1] if self._epochs else None

    def _now(self, layer: str, epoch: int | None) -> Eigenvalues:
        return self._weights.spectrum(layer, "trained" if epoch is None else epoch)

    # ---- what happens

    def _show_layer(self, _: Any) -> None:
        self._frame.error = ""
        with suppress_error(self._frame):
            most = min(self.spectrum.units, self.spectrum.inputs)
            self._controls.ranks(most)
            self._draw()
            self._start()

    def _start(self) -> None:
        self._accuracy.start(self._weights.model, self.layer, self._told, self._failed)

    def _told(self, layer: str, done: int, of: int) -> None:
        """On the worker's thread: how far the accuracies are."""
        if self.comm is None or layer != self.layer:
            return
        under_way = done < of
        words = f"Measuring the accuracy of {layer} after projection: {done} of {of} ranks"
        self._frame.progress = {"words": words, "done": done, "of": of} if under_way else {}
        if not under_way:
            self._draw()

    def _failed(self, words: str) -> None:
        if self.comm is not None:
            self._frame.progress = {}
            self._frame.error = words

    def _draw(self) -> None:
        charts = self._charts
        if charts is None:
            return
        with self._drawing, suppress_error(self._frame):
            self._frame.error = ""
            now, before = self.spectrum, self._weights.before(self.layer)
            if before is now:
                before = None
            near, table = self.axes == "near", self.accuracy
            figures = charts.figures(near)
            if list(self._figures.children) != figures:
                self._figures.children = figures
            told = charts.draw(now, before, self.rank, near, table)
            if self.epoch != self._last():
                table = None  # accuracies are the trained model's
            self._frame.words = summary(self.layer, self.epoch, now, told, self.rank, table)
            when = "now" if self.epoch is None else f"epoch {self.epoch}"
            self._frame.legend = legend(before is not None, when)


@contextmanager
def suppress_error(frame: chart.ChartFrame) -> Iterator[None]:
    """What fails while somebody works with the view stands in the view."""
    try:
        yield
    except (ValueError, TypeError, OSError, RuntimeError) as error:
        frame.error = str(error)
