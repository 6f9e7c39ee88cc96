"""What `Spectrum` says of itself: one sentence, and the legend of its lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geowidgets.widgets.chart_colors import COLORS

if TYPE_CHECKING:
    import pandas as pd

    from geowidgets.redundancy import Spectrum
    from geowidgets.widgets.spectrum_charts import Told


def summary(
    layer: str,
    epoch: int | None,
    found: Spectrum,
    told: Told,
    rank: int,
    table: pd.DataFrame | None,
) -> str:
    """One sentence on a spectrum: its outliers, its elbow, and what the chosen rank keeps.

    Example: "fc1 (300 units × 784 inputs), epoch 20: 31 of 300 eigenvalues lie above the random
    edge 0.873, the largest at 12.3 (25 beyond the axis); elbow at rank 28; rank 10 keeps 55.2 % of
    the norm and loses 3.1 points of 98.0 % accuracy."
    """
    kept = f"; rank {rank} keeps {told.residual.kept[rank]:.1f} % of the norm"
    return opening(layer, epoch, found, told) + kept + _accuracy(table, rank) + "."


def opening(layer: str, epoch: int | None, found: Spectrum, told: Told) -> str:
    """The sentence up to what depends on the chosen rank."""
    edge = found.support()
    when = "" if epoch is None else f", epoch {epoch}"
    count = found.outliers()
    beyond = f" ({told.outside} beyond the axis)" if told.outside else ""
    return (
        f"{layer} ({found.units:,} units × {found.inputs:,} inputs){when}: {count} of "
        f"{found.units:,} eigenvalues {'lies' if count == 1 else 'lie'} above the random edge "
        f"{edge.high:.3f}, the largest at {found.eigenvalues[0]:.3g}{beyond}; elbow at rank "
        f"{told.residual.elbow}"
    )


def losses(table: pd.DataFrame | None) -> dict[str, str]:
    """What ranks lose in accuracy: by rank those measured, under "" all others."""
    ranks = [] if table is None else [int(rank) for rank in table.index]
    return {"": _accuracy(table, -1), **{str(rank): _accuracy(table, rank) for rank in ranks}}


def _accuracy(table: pd.DataFrame | None, rank: int) -> str:
    if table is None:
        return ""
    if rank not in table.index:
        known = ", ".join(str(one) for one in table.index)
        return f" (accuracy measured at ranks {known})"
    row = table.loc[rank]
    whole, lost = 100 * float(row.accuracy + row.lost), 100 * float(row.lost)
    if lost < 0:
        return f" and gains {-lost:.2f} points on {whole:.2f} % accuracy"
    return f" and loses {lost:.2f} points of {whole:.2f} % accuracy"


def legend(before: bool, now: str) -> list[Any]:
    """`[colour, look, words]` of the lines, looks `area`, `line`, `dashed`, `diamond`."""
    entries = [[COLORS["before"], "area", "before training"]] if before else []
    return [
        *entries,
        [COLORS["now"], "area", now],
        [COLORS["strong"], "line", "random at initialisation, nσ² = 1/3"],
        [COLORS["mark"], "dashed", "random of the same norm"],
        [COLORS["mark"], "diamond", "elbow"],
        [COLORS["quiet"], "dashed", "chosen rank k"],
    ]
