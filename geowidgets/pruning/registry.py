"""The register of pruning methods, and what a scorer is given."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from geowidgets.pruning.layers import Layer, PruningError, weight_name
from geowidgets.pruning.loader import batches_of
from geowidgets.suggest import did_you_mean
from geowidgets.training.outputs import logits_of

UNITS = ("weight", "filter", "unit", "plan")


@dataclass(frozen=True)
class Request:
    """What a scorer sees.

    Attributes:
        model: a private copy in eval mode; gradients may be left on it.
        layers: name → layer to be scored.
        generator: CPU generator seeded by the caller; draw from no other.
        masks: masks of earlier cycles by parameter name; empty at first.
        example: one input `(1, …)`, or None.
        head: name of the classifier, or None when not known.
        ratio: fraction to be removed; `scope`: "global" or "layer".
        data: the loader as it was given, or None; `take` and `samples` read it in batches of
            `batch_size` where it is a pair of arrays.
        transform: applied to every batch of the loader.
        prune_head: whether the classifier may be changed.
        counted: names of the layers that the ratio counts.
    """

    model: nn.Module
    layers: dict[str, Layer]
    generator: torch.Generator
    masks: Mapping[str, Tensor] = field(default_factory=dict)
    example: Tensor | None = None
    head: str | None = None
    ratio: float = 0.0
    scope: str = "global"
    data: Any = None
    batch_size: int = 64
    transform: Callable[[Tensor], Tensor] | None = None
    prune_head: bool = True
    counted: tuple[str, ...] = ()

    @property
    def device(self) -> torch.device:
        """Where the model is."""
        return next(self.model.parameters()).device

    def take(self, most: int) -> list[tuple[Tensor, Tensor]]:
        """The loader's first `most` batches `(images, labels)`, on the model's device."""
        return batches_of(
            self.data, self.device, most=most, batch_size=self.batch_size, transform=self.transform
        )

    def logits(self, images: Tensor) -> Tensor:
        """The model's logits `(sample, class)`, whatever its output looks like."""
        return logits_of(self.model(images))

    def samples(self, most: int) -> list[tuple[Tensor, Tensor]]:
        """Batches that hold the loader's first `most` samples together."""
        if most < 1:
            raise PruningError(f"samples: expected at least 1, got {most}")
        kept, left = [], most
        for images, labels in self.take(most):
            kept.append((images[:left], labels[:left]))
            left -= len(kept[-1][1])
            if left == 0:
                break
        return kept


@dataclass(frozen=True)
class Method:
    """One entry of the register.

    Attributes:
        name: what `prune(model, name, …)` takes.
        unit: "weight": the scorer returns a score for each weight. "filter": a score for each
            output filter; one kept fraction for all layers is found so that the budget is met.
            "unit": a score for each unit; `ratio` is the fraction of units of each layer. "plan":
            the function returns a `Plan` itself.
        function: `(request, **options) -> {layer: scores}`, or a `Plan`. Smallest is removed.
        needs_data: refuse to run without a loader.
        scopes: which scopes it knows, the default first.
        summary: first line of its docstring.
    """

    name: str
    unit: str
    function: Callable[..., Any]
    needs_data: bool
    scopes: tuple[str, ...]
    summary: str

    def options(self) -> dict[str, inspect.Parameter]:
        """Its own keywords, by name."""
        parameters = inspect.signature(self.function).parameters
        return {n: p for n, p in parameters.items() if p.kind is p.KEYWORD_ONLY}


METHODS: dict[str, Method] = {}


def register(
    name: str, *, unit: str = "weight", needs_data: bool = False, replace: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add a scorer to the register, as a decorator.

    The scorer takes a `Request` and keyword options, and returns `{layer name: scores}`: for
    `unit="weight"` of the weight's shape, for "filter" and "unit" of shape `(filter,)`. The
    smallest scores are removed. What it returns is validated: every layer, right shape, no NaN.

    Raises:
        PruningError: the name is taken (pass `replace=True`), or the unit is unknown.

    Example:
        >>> @register("largest", replace=True)
        ... def largest(request):
        ...     return {n: -layer.weight.abs() for n, layer in request.layers.items()}
        >>> METHODS["largest"].unit
        'weight'
    """
    if unit not in UNITS:
        raise PruningError(f"unit: expected one of {', '.join(UNITS)}, got {unit!r}")
    if name in METHODS and not replace:
        raise PruningError(f"method {name!r} is registered already; pass replace=True")

    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        scopes = ("global", "layer") if unit == "weight" else ("layer",)
        summary = (inspect.getdoc(function) or "").split("\n")[0]
        METHODS[name] = Method(name, unit, function, needs_data, scopes, summary)
        return function

    return add


def find(name: str) -> Method:
    """The method of that name; unknown names suggest the nearest."""
    if name not in METHODS:
        raise PruningError(
            f"method: expected one of {', '.join(sorted(METHODS))}, got {name!r}"
            f"{did_you_mean(name, METHODS)}"
        )
    return METHODS[name]


def check_options(method: Method, options: Mapping[str, Any]) -> None:
    """Refuse keywords that the method does not have."""
    known = method.options()
    for option in options:
        if option not in known:
            raise PruningError(
                f"{method.name}: expected options {', '.join(known) or '(none)'}, got {option!r}"
                f"{did_you_mean(option, known)}"
            )


def check_scores(method: Method, layers: Mapping[str, Layer], scores: object) -> dict[str, Tensor]:
    """The scores by weight name, each of the right shape and free of NaN."""
    if not isinstance(scores, Mapping):
        raise PruningError(
            f"{method.name}: expected a mapping layer -> scores, got {type(scores).__name__}"
        )
    if set(scores) != set(layers):
        raise PruningError(
            f"{method.name}: expected scores for {sorted(layers)}, got {sorted(map(str, scores))}"
        )
    checked = {}
    for name, module in layers.items():
        score = scores[name]
        wanted = module.weight.shape if method.unit == "weight" else module.weight.shape[:1]
        if not isinstance(score, Tensor) or score.shape != wanted:
            got = tuple(score.shape) if isinstance(score, Tensor) else type(score).__name__
            raise PruningError(
                f"{method.name}: scores of {name!r}: expected shape {tuple(wanted)}, got {got}"
            )
        if not torch.isfinite(score).all():
            bad = int((~torch.isfinite(score)).sum())
            raise PruningError(
                f"{method.name}: scores of {name!r}: expected finite numbers, "
                f"got {bad} NaN or infinite of {score.numel()}"
            )
        checked[weight_name(name)] = score.detach()
    return checked
