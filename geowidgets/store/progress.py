"""How far a computation is: pairs done, images a second, time left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from tqdm.auto import tqdm

Item = TypeVar("Item")


def preparing(items: Sequence[Item], what: str, shown: bool) -> Iterator[Item]:
    """The items, with a bar of their own when they take more than a second."""
    yield from tqdm(items, desc=what, unit="model", delay=1, leave=False, disable=not shown)


class Progress:
    """A bar in the notebook or the terminal.

    Args:
        total: Pairs of the study.
        done: Of which were on disk before.
        shown: Whether there is a bar at all.
    """

    def __init__(self, total: int, done: int, shown: bool) -> None:
        self._images = 0
        self._bar = tqdm(total=total, initial=done, unit="pair", desc="geometry", disable=not shown)

    def advance(self, pairs: int, images: int) -> None:
        """So many pairs more, whose models saw so many images."""
        self._images += images
        elapsed = self._bar.format_dict["elapsed"] or 1e-9
        self._bar.set_postfix_str(f"{self._images / elapsed:,.0f} images/s", refresh=False)
        self._bar.update(pairs)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()
