"""What an error says about a name that is not known: the nearest one that is."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def closest(name: object, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known name most like `name`; None where none is at least `cutoff` (0..1) alike.

    >>> closest("magnitud", ["random", "magnitude"])
    'magnitude'
    """
    return next(iter(difflib.get_close_matches(str(name), list(known), 1, cutoff)), None)


def did_you_mean(name: object, known: Iterable[str]) -> str:
    """The end of an error's text: `; did you mean 'x'?`, or nothing.

    >>> did_you_mean("fgo", ["fog", "frost"])
    "; did you mean 'fog'?"
    """
    near = closest(name, known)
    return f"; did you mean {near!r}?" if near else ""


def nearest(name: object, known: Iterable[str]) -> str:
    """`did you mean 'x'?` for the nearest known name, or else all of them.

    >>> nearest("zzz", ["fog", "frost"])
    "expected one of ['fog', 'frost']"
    """
    known = list(known)
    near = closest(name, known)
    return f"did you mean {near!r}?" if near else f"expected one of {known}"
