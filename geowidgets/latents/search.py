"""Finding the classifier head of any model by tracing it, and capturing its latent space."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from geowidgets.latents.head import Head, HeadError, Latents, vectors
from geowidgets.latents.outputs import named_outputs
from geowidgets.latents.trace import Call, inject, listing, run, trace
from geowidgets.latents.weights import effective_weight, evaluating
from geowidgets.suggest import did_you_mean

EXAMPLES = 2
# Loose on purpose: TF32 and bf16 heads pass, a head that normalises or rescales does not.
AGREEMENT = 2e-2


def find_head(
    model: nn.Module, example: Tensor, *, head: str | nn.Module | None = None, output: Any = None
) -> Head:
    """The Linear or 1×1 Conv2d whose output is the model's logits.

    The model runs once in eval mode on (at most two samples of) `example`, while the inputs and
    outputs of all candidates are noted: Linear, ungrouped 1×1 Conv2d, and modules with an
    `effective_weight()` method. A candidate *reaches* the output when it ran once, gives one
    number per entry of the output, and passes an intervention: its output is replaced by
    distinct random numbers in [−8, 8], and the model must then return just these, reshaped, or
    their softmax, log_softmax or product with one positive number. The decision therefore
    depends on neither the example's values nor the weights: a ReLU, a clamp, an average over
    positions, a residual sum or a second branch in between is seen.

    Limits: an operation that equals the identity on all of [−8, 8] passes for one; a scale is
    reported (`Head.scale`) but not applied to the logits; compiled and scripted models, whose
    layers cannot be hooked, have no candidates (pass the original module); a head written as a
    bare `F.linear` is no module and cannot be found. When the caller names the head, the
    intervention is left out.

    Args:
        model: any module; its training modes, hooks and the random state are left as they were.
        example: a batch that the model accepts, first axis sample.
        head: name (as in `named_modules`) or module of the head, when the search cannot know.
        output: which tensor of the model's result: an index, a key or an attribute name. By
            default `.logits` or `["logits"]` where there is one, else every tensor is tried.

    Returns:
        `Head`.

    Raises:
        HeadError: no head or several, with the candidates' names, types and shapes; a name that
            does not exist; effective weights that do not reproduce the head's output.
        ForwardError: the model raised, with its class, the batch's shape and its message.

    Source: Li et al., "Understanding Robustness Lottery", §5.1 (encoder h, classifier c).

    Example:
        >>> net = nn.Sequential(nn.Flatten(), nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
        >>> find_head(net, torch.rand(2, 1, 2, 2))
        Head(name='3', kind='linear', classes=3, width=8, relation='identity', scale=1.0)
    """
    example = _pair(example)
    devices = [example.device] if example.is_cuda else []
    with evaluating(model), torch.random.fork_rng(devices=devices):
        result, calls = trace(model, example)
        if head is not None:
            return _checked(_named(model, calls, head), "named", 1.0)
        outputs = named_outputs(result, output)
        found = [
            (call, relation)
            for call in calls
            if (relation := inject(model, example, call, outputs, output)) is not None
        ]
    found = [(call, how) for call, how in found if not _inside(call, [c for c, _ in found])]
    if len(found) != 1:
        raise HeadError(_explain(model, calls, [call for call, _ in found], outputs))
    call, (relation, scale) = found[0]
    return _checked(call, relation, scale)


def capture(
    model: nn.Module,
    images: Tensor,
    *,
    head: str | nn.Module | Head | None = None,
    output: Any = None,
) -> Latents:
    """Features, logits and effective head weights of a batch, from one forward pass.

    The pass runs in eval mode without gradients. Finding the head takes up to three more passes
    of two samples; give a `Head` of an earlier `find_head` to save them.

    Args:
        model: any module; left as it was.
        images: a batch that the model accepts, first axis sample.
        head: a `Head`, or as in `find_head`.
        output: as in `find_head`.

    Returns:
        `Latents(features (sample, feature), logits (sample, class), weight (class, feature),
        bias (class,) | None)`.

    Raises:
        HeadError, ForwardError: as in `find_head`.

    Example:
        >>> net = nn.Sequential(nn.Flatten(), nn.Linear(4, 3), nn.LogSoftmax(dim=1))
        >>> latents = capture(net, torch.rand(5, 1, 2, 2))
        >>> latents.features.shape, latents.logits.shape, latents.weight.shape
        (torch.Size([5, 4]), torch.Size([5, 3]), torch.Size([3, 4]))
    """
    if not isinstance(head, Head):
        head = find_head(model, images, head=head, output=output)
    with evaluating(model), head.tap() as tap:
        run(model, images)
    return Latents(tap.features, tap.logits, *head.effective_weight())


def _pair(example: Tensor) -> Tensor:
    """Two samples: the first two, or the only one twice."""
    if not isinstance(example, Tensor) or example.ndim < 2 or len(example) == 0:
        got = tuple(example.shape) if isinstance(example, Tensor) else type(example).__name__
        raise HeadError(f"example must be a batch (sample, …) with at least one sample, got {got}")
    return example[:EXAMPLES] if len(example) >= EXAMPLES else example.repeat_interleave(2, dim=0)


def _named(model: nn.Module, calls: list[Call], head: str | nn.Module) -> Call:
    """The call of the module that the caller named."""
    modules = dict(model.named_modules())
    if isinstance(head, nn.Module):
        name = next((name for name, module in modules.items() if module is head), None)
        if name is None:
            raise HeadError(f"head is a {type(head).__name__} that is not part of the model")
        head = name
    if head not in modules:
        hint = did_you_mean(head, [c.name for c in calls] or list(modules))
        raise HeadError(f"the model has no module {head!r}{hint}\n{listing(model, calls)}")
    call = next((call for call in calls if call.name == head), None)
    if call is None or call.runs != 1:
        state = f"ran {call.runs} times" if call else "did not run as a Linear or 1×1 Conv2d"
        kind = type(modules[head]).__name__
        raise HeadError(
            f"head {head!r} ({kind}) {state} in the forward pass, expected once\n"
            f"{listing(model, calls)}"
        )
    return call


def _inside(call: Call, others: list[Call]) -> bool:
    """Whether a found module wraps this one (a masked layer around a plain one)."""
    return any(call.name.startswith(f"{other.name}.") for other in others if other.name)


def _checked(call: Call, relation: str, scale: float) -> Head:
    """The head of a call, once its effective weights are seen to give its output."""
    weight, bias = effective_weight(call.module)
    classes, width = weight.shape
    features = vectors(call.seen, width, call.name, "input").double()
    logits = vectors(call.result, classes, call.name, "output").double()
    expected = features @ weight.to(features).T
    if bias is not None:
        expected = expected + bias.to(features)
    error, size = (expected - logits).abs().max().item(), logits.abs().max().item()
    if error > AGREEMENT * max(size, 1e-6):  # false for NaN: a diverged model still has a head
        raise HeadError(
            f"head {call.name!r} ({type(call.module).__name__}) does not compute W·X + b with "
            f"its effective weight: outputs differ by {error:.3g} where they are at most "
            f"{size:.3g}; give the module an effective_weight() method that returns what acts"
        )
    return Head(call.name, call.module, call.kind, classes, width, relation, scale)


def _explain(
    model: nn.Module, calls: list[Call], found: list[Call], outputs: dict[str, Tensor]
) -> str:
    """Why there is not exactly one head, and what the caller can do."""
    kind = type(model).__name__
    shapes = ", ".join(f"{name} {tuple(value.shape)}" for name, value in outputs.items())
    if found:
        names = ", ".join(repr(call.name) for call in found)
        return (
            f"{kind} has several heads that reach its output ({shapes}): {names}; choose with "
            f"head=… or output=…\n{listing(model, calls)}"
        )
    return (
        f"no classifier head in {kind}: no layer's output reaches the model's output ({shapes}) "
        f"through reshaping, softmax, log_softmax or a positive scale alone. Name the layer with "
        f"head=…, the tensor with output=…; where an activation or pooling follows a 1×1 "
        f"convolution, pool before it or end the model in a Linear layer\n{listing(model, calls)}"
    )
