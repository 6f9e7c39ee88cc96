"""Pruned models in order: families, their repeats, and levels of ratio that repeats share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from geowidgets.evaluation.potential import dense_parents

# Ratios of one level may differ over repeats: filters cannot be removed by halves.
TOLERANCE = 0.005


@dataclass(frozen=True)
class Member:
    """A pruned model: positions of itself and of its dense parent, repeat and level."""

    model: int
    parent: int
    repeat: int
    ratio: float
    level: int


@dataclass(frozen=True)
class Family:
    """All pruned models of one architecture and method."""

    architecture: str
    method: str
    members: tuple[Member, ...]

    @property
    def name(self) -> str:
        """As in `prune_potential`."""
        return f"{self.architecture} / {self.method}"

    @property
    def parents(self) -> dict[int, int]:
        """Repeat → position of its dense parent."""
        return {member.repeat: member.parent for member in self.members}


def pruned_families(models: Sequence[Any], tolerance: float = TOLERANCE) -> list[Family]:
    """Families in the order of their first model, members by level and then by repeat.

    A family is all models of one architecture and method that have a dense parent
    (`potential.dense_parents`), a repeat those of one seed. Level 0 is the dense parent itself;
    levels 1, 2, … are the measured ratios in ascending order, ratios of different repeats within
    `tolerance` being one level.

    Args:
        models: `ModelInfo`s or whatever has `name architecture method ratio parent seed`.
        tolerance: fraction of weights.
    """
    found: dict[tuple[str, str], list[tuple[float, int, int, int]]] = {}
    for k, parent in enumerate(dense_parents(models)):
        if parent is not None:
            own = models[k]
            rows = found.setdefault((own.architecture, own.method), [])
            rows.append((own.ratio, own.seed, k, parent))
    return [Family(*key, _levelled(sorted(rows), tolerance)) for key, rows in found.items()]


def _levelled(rows: list[tuple[float, int, int, int]], tolerance: float) -> tuple[Member, ...]:
    members, level, start, seen = [], 0, -np.inf, set[int]()
    for ratio, seed, model, parent in rows:
        if ratio - start > tolerance or seed in seen:
            level, start, seen = level + 1, ratio, set()
        seen.add(seed)
        members.append(Member(model, parent, seed, ratio, level))
    return tuple(members)
