"""Where a weight graph's numbers come from: one layer over the epochs, or two as a stack."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

Read = Callable[[int], np.ndarray]


@dataclass(frozen=True)
class Layer:
    """One layer over the epochs.

    Attributes:
        name: what the view calls it.
        epochs: numbers of the kept epochs, rising.
        read: gives W `(unit, input)`, float64, of an epoch.
    """

    name: str
    epochs: list[int]
    read: Read


@dataclass(frozen=True)
class Stack:
    """One layer, or two of equal fan-in as one matrix [W₁; W₂] `(unit, input)`.

    Attributes:
        epochs: numbers of the epochs that all layers have, rising.
        names: of the layers.
        sizes: units of each.
        inputs: n, weights of a unit.
    """

    layers: tuple[Layer, ...]
    epochs: list[int]
    names: list[str]
    sizes: list[int]
    inputs: int

    @property
    def units(self) -> int:
        """Units of all layers together."""
        return sum(self.sizes)

    def named(self, names: Sequence[str]) -> Stack:
        """The same under other names.

        Raises:
            ValueError: not one name a layer.
        """
        if isinstance(names, str) or len(names) != len(self.layers):
            raise ValueError(f"names: expected {len(self.layers)}, one a layer, got {names!r}")
        return replace(self, names=[str(name) for name in names])

    def weights(self, epoch: int) -> np.ndarray:
        """The stacked W `(unit, input)` of an epoch, float64.

        Raises:
            ValueError: a matrix of another shape than the first epoch's.
        """
        parts = [layer.read(epoch) for layer in self.layers]
        for name, units, part in zip(self.names, self.sizes, parts, strict=True):
            if part.shape != (units, self.inputs):
                raise ValueError(
                    f"{name}: expected weights {(units, self.inputs)} at every epoch, got "
                    f"{part.shape} at epoch {epoch}"
                )
        return np.concatenate(parts)


def stack(layers: Sequence[Layer]) -> Stack:
    """Put layers on top of each other.

    Raises:
        ValueError: fan-ins that differ, or no common epoch.
    """
    epochs = sorted(set(layers[0].epochs).intersection(*(layer.epochs for layer in layers)))
    if not epochs:
        shown = " and ".join(f"{layer.name}: {layer.epochs}" for layer in layers)
        raise ValueError(f"expected at least one epoch that all layers have, got {shown}")
    shapes = [layer.read(epochs[0]).shape for layer in layers]
    if len({inputs for _, inputs in shapes}) > 1:
        shown = ", ".join(f"{b.name} {s}" for b, s in zip(layers, shapes, strict=True))
        raise ValueError(f"beside: expected layers of equal fan-in (unit, input), got {shown}")
    return Stack(
        tuple(layers),
        epochs,
        [layer.name for layer in layers],
        [units for units, _ in shapes],
        shapes[0][1],
    )


def layer_of(source: Any, layer: str | None, what: str) -> Layer:
    """One layer over the epochs, from whatever it is given as.

    Args:
        source: a `WeightRecord`; epoch → weights, as a mapping or pairs; an array
            `(epoch, unit, input)`; or one epoch's weights: a matrix, a layer or a model.
        layer: name of the layer in the record or model.
        what: the argument's name, for messages.

    Raises:
        ValueError: an unknown layer, no epoch, or a shape that is none of these.
        TypeError: something else altogether.
    """
    from torch import Tensor, nn

    from geowidgets.training.record import WeightRecord

    if isinstance(source, WeightRecord):
        return _recorded(source, layer, what)
    if isinstance(source, nn.Module):
        return _listed({0: source}, layer)
    if isinstance(source, Tensor | np.ndarray):
        if source.ndim not in (2, 3):
            raise ValueError(
                f"{what}: expected weights (unit, input) or (epoch, unit, input), got shape "
                f"{tuple(source.shape)}"
            )
        return _listed(dict(enumerate(source)) if source.ndim == 3 else {0: source}, layer)
    if isinstance(source, Mapping | Iterable) and not isinstance(source, str):
        return _listed(_by_epoch(source, what), layer)
    raise TypeError(
        f"{what}: expected a WeightRecord, epoch → weights, an array or a model, got "
        f"{type(source).__name__}"
    )


def by_epoch(source: Any, stacked: Stack) -> Read:
    """Similarities `(unit, unit)` of every epoch of a stack, from a mapping, pairs or an array.

    Raises:
        ValueError: an epoch that is missing, or a matrix of another shape.
    """
    pairs = dict(zip(stacked.epochs, source, strict=False)) if _is_array(source) else None
    found = _by_epoch(source, "outputs") if pairs is None else pairs
    missing = [epoch for epoch in stacked.epochs if epoch not in found]
    if missing:
        raise ValueError(f"outputs: expected similarities of {stacked.epochs}, missing {missing}")
    shape = (stacked.units, stacked.units)
    for epoch in stacked.epochs:
        if np.shape(found[epoch]) != shape:
            raise ValueError(
                f"outputs: expected shape {shape} (unit, unit), got {np.shape(found[epoch])} at "
                f"epoch {epoch}"
            )
    return lambda epoch: np.asarray(found[epoch], np.float64)


def _is_array(source: Any) -> bool:
    return hasattr(source, "ndim")


def _by_epoch(source: Any, what: str) -> dict[int, Any]:
    pairs = source.items() if isinstance(source, Mapping) else source
    try:
        found = {int(epoch): value for epoch, value in pairs}
    except (TypeError, ValueError) as error:
        raise TypeError(f"{what}: expected epoch → matrix or pairs of them, got {error}") from error
    if not found:
        raise ValueError(f"{what}: expected at least one epoch, got none")
    return found


def _recorded(record: Any, layer: str | None, what: str) -> Layer:
    from geowidgets.suggest import nearest

    if not record.epochs:
        raise ValueError(f"{what}: expected at least one recorded epoch, got {record.epochs}")
    names = record.layers
    if layer is None and len(names) != 1:
        raise ValueError(f"layer: expected one of {names}, got None")
    name = names[0] if layer is None else layer
    if name not in names:
        raise ValueError(f"layer: unknown name {name!r}; {nearest(name, names)}")
    return Layer(name, record.epochs, lambda epoch: record.weights(name, epoch).double().numpy())


def _listed(found: Mapping[int, Any], layer: str | None) -> Layer:
    from torch import nn

    from geowidgets.redundancy.layers import weight_matrix

    def read(epoch: int) -> np.ndarray:
        source = found[epoch]
        named = layer if isinstance(source, nn.Module) else None
        return weight_matrix(source, named).cpu().numpy()

    return Layer(layer or "layer", sorted(found), read)


def stacked(
    weights: Any,
    layer: str | None,
    beside: Any,
    beside_layer: str | None,
    names: Sequence[str] | None,
) -> Stack:
    """One source, or two of them one under the other, as `WeightGraph` takes them.

    Raises:
        TypeError: a source of no known kind.
        ValueError: layers that do not go together, names that do not fit, or a second layer's
            name without a second source.
    """
    found = [layer_of(weights, layer, "weights")]
    if beside is not None:
        found.append(layer_of(beside, layer if beside_layer is None else beside_layer, "beside"))
    elif beside_layer is not None:
        raise ValueError(f"beside_layer: got {beside_layer!r} without beside=")
    made = stack(found)
    return made if names is None else made.named(names)
