"""A whole family from a short configuration: trained, pruned, retrained, resumable."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from geowidgets.pruning.cycles import cycle, cycle_ratios, stage_name
from geowidgets.pruning.family import INDEX, ModelFamily
from geowidgets.pruning.layers import PruningError
from geowidgets.suggest import did_you_mean

KEYS = (
    "architecture", "num_classes", "in_channels", "size", "seed", "train", "recipe", "prune",
)  # fmt: skip
RUN_KEYS = (
    "method", "name", "ratios", "cycles", "per_cycle", "iterative", "retrain", "rewind", "recipe",
    "penalty", "seed", "options",
)  # fmt: skip


def build_family(
    folder: str | Path,
    config: Mapping[str, Any],
    images: Any,
    labels: Any,
    *,
    validation: tuple[Any, Any] | None = None,
    transform: Any = None,
    loader: Any = None,
    device: Any = "auto",
    progress: bool = True,
) -> ModelFamily:
    """Train a net and make all its descendants; started again, it goes on where it stopped.

    The configuration is a short dict that JSON can hold:

        {"architecture": "lenet5", "in_channels": 1, "size": 28, "seed": 0,
         "train": {"epochs": 10, "lr": 0.05},
         "prune": [
            {"method": "magnitude", "ratios": [0.5, 0.9]},                     # one-shot
            {"method": "sipp", "name": "sipp-pr", "cycles": 5, "per_cycle": 0.5,
             "iterative": true, "retrain": "train"},                           # PruneRetrain
            {"method": "magnitude", "name": "lottery", "cycles": 5, "per_cycle": 0.5,
             "retrain": "train", "rewind": 1},                                 # rewound to epoch 1
            {"method": "mpt", "ratios": [0.9], "options": {"epochs": 20}}]}

    `retrain` holds keywords of `training.train`, or "train" for those of the dense net; `recipe`
    ("paper", "code") makes it robust, and beside `train` the dense net's training; `penalty`
    holds keywords of `GeometricPenalty`. Runs with `cycles` are iterative unless they say
    otherwise.

    Args:
        folder: of the family.
        config: as above.
        images: training images.
        labels: `(sample,)`.
        validation: `(images, labels)`; each model's accuracy on it is kept in the index.
        transform: of the float batches.
        loader: data for scores; the training images by default.
        device: where to train.
        progress: bars.

    Raises:
        PruningError: unknown keys, or a folder made from another configuration.
    """
    config = json.loads(json.dumps(config))
    _check_config(config)
    family = _family(Path(folder), config)
    data: dict[str, Any] = {"transform": transform, "device": device, "progress": progress}
    _train_dense(family, config, images, labels, validation, data)
    for run in config.get("prune", []):
        _run(family, config, run, images, labels, validation, loader, data)
    return family


def _family(folder: Path, config: Mapping[str, Any]) -> ModelFamily:
    if not (folder / INDEX).exists():
        sizes = {k: config[k] for k in ("num_classes", "in_channels", "size") if k in config}
        return ModelFamily.create(
            folder, config["architecture"], config=config, seed=config.get("seed", 0), **sizes
        )
    family = ModelFamily.open(folder)
    for key in set(KEYS) - {"prune"}:
        if family.config.get(key) != config.get(key):
            raise PruningError(
                f"{folder}: was made with {key}={family.config.get(key)!r}, "
                f"got {config.get(key)!r}; use another folder"
            )
    return family


def _train_dense(family, config, images, labels, validation, data) -> None:
    from geowidgets.pruning.robust import robust_augment
    from geowidgets.training import atomic_save, train

    if "dense" in family:
        return
    settings = {"seed": config.get("seed", 0)} | config["train"]
    if config.get("recipe") is not None:
        settings["augment"] = robust_augment(config["recipe"], seed=settings["seed"])
    wanted = {run["rewind"] for run in config.get("prune", []) if run.get("rewind") is not None}

    def keep(epoch: int, model: torch.nn.Module) -> None:
        if epoch in wanted:
            atomic_save(model.state_dict(), _snapshot(family, epoch))

    module = family._build()
    checkpoint = family.folder / "dense.checkpoint"
    history = train(
        module, images, labels, checkpoint=checkpoint, on_epoch=keep, label="dense",
        **settings, **data,
    )  # fmt: skip
    family.add(
        "dense", module, seed=config.get("seed", 0), history=history.epochs,
        **_accuracy(module, validation, data),
    )  # fmt: skip
    checkpoint.unlink(missing_ok=True)


def _run(family, config, run, images, labels, validation, loader, data) -> None:
    ratios = run.get("ratios") or cycle_ratios(run["per_cycle"], run["cycles"])
    iterative = run.get("iterative", "cycles" in run)
    stem = run.get("name", run["method"])
    schedule = config["train"] if run.get("retrain") == "train" else run.get("retrain")
    if schedule is not None:
        schedule = {key: value for key, value in schedule.items() if key != "seed"}
    rewind = None
    if run.get("rewind") is not None:
        rewind = _load_snapshot(family, run["rewind"])
    parent = "dense"
    for number, ratio in enumerate(ratios, 1):
        name = stage_name(stem, ratio)
        source = family[parent]
        if name not in family:
            stage = cycle(
                source.load(), images, labels, method=run["method"], ratio=ratio,
                masks=source.load_masks() or None, name=name, parent=parent, number=number,
                label=f"{stem} cycle {number}/{len(ratios)}",
                schedule=schedule, rewind=rewind, recipe=run.get("recipe"), penalty=_penalty(run),
                seed=run.get("seed", config.get("seed", 0)), folder=family.folder, loader=loader,
                options=run.get("options", {}), **data,
            )  # fmt: skip
            family.add_stage(stage, **_accuracy(stage.module, validation, data))
            for left in family.folder.glob(f"{name}.????????.checkpoint"):
                left.unlink()
        if iterative:
            parent = name


def _penalty(run: Mapping[str, Any]) -> Any:
    from geowidgets.pruning.penalty import GeometricPenalty

    return None if run.get("penalty") is None else GeometricPenalty(**run["penalty"])


def _accuracy(module, validation, data) -> dict[str, float]:
    from geowidgets.training import accuracy

    if validation is None:
        return {}
    found = accuracy(module, *validation, transform=data["transform"], device=data["device"])
    return {"accuracy": found}


def _snapshot(family: ModelFamily, epoch: int) -> Path:
    return family.folder / "rewind" / f"epoch-{epoch}.pt"


def _load_snapshot(family: ModelFamily, epoch: int) -> dict[str, torch.Tensor]:
    path = _snapshot(family, epoch)
    if not path.exists():
        raise PruningError(
            f"rewind: no state of epoch {epoch} in {path.parent}; it is kept while the dense net "
            f"trains, so name it in the configuration from the start (0..epochs)"
        )
    return torch.load(path, map_location="cpu", weights_only=True)


def _check_config(config: Mapping[str, Any]) -> None:
    _check_known("config", config, KEYS)
    for key in ("architecture", "train"):
        if key not in config:
            raise PruningError(f"config: expected the key {key!r}, got {sorted(config)}")
    for run in config.get("prune", []):
        _check_known("config['prune']", run, RUN_KEYS)
        if "method" not in run or ("ratios" in run) == ("cycles" in run):
            raise PruningError(
                f"config['prune']: expected method and either ratios or cycles with per_cycle, "
                f"got {run}"
            )


def _check_known(what: str, given: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for key in given:
        if key not in known:
            raise PruningError(
                f"{what}: expected keys {', '.join(known)}, got {key!r}{did_you_mean(key, known)}"
            )
