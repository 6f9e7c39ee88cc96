"""Calibration: whether a classifier is right as often as it is confident."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from geowidgets.evaluation.logits import stored_softmax
from geowidgets.evaluation.readings import set_of
from geowidgets.store.arguments import sample_mask

if TYPE_CHECKING:
    import xarray as xr

    from geowidgets.store import GeometryStore

BINS = 15


def calibration_error(confidence: np.ndarray, correct: np.ndarray, bins: int = BINS) -> float:
    """Expected calibration error: how far confidence and accuracy are apart, on average.

    ECE = Σ_m |B_m|/n · |acc(B_m) − conf(B_m)|, with bin B_m = ((m − 1)/M, m/M] of confidence.

    Args:
        confidence: probability of the predicted class, `(sample,)`, in [0, 1]; samples with NaN
            are left out.
        correct: whether the prediction is right, bool `(sample,)`.
        bins: M, at least 1.

    Returns:
        A fraction in [0, 1]; NaN without samples.

    Raises:
        ValueError: fewer than 1 bin, or lengths that differ.

    Source: Naeini et al. 2015; Guo et al. 2017, "On Calibration of Modern Neural Networks", eq. 3.

    >>> calibration_error(np.array([0.75, 0.75, 0.75, 0.75]), np.array([1, 1, 1, 0]) == 1)
    0.0
    """
    confidence, correct = np.asarray(confidence, np.float64), np.asarray(correct, bool)
    if bins < 1:
        raise ValueError(f"bins must be at least 1, got {bins!r}")
    if confidence.shape != correct.shape:
        raise ValueError(
            f"confidence and correct must have the same samples, got {confidence.shape} and "
            f"{correct.shape}"
        )
    known = np.isfinite(confidence)
    confidence, correct = confidence[known], correct[known]
    if not len(confidence):
        return float("nan")
    bin_of = np.clip(np.ceil(confidence * bins).astype(np.int64) - 1, 0, bins - 1)
    gap = np.bincount(bin_of, correct - confidence, bins)
    return float(np.abs(gap).sum() / len(confidence))


def confidence(store: GeometryStore, model: str | int, benchmark: str | int) -> np.ndarray:
    """Softmax probability of the predicted class, from what the store keeps.

    The store keeps the probability of the true class, which is the confidence of every correct
    prediction. Of the others it is exp(z_p − z_max) / Σ_j exp(z_j − z_max) with the logits
    z_j = ‖X‖ ‖W_j‖ cos θ_j + b_j, remade from length, angles and the stored head.

    Args:
        store: must keep all class angles.
        model: name or position.
        benchmark: name or position.

    Returns:
        float64 `(sample,)`; NaN where the features were not finite.

    Raises:
        StoreError: an unknown name, a pair that is not computed, or class angles that lack.
    """
    probability = store.column("probability", model, benchmark).astype(np.float64)
    prediction = store.column("prediction", model, benchmark)
    # A vote has predictions and no probabilities.
    known = np.isfinite(probability)
    wrong = np.flatnonzero(known & (prediction != store.labels(set_of(store, benchmark))))
    if len(wrong):
        shares = stored_softmax(store, model, benchmark, wrong)
        chosen = shares[np.arange(len(wrong)), np.maximum(prediction[wrong], 0)]
        probability[wrong] = np.where(prediction[wrong] < 0, np.nan, chosen)
    return probability


def expected_calibration_error(
    store: GeometryStore,
    *,
    bins: int = BINS,
    samples: np.ndarray | Sequence[int] | None = None,
    set: str | None = None,
) -> xr.DataArray:
    """Expected calibration error of every pair of a set (see `calibration_error`).

    Args:
        store: must keep all class angles (see `confidence`).
        bins: number of bins of confidence.
        samples: indices or a boolean mask `(sample,)`; all by default.
        set: sample set; the first by default.

    Returns:
        `(model, benchmark)` float64 in [0, 1], NaN where a pair is not computed, with coordinate
        `n`, the number of samples.

    Raises:
        StoreError: an unknown set, or class angles that lack.

    >>> expected_calibration_error(store).sel(model="dense")          # doctest: +SKIP
    """
    table = store.accuracy(samples, set=set).rename("expected_calibration_error")
    name = set if set is not None else store.sets[0]
    mask = sample_mask(samples, store.size(name))
    labels = store.labels(name)
    own = [k for k, benchmark in enumerate(store.benchmarks) if benchmark.set == name]
    values = np.full(table.shape, np.nan)
    for m in range(len(store.models)):
        for column, b in enumerate(own):
            if store.done[m, b]:
                right = store.column("prediction", m, b) == labels
                values[m, column] = calibration_error(
                    confidence(store, m, b)[mask], right[mask], bins
                )
    return table.copy(data=values)
