"""Angles between feature vectors and class directions, in degrees."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from geowidgets.geometry import checks

SMALLEST = torch.finfo(torch.float64).tiny
CHUNK_BYTES = 16 * 2**20


def unit_rows(vectors: Tensor) -> tuple[Tensor, Tensor]:
    """Rows of a float64 matrix over their length, and the lengths; zero rows stay zero."""
    norms = torch.linalg.vector_norm(vectors, dim=1)
    return vectors / norms.clamp_min(SMALLEST)[:, None], norms


def projected_angles(projections: Tensor, lengths: Tensor) -> Tensor:
    """Angles from X·W_j/‖W_j‖ `(sample, class)` and ‖X‖ `(sample,)`, both float64.

    arccos loses the square root of the rounding error of its argument near 0° and 180°: in
    float32 0.01° becomes 0°, while in float64 at most about 3e-6° is lost, so that neither the
    norms of difference and sum nor a (sample, class, feature) tensor is needed.
    """
    cosines = projections / lengths.clamp_min(SMALLEST)[:, None]
    return cosines.clamp_(-1.0, 1.0).arccos_().mul_(180.0 / math.pi)


@torch.no_grad()
def angles(features: Any, directions: Any) -> Tensor:
    """Angle between every feature vector and every class direction.

    θ_ij = arccos(X_i·D_j / (‖X_i‖ ‖D_j‖)), with X the features and D the directions
    (the classifier's rows W, or the classes' mean features).

    Args:
        features: X, `(sample, feature)`, any device, torch or numpy.
        directions: D, `(class, feature)`.

    Returns:
        Degrees in [0, 180], `(sample, class)`, float32 (float64 for float64 features), on the
        features' device, within 3e-6° of exact before the rounding to float32. A zero vector
        on either side gives 90°, a non-finite one NaN.

    Raises:
        ValueError: for shapes that do not fit, with both shapes.

    Source: Li et al., "Understanding Robustness Lottery", §5.2, angle metric.

    Example:
        >>> angles([[1.0, 1.0]], [[2.0, 0.0], [-1.0, -1.0], [0.0, 0.0]])
        tensor([[ 45., 180.,  90.]])
    """
    features, directions = checks.as_tensor(features), checks.as_tensor(directions)
    checks.matrix("features", features, "sample, feature")
    checks.matrix("directions", directions, "class, feature")
    checks.same_shape(
        "directions", directions, (len(directions), features.shape[1]), "class, feature"
    )
    device = working_device(features.device)
    x = features.to(device, torch.float64)
    units, _ = unit_rows(directions.to(device, torch.float64))
    result = projected_angles(x @ units.T, torch.linalg.vector_norm(x, dim=1))
    return result.to(features.device, checks.result_dtype(features.dtype))


def working_device(device: torch.device) -> torch.device:
    """Where float64 exists: Apple's MPS has none, so its tensors are measured on the CPU."""
    return torch.device("cpu") if device.type == "mps" else device


@torch.no_grad()
def class_directions(features: Any, labels: Any, classes: int) -> Tensor:
    """Mean feature vector of every class, the other reading of "class direction".

    D_j = mean of X_i over the samples with y_i = j.

    Args:
        features: X, `(sample, feature)`.
        labels: y, `(sample,)` integers in 0..classes−1.
        classes: number of classes C.

    Returns:
        `(class, feature)`, float32 (float64 for float64 features). Samples with a non-finite
        feature are left out; the row of a class without samples is NaN.

    Raises:
        ValueError: for labels out of range or shapes that do not fit.

    Source: Li et al., "Understanding Robustness Lottery", §5 and Fig. 1 ("the direction across
    the middle of samples").

    Example:
        >>> class_directions([[1.0, 0.0], [3.0, 2.0]], [0, 0], 1)
        tensor([[2., 1.]])
    """
    features = checks.as_tensor(features)
    checks.matrix("features", features, "sample, feature")
    labels = checks.class_indices(checks.as_tensor(labels), len(features), classes)
    device = working_device(features.device)
    width = features.shape[1]
    sums = torch.zeros(classes, width, dtype=torch.float64, device=device)
    counts = torch.zeros(classes, dtype=torch.int64, device=device)
    step = max(1, CHUNK_BYTES // (2 * 8 * width))
    for rows, members in zip(features.split(step), labels.split(step), strict=True):
        x = rows.to(device, torch.float64)
        finite = x.isfinite().all(dim=1)
        members = members.to(device)[finite]
        sums.index_add_(0, members, x[finite])
        counts += torch.bincount(members, minlength=classes)
    return (sums / counts[:, None]).to(features.device, checks.result_dtype(features.dtype))


@torch.no_grad()
def direction_angles(weight: Any, directions: Any) -> Tensor:
    """Angle, class by class, between a classifier's rows and other class directions.

    With mean features (`class_directions`) it tells how far the two readings of "class
    direction" differ; it shrinks towards 0° under neural collapse when the mean feature over
    all classes is zero (Papyan, Han and Donoho 2020, "self-duality").

    Args:
        weight: W, `(class, feature)`.
        directions: D, `(class, feature)`.

    Returns:
        Degrees in [0, 180], `(class,)`; 90° for a zero row, NaN for a class without a direction.

    Raises:
        ValueError: when the shapes differ.

    Example:
        >>> direction_angles([[1.0, 0.0], [0.0, 1.0]], [[2.0, 0.0], [0.0, -3.0]])
        tensor([  0., 180.])
    """
    weight, directions = checks.as_tensor(weight), checks.as_tensor(directions)
    checks.matrix("weight", weight, "class, feature")
    checks.same_shape("directions", directions, tuple(weight.shape), "class, feature")
    device = working_device(weight.device)
    rows = weight.to(device, torch.float64)
    units, _ = unit_rows(directions.to(device, torch.float64))
    projections = (rows * units).sum(dim=1, keepdim=True)
    result = projected_angles(projections, torch.linalg.vector_norm(rows, dim=1))
    return result[:, 0].to(weight.device, checks.result_dtype(weight.dtype))
