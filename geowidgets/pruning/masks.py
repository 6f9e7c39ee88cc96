"""Masks: bool tensors kept beside the weights, exact counts, ties broken by index."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from geowidgets.pruning.layers import PruningError
from geowidgets.training.masking import enforce, resolve_masks

Masks = dict[str, Tensor]


def smallest(scores: Tensor, count: int) -> Tensor:
    """Bool `(entry,)`: exactly `count` smallest entries of `scores`, lowest index first at ties.

    O(n): one selection of the threshold value, then the ties are filled up by index.

    Example:
        >>> smallest(torch.tensor([2.0, 1.0, 1.0, 1.0]), 2).tolist()
        [False, True, True, False]
    """
    chosen = torch.zeros_like(scores, dtype=torch.bool)
    if count == 0:
        return chosen
    threshold = scores.kthvalue(count).values
    chosen |= scores < threshold
    tied = (scores == threshold).nonzero()[:, 0]
    chosen[tied[: count - int(chosen.sum())]] = True
    return chosen


def quotas(sizes: list[int], ratio: float) -> list[int]:
    """How many entries each layer loses so that the sum is exactly round(ratio · Σ sizes).

    Largest remainders, ties to the earlier layer: every layer is within one entry of its share.

    Example:
        >>> quotas([3, 3, 4], 0.5)
        [2, 1, 2]
    """
    shares = [size * ratio for size in sizes]
    counts = [int(share) for share in shares]
    left = round(ratio * sum(sizes)) - sum(counts)
    by_remainder = sorted(range(len(sizes)), key=lambda i: (counts[i] - shares[i], i))
    for index in by_remainder[:left]:
        counts[index] += 1
    return counts


def select(
    scores: Mapping[str, Tensor], ratio: float, scope: str, earlier: Mapping[str, Tensor]
) -> Masks:
    """Masks that remove the smallest scores, weights removed `earlier` first.

    Args:
        scores: weight name → score, of the weight's shape.
        ratio: fraction of all entries to remove, earlier ones counted.
        scope: "global" ranks all layers together, "layer" gives each its share.
        earlier: masks of an earlier cycle; what they removed stays removed.

    Raises:
        PruningError: more is removed already than `ratio` asks for.
    """
    ranked = {name: _with_removed_first(score, earlier.get(name)) for name, score in scores.items()}
    sizes = [score.numel() for score in ranked.values()]
    gone = [int((~earlier[n]).sum()) if n in earlier else 0 for n in ranked]
    counts = quotas(sizes, ratio)
    if sum(counts) < sum(gone):
        raise PruningError(
            f"ratio: expected at least {sum(gone) / sum(sizes):.6f}, which earlier masks "
            f"removed already, got {ratio}"
        )
    if scope == "global":
        flat = torch.cat([score.flatten() for score in ranked.values()])
        removed = smallest(flat, sum(counts)).split(sizes)
    else:
        counts = [max(c, g) for c, g in zip(counts, gone, strict=True)]
        removed = [smallest(s.flatten(), c) for s, c in zip(ranked.values(), counts, strict=True)]
    return {
        name: ~flat.view(score.shape)
        for (name, score), flat in zip(ranked.items(), removed, strict=True)
    }


def _with_removed_first(score: Tensor, mask: Tensor | None) -> Tensor:
    score = score.detach()
    score = score if score.dtype == torch.float64 else score.float()
    return score if mask is None else score.masked_fill(~mask.to(score.device), -torch.inf)


def apply(model: nn.Module, masks: Mapping[str, Tensor]) -> None:
    """Set masked-out entries of the named parameters and buffers to 0, in place."""
    try:
        pairs = resolve_masks(model, masks)
    except ValueError as error:
        raise PruningError(str(error)) from error
    enforce(pairs)


def merge(first: Mapping[str, Tensor], second: Mapping[str, Tensor]) -> Masks:
    """Both masks at once: an entry stays where both keep it."""
    merged = dict(first)
    for name, mask in second.items():
        merged[name] = merged[name] & mask.to(merged[name].device) if name in merged else mask
    return merged


def check_not_empty(masks: Mapping[str, Tensor], allow_empty: bool) -> None:
    """Refuse masks that remove a whole layer, unless asked for."""
    weights = {n: m for n, m in masks.items() if n.endswith("weight") and m.ndim > 1}
    empty = [n.removesuffix(".weight") for n, m in weights.items() if not m.any()]
    if empty and not allow_empty:
        raise PruningError(
            f"pruned away completely: {', '.join(empty)}; the net would ignore its input. "
            f"Lower the ratio, use scope='layer', or pass allow_empty=True"
        )
