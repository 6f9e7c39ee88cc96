"""`ChartPage`: charts as numbers, drawn by the page alone: what saved pages and pictures carry."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import traitlets as t

from geowidgets.widgets._base import Displayed


class ChartPage(Displayed):
    """What a `ChartBox` shows, for every choice that it offers, without a kernel.

    Made for the time of saving. `chart` holds

    * `file`: name of saved pictures,
    * `choices`: `{name, label, kind, options}` each, kind `list`, `slider`, `player` or `buttons`,
    * `frames`: what to show, by the choices' positions joined by `/` (rank apart),
    * `figures`: the figures, each once; frames hold positions in it,
    * `ranks`: what the chosen rank keeps and loses, each once; frames hold positions in it.
    """

    bundle = "chart_page"

    chart = t.Dict(help="Figures and words of every choice; Python.").tag(sync=True)
    chosen = t.Dict(help="Position of the chosen option by name; Python and view.").tag(sync=True)


class Frames:
    """Collects frames whose figures are kept once however many frames show them."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        self.figures: list[dict[str, Any]] = []
        self.frames: dict[str, dict[str, Any]] = {}
        self.ranks: list[dict[str, Any]] = []

    def add(self, key: str, figures: Sequence[dict[str, Any]], **facts: Any) -> None:
        """Keep a frame: its figures as they are now, and what else is to be known of it."""
        self.frames[key] = {"figures": [self._place(one) for one in figures], **facts}

    def add_ranks(self, **facts: Any) -> int:
        """Keep what ranks keep and lose; its position."""
        self.ranks.append(facts)
        return len(self.ranks) - 1

    def chart(self, file: str, choices: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """The value of `ChartPage.chart`."""
        return {
            "file": file, "choices": list(choices), "frames": self.frames,
            "figures": self.figures, "ranks": self.ranks,
        }  # fmt: skip

    def _place(self, figure: dict[str, Any]) -> int:
        text = json.dumps(figure, allow_nan=False)
        if text not in self._places:
            self._places[text] = len(self.figures)
            self.figures.append(json.loads(text))
        return self._places[text]
