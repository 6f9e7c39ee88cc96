"""Accuracy of a model on labelled images, and the device that "auto" means."""

from __future__ import annotations

import torch
from torch import nn

from geowidgets.training.batches import Images, Transform, as_tensor, check_sizes, to_input
from geowidgets.training.outputs import logits_of


def resolve_device(device: str | torch.device) -> torch.device:
    """A torch device; "auto" means CUDA where there is one, else the CPU.

    Raises:
        ValueError: no device, or CUDA where torch sees none.

    Example:
        >>> resolve_device("cpu")
        device(type='cpu')
    """
    if isinstance(device, str) and device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        chosen = torch.device(device)
    except (RuntimeError, TypeError) as error:
        raise ValueError(
            f"device: expected 'auto', 'cpu', 'cuda', 'cuda:1' or another of torch's, "
            f"got {device!r:.60}"
        ) from error
    if chosen.type == "cuda" and not torch.cuda.is_available():
        raise ValueError(f"device {str(device)!r} was asked for, but torch sees no CUDA device")
    return chosen


@torch.no_grad()
def accuracy(
    model: nn.Module,
    images: Images,
    labels: Images,
    *,
    transform: Transform | None = None,
    batch_size: int = 512,
    device: str | torch.device = "auto",
) -> float:
    """Fraction of samples that `model` (eval mode, its mode restored) classifies correctly.

    Example:
        >>> from geowidgets import datasets, zoo
        >>> d = datasets.digits(16)
        >>> 0 <= accuracy(zoo.lenet5(in_channels=1, size=16), d.images, d.labels) <= 1
        True
    """
    where = resolve_device(device)
    images, labels = as_tensor(images), as_tensor(labels)
    check_sizes(images, labels)
    mode = model.training
    model.to(where).eval()
    correct = 0
    for start in range(0, len(images), batch_size):
        batch = to_input(images[start : start + batch_size], where, transform)
        logits = logits_of(model(batch))
        correct += int((logits.argmax(1).cpu() == labels[start : start + batch_size]).sum())
    model.train(mode)
    return correct / len(images)
