"""The same net with some of its layers drawn again: what does a layer learn by itself?"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from geowidgets.suggest import nearest
from geowidgets.training.batches import mix

STREAM = 8_128  # tells these draws from those of other uses of the same seed


def resampled(model: nn.Module, layers: Sequence[str], *, seed: int = 0) -> nn.Module:
    """A copy of `model` in which the named modules have fresh weights, as their class draws them.

    Taken before training, and trained like the original, it tells whether what the other layers
    learn depends on what follows them: compare the two with `principal_angles`, or side by side
    in `WeightGraph(…, beside=…)`.

    Args:
        model: the net, left as it was.
        layers: names of layers, or of parts that hold some, such as the classifier's.
        seed: of the new weights; the global generator is left as it was.

    Raises:
        ValueError: no name, an unknown one (the nearest is suggested), or a part in which nothing
            can be drawn again.

    Source: "Sources of redundancy", §3.2, Additional observations and Fig. 5 (Conv-2 whose three
    linear layers were re-sampled).

    Example:
        >>> from geowidgets import zoo
        >>> net = zoo.conv2()
        >>> other = resampled(net, ["fc1", "fc2", "fc3"], seed=1)
        >>> torch.equal(other.fc1.weight, net.fc1.weight)
        False
        >>> torch.equal(other.features[0].weight, net.features[0].weight)
        True
    """
    if isinstance(layers, str) or not layers:
        raise ValueError(f"layers: expected a list of names, got {layers!r}")
    made = copy.deepcopy(model)
    modules = dict(made.named_modules())
    with torch.random.fork_rng(devices=[]):
        # A net built with this very seed would else draw the weights that it has.
        torch.default_generator.manual_seed(mix(seed, STREAM))
        for name in layers:
            if name not in modules or not name:
                known = [one for one in modules if one]
                raise ValueError(f"layers: unknown name {name!r}; {nearest(name, known)}")
            _draw(modules[name], name)
    return made


def _draw(part: nn.Module, name: str) -> None:
    drawn = [one for one in part.modules() if callable(getattr(one, "reset_parameters", None))]
    if not drawn:
        raise ValueError(
            f"layers: {name!r} ({type(part).__name__}) has nothing that can be drawn again; "
            "expected modules with reset_parameters()"
        )
    for one in drawn:
        reset: Any = one.reset_parameters
        reset()
