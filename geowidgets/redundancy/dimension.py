"""Angles by the width of the last layer: the curse of dimensionality in Fig. 11."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

from geowidgets.geometry import angles, random_pair_angles
from geowidgets.latents import capture
from geowidgets.redundancy.star import StarNet
from geowidgets.training import to_input, train
from geowidgets.zoo import lenet5

if TYPE_CHECKING:
    import pandas as pd


def random_angles(dimensions: Sequence[int], pairs: int = 10_000, **settings: Any) -> pd.DataFrame:
    """Fig. 11, top, as a table: mean and std of the angle of random pairs by dimension.

    The table of `geometry.random_pair_angles`, whose other settings it takes.

    Returns:
        A row a `dimension`: `mean`, `std` in degrees.

    Source: Li et al., "Understanding Robustness Lottery", §9.3 and Fig. 11 (top).

    Example:
        >>> random_angles([2, 200]).loc[200].round().tolist()
        [90.0, 4.0]
    """
    import pandas as pd

    found = random_pair_angles(dimensions, pairs, **settings)
    return pd.DataFrame(
        {"mean": found.mean.numpy(), "std": found.std.numpy()},
        index=pd.Index(found.dimension.numpy(), name="dimension"),
    )


def lenet5_of_width(
    width: int,
    num_classes: int,
    in_channels: int,
    size: int,
    *,
    relu: bool = False,
    seed: int = 0,
) -> nn.Module:
    """LeNet-5 whose last feature layer has `width` units instead of 84, with fresh weights.

    Example:
        >>> lenet5_of_width(3, 10, 1, 28).fc3.weight.shape
        torch.Size([10, 3])
    """
    if width < 1:
        raise ValueError(f"width: expected at least 1 unit, got {width}")
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        if not relu:
            return StarNet(num_classes, in_channels, size, width)
        net: Any = lenet5(num_classes, in_channels, size, seed=seed)
        net.fc2 = nn.Linear(net.fc2.in_features, width)
        net.fc3 = nn.Linear(width, num_classes)
    return net


def angles_by_width(
    images: np.ndarray,
    labels: np.ndarray,
    widths: Sequence[int],
    *,
    test: tuple[np.ndarray, np.ndarray] | None = None,
    relu: bool = False,
    epochs: int = 10,
    optimizer: str = "adam",
    lr: float = 2e-3,
    seed: int = 0,
    device: str | torch.device = "auto",
    progress: bool = True,
) -> pd.DataFrame:
    """Fig. 11, bottom: the samples' angle to their class direction by the last layer's width.

    One LeNet-5 a width is measured before and after training. Its features are linear, as those of
    the star must be (Fig. 1 fills the plane); with a ReLU all of them are ≥ 0, and few units leave
    most classes no room.

    Args:
        images: uint8 `(sample, y, x, channel)`, trained on.
        labels: int64 `(sample,)`.
        widths: numbers of units d in the last feature layer.
        test: images and labels that are measured; those of the training by default.
        relu: whether the last feature layer has a ReLU, as in many programs called LeNet-5.
        epochs: passes, with a cosine schedule.
        optimizer: "adam" or "sgd" (momentum 0.9); the paper names none. With SGD the mean angle
            rises with the width, as in the figure; with Adam it levels off from 8 units on,
            probably because its steps, of one length in every coordinate, grow with √d.
        lr: learning rate; SGD wants about 0.01.
        seed: of the initial weights and the shuffles.
        device: "auto" takes CUDA where there is one.
        progress: a bar a net.

    Returns:
        A row a `dimension`: `mean`, `std` (degrees, over samples, NaN angles left out),
        `untrained_mean`, `untrained_std`, and `accuracy` in [0, 1].

    Raises:
        ValueError: a width below 1.

    Source: Li et al., "Understanding Robustness Lottery", §9.3 and Fig. 11 (bottom; untrained
    LeNet-5: 88.8 ± 6.8°).

    Example:
        >>> angles_by_width(x, y, [2, 8, 32, 84])                        # doctest: +SKIP
    """
    import pandas as pd

    shown = (images, labels) if test is None else test
    classes = int(max(labels.max(), shown[1].max())) + 1
    rows = []
    for width in widths:
        net = lenet5_of_width(
            width, classes, images.shape[3], images.shape[1], relu=relu, seed=seed
        )
        before = _angles(net, *shown)[0]
        train(
            net, images, labels, epochs=epochs, optimizer=optimizer, lr=lr, weight_decay=0.0,
            seed=seed, device=device, progress=progress, label=f"width {width}",
        )  # fmt: skip
        after, accuracy = _angles(net.cpu(), *shown)
        rows.append(
            {
                "dimension": width,
                "mean": np.nanmean(after),
                "std": np.nanstd(after),
                "untrained_mean": np.nanmean(before),
                "untrained_std": np.nanstd(before),
                "accuracy": accuracy,
            }
        )
    return pd.DataFrame(rows).set_index("dimension")


def _angles(net: nn.Module, images: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, float]:
    """Degrees to the own class's direction `(sample,)`, and the accuracy."""
    latents = capture(net, to_input(images), head="fc3")
    own = angles(latents.features, latents.weight)[torch.arange(len(labels)), labels]
    hits = latents.logits.argmax(1).numpy() == labels
    return own.double().numpy(), float(hits.mean())
