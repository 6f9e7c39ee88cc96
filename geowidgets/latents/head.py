"""A classifier head, and how its features and logits are read during a forward pass."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from torch import Tensor, nn

from geowidgets.geometry import Classifier, Geometry
from geowidgets.latents.weights import effective_weight

if TYPE_CHECKING:
    from collections.abc import Iterator


class HeadError(ValueError):
    """The classifier head is missing, ambiguous, or not what its caller said."""


class ForwardError(RuntimeError):
    """The model itself raised in its forward pass."""


class Latents(NamedTuple):
    """What the last layer saw, said and is made of.

    Attributes:
        features: X, input of the head, `(sample, feature)`.
        logits: the head's own output, before any softmax or scale, `(sample, class)`.
        weight: W, effective, `(class, feature)`.
        bias: b, `(class,)`, or None.
    """

    features: Tensor
    logits: Tensor
    weight: Tensor
    bias: Tensor | None

    def measure(self, labels: Any, **options: Any) -> Geometry:
        """Angle, length, margin, probability: `geowidgets.geometry.measure` on these."""
        classifier = Classifier(self.weight, self.bias, device=self.features.device)
        return classifier.measure(self.features, labels, logits=self.logits, **options)


@dataclass
class Tap:
    """Features and logits of the latest forward pass through a head (see `Head.tap`)."""

    head: str
    _features: Tensor | None = field(default=None, repr=False)
    _logits: Tensor | None = field(default=None, repr=False)

    @property
    def features(self) -> Tensor:
        """X of the latest batch, `(sample, feature)`."""
        return self._read(self._features)

    @property
    def logits(self) -> Tensor:
        """The head's own output for the latest batch, `(sample, class)`."""
        return self._read(self._logits)

    def _read(self, value: Tensor | None) -> Tensor:
        if value is None:
            raise RuntimeError(f"head {self.head!r} has not run inside this tap: call the model")
        return value


@dataclass(frozen=True)
class Head:
    """The layer whose rows are the class directions of a model (from `find_head`).

    Attributes:
        name: dotted path of the module in its model.
        module: the module itself.
        kind: `"linear"`, `"conv1x1"` or `"custom"` (a module with `effective_weight()`).
        classes: C, number of rows.
        width: m, number of features.
        relation: what lies between its output and the model's: `"identity"`, `"scale"`,
            `"softmax"`, `"log_softmax"`, or `"named"` where the caller chose the head.
        scale: the positive factor in between (1.0 when there is none).
    """

    name: str
    module: nn.Module = field(repr=False)
    kind: str
    classes: int
    width: int
    relation: str = "identity"
    scale: float = 1.0

    def effective_weight(self) -> tuple[Tensor, Tensor | None]:
        """W `(class, feature)` and b `(class,)` or None, as they act now (copies)."""
        return effective_weight(self.module)

    def classifier(self, device: Any = None) -> Classifier:
        """The head's geometry, to be used for many batches."""
        return Classifier(*self.effective_weight(), device=device)

    @contextmanager
    def tap(self) -> Iterator[Tap]:
        """Read features and logits while the model runs: `with head.tap() as tap: model(x)`.

        Nothing is computed twice and the model is not changed: hooks on the head copy its input
        and output, in the caller's mode, device and precision, and are removed on leaving, even
        after an error. The tap holds the latest batch.

        Yields:
            `Tap` with `features (sample, feature)` and `logits (sample, class)`.

        Raises:
            HeadError: in the forward pass, when the head sees more than one vector a sample.

        Example:
            >>> import torch
            >>> net = nn.Sequential(nn.Flatten(), nn.Linear(4, 3))
            >>> head = Head("1", net[1], "linear", 3, 4)
            >>> with head.tap() as tap:
            ...     _ = net(torch.ones(5, 1, 2, 2))
            >>> tap.features.shape, tap.logits.shape
            (torch.Size([5, 4]), torch.Size([5, 3]))
        """
        tap = Tap(self.name)

        # Copies: the model may overwrite both in place after the head has run.
        def before(module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
            seen = layer_input(args, kwargs)
            tap._features = vectors(seen, self.width, self.name, "input").clone()

        def after(module: nn.Module, args: tuple[Any, ...], result: Tensor) -> None:
            tap._logits = vectors(result, self.classes, self.name, "output").clone()

        handles = [
            self.module.register_forward_pre_hook(before, with_kwargs=True),
            self.module.register_forward_hook(after),
        ]
        try:
            yield tap
        finally:
            for handle in handles:
                handle.remove()


def layer_input(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The first argument of a layer's call, however it was passed."""
    return args[0] if args else next(iter(kwargs.values()), None)


def vectors(value: Tensor, width: int, name: str, side: str) -> Tensor:
    """`value` as `(sample, width)`; raise when it holds more than one vector a sample."""
    if value.ndim < 2 or value.numel() != len(value) * width:
        raise HeadError(
            f"the {side} of head {name!r} has shape {tuple(value.shape)}, expected one vector of "
            f"{width} a sample (pool or flatten before the head)"
        )
    return value.reshape(len(value), width)
