"""What a training tells of its epochs."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class History:
    """What happened in each finished epoch.

    Attributes:
        epochs: one dict an epoch with `epoch` (1-based), `loss` (mean training loss), `accuracy`
            (training, 0..1), `learning_rate` (at its end), `seconds`, and `validation` (0..1)
            where a validation set was given.
    """

    epochs: list[dict[str, float]] = field(default_factory=list)

    def column(self, name: str) -> list[float]:
        """One entry of every epoch, such as `history.column("loss")`."""
        return [epoch[name] for epoch in self.epochs]
