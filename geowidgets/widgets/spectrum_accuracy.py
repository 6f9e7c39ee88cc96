"""Accuracy after projection, measured beside the kernel's own thread, one rank at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from geowidgets.widgets.attribution_worker import NewestWins

if TYPE_CHECKING:
    import pandas as pd

RANKS = (1, 2, 3, 5, 8, 10, 15, 20, 30, 50, 100)
Evaluate = Callable[[Any], float]


class AccuracyTables:
    """Tables of `redundancy.accuracy_lost` by layer: given ones, and those measured on demand.

    Args:
        given: layer → table with `accuracy` and `lost` by `rank`, or one table for `only`.
        evaluate: model → accuracy, a fraction; None: nothing can be measured.
        ranks: what is measured; those that a layer does not have are left out.
        only: the layer that a single table is about.

    Raises:
        ValueError: a table without these columns.
    """

    def __init__(
        self, given: Any, evaluate: Evaluate | None, ranks: Sequence[int] | None, only: str
    ) -> None:
        tables = given if isinstance(given, Mapping) else {} if given is None else {only: given}
        for name, table in tables.items():
            lacking = {"accuracy", "lost"} - set(getattr(table, "columns", ()))
            if lacking:
                raise ValueError(
                    f"accuracy: expected a table of accuracy_lost for {name!r}, lacks "
                    f"{', '.join(sorted(lacking))}"
                )
        self.tables: dict[str, pd.DataFrame] = dict(tables)
        self.evaluate = evaluate
        self.ranks = tuple(RANKS if ranks is None else ranks)
        for rank in self.ranks:
            if isinstance(rank, bool) or int(rank) != rank or rank < 1:
                raise ValueError(f"ranks: expected numbers of at least 1, got {rank!r}")
        self._worker = NewestWins()

    @property
    def shown(self) -> bool:
        """Whether there is anything to show, now or later."""
        return bool(self.tables) or self.evaluate is not None

    def start(
        self,
        model: Any,
        layer: str,
        told: Callable[[str, int, int], None],
        failed: Callable[[str], None],
    ) -> None:
        """Measure a layer that has no table yet; `told(layer, done, of)` after every rank."""
        if self.evaluate is not None and layer not in self.tables:
            self._worker.submit(lambda cancel: self._measure(model, layer, told, failed, cancel))
        else:
            self._worker.cancel()

    def stop(self) -> None:
        """Stop measuring."""
        self._worker.cancel()

    def wait(self) -> None:
        """Until nothing is being measured."""
        self._worker.wait()

    def _measure(self, model, layer, told, failed, cancel: threading.Event) -> None:
        import pandas as pd

        from geowidgets.redundancy import accuracy_lost, weight_matrix

        rows: list[Any] = []
        try:
            most = min(weight_matrix(model, layer).shape)
            ranks = [rank for rank in self.ranks if rank <= most]
            told(layer, 0, len(ranks))
            evaluate = _once(self.evaluate, model)
            for done, rank in enumerate(ranks, start=1):
                if cancel.is_set():
                    return
                rows.append(accuracy_lost(model, layer, [rank], evaluate))
                if done == len(ranks):
                    self.tables[layer] = pd.concat(rows)
                told(layer, done, len(ranks))
        except Exception as error:
            failed(f"Accuracy after projection could not be measured: {error}")


def _once(evaluate: Any, model: Any) -> Evaluate:
    """`evaluate`, which knows the answer for `model` itself after the first time."""
    known: list[float] = []

    def measure(one: Any) -> float:
        if one is not model:
            return float(evaluate(one))
        if not known:
            known.append(float(evaluate(one)))
        return known[0]

    return measure
