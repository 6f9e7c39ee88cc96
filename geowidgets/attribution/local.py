"""Occluded images fed through a model where they differ from the untouched one only."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, fx

from geowidgets.attribution.crops import Cached, Crop, reach, union, whole, window
from geowidgets.attribution.forward import Net
from geowidgets.attribution.graph import UntraceableError, trace_steps
from geowidgets.attribution.regions import Regions
from geowidgets.attribution.steps import Sliding, Step

# Share of a map above which its crop is given up for the whole map: measured on ResNet-20.
LARGEST = 0.7
# Positions of regions are taken together where they agree modulo the strides so far.
MOST_PHASES = 4
CHECKED = 3
MOST_AT_ONCE = 4
TOLERANCE = 1e-4


@dataclass
class _Bound:
    """Upper bound of a crop, and how far apart its pixels lie in the image."""

    size: tuple[int, int]
    stride: tuple[int, int]


class Local:
    """Early maps are recomputed around the region alone, and pasted where they have grown.

    The untouched image goes through once and its maps are kept. Of a region's maps only the
    window that its pixels can reach is computed, from the kept map around it; from the step on
    where that window is most of the map, whole maps go on. Every number is one that the plain
    forward pass computes, up to the rounding of a sum in another order.

    Args:
        net: The model.
        pixels: The image, `(channel, y, x)`.
        filling: What replaces it, `(channel, y, x)`.
        regions: What is occluded at a time.

    Raises:
        UntraceableError: not this way; says why.
    """

    path = "local"

    def __init__(self, net: Net, pixels: Tensor, filling: Tensor, regions: Regions) -> None:
        self._net, self._regions = net, regions
        self._piece = 1
        self._image, self._filling = self._prepared(pixels, filling)
        self._input, self._steps, self._features = trace_steps(net.module, net.head)
        self._kept: dict[fx.Node, Cached] = {}
        self._original = self._run_original()
        boxes = regions.boxes
        self._size = (
            int((boxes[:, 1] - boxes[:, 0]).max()),
            int((boxes[:, 3] - boxes[:, 2]).max()),
        )
        self._top, self._left = boxes[:, 0], boxes[:, 2]
        self._cropped, self._phases, self._at_once = self._plan()
        self._last_use = self._lifetimes()
        self._check(pixels, filling)

    def _prepared(self, pixels: Tensor, filling: Tensor) -> tuple[Tensor, Tensor]:
        """Image and filling as the model takes them, if the transform goes pixel by pixel."""
        regions = self._regions
        image, fill = self._net.prepare(torch.stack([pixels, filling]))
        if image.shape[1:] != pixels.shape[1:]:
            raise UntraceableError("the transform changes the image's size")
        masks = regions.masks(np.linspace(0, len(regions) - 1, CHECKED).astype(int))[:, None]
        theirs = self._net.prepare(torch.where(masks, filling, pixels))
        if not torch.allclose(theirs, torch.where(masks.to(image.device), fill, image), 1e-5, 1e-6):
            raise UntraceableError("the transform does not go pixel by pixel")
        return image, fill

    def original(self) -> tuple[Tensor, Tensor]:
        """Features and logits of the untouched image, a batch of one."""
        return self._logits(self._original)

    def _logits(self, features: Tensor) -> tuple[Tensor, Tensor]:
        with self._net.head.tap() as tap:
            self._net.head.module(features)
        return tap.features, tap.logits

    def _run_original(self) -> Tensor:
        known: dict[fx.Node, Tensor] = {
            self._input: self._image[None].contiguous(memory_format=torch.channels_last)
        }
        self._keep(self._input, known[self._input])
        for step in self._steps:
            known[step.node] = step.whole(*(known[before] for before in step.inputs))
            self._keep(step.node, known[step.node])
        return known[self._features]

    def _keep(self, node: fx.Node, value: Tensor) -> None:
        if isinstance(value, Tensor) and value.ndim == 4 and len(value) == 1:
            self._kept[node] = Cached.of(value)

    def _plan(self) -> tuple[set[fx.Node], tuple[int, int], int]:
        """Nodes computed on crops, strides that a batch's regions agree in, crops for one map.

        The last is how many times as many crops as whole maps take the same memory.
        """
        bounds = {self._input: _Bound(self._size, (1, 1))}
        phases, work = (1, 1), False
        largest, largest_crop = 1, 1
        for step in self._steps:
            if step.part is None or any(before not in bounds for before in step.inputs):
                continue
            if step.node not in self._kept or not step.inputs:
                continue
            bound = _bound(step.sliding, [bounds[before] for before in step.inputs])
            height, width = self._kept[step.node].shape
            if bound.size[0] * bound.size[1] > LARGEST * height * width:
                continue
            if max(bound.stride) > MOST_PHASES:
                continue
            bounds[step.node] = bound
            rows = self._kept[step.node].rows
            largest = max(largest, rows.numel())
            largest_crop = max(largest_crop, bound.size[0] * bound.size[1] * rows.shape[1])
            phases = tuple(math.lcm(a, b) for a, b in zip(phases, bound.stride, strict=True))
            work = work or not (step.sliding is None or step.sliding.is_pointwise)
        if not work:
            raise UntraceableError("no step of it stays near the regions")
        at_once = max(1, min(MOST_AT_ONCE, largest // largest_crop))
        return set(bounds), (phases[0], phases[1]), at_once

    def _lifetimes(self) -> dict[fx.Node, int]:
        last = {}
        for place, step in enumerate(self._steps):
            last.update(dict.fromkeys(step.inputs, place))
        last[self._features] = len(self._steps)
        return last

    def _check(self, pixels: Tensor, filling: Tensor) -> None:
        """Compare a few regions with the plain pass: what tracing overlooked shows here."""
        group = next(self.batches(len(self._top)))
        places = group[np.linspace(0, len(group) - 1, CHECKED).astype(int)]
        images = torch.where(self._regions.masks(places)[:, None], filling, pixels)
        expected, _ = self._net.features_and_logits(self._net.prepare(images))
        found, _ = self.run(places)
        scale = float(expected.abs().max())
        error = float((found - expected).abs().max())
        if not error <= TOLERANCE * scale:
            raise UntraceableError(
                f"the traced steps give other features: they differ by {error:.3g} where "
                f"they are at most {scale:.3g}"
            )

    def batches(self, size: int) -> Iterator[np.ndarray]:
        """Indices of regions that can be computed together, at most `size` whole maps of them.

        As crops there are several times as many at a time: they are that much smaller.
        """
        self._piece = size
        down, right = self._phases
        phase = (self._top % down) * right + self._left % right
        for one in np.unique(phase):
            members = np.flatnonzero(phase == one)
            yield from np.array_split(members, -(-len(members) // (size * self._at_once)))

    def run(self, indices: np.ndarray) -> tuple[Tensor, Tensor]:
        """Features and logits with each of these regions occluded; see `batches`."""
        crops = {self._input: self._occluded(indices)}
        for place, step in enumerate(self._steps):
            if step.node in self._cropped:
                crops[step.node] = self._part(step, [crops[before] for before in step.inputs])
                for before in step.inputs:
                    if self._last_use[before] == place:
                        crops.pop(before, None)
        pieces = range(0, len(indices), self._piece)
        parts = [
            self._finish({node: crop[i : i + self._piece] for node, crop in crops.items()})
            for i in pieces
        ]
        return self._logits(torch.cat(parts))

    def _finish(self, known: dict[fx.Node, Any]) -> Tensor:
        """The features, from the crops that whole maps are still to be made of."""
        for place, step in enumerate(self._steps):
            if step.node in self._cropped:
                continue
            values = [self._full(before, known) for before in step.inputs]
            known[step.node] = step.whole(*values)
            for before in step.inputs:
                if self._last_use[before] == place:
                    known.pop(before, None)
        return self._full(self._features, known)

    def _occluded(self, indices: np.ndarray) -> Crop:
        top, left = self._top[indices], self._left[indices]
        masks = self._regions.masks(indices)
        height, width = masks.shape[1:]
        y = (top[:, None] + np.arange(self._size[0])).clip(0, height - 1)
        x = (left[:, None] + np.arange(self._size[1])).clip(0, width - 1)
        rows, columns = torch.from_numpy(y)[:, :, None], torch.from_numpy(x)[:, None, :]
        hidden = masks[torch.arange(len(indices))[:, None, None], rows, columns]
        here = self._image[:, rows, columns], self._filling[:, rows, columns]
        values = torch.where(hidden.to(here[0].device), here[1], here[0])
        values = values.movedim(0, 1).contiguous(memory_format=torch.channels_last)
        return Crop(values, top, left)

    def _part(self, step: Step, crops: list[Crop]) -> Crop:
        assert step.part is not None
        sliding = step.sliding
        if sliding is None:
            return self._pointwise(step, crops)
        crop = crops[0]
        if sliding.is_pointwise:
            return Crop(step.part(crop.values), crop.top, crop.left)
        top, left, *size = reach(crop, sliding)
        starts, sizes = [], []
        for axis, first in enumerate((top, left)):
            stride = sliding.stride[axis]
            span = sliding.dilation[axis] * (sliding.kernel[axis] - 1)
            starts.append(first * stride - sliding.padding[axis])
            sizes.append((size[axis] - 1) * stride + span + 1)
        kept = self._kept[step.inputs[0]]
        maps = window(crop, kept, starts[0], starts[1], (sizes[0], sizes[1]), sliding.pad)
        return Crop(step.part(maps), top, left)

    def _pointwise(self, step: Step, crops: list[Crop]) -> Crop:
        assert step.part is not None
        top, left, size = union(crops)
        values = [
            crop.values
            if crop.size == size
            else window(crop, self._kept[before], top, left, size, 0.0)
            for crop, before in zip(crops, step.inputs, strict=True)
        ]
        return Crop(step.part(*values), top, left)

    def _full(self, node: fx.Node, known: dict[fx.Node, Any]) -> Tensor:
        value = known[node]
        if isinstance(value, Crop):
            value = known[node] = whole(value, self._kept[node])
        return value


def _bound(sliding: Sliding | None, inputs: list[_Bound]) -> _Bound:
    """The largest crop that a step can make of its inputs'."""
    size = tuple(max(one.size[axis] for one in inputs) for axis in (0, 1))
    stride = inputs[0].stride
    if sliding is not None:
        size = tuple(
            (size[axis] + sliding.dilation[axis] * (sliding.kernel[axis] - 1) - 1)
            // sliding.stride[axis]
            + 1
            for axis in (0, 1)
        )
        stride = (stride[0] * sliding.stride[0], stride[1] * sliding.stride[1])
    return _Bound((size[0], size[1]), stride)
