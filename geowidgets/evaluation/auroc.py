"""Area under the ROC curve: how well a number tells members of a set from the others."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from geowidgets.evaluation.bootstrap import DRAWS, LEVEL, bootstrap_interval


class Auroc(NamedTuple):
    """The area with its bootstrap interval, and how many samples are members and how many not."""

    area: float
    low: float
    high: float
    members: int
    others: int


def auroc(
    score: np.ndarray,
    member: np.ndarray,
    *,
    draws: int = DRAWS,
    seed: int = 0,
    level: float = LEVEL,
) -> Auroc:
    """Probability that a random member scores higher than a random other, ties counting half.

    AUROC = Σ_{i member} Σ_{j other} (1[s_i > s_j] + ½ 1[s_i = s_j]) / (members · others).

    Args:
        score: s, numbers `(sample,)`; samples that are not finite are left out.
        member: bool `(sample,)`.
        draws: resamples of the samples.
        seed: of the resamples.
        level: of the interval.

    Returns:
        `Auroc`, in [0, 1], ½ for chance; NaN where there are no members or no others.

    Raises:
        ValueError: columns of different lengths.

    Source: Hanley & McNeil 1982 (equal to the Mann-Whitney statistic).

    >>> auroc(np.array([1, 2, 3, 3]), np.array([False, False, True, False]), draws=10)[0]
    0.8333333333333334
    """
    score, member = np.asarray(score, np.float64), np.asarray(member, bool)
    if score.shape != member.shape or score.ndim != 1:
        raise ValueError(
            f"expected two columns (sample,), got shapes {score.shape} and {member.shape}"
        )
    known = np.isfinite(score)
    score, member = score[known], member[known]
    members = int(member.sum())
    others = len(member) - members
    if not members or not others:
        return Auroc(np.nan, np.nan, np.nan, members, others)
    order = np.argsort(score, kind="stable")
    score, member = score[order], member[order]
    starts = np.flatnonzero(np.r_[True, score[1:] != score[:-1]])

    def area(counts: np.ndarray) -> np.ndarray:
        inside = np.add.reduceat(counts * member, starts, axis=1)
        outside = np.add.reduceat(counts * ~member, starts, axis=1)
        below = np.cumsum(outside, axis=1) - outside / 2
        pairs = inside.sum(axis=1) * outside.sum(axis=1)
        with np.errstate(invalid="ignore"):
            return (inside * below).sum(axis=1) / np.where(pairs > 0, pairs, np.nan)

    low, high = bootstrap_interval(area, len(score), draws, seed, level)
    whole = float(area(np.ones((1, len(score))))[0])
    return Auroc(whole, float(low), float(high), members, others)
