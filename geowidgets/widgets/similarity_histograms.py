"""Each pair's distribution of angle, length and margin, on one shared scale a metric."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from geowidgets.widgets.columns import ReadableStore

METRICS = ("angle", "length", "margin")
BINS = 48


def metric_histograms(
    store: ReadableStore,
    model: np.ndarray,
    benchmark: np.ndarray,
    report: Callable[[str, float], None],
    bins: int = BINS,
) -> Iterator[tuple[str, np.ndarray, tuple[float, float]]]:
    """Counts of every point's samples in equal bins that all points share, metric by metric.

    Groups of points then add up to the group's histogram without the kernel.

    Args:
        store: What holds the columns.
        model: Positions of the points' models, int (point,).
        benchmark: Positions of their benchmarks, int (point,).
        report: Called with the stage and its share done, 0..1.
        bins: How many.

    Yields:
        The metric, its counts (point, bin), int16 where that holds them, else int32, and the range
        (low, high) of the bins in the metric's unit; values that are not finite are counted
        nowhere.
    """
    for place, metric in enumerate(METRICS):
        columns = []
        for k, pair in enumerate(zip(model.tolist(), benchmark.tolist(), strict=True)):
            report("histograms", (place + k / len(model)) / len(METRICS))
            values = np.asarray(store.column(metric, *pair), np.float32)
            columns.append(values[np.isfinite(values)])
        low = min((float(c.min()) for c in columns if c.size), default=0.0)
        high = max((float(c.max()) for c in columns if c.size), default=1.0)
        if low == high:
            low, high = low - 0.5, high + 0.5
        counts = [np.histogram(column, bins, (low, high))[0] for column in columns]
        table = np.array(counts, np.int32).reshape(len(columns), bins)
        small = not table.size or table.max() <= np.iinfo(np.int16).max
        yield metric, table.astype(np.int16) if small else table, (low, high)
