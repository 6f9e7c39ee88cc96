"""A model of a study, at hand or built when its turn comes; and a whole pruned family."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from geowidgets import fingerprint as fp
from geowidgets.pruning import ModelRecord, prune
from geowidgets.pruning.adoption import load_state
from geowidgets.schema import ModelInfo, check_name
from geowidgets.suggest import nearest

Transform = Callable[[torch.Tensor], torch.Tensor]
NET = "net-"  # begins a fingerprint that is taken over the net, not over what built it


@dataclass(frozen=True)
class ModelEntry:
    """A model of a study, at hand or built when its turn comes.

    Args:
        name: Unique name.
        module: The classifier itself, or
        build: a function that makes it; with `weights`, the path of a checkpoint (a state_dict,
            read with `weights_only=True`) that is loaded into what `build` returns.
        architecture: Row group in the views; the module's class name by default.
        method: How it was made: `"dense"`, `"magnitude"`, …
        ratio: Measured fraction of prunable weights removed, in [0, 1).
        parent: Name of the model that it was pruned from.
        seed: Repeat number.
        masks: Parameter name → bool tensor, `False` = removed; applied to the weights on loading.
        head: Name of the classifier head where it cannot be found (`latents.find_head`).
        output: Key, index or attribute of the logits in the model's output.
        transform: Images float32 (sample, channel, y, x) in [0, 1] → what this model takes, such
            as torchvision's `Normalize`; the study's own by default.

    Example:
        >>> ModelEntry("dense", nn.Linear(4, 2)).architecture
        'Linear'
    """

    name: str
    module: nn.Module | None = None
    build: Callable[[], nn.Module] | None = None
    weights: str | Path | None = None
    architecture: str = ""
    method: str = "dense"
    ratio: float = 0.0
    parent: str | None = None
    seed: int = 0
    masks: Mapping[str, torch.Tensor] | None = None
    head: str | None = None
    output: str | int | None = None
    transform: Transform | None = None

    def __post_init__(self) -> None:
        check_name(self.name, "a model's name")
        if (self.module is None) == (self.build is None):
            raise ValueError(
                f"model {self.name!r}: give either module= or build=, got "
                f"{'both' if self.module is not None else 'neither'}"
            )
        if self.module is not None and not isinstance(self.module, nn.Module):
            raise TypeError(
                f"model {self.name!r}: module must be a torch.nn.Module, got {type(self.module)}"
            )
        if self.weights is not None and self.build is None:
            raise ValueError(f"model {self.name!r}: weights= needs build=, the function to fill")
        if not 0 <= self.ratio < 1:
            raise ValueError(f"model {self.name!r}: ratio must be in [0, 1), got {self.ratio!r}")
        if not self.architecture:
            maker = type(self.module) if self.module is not None else self.build
            name = getattr(maker, "__name__", type(maker).__name__)
            object.__setattr__(self, "architecture", name)

    @property
    def info(self) -> ModelInfo:
        """What the store keeps of this entry beside its numbers."""
        return ModelInfo(
            self.name, self.architecture, self.method, float(self.ratio), self.parent, self.seed
        )

    def load(self) -> nn.Module:
        """The module with weights loaded and masks applied; one given without masks is itself."""
        if self.module is not None and not self.masks:
            return self.module
        module = copy.deepcopy(self.module) if self.module is not None else self._build()
        parameters = dict(module.named_parameters())
        with torch.no_grad():
            for name, mask in (self.masks or {}).items():
                if name not in parameters:
                    raise ValueError(
                        f"model {self.name!r}: mask {name!r} has no parameter; "
                        f"{nearest(name, parameters)}"
                    )
                parameters[name].mul_(mask.to(parameters[name].device))
        return module

    def _build(self) -> nn.Module:
        assert self.build is not None
        module = self.build()
        if self.weights is not None:
            try:
                load_state(module, self.weights)
            except FileNotFoundError as error:
                raise FileNotFoundError(f"model {self.name!r}: {error}") from error
            except Exception as error:
                raise ValueError(f"model {self.name!r}: {error}") from error
        return module

    def fingerprint(self, transform: Transform | None) -> str:
        """Digest of all that decides this model's numbers: the net, head, output and transform.

        The net counts by what it computes (`fingerprint.of_net`), not by how it was built: a
        checkpoint has one fingerprint whichever function builds the net around it. A net that is
        built when its turn comes is built for this, too.

        Args:
            transform: The study's, which counts where the entry has none of its own.
        """
        whole = fp.of_values(
            fp.of_net(self.load()),
            self.head,
            self.output,
            fp.of_callable(self.transform or transform),
        )
        return NET + whole

    def has_fingerprint(self, stored: str, transform: Transform | None) -> bool:
        """Whether a fingerprint is this entry's, be it in the form that early stores have."""
        if stored.startswith(NET):
            return self.fingerprint(transform) == stored
        return self._early_fingerprint(transform) == stored

    def refusal(self, stored: str, transform: Transform | None, where: str) -> str:
        """Why this entry is not the model that `where` was computed with."""
        found = self.fingerprint(transform)
        words = f"model {self.name!r} has fingerprint {found}, {where} was computed with {stored}: "
        if stored.startswith(NET):
            return words + "other weights, masks, architecture, head or transform"
        return words + (
            "that store is of an early version, whose fingerprints count the function that "
            "builds the net; give the entries with the same build= and transform= as the study "
            "that it was computed from, or run GeometryStore.compute(study, path) on that study "
            "once, which renews them"
        )

    def _early_fingerprint(self, transform: Transform | None) -> str:
        """As early stores have it: over builder, file and masks instead of the net."""
        source: tuple[Any, ...]
        if self.module is not None:
            source = (fp.of_module(self.module),)
        else:
            source = (fp.of_callable(self.build), fp.of_file(self.weights) if self.weights else "")
        masks = {name: fp.of_array(mask) for name, mask in sorted((self.masks or {}).items())}
        return fp.of_values(
            *source, masks, self.head, self.output, fp.of_callable(self.transform or transform)
        )


def model_entries(records: Iterable[ModelRecord]) -> list[ModelEntry]:
    """Models on disk as entries of a study; none is loaded before its turn.

    Args:
        records: A `ModelFamily`, or what `pruning.list_checkpoints(folder, build)` lists.
    """
    return [ModelEntry(**record.entry()) for record in records]


def prune_family(
    model: nn.Module,
    *,
    method: str,
    ratios: Iterable[float],
    name: str | None = None,
    parent: str = "dense",
    architecture: str = "",
    transform: Transform | None = None,
    **options: Any,
) -> list[ModelEntry]:
    """Prune one model at several ratios; every result is an entry that knows its parent.

    Args:
        model: Left untouched.
        method: Name in `pruning.METHODS`.
        ratios: Fractions to remove, each in [0, 1).
        name: Stem of the entries' names, `"{name}-{percent}"`; the method's name by default.
        parent: Name of the entry that holds `model`.
        architecture: Row group in the views; the model's class name by default.
        transform: As in `ModelEntry`.
        **options: Passed to `pruning.prune`.
    """
    entries = []
    for ratio in ratios:
        pruned = prune(model, method, ratio, **options)
        entries.append(
            ModelEntry(
                f"{name or method}-{100 * ratio:g}",
                pruned.module,
                architecture=architecture or type(model).__name__,
                method=method,
                ratio=float(pruned.measured.parameters),
                parent=parent,
                seed=pruned.seed,
                transform=transform,
            )
        )
    return entries
