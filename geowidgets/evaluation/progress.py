"""How far a long computation is, told to a function or shown as a bar."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Report = Callable[[str, float], None]


@contextmanager
def reporting(progress: bool | Report) -> Iterator[Report]:
    """A function `(stage, done)`, `done` in [0, 1], behind which stands a caller or a tqdm bar.

    Args:
        progress: True for a bar, False for silence, or a function that is told.

    Example:
        >>> told = []
        >>> with reporting(lambda stage, done: told.append((stage, done))) as report:
        ...     report("distances", 0.5)
        >>> told
        [('distances', 0.5)]
    """
    if callable(progress):
        yield progress
    elif not progress:
        yield _nobody
    else:
        from tqdm.auto import tqdm

        form = "{desc}: {percentage:3.0f}% |{bar}| {elapsed}"
        with tqdm(total=1.0, bar_format=form, leave=False) as bar:

            def show(stage: str, done: float) -> None:
                bar.set_description_str(stage, refresh=False)
                bar.update(done - bar.n)

            yield show


def _nobody(stage: str, done: float) -> None:
    """Nobody wants to know."""
