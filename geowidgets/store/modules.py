"""Models ready for the device: built when needed, kept while memory allows, given back as found."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import nn

from geowidgets.latents import Head, find_head
from geowidgets.latents.weights import evaluating
from geowidgets.schema import StoreError
from geowidgets.study import ModelEntry
from geowidgets.study.model_entry import Transform
from geowidgets.training import to_input

KEPT_BYTES = 2 << 30


@contextmanager
def on_device(module: nn.Module, device: torch.device) -> Iterator[nn.Module]:
    """The module in eval mode on a device, afterwards as it was."""
    home = next((p.device for p in module.parameters()), torch.device("cpu"))
    with evaluating(module):
        try:
            yield module.to(device)
        finally:
            module.to(home)


class Modules:
    """Modules and heads by entry, least recently used ones dropped beyond `KEPT_BYTES`.

    Args:
        example: A few of the images that all models take, uint8 (sample, y, x, channel).
        classes: How many the study has.
        transform: The study's, for entries without one of their own.
        device: Where the heads are looked for.
    """

    def __init__(
        self, example: np.ndarray, classes: int, transform: Transform | None, device: torch.device
    ) -> None:
        self._example, self._classes = example, classes
        self._transform, self._device = transform, device
        self._kept: OrderedDict[str, tuple[nn.Module, Head, int]] = OrderedDict()

    def get(self, entry: ModelEntry) -> tuple[nn.Module, Head]:
        """The entry's module and its classifier head.

        Raises:
            StoreError: no head or several, a model that fails, or a head whose classes are not
                the study's; names the entry.
        """
        if entry.name not in self._kept:
            module = entry.load()
            head = self._find_head(entry, module)
            size = sum(t.nbytes for t in (*module.parameters(), *module.buffers()))
            self._kept[entry.name] = module, head, size if entry.build else 0
            self._drop_old()
        self._kept.move_to_end(entry.name)
        module, head, _ = self._kept[entry.name]
        return module, head

    def _find_head(self, entry: ModelEntry, module: nn.Module) -> Head:
        transform = entry.transform or self._transform
        try:
            with on_device(module, self._device), torch.inference_mode():
                example = to_input(self._example, self._device, transform)
                head = find_head(module, example, head=entry.head, output=entry.output)
        except Exception as error:
            raise StoreError(f"model {entry.name!r} cannot be measured: {error}") from error
        if head.classes != self._classes:
            raise StoreError(
                f"model {entry.name!r}: its head {head.name!r} has {head.classes} classes, "
                f"the study has {self._classes}"
            )
        return head

    def _drop_old(self) -> None:
        while len(self._kept) > 1 and sum(size for *_, size in self._kept.values()) > KEPT_BYTES:
            self._kept.popitem(last=False)
