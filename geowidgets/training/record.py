"""The weights of chosen layers after every epoch, kept compactly in memory or in a folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from geowidgets.suggest import nearest
from geowidgets.training.files import atomic_save

LIMIT = 2 << 30


class Packed(NamedTuple):
    """One layer's weights: float16 `(unit, input)` in [−1, 1] times float32 `(unit,)`."""

    values: Tensor
    scale: Tensor


class WeightRecord:
    """The weights of chosen layers at initialisation (epoch 0) and after every so many epochs.

    Give it to `train(…, record=record)`. Each layer is kept as float16 over its units' largest
    entries, half of what the weights take: entries are right to 2⁻¹¹ of themselves or 2⁻²⁵ of the
    unit's largest, also where weight decay has shrunk a unit to 1e-10. Convolutions are flattened
    from dim 1 on. With a folder, every epoch is one file, written atomically, and only one epoch
    is in memory at a time; an interrupted training goes on with it.

    Args:
        folder: where the epochs go; None keeps them in memory.
        layers: names of layers; by default all linear layers and convolutions.
        every: keep epochs 0, `every`, 2·`every`, … and the last one.
        limit: most bytes the whole record may take; a training that would need more is refused
            before it begins.

    Example:
        >>> from geowidgets import datasets, zoo
        >>> from geowidgets.training import train
        >>> digits, net = datasets.digits(16, "train"), zoo.lenet5(in_channels=1, size=16)
        >>> record = WeightRecord(layers=["fc1"])
        >>> _ = train(net, digits.images, digits.labels, epochs=1, progress=False, record=record)
        >>> record.epochs, record.weights("fc1", 1).shape
        ([0, 1], torch.Size([120, 64]))
    """

    def __init__(
        self,
        folder: str | Path | None = None,
        *,
        layers: Sequence[str] | None = None,
        every: int = 1,
        limit: int = LIMIT,
    ) -> None:
        if not isinstance(every, int) or isinstance(every, bool) or every < 1:
            raise ValueError(f"every: expected 1 or more epochs, got {every!r}")
        if isinstance(layers, str):
            raise ValueError(f"layers: expected a list of names, got the text {layers!r}")
        if layers is not None and not list(layers):
            raise ValueError("layers: expected at least one name, or None for all, got none")
        self.folder = None if folder is None else Path(folder)
        self.every, self.limit = every, limit
        self._wanted = None if layers is None else list(layers)
        self._memory: dict[int, dict[str, Packed]] = {}
        self._latest: tuple[int, dict[str, Packed]] | None = None

    @property
    def epochs(self) -> list[int]:
        """Epochs that are kept, in order; 0 is the initialisation."""
        if self.folder is None:
            return sorted(self._memory)
        return sorted(int(path.stem) for path in self.folder.glob("[0-9]" * 5 + ".pt"))

    @property
    def layers(self) -> list[str]:
        """Names of the layers that are kept; those asked for while nothing is kept yet."""
        epochs = self.epochs
        return list(self._read(epochs[0])) if epochs else list(self._wanted or [])

    def weights(self, layer: str, epoch: int) -> Tensor:
        """W `(unit, input)` of a layer after an epoch, float32 on the CPU.

        Raises:
            ValueError: an epoch or a layer that is not kept, or a damaged file.
        """
        if epoch not in self.epochs:
            raise ValueError(f"epoch: expected one of {self.epochs}, got {epoch}")
        found = self._read(epoch)
        if layer not in found:
            raise ValueError(f"layer: unknown name {layer!r}; {nearest(layer, found)}")
        values, scale = found[layer]
        return values.float() * scale[:, None]

    def over_epochs(self, layer: str) -> Iterator[tuple[int, Tensor]]:
        """Pairs (epoch, W `(unit, input)`), one at a time."""
        for epoch in self.epochs:
            yield epoch, self.weights(layer, epoch)

    def start(self, model: nn.Module, epochs: int, done: int) -> None:
        """Check a training of `epochs` epochs of which `done` were done earlier, before it begins.

        Raises:
            ValueError: unknown layers, more bytes than the limit, or earlier epochs that lack.
        """
        modules = self._modules(model)
        numbers = [number for number in range(epochs + 1) if self.keeps(number, epochs)]
        size = sum(2 * m.weight.numel() + 4 * len(m.weight) for m in modules.values())
        if size * len(numbers) > self.limit:
            raise ValueError(
                f"record: {len(numbers)} epochs of {size:,} bytes are {size * len(numbers):,}, "
                f"expected at most limit={self.limit:,}; name fewer layers or raise every"
            )
        if done == 0:
            self._clear()
            return
        kept = self.epochs
        missing = [number for number in numbers if number < done and number not in kept]
        if missing:
            raise ValueError(
                f"record: the training resumes after epoch {done}, and the record lacks "
                f"{missing}; give it the folder of the first run, or train without the checkpoint"
            )

    def keeps(self, epoch: int, epochs: int) -> bool:
        """Whether that epoch of so many belongs to the record."""
        return epoch % self.every == 0 or epoch == epochs

    def keep(self, model: nn.Module, epoch: int, epochs: int) -> None:
        """Keep the weights as they are now, where the epoch belongs to the record."""
        if not self.keeps(epoch, epochs):
            return
        packed = {name: pack(module.weight) for name, module in self._modules(model).items()}
        if self.folder is None:
            self._memory[epoch] = packed
            return
        self._latest = None
        content = {name: tuple(layer) for name, layer in packed.items()}
        atomic_save(content, self.folder / f"{epoch:05d}.pt")

    def _clear(self) -> None:
        """Forget an earlier run: a mixture of two would look like one."""
        self._memory.clear()
        self._latest = None
        if self.folder is not None:
            for epoch in self.epochs:
                (self.folder / f"{epoch:05d}.pt").unlink()

    def _read(self, epoch: int) -> dict[str, Packed]:
        if self.folder is None:
            return self._memory[epoch]
        if self._latest is None or self._latest[0] != epoch:
            self._latest = epoch, _open(self.folder / f"{epoch:05d}.pt")
        return self._latest[1]

    def _modules(self, model: nn.Module) -> dict[str, Any]:
        known = dict(_weighted(model))
        if self._wanted is None:
            return known
        for name in self._wanted:
            if name not in known:
                raise ValueError(f"layers: unknown name {name!r}; {nearest(name, known)}")
        return {name: known[name] for name in self._wanted}


def pack(weight: Tensor) -> Packed:
    """Weights `(unit, …)` as float16 in [−1, 1] and a float32 scale a unit, on the CPU."""
    flat = weight.detach().flatten(1).float()
    scale = flat.abs().amax(dim=1)
    values = (flat / scale.clamp(min=torch.finfo(torch.float32).tiny)[:, None]).half()
    return Packed(values.cpu(), scale.cpu())


def _open(path: Path) -> dict[str, Packed]:
    """The layers of one epoch's file."""
    try:
        saved = torch.load(path, weights_only=True)
        return {str(name): Packed(*layer) for name, layer in saved.items()}
    except (OSError, RuntimeError, EOFError, UnpicklingError, AttributeError, TypeError) as error:
        raise ValueError(
            f"{path}: expected an epoch of a WeightRecord, got a file that cannot be read as one "
            f"({type(error).__name__}); delete the folder and train again"
        ) from error


def _weighted(model: nn.Module) -> Iterable[tuple[str, Any]]:
    kinds = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)
    return ((name, module) for name, module in model.named_modules() if isinstance(module, kinds))
