"""The star: a net with two features, whose whole latent space can be drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from geowidgets.suggest import nearest
from geowidgets.training import to_input, train

SIDE = 128


class StarNet(nn.Module):
    """LeNet-5 with `width` linear features: convolutions (6, 16), 120 units, then the features.

    The features have no ReLU: with one, two of them would all lie in a single quadrant, and the
    star of Fig. 1 fills the plane.
    """

    def __init__(self, num_classes: int, in_channels: int, size: int, width: int = 2) -> None:
        super().__init__()
        if size < 16:
            raise ValueError(f"size: expected at least 16 pixels, got {size}")
        if width < 1:
            raise ValueError(f"width: expected at least 1 unit, got {width}")
        side = (size // 2 - 4) // 2
        self.conv1 = nn.Conv2d(in_channels, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.pool = nn.MaxPool2d(2)
        self.fc1 = nn.Linear(16 * side * side, 120)
        self.fc2 = nn.Linear(120, width)
        self.fc3 = nn.Linear(width, num_classes)

    def features(self, images: Tensor) -> Tensor:
        """Images `(sample, channel, y, x)` → the features `(sample, feature)`."""
        maps = self.pool(torch.relu(self.conv1(images)))
        maps = self.pool(torch.relu(self.conv2(maps)))
        return self.fc2(torch.relu(self.fc1(maps.flatten(1))))

    def forward(self, images: Tensor) -> Tensor:
        """Images `(sample, channel, y, x)` → logits `(sample, class)`."""
        return self.fc3(self.features(images))


class Star(NamedTuple):
    """A two-dimensional latent space as arrays.

    Attributes:
        features: X, float32 `(sample, 2)`.
        labels: int64 `(sample,)`.
        predictions: int64 `(sample,)`.
        directions: W, rows of the classifier, float32 `(class, 2)`.
        bias: b, float32 `(class,)`.
        raster: class predicted at each point of the plane, int16 `(y, x)`, y upwards.
        extent: left, right, bottom, top of the raster's centres of outer pixels, feature units.
        loss: name of the loss that the net was trained with.
        accuracy: on the samples, 0..1.
    """

    features: np.ndarray
    labels: np.ndarray
    predictions: np.ndarray
    directions: np.ndarray
    bias: np.ndarray
    raster: np.ndarray
    extent: tuple[float, float, float, float]
    loss: str
    accuracy: float


def squared_error(logits: Tensor, target: Tensor) -> Tensor:
    """Mean squared error to one-hot targets, summed over classes."""
    wanted = functional.one_hot(target, logits.shape[1]).to(logits.dtype)
    return (logits - wanted).square().sum(dim=1).mean()


def multi_margin(logits: Tensor, target: Tensor) -> Tensor:
    """Multi-class hinge: Σ_j max(0, 1 − z_y + z_j), mean over samples."""
    return functional.multi_margin_loss(logits, target) * logits.shape[1]


LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "cross_entropy": functional.cross_entropy,
    "squared_error": squared_error,
    "hinge": multi_margin,
}


def train_star(
    images: np.ndarray,
    labels: np.ndarray,
    *,
    loss: str = "cross_entropy",
    epochs: int = 30,
    lr: float = 2e-3,
    batch_size: int = 32,
    seed: int = 0,
    device: str | torch.device = "auto",
    progress: bool = True,
) -> StarNet:
    """Train a net with two features; the loss shapes the star.

    Cross-entropy −log softmax(z)_y pushes features outwards along rays, one a class. Squared error
    Σ_j (z_j − 1_{j=y})² has nothing to gain from length and draws them to points. The hinge lies
    between: it stops at a margin of 1.

    Args:
        images: uint8 `(sample, y, x, channel)`, square, at least 16 pixels.
        labels: int64 `(sample,)`.
        loss: a name in `LOSSES`.
        epochs: passes, with Adam.
        lr: learning rate.
        batch_size: samples in a step.
        seed: of the initial weights and the shuffles.
        device: "auto" takes CUDA where there is one.
        progress: a bar.

    Raises:
        ValueError: an unknown loss, or images that are too small.

    Source: Li et al., "Understanding Robustness Lottery", §5, Fig. 1, and §9 (losses shape the
    features).

    Example:
        >>> from geowidgets import datasets
        >>> digits = datasets.digits(16, "train")
        >>> net = train_star(digits.images, digits.labels, epochs=1, progress=False)
        >>> net.fc3.weight.shape
        torch.Size([10, 2])
    """
    if loss not in LOSSES:
        raise ValueError(f"loss: unknown name {loss!r}; {nearest(loss, LOSSES)}")
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        net = StarNet(int(labels.max()) + 1, images.shape[3], images.shape[1])

    def instead(_model: nn.Module, _batch: Tensor, target: Tensor, logits: Tensor) -> Tensor:
        # `train` adds penalties to the cross-entropy; without it the other loss is left.
        return LOSSES[loss](logits, target) - functional.cross_entropy(logits, target)

    train(
        net, images, labels, epochs=epochs, optimizer="adam", lr=lr, weight_decay=0.0, seed=seed,
        batch_size=batch_size, device=device, progress=progress, label=f"star, {loss}",
        penalty=None if loss == "cross_entropy" else instead,
    )  # fmt: skip
    return net


@torch.no_grad()
def star(
    net: StarNet,
    images: np.ndarray,
    labels: np.ndarray,
    *,
    loss: str = "",
    side: int = SIDE,
    padding: float = 0.08,
    batch_size: int = 512,
) -> Star:
    """Features, class directions and the decision raster of a net with two features.

    The raster samples the plane on `side` × `side` points around all features and the origin:
    argmax_j (W_j·X + b_j) at each.

    Args:
        net: from `train_star`; its device and mode stay.
        images: uint8 `(sample, y, x, channel)`.
        labels: int64 `(sample,)`.
        loss: what to call the star's loss.
        side: points of the raster along each axis, at least 2.
        padding: share of the span added on each side.
        batch_size: samples a pass.

    Returns:
        `Star`.

    Raises:
        ValueError: fewer than 2 points, or labels that do not fit the images.

    Source: Li et al., "Understanding Robustness Lottery", §5 and Fig. 1 ("the decision boundary …
    can be approximated and visualized by sampling the 2D space").

    Example:
        >>> from geowidgets import datasets
        >>> digits = datasets.digits(16, "test")
        >>> found = star(StarNet(10, 1, 16), digits.images, digits.labels, side=4)
        >>> found.features.shape, found.raster.shape
        ((599, 2), (4, 4))
    """
    if side < 2:
        raise ValueError(f"side: expected at least 2 points, got {side}")
    if len(images) != len(labels) or len(images) == 0:
        raise ValueError(
            f"expected as many labels as images and at least one, got {len(labels)} labels and "
            f"{len(images)} images"
        )
    device = next(net.parameters()).device
    parts = [
        net.features(to_input(images[start : start + batch_size], device)).cpu()
        for start in range(0, len(images), batch_size)
    ]
    features = torch.cat(parts)
    weight, bias = net.fc3.weight.cpu(), net.fc3.bias.cpu()
    predictions = (features @ weight.T + bias).argmax(1)
    extent = _extent(features, padding)
    x = torch.linspace(extent[0], extent[1], side)
    y = torch.linspace(extent[2], extent[3], side)
    plane = torch.stack([x.expand(side, side), y[:, None].expand(side, side)], dim=-1)
    raster = (plane @ weight.T + bias).argmax(-1)
    return Star(
        features.numpy(),
        np.asarray(labels, np.int64),
        predictions.numpy(),
        weight.numpy().copy(),
        bias.numpy().copy(),
        raster.to(torch.int16).numpy(),
        extent,
        loss,
        float((predictions.numpy() == labels).mean()),
    )


def star_for(
    images: np.ndarray,
    labels: np.ndarray,
    test: tuple[np.ndarray, np.ndarray] | None = None,
    **settings: object,
) -> Star:
    """Train (see `train_star`, whose settings are taken) and return the star of the test set.

    Example:
        >>> from geowidgets import datasets
        >>> digits = datasets.digits(16, "train")
        >>> found = star_for(digits.images, digits.labels, epochs=1, loss="hinge", progress=False)
        >>> found.loss, found.directions.shape
        ('hinge', (10, 2))
    """
    net = train_star(images, labels, **settings)  # type: ignore[arg-type]
    shown = (images, labels) if test is None else test
    return star(net, *shown, loss=str(settings.get("loss", "cross_entropy")))


def _extent(features: Tensor, padding: float) -> tuple[float, float, float, float]:
    """A square around the features and the origin, so that angles are drawn as they are."""
    low, high = features.amin(0).clamp(max=0), features.amax(0).clamp(min=0)
    half = float((high - low).max()) * (0.5 + padding) or 1.0
    centre = ((low + high) / 2).tolist()
    return centre[0] - half, centre[0] + half, centre[1] - half, centre[1] + half
