"""A trained net with all its pruned and retrained descendants, as one folder.

    <folder>/index.json          readable: architecture, and each model's parent, ratios, history
    <folder>/<name>.pt           state dict, pruned weights zero
    <folder>/<name>.masks.pt     parameter name → bool

Files are written beside and renamed, the index last: a model is in the index only when its files
are whole. Checkpoints are read with `weights_only=True`.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from geowidgets.pruning.cycles import Stage
from geowidgets.pruning.layers import PruningError
from geowidgets.pruning.measured import Measured
from geowidgets.pruning.records import ModelRecord, builder, read_index

FORMAT, VERSION = "geowidgets-family", 1
INDEX = "index.json"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+ -]{0,120}")


class ModelFamily:
    """The models of one folder; listed without loading any.

    Example:
        >>> import tempfile
        >>> from geowidgets import zoo
        >>> folder = tempfile.mkdtemp()
        >>> family = ModelFamily.create(folder, "lenet5", in_channels=1, size=28)
        >>> family.add("dense", zoo.lenet5(in_channels=1, size=28)).ratio
        0.0
        >>> ModelFamily.open(folder)["dense"].load().fc3.out_features
        10
    """

    def __init__(self, folder: Path, index: dict[str, Any], build: Callable[[], nn.Module]):
        self.folder, self._index, self._build = folder, index, build

    @classmethod
    def create(
        cls, folder: str | Path, architecture: str, *,
        build: Callable[[], nn.Module] | None = None, config: Mapping[str, Any] | None = None,
        **sizes: Any,
    ) -> ModelFamily:  # fmt: skip
        """A new, empty family.

        Args:
            folder: made where it does not exist; must not hold a family yet.
            architecture: one of the zoo's names, or any name together with `build`.
            build: makes the net, when it is not of the zoo.
            config: kept in the index, for the reader.
            **sizes: `num_classes`, `in_channels`, `size` of a zoo architecture.
        """
        folder = Path(folder)
        if (folder / INDEX).exists():
            raise PruningError(f"{folder.resolve()}: holds a family already; open it instead")
        maker = builder(build or architecture, {} if build else sizes)
        index = {
            "format": FORMAT, "version": VERSION, "architecture": architecture,
            "zoo": build is None, "sizes": sizes, "config": dict(config or {}), "models": [],
        }  # fmt: skip
        family = cls(folder, index, maker)
        family._write()
        return family

    @classmethod
    def open(
        cls, folder: str | Path, *, build: Callable[[], nn.Module] | None = None
    ) -> ModelFamily:
        """A family on disk; `build` is needed where the net is not of the zoo.

        Raises:
            FileNotFoundError: no family there.
            PruningError: a damaged index, one of a newer version, or `build` missing.
        """
        folder = Path(folder)
        if not (folder / INDEX).is_file():
            raise FileNotFoundError(f"{folder.resolve()}: no {INDEX}, so no family of models")
        index = read_index(folder / INDEX)
        if not isinstance(index, dict) or index.get("format") != FORMAT:
            raise PruningError(f"{folder / INDEX}: expected format {FORMAT!r}")
        if index.get("version") != VERSION:
            raise PruningError(
                f"{folder / INDEX}: expected version {VERSION}, got {index.get('version')!r}"
            )
        if build is None and not index["zoo"]:
            raise PruningError(
                f"{folder}: architecture {index['architecture']!r} is not of the zoo; pass build="
            )
        maker = builder(build or index["architecture"], {} if build else index["sizes"])
        return cls(folder, index, maker)

    @property
    def architecture(self) -> str:
        """Name of the architecture."""
        return self._index["architecture"]

    @property
    def config(self) -> dict[str, Any]:
        """The configuration that it was built from, where it was."""
        return self._index["config"]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all models, in the order of their making."""
        return tuple(model["name"] for model in self._index["models"])

    @property
    def records(self) -> list[ModelRecord]:
        """One light record a model."""
        return [self._record(model) for model in self._index["models"]]

    def __len__(self) -> int:
        return len(self._index["models"])

    def __iter__(self) -> Iterator[ModelRecord]:
        return iter(self.records)

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def __getitem__(self, name: str) -> ModelRecord:
        for model in self._index["models"]:
            if model["name"] == name:
                return self._record(model)
        raise KeyError(f"no model {name!r} in {self.folder}; there are {', '.join(self.names)}")

    def children(self, name: str) -> list[ModelRecord]:
        """The models pruned from that one."""
        return [record for record in self if record.parent == name]

    def add(
        self,
        name: str,
        module: nn.Module,
        *,
        masks: Mapping[str, Tensor] | None = None,
        method: str = "dense",
        measured: Measured | None = None,
        parent: str | None = None,
        seed: int = 0,
        **details: Any,
    ) -> ModelRecord:
        """Save a model.

        Args:
            name: unique; letters, digits, space and `._+-`.
            module: of the family's architecture, masks applied.
            masks: parameter name → bool.
            method: "dense" or a pruning method.
            measured: what was removed.
            parent: name of a model of this family.
            seed: repeat number.
            **details: anything else that JSON can hold, such as `history`.
        """
        if not _NAME.fullmatch(name):
            raise PruningError(f"name: expected letters, digits, space and ._+-, got {name!r}")
        if name in self:
            raise PruningError(f"name: {name!r} is in {self.folder} already")
        if parent is not None and parent not in self:
            raise PruningError(f"parent: expected one of {', '.join(self.names)}, got {parent!r}")
        from geowidgets.training import atomic_save

        state = {n: v.detach().cpu() for n, v in module.state_dict().items()}
        atomic_save(state, self.folder / f"{name}.pt")
        if masks:
            kept = {n: mask.cpu().bool() for n, mask in masks.items()}
            atomic_save(kept, self.folder / f"{name}.masks.pt")
        entry = {
            "name": name, "method": method, "parent": parent, "seed": seed, "masked": bool(masks),
            "measured": _json_numbers(asdict(measured)) if measured else None, **details,
        }  # fmt: skip
        json.dumps(entry)  # what JSON cannot hold is refused before the index changes
        self._index["models"].append(entry)
        self._write()
        return self._record(entry)

    def add_stage(self, stage: Stage, **details: Any) -> ModelRecord:
        """Save one stage of `prune_retrain`."""
        return self.add(
            stage.name, stage.module, masks=stage.masks, method=stage.method,
            measured=stage.measured, parent=stage.parent, seed=stage.seed, ratio=stage.ratio,
            cycle=stage.cycle, history=stage.history, **details,
        )  # fmt: skip

    def _record(self, model: Mapping[str, Any]) -> ModelRecord:
        name, measured = model["name"], model["measured"] or {}
        known = ("name", "method", "parent", "seed", "masked")
        return ModelRecord(
            name,
            self._build,
            self.folder / f"{name}.pt",
            self.folder / f"{name}.masks.pt" if model["masked"] else None,
            self.architecture,
            model["method"],
            measured.get("parameters", 0.0),
            model["parent"],
            model["seed"],
            {key: value for key, value in model.items() if key not in known},
        )

    def _write(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        partial = self.folder / f"{INDEX}.{os.getpid()}.partial"
        partial.write_text(json.dumps(self._index, indent=1, allow_nan=False), encoding="utf-8")
        os.replace(partial, self.folder / INDEX)


def _json_numbers(values: dict[str, Any]) -> dict[str, Any]:
    """NaN (multiply-adds not known) as null, which JSON has."""
    return {k: None if isinstance(v, float) and math.isnan(v) else v for k, v in values.items()}
