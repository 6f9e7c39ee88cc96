"""What the two sample views share: pairs that a view keeps for itself, and checked choices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import traitlets as t

from geowidgets.widgets._base import View, nearest, pair_position, position

if TYPE_CHECKING:
    from geowidgets.widgets.columns import ReadableStore
    from geowidgets.widgets.selection import Selection
    from geowidgets.widgets.selection_growth import Move


class PairView(View):
    """A view of one pair's samples, compared with another's where there is one.

    Args:
        store: What to show.
        selection: Shared with other views; a new one by default.
        pin: A (model, benchmark) pair by name or position that this view keeps; None follows
            `selection.reference`. Models that were added to the store later may be named.
        compared: The pair compared with it; None follows `selection.compared`, `()` is none.

    Raises:
        TypeError: an unknown option.
        ValueError: a name, position or choice that does not exist; says which do.
    """

    choices: ClassVar[dict[str, tuple[str, ...]]] = {}

    pin = t.Any(help="Pair kept by this view, None: the reference; Python and view.").tag(sync=True)
    compared = t.Any(help="Pair, [] none, None: the selection's; Python and view.").tag(sync=True)

    def __init__(
        self, store: ReadableStore, selection: Selection | None = None, **options: Any
    ) -> None:
        self.store = store  # before the options are checked against its names
        for name, known in self.choices.items():
            if name in options and options[name] not in known:
                value = options[name]
                raise ValueError(
                    f"{name}: expected one of {', '.join(known)}, got {value!r}."
                    f"{nearest(value, known)}"
                )
        super().__init__(store, selection, **options)

    @t.validate("pin")
    def _valid_pin(self, proposal: dict[str, Any]) -> list[int] | None:
        value = proposal["value"]
        return None if value is None else self._pair(value, "pin")

    @t.validate("compared")
    def _valid_compared(self, proposal: dict[str, Any]) -> list[int] | None:
        value = proposal["value"]
        if value is None:
            return None
        if not isinstance(value, str) and len(value) == 0:
            return []
        return self._pair(value, "compared")

    def follow(self, move: Move) -> None:
        """Keep the pinned pairs, by their names; one that is gone is pinned no more."""
        pin, compared = move.pair(self.pin), self.compared
        if compared:
            compared = move.pair(compared) or []
        with self.hold_sync():
            self.pin, self.compared = pin, compared

    def _pair(self, value: Any, what: str) -> list[int]:
        """Positions of a pair in the store as it is now: it may have grown."""
        models = [str(entry.name) for entry in self.store.models]
        benchmarks = [str(entry.name) for entry in self.store.benchmarks]
        return pair_position(value, models, benchmarks, what)

    def _classes(self) -> list[str]:
        return [str(name) for name in self.store.classes]

    def _class_positions(self, value: Any, what: str) -> list[int] | None:
        """Classes by name or position as positions, None for all."""
        if value is None:
            return None
        chosen: Sequence[Any] = [value] if isinstance(value, str) else list(value)
        return [position(one, self._classes(), what) for one in chosen]
