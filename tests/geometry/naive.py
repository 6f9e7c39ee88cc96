"""The definitions written out in float64, plane by plane, for the tests to compare against."""

from __future__ import annotations

import math

import numpy as np


def naive_angle(x: np.ndarray, direction: np.ndarray) -> float:
    """Degrees by Kahan's formula, 2 atan2(‖u − v‖, ‖u + v‖) with unit u and v."""
    a, b = np.linalg.norm(x), np.linalg.norm(direction)
    if a == 0 or b == 0:
        return 90.0
    u, v = x / a, direction / b
    return math.degrees(2 * math.atan2(np.linalg.norm(u - v), np.linalg.norm(u + v)))


def naive_margin(
    x: np.ndarray, weight: np.ndarray, bias: np.ndarray, y: int, reading: str, use_bias: bool = True
) -> float:
    """One distance a plane, their minimum, and the sign; NaN without a plane."""
    predicted = int(np.argmax(weight @ x + bias))
    home = predicted if reading == "predicted" else y
    offset = bias if use_bias else np.zeros_like(bias)
    distances = []
    for j in range(len(weight)):
        normal = weight[home] - weight[j]
        if j == home or not normal.any():
            continue
        distance = (normal @ x + offset[home] - offset[j]) / np.linalg.norm(normal)
        distances.append(distance if reading == "signed" else abs(distance))
    if not distances:
        return math.nan
    nearest = min(distances)
    return nearest if reading == "signed" or predicted == y else -nearest
