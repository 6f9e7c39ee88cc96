"""Second-order Taylor scores: what a weight's removal costs, to second order."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor
from torch.func import functional_call, grad, vmap
from torch.nn import functional

from geowidgets.pruning.layers import PruningError
from geowidgets.pruning.registry import Request, register
from geowidgets.pruning.weight_scores import Loss, mean_gradient
from geowidgets.training.outputs import logits_of

CURVATURES = ("hutchinson", "fisher")


@register("taylor2", needs_data=True)
def taylor2(
    request: Request,
    *,
    curvature: str = "hutchinson",
    batches: int = 10,
    probes: int = 16,
    chunk: int = 16,
    loss: Loss = functional.cross_entropy,
) -> dict[str, Tensor]:
    """abs(−g·w + ½·h·w²): the change of the mean loss when w becomes 0 (Robustness Lottery §3.1).

    g is the gradient and h the diagonal of the Hessian of the mean loss over the batches, both in
    eval mode. `curvature="hutchinson"` estimates the true diagonal; "fisher" replaces it by the
    empirical Fisher diagonal, the mean of *per-sample* squared gradients (the square of a batch's
    mean gradient is something else).

    Args:
        request: what to score.
        curvature: "hutchinson" or "fisher".
        batches: how many batches of the loader; fewer only where the loader ends.
        probes: Rademacher vectors a batch, for Hutchinson.
        chunk: samples whose gradients are held at once, for Fisher.
        loss: `(logits, labels) -> scalar`, a mean over samples.
    """
    if curvature not in CURVATURES:
        raise PruningError(f"curvature: expected one of {', '.join(CURVATURES)}, got {curvature!r}")
    if probes < 1 or chunk < 1:
        raise PruningError(f"probes and chunk: expected at least 1, got {probes} and {chunk}")
    # One and the same data for g and h, also from a loader that shuffles.
    request = replace(request, data=request.take(batches), transform=None)
    first = mean_gradient(request, batches, loss)
    if curvature == "fisher":
        second = fisher_diagonal(request, batches, chunk, loss)
    else:
        second = hessian_diagonal(request, batches, probes, loss)
    return {
        name: (-first[name] * w + 0.5 * second[name] * w.square()).abs()
        for name, w in ((n, layer.weight.detach()) for n, layer in request.layers.items())
    }


def hessian_diagonal(request: Request, batches: int, probes: int, loss: Loss) -> dict[str, Tensor]:
    """Hutchinson: diag H ≈ mean over probes v ∈ {−1, 1}ⁿ of v ⊙ (H v), by double backward.

    Unbiased; its variance falls with the number of probes times batches.
    """
    weights = {name: layer.weight for name, layer in request.layers.items()}
    total = {name: torch.zeros_like(weight) for name, weight in weights.items()}
    seen = 0
    for images, labels in request.take(batches):
        value = loss(request.logits(images), labels)
        first = torch.autograd.grad(
            value, list(weights.values()), create_graph=True, allow_unused=True
        )
        used = {n: g for n, g in zip(weights, first, strict=True) if g is not None}
        for _ in range(probes):
            vectors = [_signs(gradient, request.generator) for gradient in used.values()]
            products = torch.autograd.grad(
                list(used.values()),
                [weights[n] for n in used],
                grad_outputs=vectors,
                retain_graph=True,
                allow_unused=True,
            )
            for name, vector, product in zip(used, vectors, products, strict=True):
                if product is not None:
                    total[name] += vector * product * (len(labels) / probes)
        seen += len(labels)
    return {name: value.detach() / seen for name, value in total.items()}


def fisher_diagonal(request: Request, batches: int, chunk: int, loss: Loss) -> dict[str, Tensor]:
    """Mean over samples of the squared gradient of that sample's own loss, by vmap(grad)."""
    names = {f"{n}.weight" if n else "weight": n for n in request.layers}
    state = {n: p.detach() for n, p in request.model.named_parameters()}
    state |= dict(request.model.named_buffers())
    scored = {name: state.pop(name) for name in names}
    model = request.model

    def of_one(weights: dict[str, Tensor], image: Tensor, label: Tensor) -> Tensor:
        logits = logits_of(functional_call(model, (weights, state), (image[None],)))
        return loss(logits, label[None])

    each = vmap(grad(of_one), in_dims=(None, 0, 0))
    total = {name: torch.zeros_like(weight) for name, weight in scored.items()}
    seen = 0
    for images, labels in request.take(batches):
        for part, answers in zip(images.split(chunk), labels.split(chunk), strict=True):
            for name, gradients in each(scored, part, answers).items():
                total[name] += gradients.detach().square().sum(0)
        seen += len(labels)
    return {names[name]: value / seen for name, value in total.items()}


def _signs(like: Tensor, generator: torch.Generator) -> Tensor:
    bits = torch.randint(0, 2, like.shape, generator=generator, dtype=torch.int8)
    return (2 * bits - 1).to(like)
