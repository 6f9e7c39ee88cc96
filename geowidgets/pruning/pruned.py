"""`prune`: model in, pruned copy, masks and measured ratios out."""

from __future__ import annotations

import contextlib
import copy
import math
import numbers
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor, nn

from geowidgets.pruning import filters, units
from geowidgets.pruning import masks as masking
from geowidgets.pruning.layers import PruningError, find_example, prunable, trace
from geowidgets.pruning.loader import is_array_pair, reusable
from geowidgets.pruning.masks import Masks
from geowidgets.pruning.measured import Measured, measure
from geowidgets.pruning.plan import Plan
from geowidgets.pruning.registry import Method, Request, check_options, check_scores, find

TOLERANCE = 0.005
MOST_BATCHES = 64


@dataclass(frozen=True)
class Pruned:
    """A pruned copy and how it came about.

    Attributes:
        module: deep copy of the model with the masks applied; plain weights, no hidden state.
        masks: parameter (or buffer) name → bool, False where removed.
        measured: what was really removed.
        method: name in the register.
        ratio: the requested fraction.
        scope: "global" or "layer".
        seed: of everything random.
        prune_head: whether the classifier was pruned and counted.
        head: name of the classifier layer.
        options: the method's own keywords that were given.
    """

    module: nn.Module
    masks: Masks
    measured: Measured
    method: str
    ratio: float
    scope: str
    seed: int
    prune_head: bool = True
    head: str | None = None
    options: dict[str, Any] = field(default_factory=dict)


def prune(
    model: nn.Module,
    method: str,
    ratio: float,
    *,
    scope: str | None = None,
    loader: Any = None,
    seed: int = 0,
    prune_head: bool = True,
    masks: Mapping[str, Tensor] | None = None,
    layers: Iterable[str] | None = None,
    head: str | None = None,
    example: Tensor | None = None,
    bias: str | None = None,
    budget: str = "parameters",
    batch_size: int = 64,
    transform: Callable[[Tensor], Tensor] | None = None,
    allow_empty: bool = False,
    **options: Any,
) -> Pruned:
    """Prune a copy of `model`; the model itself is left untouched.

    Weight methods remove exactly `round(ratio · n)` of the n weights counted, the smallest scores
    first, ties broken by index. Filter methods (ft, pfp) take the reachable ratio nearest to
    `ratio` of the `budget`. Unit methods remove `round(ratio · m)` of the m units of each layer.

    Args:
        model: any `nn.Module` with convolutions or linear layers.
        method: a name in `METHODS`.
        ratio: fraction to remove in [0, 1), in all: what earlier `masks` removed is counted.
        scope: "global" (default of weight methods) ranks all layers together; "layer" gives each
            layer its share, and is the only one that the other methods know.
        loader: batches `(images, labels)` or a pair of arrays, for data-informed methods.
        seed: of everything random; the global generator is left as it was.
        prune_head: whether the classifier is pruned, and counted in the ratio.
        masks: what an earlier cycle removed; it stays removed.
        layers: prune only these. Unit methods default to all layers but the head.
        head: name of the classifier; default: the prunable layer that runs last.
        example: one input `(1, …)`; default: the loader's first, or the zoo's input shape.
        bias: filter and unit methods: "zero" removes the bias and normalisation entries of a
            removed filter too, and with them the inputs of the next layers; "keep" leaves them.
            Default: "zero" for filters, "keep" for units (as "Sources of redundancy").
        budget: what the ratio of filter methods is of: "parameters", "channels" or
            "multiply_adds".
        batch_size: when the loader is a pair of arrays.
        transform: applied to every batch of the loader `(sample, channel, y, x)`.
        allow_empty: permit a layer to be pruned away completely.
        **options: the method's own keywords; see its docstring.

    Returns:
        `Pruned`.

    Raises:
        PruningError: a bad ratio, nothing to prune, a missing loader, a bad score, an emptied
            layer, or a measured ratio more than 0.5 points off (weight methods).

    Example:
        >>> from geowidgets import zoo
        >>> pruned = prune(zoo.lenet5(), "magnitude", 0.9)
        >>> round(pruned.measured.parameters, 4)
        0.9
    """
    found = find(method)
    ratio = _check_ratio(ratio)
    scope = _choice("scope", scope, found.scopes, f"{method}: ")
    bias = _choice("bias", bias, ("keep", "zero") if found.unit == "unit" else ("zero", "keep"))
    filters.check_budget(budget)
    if found.unit == "plan" and "budget" in found.options():
        options["budget"] = budget
    request = _request(
        model, found, loader, options, ratio=ratio, scope=scope, seed=seed, masks=masks,
        layers=layers, prune_head=prune_head, head=head, example=example, batch_size=batch_size,
        transform=transform,
    )  # fmt: skip
    with _seeded(seed):
        plan = _plan(found, request, bias, budget, options)
    kept = masking.merge(request.masks, plan.masks)
    masking.check_not_empty(kept, allow_empty)
    module = copy.deepcopy(model)
    if plan.state:
        module.load_state_dict(module.state_dict() | plan.state)
    masking.apply(module, kept)
    measured = measure(module, kept, example=request.example, layers=request.counted)
    _check_measured(found, ratio, measured)
    return Pruned(
        module, kept, measured, method, ratio, scope, seed, prune_head, request.head, options
    )


