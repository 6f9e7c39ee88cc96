"""Light descriptions of models on disk: listed by the hundred, loaded one at a time."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import nn

from geowidgets.pruning.adoption import load_state
from geowidgets.pruning.layers import PruningError
from geowidgets.pruning.masks import Masks, apply

SUFFIXES = (".pt", ".pth", ".ckpt", ".bin", ".tar")
_PATTERN = re.compile(
    r"(?P<method>.+?)[-_](?P<percent>\d+(?:\.\d+)?)(?:[-_]s(?:eed)?(?P<seed>\d+))?"
)


@dataclass(frozen=True)
class ModelRecord:
    """One model on disk; nothing is read until `load`.

    Attributes:
        name: unique in its folder.
        build: makes the net with fresh weights.
        weights: path of the state dict (pruned weights are zero in it).
        masks: path of the masks, or None.
        architecture: row group in the views.
        method: "dense", "magnitude", …
        ratio: measured fraction of weights removed; 0 where not known.
        parent: name of the model that it was pruned from.
        seed: repeat number.
        details: what else is known: requested ratio, measured channels and multiply-adds, scope,
            cycle, history.
    """

    name: str
    build: Callable[[], nn.Module]
    weights: Path
    masks: Path | None = None
    architecture: str = ""
    method: str = "dense"
    ratio: float = 0.0
    parent: str | None = None
    seed: int = 0
    details: Mapping[str, Any] = field(default_factory=dict)

    def load(self) -> nn.Module:
        """The net with its weights, masks applied, in eval mode, on the CPU."""
        module = self.build()
        load_state(module, self.weights)
        apply(module, self.load_masks())
        return module.eval()

    def load_masks(self) -> Masks:
        """Parameter name → bool; empty where the model has none."""
        if self.masks is None:
            return {}
        return torch.load(self.masks, map_location="cpu", weights_only=True)

    def entry(self) -> dict[str, Any]:
        """Keywords from which a study's `ModelEntry` is built: `ModelEntry(**record.entry())`."""
        return {
            "name": self.name,
            "build": self.build,
            "weights": self.weights,
            "architecture": self.architecture,
            "method": self.method,
            "ratio": self.ratio,
            "parent": self.parent,
            "seed": self.seed,
        }


def list_checkpoints(
    folder: str | Path,
    build: Callable[[], nn.Module] | str,
    *,
    describe: Callable[[Path], Mapping[str, Any]] | None = None,
    architecture: str = "",
    pattern: str = "*",
    **sizes: Any,
) -> list[ModelRecord]:
    """Every checkpoint of a folder as a record, without reading one.

    Names such as `magnitude-90.pt` or `ft_85_s2.pth` tell method, ratio and seed; any other name
    becomes the record's name with the method "adopted". A neighbouring `<name>.masks.pt` is taken
    as its masks.

    Args:
        folder: searched without its subfolders.
        build: makes the net, or the name of one of the zoo's architectures.
        describe: path → more of a record's fields (method, ratio, parent, seed, name), which
            replace those read from the file's name.
        architecture: row group; the zoo's name or the builder's by default.
        pattern: which file names to take.
        **sizes: `num_classes`, `in_channels`, `size` of a zoo architecture.

    Raises:
        FileNotFoundError: no such folder, or no checkpoint in it.
        PruningError: two files of one name.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"no folder {folder.resolve()}")
    maker = builder(build, sizes)
    label = architecture or (build if isinstance(build, str) else getattr(build, "__name__", ""))
    records: dict[str, ModelRecord] = {}
    for path in sorted(folder.glob(pattern)):
        if path.suffix not in SUFFIXES or path.name.endswith(".masks.pt"):
            continue
        fields = _from_name(path.stem) | dict(describe(path) if describe else {})
        masks = path.with_name(f"{path.stem}.masks.pt")
        record = ModelRecord(
            build=maker, weights=path, masks=masks if masks.exists() else None,
            architecture=label, **fields,
        )  # fmt: skip
        if record.name in records:
            raise PruningError(
                f"{path.name}: the name {record.name!r} is taken by "
                f"{records[record.name].weights.name}; let describe= give unique names"
            )
        records[record.name] = record
    if not records:
        raise FileNotFoundError(
            f"no checkpoint {'/'.join(SUFFIXES)} matching {pattern!r} in {folder.resolve()}"
        )
    return list(records.values())


def builder(
    build: Callable[[], nn.Module] | str, sizes: Mapping[str, Any]
) -> Callable[[], nn.Module]:
    """The function itself, or a picklable builder of a zoo architecture."""
    if not isinstance(build, str):
        if sizes:
            raise PruningError(f"build: {sorted(sizes)} are for the zoo's names, got a function")
        return build
    from geowidgets import zoo

    zoo.check(build)
    return partial(zoo.build, build, **sizes)


def _from_name(stem: str) -> dict[str, Any]:
    found = _PATTERN.fullmatch(stem)
    if found is None or not float(found["percent"]) < 100:
        return {"name": stem, "method": "dense" if stem.startswith("dense") else "adopted"}
    return {
        "name": stem,
        "method": found["method"],
        "ratio": float(found["percent"]) / 100,
        "seed": int(found["seed"] or 0),
    }


def read_index(path: Path) -> dict[str, Any]:
    """The JSON of an index file; a damaged one is named."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise PruningError(f"{path}: expected a JSON index, {error}") from error
