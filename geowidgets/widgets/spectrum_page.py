"""What `Spectrum` shows for every layer, epoch, rank and axis, as numbers for a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from geowidgets.widgets import chart_plain
from geowidgets.widgets import spectrum_words as words
from geowidgets.widgets.chart_page import Frames
from geowidgets.widgets.spectrum_charts import SpectrumCharts
from geowidgets.widgets.spectrum_controls import AXES
from geowidgets.widgets.spectrum_curves import residual

if TYPE_CHECKING:
    from geowidgets.widgets.spectrum_weights import SpectrumWeights


class Shown(NamedTuple):
    """What a `Spectrum` shows.

    Attributes:
        weights: its layers and epochs.
        tables: accuracy tables by layer.
        measured: whether there is an accuracy figure.
        layers, epochs: those that go in; epochs `[None]` without a record.
    """

    weights: SpectrumWeights
    tables: dict[str, Any]
    measured: bool
    layers: Sequence[str]
    epochs: Sequence[int | None]


def spectrum_chart(shown: Shown) -> dict[str, Any]:
    """The value of `ChartPage.chart`: frames by `layer/epoch/axes`, as positions."""
    charts = SpectrumCharts(shown.measured, chart_plain)
    for cut in charts.cuts():
        cut["at"] = "rank"  # the page moves these
    frames = Frames()
    most = 1
    for i, layer in enumerate(shown.layers):
        for j, epoch in enumerate(shown.epochs):
            most = max(most, _add(frames, charts, shown, (f"{i}/{j}", layer, epoch)))
    choices: list[dict[str, Any]] = [
        {"name": "layer", "label": "Layer", "kind": "list", "options": list(shown.layers)},
        {"name": "axes", "label": "Axes", "kind": "buttons", "options": [one for one, _ in AXES]},
        {"name": "rank", "label": "Rank k", "kind": "slider", "options": list(range(1, most + 1))},
    ]
    if len(shown.epochs) > 1:
        epochs = [str(epoch) for epoch in shown.epochs]
        choices.insert(1, {"name": "epoch", "label": "Epoch", "kind": "player", "options": epochs})
    return frames.chart("spectrum", choices)


def _add(
    frames: Frames, charts: SpectrumCharts, shown: Shown, one: tuple[str, str, int | None]
) -> int:
    """Both frames of a layer and epoch; how many ranks it has."""
    key, layer, epoch = one
    weights = shown.weights
    now = weights.spectrum(layer, "trained" if epoch is None else epoch)
    before = weights.before(layer)
    before = None if before is now else before
    last = weights.epochs[-1] if weights.epochs else None
    drawn = shown.tables.get(layer)
    table = drawn if epoch == last else None  # accuracies are the trained model's
    start = None if before is None else residual(before)
    legend = words.legend(before is not None, "now" if epoch is None else f"epoch {epoch}")
    place, whole = -1, 1
    for name in ("near", "all"):
        near = name == "near"
        told = charts.draw(now, before, 1, near, drawn)
        whole = len(told.residual.share) - 1
        if near:  # the curves to their end: a rank beyond the elbow moves the axis, not the data
            charts.draw_ranks(told.residual, start, 1, whole, drawn)
        if place < 0:
            place = frames.add_ranks(
                kept=[round(float(value), 1) for value in told.residual.kept],
                losses=words.losses(table),
            )
        opening = words.opening(layer, epoch, now, told)
        facts = {"words": opening, "legend": legend, "reach": told.last, "ranks": place}
        frames.add(f"{key}/{('near', 'all').index(name)}", charts.figures(near), **facts)
    return whole
