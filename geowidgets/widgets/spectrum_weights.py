"""Where `Spectrum` takes its weights from: a model, one layer, a matrix, or a record of epochs."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from geowidgets.widgets._base import nearest

if TYPE_CHECKING:
    from geowidgets.redundancy import Spectrum
    from geowidgets.training import WeightRecord

ONLY = "weights"  # what the layer of a single matrix is called


class SpectrumWeights:
    """Spectra by layer and epoch, each computed once.

    Args:
        source: a model, a layer, a matrix `(unit, …)`, or a `WeightRecord`.
        initial: the same before training; the record's first epoch where there is one.
        record: weights over the epochs of this model.

    Raises:
        ValueError: no layer with weights, an empty record, or shapes that differ.
        TypeError: something else than these.
    """

    def __init__(self, source: Any, initial: Any, record: WeightRecord | None) -> None:
        from geowidgets.training import WeightRecord

        if isinstance(source, WeightRecord):
            if record is not None:
                raise ValueError("record: expected one record, got a second one as the source")
            source, record = None, source
        if record is not None and not record.epochs:
            raise ValueError("record: expected at least one epoch, got none; train with record=")
        self.model = source
        self.record = record
        self.initial = initial
        self.layers = self._layers()
        self.spectrum = lru_cache(maxsize=256)(self._spectrum)

    @property
    def epochs(self) -> list[int]:
        """Epochs of the record; none without one."""
        return [] if self.record is None else self.record.epochs

    def layer(self, name: str | None) -> str:
        """A layer's name, checked; the first by default.

        Raises:
            ValueError: an unknown name; says the nearest.
        """
        if name is None:
            return self.layers[0]
        if name not in self.layers:
            raise ValueError(f"layer: unknown name {name!r}.{nearest(name, self.layers)}")
        return name

    def before(self, layer: str) -> Spectrum | None:
        """The spectrum before training, or None where nobody kept it."""
        if self.initial is not None:
            return self.spectrum(layer, "initial")
        # A record that begins later would show a trained layer as the start.
        return self.spectrum(layer, 0) if 0 in self.epochs else None

    def _layers(self) -> list[str]:
        from torch import nn

        from geowidgets.redundancy.layers import KINDS

        if self.record is not None:
            return self.record.layers
        if not isinstance(self.model, nn.Module) or isinstance(self.model, KINDS):
            return [ONLY]
        found = [name for name, module in self.model.named_modules() if _has_weights(module)]
        if not found:
            raise ValueError(
                f"expected a model with a linear layer or a convolution, got "
                f"{type(self.model).__name__} without one"
            )
        return found

    def _spectrum(self, layer: str, when: int | str) -> Spectrum:
        from geowidgets.redundancy import spectrum

        if isinstance(when, int) and self.record is not None:
            return spectrum(self.record.weights(layer, when))
        source = self.initial if when == "initial" else self.model
        found = spectrum(source, self._name(source, layer))
        if when == "initial":
            now = self.spectrum(layer, self.epochs[-1] if self.epochs else "trained")
            if (found.units, found.inputs) != (now.units, now.inputs):
                raise ValueError(
                    f"initial: expected {now.units} × {now.inputs} in {layer}, got "
                    f"{found.units} × {found.inputs}"
                )
        return found

    def _name(self, source: Any, layer: str) -> str | None:
        """The layer's name in a model; a matrix and a layer have none."""
        from torch import nn

        from geowidgets.redundancy.layers import KINDS

        single = not isinstance(source, nn.Module) or isinstance(source, KINDS)
        return None if single or layer == ONLY else layer


def _has_weights(module: Any) -> bool:
    from geowidgets.redundancy.layers import KINDS

    return isinstance(module, KINDS) or callable(getattr(module, "effective_weight", None))
