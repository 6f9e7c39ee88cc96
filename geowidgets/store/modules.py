"""Models ready for the device: built when needed, kept while memory allows, given back as found."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from geowidgets.geometry import Classifier
from geowidgets.latents import Head, find_head
from geowidgets.latents.precision import full_precision
from geowidgets.latents.weights import evaluating
from geowidgets.schema import StoreError
from geowidgets.study import ModelEntry
from geowidgets.study.model_entry import Transform
from geowidgets.training import to_input

KEPT_BYTES = 2 << 30
# Of a head's geometry. Worked out it takes a millisecond, which counts where a tile takes thirty;
# many large heads, 24 MB each, would not fit, and cost nothing beside their nets' forward passes.
CLASSIFIER_BYTES = 1 << 20


@contextmanager
def on_device(module: nn.Module, device: torch.device) -> Iterator[nn.Module]:
    """The module in eval mode on a device, in whole float32; afterwards all is as it was."""
    tensors = [*module.parameters(), *module.buffers()]
    home = tensors[0].device if tensors else torch.device("cpu")
    # Moving a module to where it is takes as long as twenty small images.
    stays = device.type == "cpu" and all(tensor.device == device for tensor in tensors)
    with evaluating(module), full_precision():
        try:
            yield module if stays else module.to(device)
        finally:
            if not stays:
                module.to(home)


@dataclass
class Ready:
    """A module, its head, and what it takes of `KEPT_BYTES`."""

    module: nn.Module
    head: Head
    size: int
    _classifier: Classifier | None = None

    def classifier(self, device: torch.device) -> Classifier:
        """The head's geometry, on the one device of a computation; kept where it is small."""
        if self._classifier is not None:
            return self._classifier
        made = self.head.classifier(device)
        if 8 * made.classes * (made.width + made.classes) <= CLASSIFIER_BYTES:
            self._classifier = made
        return made


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
        self._kept: OrderedDict[str, Ready] = OrderedDict()

    def get(self, entry: ModelEntry) -> Ready:
        """The entry's module and its classifier head.

        Raises:
            StoreError: no head or several, a model that fails, or a head whose classes are not
                the study's; names the entry.
        """
        if entry.name not in self._kept:
            module = entry.load()
            head = self._find_head(entry, module)
            size = sum(t.nbytes for t in (*module.parameters(), *module.buffers()))
            self._kept[entry.name] = Ready(module, head, size if entry.build else 0)
            self._drop_old()
        self._kept.move_to_end(entry.name)
        return self._kept[entry.name]

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
        while len(self._kept) > 1 and sum(ready.size for ready in self._kept.values()) > KEPT_BYTES:
            self._kept.popitem(last=False)
