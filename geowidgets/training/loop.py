"""The training loop: seeded, resumable, masks enforced after every optimiser step."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from geowidgets.fingerprint import of_array
from geowidgets.training.batches import Images, Transform, batches_by_epoch, to_input
from geowidgets.training.evaluate import accuracy, resolve_device
from geowidgets.training.history import History
from geowidgets.training.masking import check_masks, enforce
from geowidgets.training.record import WeightRecord
from geowidgets.training.run import Run
from geowidgets.training.settings import check_callables, check_lists, check_settings


def train(
    model: nn.Module,
    images: Images | Iterable[tuple[Tensor, Tensor]],
    labels: Images | None = None,
    *,
    epochs: int,
    transform: Transform | None = None,
    seed: int = 0,
    device: str | torch.device = "auto",
    progress: bool = True,
    masks: Mapping[str, Tensor] | None = None,
    weights: Images | Sequence[float] | None = None,
    checkpoint: str | Path | None = None,
    batch_size: int = 128,
    optimizer: str = "sgd",
    lr: float = 0.1,
    momentum: float = 0.9,
    nesterov: bool = False,
    weight_decay: float = 5e-4,
    schedule: str = "cosine",
    milestones: Sequence[int] = (),
    gamma: float = 0.1,
    warmup: float = 0,
    label_smoothing: float = 0.0,
    crop: int = 0,
    flip: bool = False,
    augment: Callable[[Images, np.ndarray, int], Images] | None = None,
    penalty: Callable[[nn.Module, Tensor, Tensor, Tensor], Tensor] | None = None,
    validation: tuple[Images, Images] | None = None,
    amp: bool = False,
    channels_last: bool = False,
    max_norm: float | None = None,
    on_epoch: Callable[[int, nn.Module], None] | None = None,
    record: WeightRecord | None = None,
    label: str = "train",
) -> History:
    """Train `model` in place and leave it in eval mode on the device where it was trained.

    Loss: cross-entropy (with label smoothing ε, Szegedy et al. 2016) + penalty. Every epoch draws
    its permutation from a generator seeded with `(seed, epoch)`, so an interrupted run continues
    exactly; dropout uses a forked generator and the global one is left as it was.

    Args:
        model: any classifier; parameters with `requires_grad=False` stay as they are.
        images: uint8 `(sample, y, x, channel)` or float `(sample, channel, y, x)`; or, with
            `labels=None`, an iterable of `(images, labels)` batches that is re-iterable and
            shuffles itself, such as a DataLoader.
        labels: int64 `(sample,)`.
        epochs: how many passes; 0 is allowed and trains nothing.
        transform: applied to float batches `(sample, channel, y, x)` in [0, 1], on the device.
        seed: of the shuffles, the augmentation and dropout.
        device: "auto" takes CUDA where there is one.
        progress: a tqdm bar with epoch, loss, accuracy and time left.
        masks: name of a parameter or buffer → bool tensor; where False, the value is held at 0
            after every optimiser step (momentum and weight decay would revive it otherwise).
        weights: w >= 0 `(sample,)`: a batch's cross-entropy is mean_i w_i ℓ_i, with w scaled to the
            mean 1 over the samples above 0; those of weight 0 are left out.
        checkpoint: a file written atomically after each epoch, from which an interrupted run with
            the same settings resumes.
        batch_size: samples in a step.
        optimizer: "sgd" or "adam".
        lr: nominal learning rate.
        momentum: of SGD.
        nesterov: of SGD.
        weight_decay: added to the gradient, on all trained parameters.
        schedule: "cosine" (to 0), "step" (times `gamma` at each milestone) or "constant".
        milestones: epochs at which "step" decays.
        gamma: factor of "step".
        warmup: epochs over which the rate first grows linearly from 0.
        label_smoothing: ε in [0, 1).
        crop: random crop after zero padding by so many pixels.
        flip: random mirror images.
        augment: `(raw batch, sample numbers, epoch) -> raw batch`, before crop and flip.
        penalty: `(model, batch, labels, logits) -> scalar` added to the loss. One with a method
            `each` of the same arguments, which gives p `(sample,)`, is weighed as the loss is:
            mean_i w_i p_i. One with an `attach(model, example)` context manager is entered around
            the training.
        validation: `(images, labels)` evaluated after each epoch.
        amp: bfloat16 autocast, on CUDA only.
        channels_last: memory format, on CUDA only.
        max_norm: clip the gradient's norm.
        on_epoch: `(epoch, model)` after each epoch, and `(0, model)` before the first.
        record: keeps the weights of chosen layers at the start and after each epoch.
        label: text in front of the progress bar.

    Returns:
        `History`; with a checkpoint it includes the epochs of earlier runs.

    Raises:
        TypeError: a record or validation set that is none, one number where several are expected,
            or what cannot be called where a function is.
        ValueError: bad settings, labels that do not fit, a checkpoint of other settings.
        FloatingPointError: the loss is no longer finite.

    Example:
        >>> from geowidgets import datasets, zoo
        >>> digits = datasets.digits(16, "train")
        >>> net = zoo.lenet5(in_channels=1, size=16)
        >>> history = train(net, digits.images, digits.labels, epochs=1, lr=0.01, progress=False)
        >>> len(history.epochs)
        1
    """
    check_masks(masks)
    check_lists(milestones, validation)
    check_callables(transform=transform, augment=augment, penalty=penalty, on_epoch=on_epoch)
    if record is not None and not isinstance(record, WeightRecord):
        raise TypeError(f"record: expected a WeightRecord, got {type(record).__name__} {record!r}")
    where = resolve_device(device)
    settings: dict[str, Any] = {
        "epochs": epochs, "seed": seed, "batch_size": batch_size, "optimizer": optimizer, "lr": lr,
        "momentum": momentum, "nesterov": nesterov, "weight_decay": weight_decay,
        "schedule": schedule, "milestones": [*milestones], "gamma": gamma, "warmup": warmup,
        "label_smoothing": label_smoothing, "crop": crop, "flip": flip, "max_norm": max_norm,
        "samples": None if labels is None else len(labels), "masks": _removed(masks),
        "weights": None if weights is None else of_array(np.asarray(weights, np.float64)),
    }  # fmt: skip
    check_settings(settings)
    batches = batches_by_epoch(images, labels, batch_size, seed, crop, flip, augment, weights)
    on_cuda = where.type == "cuda"
    layout = torch.channels_last if channels_last and on_cuda else torch.preserve_format
    model.to(where)
    if layout is torch.channels_last:
        model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    run = Run(model, where, settings, masks, transform, penalty, amp and on_cuda, layout)
    history = History()
    if checkpoint is not None and Path(checkpoint).exists():
        history = run.resume(Path(checkpoint))
    enforce(run.kept)
    first = len(history.epochs)
    if record is not None:
        record.start(model, epochs, first)
        record.keep(model, first, epochs)
    if on_epoch is not None and first == 0:
        model.eval()
        on_epoch(0, model)
    attached: Any = contextlib.nullcontext()
    if penalty is not None and hasattr(penalty, "attach"):
        attached = penalty.attach(model, _example(images, labels, where, transform))
    with (
        torch.random.fork_rng(devices=[where] if on_cuda else []),
        attached,
        _bar(epochs, first, label, progress) as bar,
    ):
        for epoch in range(first, epochs):
            told = run.epoch(epoch, batches(epoch))
            if validation is not None:
                told["validation"] = accuracy(model, *validation, transform=transform, device=where)
            history.epochs.append(told)
            # Before the checkpoint: a run killed between the two repeats the epoch and its record.
            if record is not None:
                record.keep(model, epoch + 1, epochs)
            if checkpoint is not None:
                run.save(Path(checkpoint), history)
            if on_epoch is not None:
                model.eval()
                on_epoch(epoch + 1, model)
            bar.set_postfix(loss=f"{told['loss']:.4f}", accuracy=f"{told['accuracy']:.4f}")
            bar.update()
    model.eval()
    return history


def _example(images, labels, device, transform) -> Tensor:
    """Two samples as the model takes them."""
    raw = next(iter(images))[0] if labels is None else images
    return to_input(raw[:2], device, transform)


def _removed(masks: Mapping[str, Tensor] | None) -> dict[str, int]:
    """How many entries each mask removes: enough to tell two runs' checkpoints apart."""
    return {name: int((~mask.bool()).sum()) for name, mask in (masks or {}).items()}


def _bar(epochs: int, first: int, label: str, progress: bool):
    from tqdm.auto import tqdm

    return tqdm(total=epochs, initial=first, desc=label, unit="epoch", disable=not progress)
