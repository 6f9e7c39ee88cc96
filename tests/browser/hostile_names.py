"""Names that are markup, formulas, or end what they stand in; and a store that is full of them."""

from __future__ import annotations

from tests.benchmarks.synthetic_store import SyntheticStore

HOSTILE = "</script><img src=x onerror=window.ran=1><svg onload=window.ran=1>&lt;b>{}'\"`=1+1"
CONTROL = "\x00\x07\x1b[31m\u202e\u2028\ufeff"  # what a terminal, a line or a parser would obey


class HostileStore(SyntheticStore):
    """Every name is hostile.

    Args:
        more: Ends each name, such as `CONTROL`, which a store on disk does not take.
    """

    def __init__(self, more: str = "") -> None:
        super().__init__(80, models=3)
        self.classes = tuple(f"{HOSTILE}{k}{more}" for k in range(len(self.classes)))
        rename(self.models, ("name", "architecture", "method"), more)
        rename(self.benchmarks, ("name", "family"), more)


def rename(entries: object, fields: tuple[str, ...], more: str) -> None:
    """Give the entries' fields hostile values, each its own."""
    for k, entry in enumerate(entries):  # type: ignore[call-overload]
        for name in fields:
            object.__setattr__(entry, name, f"={HOSTILE}{k}{more}")
