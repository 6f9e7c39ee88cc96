"""The lists and sliders above `Spectrum`'s figures."""

from __future__ import annotations

from typing import Any

from ipywidgets import Dropdown, IntSlider, Layout, Play, SelectionSlider, ToggleButtons, jslink

FRAME_MS = 600  # an epoch while the training is played
AXES = (("Bulk and elbow", "near"), ("Everything", "all"))


class SpectrumControls:
    """Layer, epoch with play, rank and axes; `widgets` in their order.

    Args:
        layers: names to choose from.
        epochs: epochs to slide over; none or one: no slider.
    """

    def __init__(self, layers: list[str], epochs: list[int]) -> None:
        auto = {"description_width": "auto"}
        self.layer = Dropdown(
            options=layers, description="Layer", style=auto, layout=Layout(width="auto")
        )
        self.rank = IntSlider(
            min=1, max=1, value=1, description="Rank k", style=auto,
            layout=Layout(width="280px"),
        )  # fmt: skip
        self.axes = ToggleButtons(
            options=list(AXES),
            tooltips=["Axes end beside the bulk and the elbow", "All eigenvalues and ranks"],
            style={"button_width": "auto"},
        )  # fmt: skip
        self.epoch: Any = None
        self.widgets: list[Any] = [self.layer, self.rank, self.axes]
        if len(epochs) > 1:
            self.epoch = SelectionSlider(
                options=epochs, value=epochs[-1], description="Epoch", style=auto,
                layout=Layout(width="280px"),
            )  # fmt: skip
            play = Play(
                min=0, max=len(epochs) - 1, value=len(epochs) - 1, interval=FRAME_MS,
                show_repeat=False,
            )  # fmt: skip
            # In the page, so that one drag is one message an epoch.
            jslink((play, "value"), (self.epoch, "index"))
            self.widgets[1:1] = [play, self.epoch]

    def ranks(self, most: int) -> None:
        """How far the rank goes."""
        self.rank.max = most

    def follow(self, view: Any) -> None:
        """Join every control with the view's trait of its name, both ways."""
        for name in ("layer", "rank", "axes", "epoch"):
            control = getattr(self, name)
            if control is None:
                continue
            control.value = getattr(view, name)
            control.observe(lambda change, name=name: setattr(view, name, change["new"]), "value")
            view.observe(lambda change, to=control: setattr(to, "value", change["new"]), name)
