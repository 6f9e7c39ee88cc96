"""PruneRetrain and its relatives: one-shot, fine-tuned, iterative, rewound, robust."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from geowidgets.pruning.layers import PruningError
from geowidgets.pruning.masks import Masks, apply
from geowidgets.pruning.measured import Measured
from geowidgets.pruning.pruned import prune
from geowidgets.pruning.registry import find
from geowidgets.pruning.robust import robust_augment


@dataclass(frozen=True)
class Stage:
    """One model of a prune-retrain run.

    Attributes:
        name: `"{stem}-{percent}"`.
        module: the model after retraining, masks applied, on the CPU or where it was trained.
        masks: parameter name → bool.
        measured: what was removed.
        method: name in the register.
        ratio: requested fraction removed in all.
        parent: name of the model that it was pruned from.
        cycle: 1 for the first pruning.
        seed: of scores and shuffles.
        history: one dict an epoch of the retraining; empty without.
    """

    name: str
    module: nn.Module
    masks: Masks
    measured: Measured
    method: str
    ratio: float
    parent: str
    cycle: int
    seed: int
    history: list[dict[str, float]] = field(default_factory=list)


class Snapshots:
    """States of a model at chosen epochs, for rewinding; pass it as `train(on_epoch=…)`.

    Example:
        >>> keep = Snapshots([0])
        >>> keep(0, nn.Linear(2, 1))
        >>> sorted(keep.states[0])
        ['bias', 'weight']
    """

    def __init__(self, epochs: Iterable[int]) -> None:
        self.epochs = set(epochs)
        self.states: dict[int, dict[str, Tensor]] = {}

    def __call__(self, epoch: int, model: nn.Module) -> None:
        """Keep a copy on the CPU when `epoch` is wanted."""
        if epoch in self.epochs:
            state = model.state_dict()
            self.states[epoch] = {n: v.detach().cpu().clone() for n, v in state.items()}


def cycle_ratios(per_cycle: float, cycles: int) -> list[float]:
    """Fractions removed in all when every cycle removes `per_cycle` of what remains.

    1 − (1 − r)^i for i = 1…cycles ("Lost in pruning", Algorithm 1, line 5). Its Table 3 prints
    α = 0.85; as a fraction that stays, that is r = 0.15.

    Example:
        >>> cycle_ratios(0.5, 3)
        [0.5, 0.75, 0.875]
    """
    if not 0 < per_cycle < 1 or cycles < 1:
        raise PruningError(
            f"expected per_cycle in (0, 1) and at least one cycle, got {per_cycle} and {cycles}"
        )
    return [1 - (1 - per_cycle) ** cycle for cycle in range(1, cycles + 1)]


def prune_retrain(
    model: nn.Module,
    images: Any,
    labels: Any,
    *,
    method: str,
    ratios: Iterable[float],
    schedule: Mapping[str, Any] | None = None,
    iterative: bool = True,
    rewind: Mapping[str, Tensor] | None = None,
    recipe: str | None = None,
    penalty: Any = None,
    transform: Any = None,
    seed: int = 0,
    name: str | None = None,
    parent: str = "dense",
    device: Any = "auto",
    progress: bool = True,
    folder: str | Path | None = None,
    loader: Any = None,
    **options: Any,
) -> list[Stage]:
    """Prune and retrain a trained model; every cycle is a model with its parent.

    Algorithm 1 of "Lost in pruning" is `ratios=cycle_ratios(r, n)` with the schedule of the
    original training. One-shot prune and fine-tune is `iterative=False` with a short schedule
    (50 epochs in "Robustness Lottery"). `schedule=None` prunes only. Rewinding gives the state of
    an early epoch, to which the kept weights return before retraining.

    Args:
        model: the trained dense net; left untouched.
        images: training images, uint8 `(sample, y, x, channel)` or float `(sample, channel, …)`.
        labels: `(sample,)`.
        method: a name in `METHODS`; tickets (mpt, edge_popup) train their masks instead.
        ratios: fractions removed in all, ascending when iterative.
        schedule: keywords of `training.train` such as `epochs`, `lr`, `schedule`.
        iterative: prune each stage from the one before; otherwise all from `model`.
        rewind: a state dict, such as `Snapshots([k]).states[k]`.
        recipe: "paper" or "code": corrupt the training images (`robust_augment`).
        penalty: such as `GeometricPenalty`.
        transform: of the float batches, for scores and training alike.
        seed: of scores and shuffles.
        name: stem of the stages' names; the method's name by default.
        parent: name of `model`.
        device: where to train.
        progress: a bar with cycle, epoch, loss, accuracy and time left.
        folder: interrupted stages resume from checkpoints in it.
        loader: data for scores; the training images by default.
        **options: more keywords of `prune`.

    Returns:
        One `Stage` a ratio.

    Raises:
        PruningError: descending ratios in an iterative run, or what `prune` and `train` refuse.
    """
    ratios = list(ratios)
    if iterative and sorted(ratios) != ratios:
        raise PruningError(f"ratios: expected ascending fractions for cycles, got {ratios}")
    settings: dict[str, Any] = {
        "method": method, "schedule": schedule, "rewind": rewind, "recipe": recipe,
        "penalty": penalty, "transform": transform, "seed": seed, "device": device,
        "progress": progress, "folder": folder, "loader": loader, "options": options,
    }  # fmt: skip
    stem = name or method
    stages: list[Stage] = []
    for number, ratio in enumerate(ratios, 1):
        source = stages[-1] if iterative and stages else None
        stage = cycle(
            source.module if source else model,
            images,
            labels,
            ratio=ratio,
            masks=source.masks if source else None,
            name=stage_name(stem, ratio),
            parent=source.name if source else parent,
            number=number,
            label=f"{stem} cycle {number}/{len(ratios)}",
            **settings,
        )
        stages.append(stage)
    return stages


def checkpoint_path(folder: str | Path, name: str, module: nn.Module) -> Path:
    """Where a stage's training is kept while it runs; another start gets another file.

    A checkpoint left by a run from other weights would otherwise be taken for this one's.
    """
    digest = hashlib.sha256()
    for value in module.state_dict().values():
        digest.update(
            value.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy().tobytes()
        )
    return Path(folder) / f"{name}.{digest.hexdigest()[:8]}.checkpoint"


def stage_name(stem: str, ratio: float) -> str:
    """The stem and the percentage removed, such as "magnitude-90"."""
    return f"{stem}-{round(100 * ratio, 3):g}"


def cycle(
    model, images, labels, *, method, ratio, masks, name, parent, number, label, schedule, rewind,
    recipe, penalty, transform, seed, device, progress, folder, loader, options,
) -> Stage:  # fmt: skip
    """Prune once and retrain once; see `prune_retrain`."""
    from geowidgets.training import resolve_device

    kind = find(method)
    if "progress" in kind.options():
        options = {"progress": progress, **options}
    if kind.needs_data or kind.unit == "plan":
        loader = (images, labels) if loader is None else loader
    copied = copy.deepcopy(model).to(resolve_device(device))
    pruned = prune(
        copied, method, ratio, masks=masks, loader=loader, seed=seed, transform=transform, **options
    )
    history: list[dict[str, float]] = []
    learns = "epochs" in kind.options()
    if rewind is not None and not learns:
        pruned.module.load_state_dict({n: v.clone() for n, v in rewind.items()})
        apply(pruned.module, pruned.masks)
    if schedule is not None and not learns:
        history = retrain(
            pruned.module, pruned.masks, images, labels, schedule=schedule, recipe=recipe,
            penalty=penalty, transform=transform, seed=seed + number, device=device,
            progress=progress, label=label,
            checkpoint=None if folder is None else checkpoint_path(folder, name, pruned.module),
        )  # fmt: skip
    return Stage(
        name, pruned.module, pruned.masks, pruned.measured, method, ratio, parent, number, seed,
        history,
    )  # fmt: skip


def retrain(
    module: nn.Module,
    masks: Mapping[str, Tensor],
    images: Any,
    labels: Any,
    *,
    schedule: Mapping[str, Any],
    recipe: str | None = None,
    penalty: Any = None,
    seed: int = 0,
    **keywords: Any,
) -> list[dict[str, float]]:
    """Train a pruned module in place with its masks held; one dict an epoch.

    Args:
        module: trained in place.
        masks: held at zero after every step.
        images: training images.
        labels: `(sample,)`.
        schedule: keywords of `training.train`.
        recipe: robust training, "paper" or "code".
        penalty: such as `GeometricPenalty`.
        seed: of shuffles and corruptions.
        **keywords: more keywords of `training.train`.
    """
    from geowidgets.training import train

    settings = dict(schedule) | keywords
    if recipe is not None:
        if settings.get("augment") is not None:
            raise PruningError("recipe and augment: expected one of the two, got both")
        settings["augment"] = robust_augment(recipe, seed=seed)
    return train(module, images, labels, masks=masks, penalty=penalty, seed=seed, **settings).epochs
