"""Models that vote, as one more row of a study."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from geowidgets import fingerprint as fp
from geowidgets.schema import check_name, check_unique

LONGEST = 60


@dataclass(frozen=True, init=False)
class Ensemble:
    """Models of a store that vote: the class that most of them predict, the lowest on a tie.

    `store.add(Ensemble(["a", "b", "c"]))` counts the votes from the predictions that the store
    keeps, so that the row's accuracy is exact on any selection of samples. A vote has no latent
    space: its angles, lengths, margins and probabilities are missing. The store keeps it, and
    renews it when a member is computed anew or a benchmark joins.

    Args:
        models: names of at least two models, each once.
        name: unique among the models; "vote of a, b, c" by default.

    Raises:
        TypeError: one text in place of a list, or something else than names.
        ValueError: fewer than two models, or one named twice.

    Source: Li et al., "Understanding Robustness Lottery", Fig. 2 ("assemble multiple pruned
        models").

    Example:
        >>> Ensemble(["dense", "magnitude-60"]).name
        'vote of dense, magnitude-60'
    """

    models: tuple[str, ...]
    name: str

    def __init__(self, models: Sequence[str], name: str = "") -> None:
        if isinstance(models, str):
            raise TypeError(f"models: expected a list of names, got the text {models!r}")
        if not isinstance(models, Iterable):
            raise TypeError(f"models: expected a list of names, got {models!r:.60}")
        members = tuple(models)
        for member in members:
            if not isinstance(member, str):
                raise TypeError(
                    f"models: expected names, got {type(member).__name__} {member!r:.60}"
                )
        if len(members) < 2:
            raise ValueError(f"models: expected at least two that vote, got {list(members)!r}")
        check_unique(members, "models of an ensemble")
        object.__setattr__(self, "models", members)
        object.__setattr__(self, "name", check_name(name or _named(members), "an ensemble's name"))


def _named(members: tuple[str, ...]) -> str:
    """All names, or their number and a mark of who they are."""
    whole = f"vote of {', '.join(members)}"
    if len(whole) <= LONGEST:
        return whole
    return f"vote of {len(members)} ({fp.of_values(sorted(members))[:4]})"
