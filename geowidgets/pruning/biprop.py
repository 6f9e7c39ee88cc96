"""Multi-prize tickets (biprop) and edge-popup as pruning methods."""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import Tensor, nn

from geowidgets.pruning.layers import AFFINE, bias_name, weight_name
from geowidgets.pruning.loader import is_array_pair
from geowidgets.pruning.masks import Masks, quotas
from geowidgets.pruning.plan import Plan
from geowidgets.pruning.registry import Request, register
from geowidgets.pruning.tickets import ticketed, tickets_of


@register("mpt", unit="plan", needs_data=True)
def mpt(
    request: Request,
    *,
    epochs: int = 100,
    lr: float = 0.1,
    train_norm: bool = False,
    scale_fan: bool = False,
    progress: bool = True,
    checkpoint: str | None = None,
    training: dict[str, Any] | None = None,
) -> Plan:
    """Multi-prize lottery ticket: a binarised mask learned on frozen random weights (biprop).

    The model gives the architecture only; its weights are drawn anew (kaiming normal) and never
    trained. Every layer, the classifier included, keeps k = n − round(ratio·n) weights. The
    result is a plain net whose weights are α·sign(W) ⊙ M, without biases. `ratio` is the fraction
    *removed* (the reference program's `prune_rate` is the fraction kept).

    Args:
        request: what to prune; the loader is the training set.
        epochs: of Adam with a cosine schedule (100 on CIFAR-10).
        lr: 0.1.
        train_norm: train normalisation parameters too.
        scale_fan: draw the frozen weights with fan-in times the kept fraction, so that nets
            without normalisation keep the size of their activations (Ramanujan et al. 2020, §5).
        progress: show the bar.
        checkpoint: file from which an interrupted search resumes.
        training: more keywords of `training.train`, such as `crop`, `flip`, `batch_size`.

    Source: Diffenderfer & Kailkhura 2021, Algorithm 1; Robustness Lottery §3.1.
    """
    return _search(request, True, epochs, lr, train_norm, scale_fan, progress, checkpoint, training)


@register("edge_popup", unit="plan", needs_data=True)
def edge_popup(
    request: Request,
    *,
    epochs: int = 100,
    lr: float = 0.1,
    train_norm: bool = False,
    scale_fan: bool = False,
    progress: bool = True,
    checkpoint: str | None = None,
    training: dict[str, Any] | None = None,
) -> Plan:
    """Edge-popup (Ramanujan et al. 2020): as `mpt` without binarisation, W ⊙ M.

    Args:
        request: what to prune; the loader is the training set.
        epochs: of Adam with a cosine schedule.
        lr: 0.1.
        train_norm: train normalisation parameters too.
        scale_fan: draw the frozen weights with fan-in times the kept fraction, so that nets
            without normalisation keep the size of their activations (Ramanujan et al. 2020, §5).
        progress: show the bar.
        checkpoint: file from which an interrupted search resumes.
        training: more keywords of `training.train`.
    """
    return _search(
        request, False, epochs, lr, train_norm, scale_fan, progress, checkpoint, training
    )


def _search(
    request, binary, epochs, lr, train_norm, scale_fan, progress, checkpoint, training
) -> Plan:
    from geowidgets.training import train

    names = list(request.layers)
    sizes = [layer.weight.numel() for layer in request.layers.values()]
    removed = quotas(sizes, request.ratio)
    kept = {n: size - gone for n, size, gone in zip(names, sizes, removed, strict=True)}
    net = ticketed(
        copy.deepcopy(request.model),
        kept,
        binary=binary,
        train_norm=train_norm,
        scale_fan=scale_fan,
        generator=request.generator,
    )
    images, labels = request.data if is_array_pair(request.data) else (request.data, None)
    keywords = {"optimizer": "adam", "weight_decay": 0.0, "schedule": "cosine"}
    keywords |= {"batch_size": request.batch_size, "transform": request.transform}
    keywords |= training or {}
    seed = int(torch.randint(0, 2**31, (), generator=request.generator))
    train(
        net, images, labels, epochs=epochs, lr=lr, seed=seed, device=request.device,
        progress=progress, checkpoint=checkpoint, label="ticket", **keywords,
    )  # fmt: skip
    return Plan(*_plain(net, request.model))


@torch.no_grad()
def _plain(net: nn.Module, model: nn.Module) -> tuple[Masks, dict[str, Tensor]]:
    """Masks and state of the original architecture that compute what the ticket net computes."""
    masks: Masks = {}
    state = {}
    shape: dict[str, Any] = dict(model.named_modules())
    for name, layer in tickets_of(net).items():
        state[weight_name(name)] = layer.effective_weight().detach().clone()
        masks[weight_name(name)] = layer.mask()
        if shape[name].bias is not None:
            masks[bias_name(name)] = torch.zeros_like(shape[name].bias, dtype=torch.bool)
    for name, module in net.named_modules():
        if isinstance(module, AFFINE):
            entries = module.state_dict()
            state |= {f"{name}.{entry}": value.clone() for entry, value in entries.items()}
    return masks, state