def score(
    model: nn.Module,
    method: str,
    *,
    loader: Any = None,
    seed: int = 0,
    layers: Iterable[str] | None = None,
    batch_size: int = 64,
    transform: Callable[[Tensor], Tensor] | None = None,
    **options: Any,
) -> dict[str, Tensor]:
    """The raw scores by weight name, smallest removed first; keywords as `prune`.

    Example:
        >>> from geowidgets import zoo
        >>> score(zoo.lenet5(), "magnitude")["conv1.weight"].shape
        torch.Size([6, 3, 5, 5])
    """
    found = find(method)
    if found.unit == "plan":
        raise PruningError(f"{method}: has no scores of its own, it plans masks directly")
    request = _request(
        model, found, loader, options, ratio=0.0, scope=found.scopes[0], seed=seed, masks=None,
        layers=layers, prune_head=True, head=None, example=None, batch_size=batch_size,
        transform=transform,
    )  # fmt: skip
    with _seeded(seed):
        return check_scores(found, request.layers, found.function(request, **options))


@contextlib.contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """The global generator seeded inside, as it was outside: a DataLoader shuffles with it."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        yield


def _request(
    model, found: Method, loader, options, *, ratio, scope, seed, masks, layers, prune_head, head,
    example, batch_size, transform,
) -> Request:  # fmt: skip
    """Everything checked, and a private copy of the model that scorers may use up."""
    check_options(found, options)
    if found.needs_data and loader is None:
        raise PruningError(f"{found.name}: needs data; pass loader=(images, labels) or batches")
    working = _copied(model).eval()
    modules = prunable(working)
    masking.apply(working, masks or {})
    for module in modules.values():
        module.weight.requires_grad_(True)
    request = Request(
        model=working,
        layers=modules,
        generator=torch.Generator().manual_seed(seed),
        masks=dict(masks or {}),
        ratio=ratio,
        scope=scope,
        data=reusable(loader, MOST_BATCHES),
        batch_size=batch_size,
        transform=transform,
        prune_head=prune_head,
    )
    with _seeded(seed):
        example = find_example(working, _first_sample(request, example))
    head = _head(working, modules, head, example)
    counted = _counted(modules, layers, prune_head, head)
    chosen = [n for n in counted if found.unit == "weight" or n != head or found.unit == "plan"]
    if not chosen:
        raise PruningError(f"nothing to prune: only the classifier {head!r} is left")
    return replace(
        request,
        example=example,
        head=head,
        layers={n: modules[n] for n in chosen},
        counted=tuple(counted),
    )


def _copied(model: nn.Module) -> nn.Module:
    try:
        return copy.deepcopy(model)
    except RuntimeError as error:  # non-leaf weights, as torch.nn.utils.prune leaves them
        raise PruningError(
            f"{type(model).__name__} cannot be copied ({error}); take it over first: "
            f"adopted = adopt(model), then prune(adopted.module, …, masks=adopted.masks)"
        ) from error


def _first_sample(request: Request, example: Tensor | None) -> Tensor | None:
    if example is not None or request.data is None:
        return example
    data = request.data
    if is_array_pair(data):
        request = replace(request, data=(data[0][:1], data[1][:1]))
    return request.take(1)[0][0][:1]


def _head(model, modules, head, example) -> str:
    if head is not None and head not in modules:
        raise PruningError(f"head: expected one of {', '.join(modules)}, got {head!r}")
    if head is not None:
        return head
    return list(modules)[-1] if example is None else trace(model, example).head


def _counted(modules, layers, prune_head, head) -> list[str]:
    wanted = list(modules) if layers is None else list(layers)
    for name in wanted:
        if name not in modules:
            raise PruningError(f"layers: expected some of {', '.join(modules)}, got {name!r}")
    return [n for n in modules if n in wanted and (prune_head or n != head)]


def _plan(found: Method, request: Request, bias, budget, options) -> Plan:
    result = found.function(request, **options)
    if found.unit == "plan":
        return result
    scores = check_scores(found, request.layers, result)
    if found.unit == "weight":
        return Plan(masking.select(scores, request.ratio, request.scope, request.masks))
    if found.unit == "filter":
        return Plan(filters.uniform(request, scores, bias, budget))
    removed = units.remove(request, scores)
    masks = filters.rows(request.model, removed, biases=bias == "zero")
    return Plan(filters.closing(request, bias)(masks))


def _check_ratio(ratio: float) -> float:
    if not isinstance(ratio, numbers.Real) or isinstance(ratio, bool):
        raise PruningError(f"ratio: expected a number in [0, 1), got {ratio!r}")
    if math.isnan(ratio) or not 0 <= ratio < 1:
        raise PruningError(
            f"ratio: expected the fraction removed, in [0, 1), got {ratio}"
            + (f"; did you mean {ratio / 100:g}?" if 1 < ratio < 100 else "")
        )
    return float(ratio)


def _choice(what: str, given: str | None, known: tuple[str, ...], prefix: str = "") -> str:
    if given is None:
        return known[0]
    if given not in known:
        raise PruningError(f"{prefix}{what}: expected {' or '.join(known)}, got {given!r}")
    return given


def _check_measured(found: Method, ratio: float, measured: Measured) -> None:
    if found.unit == "weight" and abs(measured.parameters - ratio) > max(
        TOLERANCE, 1 / measured.total
    ):
        raise PruningError(
            f"{found.name}: expected {ratio:.4f} removed to within {TOLERANCE}, "
            f"measured {measured.parameters:.4f}"
        )
    if ratio > 0 and measured.removed == 0:
        raise PruningError(
            f"{found.name}: ratio {ratio} of {measured.total} weights removes nothing; "
            f"expected a ratio that removes at least one"
        )
