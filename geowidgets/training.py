"""The training loop: seeded, resumable, masks enforced after every optimiser step."""

from __future__ import annotations

import contextlib
import json
import math
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

Images = Tensor | np.ndarray
Transform = Callable[[Tensor], Tensor]


@dataclass
class History:
    """What happened in each finished epoch.

    Attributes:
        epochs: one dict an epoch with `epoch` (1-based), `loss` (mean training loss), `accuracy`
            (training, 0..1), `learning_rate` (at its end), `seconds`, and `validation` (0..1)
            where a validation set was given.
    """

    epochs: list[dict[str, float]] = field(default_factory=list)

    def column(self, name: str) -> list[float]:
        """One entry of every epoch, such as `history.column("loss")`."""
        return [epoch[name] for epoch in self.epochs]


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
    checkpoint: str | Path | None = None,
    batch_size: int = 128,
    optimizer: str = "sgd",
    lr: float = 0.1,
    momentum: float = 0.9,
    nesterov: bool = False,
    weight_decay: float = 5e-4,
    schedule: str = "cosine",
    milestones: Iterable[int] = (),
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
        checkpoint: a file written atomically after each epoch, from which an interrupted run with
            the same settings resumes.
        batch_size, optimizer, lr, momentum, nesterov, weight_decay: "sgd" or "adam".
        schedule: "cosine" (to 0), "step" (times `gamma` at each of `milestones`, in epochs) or
            "constant"; all after a linear warm-up over `warmup` epochs.
        label_smoothing: ε in [0, 1).
        crop: random crop after zero padding by so many pixels; `flip`: random mirror image.
        augment: `(raw batch, sample numbers, epoch) -> raw batch`, before crop and flip.
        penalty: `(model, batch, labels, logits) -> scalar` added to the loss. One with an
            `attach(model)` context manager is entered around the training.
        validation: `(images, labels)` evaluated after each epoch.
        amp: bfloat16 autocast; `channels_last`: memory format (both on CUDA only).
        max_norm: clip the gradient's norm.
        on_epoch: `(epoch, model)` after each epoch, and `(0, model)` before the first.
        label: text in front of the progress bar.

    Returns:
        `History`; with a checkpoint it includes the epochs of earlier runs.

    Raises:
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
    _check_settings(epochs, lr, optimizer, schedule, label_smoothing, batch_size)
    where = resolve_device(device)
    batches = _batches(images, labels, batch_size, seed, crop, flip, augment)
    milestones = tuple(milestones)
    settings = {
        "epochs": epochs, "seed": seed, "batch_size": batch_size, "optimizer": optimizer, "lr": lr,
        "momentum": momentum, "nesterov": nesterov, "weight_decay": weight_decay,
        "schedule": schedule, "milestones": list(milestones), "gamma": gamma, "warmup": warmup,
        "label_smoothing": label_smoothing, "crop": crop, "flip": flip, "max_norm": max_norm,
    }  # fmt: skip
    on_cuda = where.type == "cuda"
    layout = torch.channels_last if channels_last and on_cuda else torch.preserve_format
    model.to(where, memory_format=layout)
    kept = resolve_masks(model, masks, where)
    steps = _optimizer(model, optimizer, lr, momentum, nesterov, weight_decay)
    history, first = History(), 0
    if checkpoint is not None and Path(checkpoint).exists():
        history, first = _resume(Path(checkpoint), model, steps, settings, where)
    enforce(kept)
    if on_epoch is not None and first == 0:
        on_epoch(0, model)
    attached = getattr(penalty, "attach", None)
    with (
        torch.random.fork_rng(devices=[where] if on_cuda else []),
        attached(model) if attached else contextlib.nullcontext(),
        _bar(epochs, first, label, progress) as bar,
    ):
        for epoch in range(first, epochs):
            started = time.perf_counter()
            _seed_dropout(seed, epoch, where)
            model.train()
            seen = correct = 0
            total = torch.zeros((), dtype=torch.float64, device=where)
            rate = lr
            for index, count, (raw, target) in batches(epoch):
                rate = lr * learning_rate_factor(
                    epoch + index / count, epochs, schedule, milestones, gamma, warmup
                )
                for group in steps.param_groups:
                    group["lr"] = rate
                batch = to_input(raw, where, transform)
                if layout is torch.channels_last:
                    batch = batch.contiguous(memory_format=layout)
                target = target.to(where, non_blocking=True)
                with torch.autocast("cuda", torch.bfloat16, enabled=amp and on_cuda):
                    logits = model(batch)
                    loss = functional.cross_entropy(
                        logits.float(), target, label_smoothing=label_smoothing
                    )
                    if penalty is not None:
                        loss = loss + penalty(model, batch, target, logits)
                steps.zero_grad(set_to_none=True)
                loss.backward()
                if max_norm is not None:
                    nn.utils.clip_grad_norm_(model.parameters(), max_norm)
                steps.step()
                enforce(kept)
                seen += len(target)
                total += loss.detach().double() * len(target)
                correct += (logits.detach().argmax(1) == target).sum()
            record = {
                "epoch": epoch + 1,
                "loss": float(total) / seen,
                "accuracy": int(correct) / seen,
                "learning_rate": rate,
                "seconds": time.perf_counter() - started,
            }
            _check_finite(record["loss"], epoch, lr)
            if validation is not None:
                record["validation"] = accuracy(
                    model, *validation, transform=transform, device=where
                )
            history.epochs.append(record)
            if checkpoint is not None:
                _save(Path(checkpoint), model, steps, settings, history)
            if on_epoch is not None:
                model.eval()
                on_epoch(epoch + 1, model)
            bar.set_postfix(loss=f"{record['loss']:.4f}", accuracy=f"{record['accuracy']:.4f}")
            bar.update()
    model.eval()
    return history


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
    images, labels = _as_tensor(images), _as_tensor(labels)
    _check_sizes(images, labels)
    mode = model.training
    model.to(where).eval()
    correct = 0
    for start in range(0, len(images), batch_size):
        logits = model(to_input(images[start : start + batch_size], where, transform))
        correct += int((logits.argmax(1).cpu() == labels[start : start + batch_size]).sum())
    model.train(mode)
    return correct / len(images)


def to_input(
    images: Images, device: str | torch.device = "cpu", transform: Transform | None = None
) -> Tensor:
    """A batch as the nets take it: float32 `(sample, channel, y, x)`, uint8 scaled to [0, 1].

    uint8 is read as `(sample, y, x, channel)`; floats pass as they are. `transform` comes last.

    Example:
        >>> to_input(np.full((2, 5, 4, 3), 255, np.uint8)).shape
        torch.Size([2, 3, 5, 4])
    """
    batch = _as_tensor(images).to(device, non_blocking=True)
    if batch.dtype == torch.uint8:
        batch = batch.permute(0, 3, 1, 2).float() / 255
    return batch if transform is None else transform(batch)


def resolve_device(device: str | torch.device) -> torch.device:
    """ "auto" → CUDA where there is one, else the CPU; anything else as torch reads it."""
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return torch.device(device)


def resolve_masks(
    model: nn.Module, masks: Mapping[str, Tensor] | None, device: torch.device
) -> list[tuple[Tensor, Tensor]]:
    """Pairs (parameter or buffer, bool mask on its device); names and shapes are checked."""
    named = dict(model.named_parameters()) | dict(model.named_buffers())
    pairs = []
    for name, mask in (masks or {}).items():
        if name not in named:
            raise ValueError(f"masks: the model has no parameter {name!r}")
        if mask.shape != named[name].shape:
            raise ValueError(
                f"masks[{name!r}]: expected shape {tuple(named[name].shape)}, "
                f"got {tuple(mask.shape)}"
            )
        pairs.append((named[name], mask.to(device=device, dtype=torch.bool)))
    return pairs


@torch.no_grad()
def enforce(pairs: Iterable[tuple[Tensor, Tensor]]) -> None:
    """Set every masked-out entry to 0 in place."""
    for tensor, mask in pairs:
        tensor.masked_fill_(~mask, 0)


def learning_rate_factor(
    progress: float,
    epochs: int,
    schedule: str = "cosine",
    milestones: Iterable[int] = (),
    gamma: float = 0.1,
    warmup: float = 0,
) -> float:
    """What the nominal learning rate is multiplied with after `progress` (fractional) epochs.

    Example:
        >>> [learning_rate_factor(e, 10) for e in (0, 5, 10)]
        [1.0, 0.5, 0.0]
    """
    if progress < warmup:
        return progress / warmup
    if schedule == "cosine":
        span = max(epochs - warmup, 1e-12)
        return 0.5 * (1 + math.cos(math.pi * min((progress - warmup) / span, 1)))
    if schedule == "step":
        return gamma ** sum(progress >= milestone for milestone in milestones)
    return 1.0


def crop_and_flip(images: Images, crop: int, flip: bool, generator: torch.Generator) -> Tensor:
    """Random crop after zero padding by `crop` pixels and random mirror image, one gather for all.

    Args:
        images: uint8 `(sample, y, x, channel)` or float `(sample, channel, y, x)`.
        crop: pixels of zero padding; offsets are uniform in 0..2·crop on each axis.
        flip: mirror each sample with probability 1/2.
        generator: a CPU generator.
    """
    batch = _as_tensor(images)
    last = batch.dtype == torch.uint8
    maps = batch if last else batch.permute(0, 2, 3, 1)
    count, height, width = maps.shape[:3]
    padded = functional.pad(maps, (0, 0, crop, crop, crop, crop))
    top, left = torch.randint(0, 2 * crop + 1, (2, count, 1), generator=generator)
    rows, columns = torch.arange(height) + top, torch.arange(width) + left
    if flip:
        mirrored = torch.rand(count, generator=generator) < 0.5
        columns = torch.where(mirrored[:, None], columns.flip(1), columns)
    sample = torch.arange(count)[:, None, None]
    cropped = padded[sample, rows[:, :, None], columns[:, None, :]]
    return cropped if last else cropped.permute(0, 3, 1, 2)


def _batches(images, labels, batch_size, seed, crop, flip, augment):
    """A function epoch → iterator of (index, count, (raw batch, labels))."""
    if labels is None:
        if crop or flip or augment:
            raise ValueError("crop, flip and augment need images and labels, got batches")
        return lambda epoch: _given_batches(images)
    images, labels = _as_tensor(images), _as_tensor(labels).long()
    _check_sizes(images, labels)
    if crop < 0:
        raise ValueError(f"crop: expected pixels >= 0, got {crop}")

    def shuffled(epoch: int) -> Iterator[tuple[int, int, tuple[Tensor, Tensor]]]:
        generator = torch.Generator().manual_seed(_mix(seed, epoch))
        order = torch.randperm(len(images), generator=generator)
        chunks = order.split(batch_size)
        for index, chosen in enumerate(chunks):
            raw: Any = images[chosen]
            if augment is not None:
                raw = _as_tensor(augment(raw, chosen.numpy(), epoch))
            if crop or flip:
                raw = crop_and_flip(raw, crop, flip, generator)
            yield index, len(chunks), (raw, labels[chosen])

    return shuffled


def _given_batches(batches) -> Iterator[tuple[int, int, tuple[Tensor, Tensor]]]:
    if not hasattr(batches, "__len__"):
        raise ValueError(
            f"images: batches must be re-iterable and have a length, got {type(batches).__name__}"
        )
    for index, pair in enumerate(batches):
        yield index, len(batches), pair


def _mix(seed: int, epoch: int) -> int:
    """One generator seed from two numbers, so that epochs of neighbouring seeds differ."""
    return int(np.random.SeedSequence((seed, epoch)).generate_state(1, np.uint64)[0] >> 1)


def _seed_dropout(seed: int, epoch: int, device: torch.device) -> None:
    torch.default_generator.manual_seed(_mix(seed, epoch))
    if device.type == "cuda":
        with torch.cuda.device(device):
            torch.cuda.manual_seed(_mix(seed, epoch))


def _optimizer(model, name, lr, momentum, nesterov, weight_decay) -> torch.optim.Optimizer:
    trained = [p for p in model.parameters() if p.requires_grad]
    if not trained:
        raise ValueError("model: expected parameters with requires_grad=True, found none")
    if name == "adam":
        return torch.optim.Adam(trained, lr, weight_decay=weight_decay)
    return torch.optim.SGD(trained, lr, momentum, weight_decay=weight_decay, nesterov=nesterov)


def _bar(epochs: int, first: int, label: str, progress: bool):
    from tqdm.auto import tqdm

    return tqdm(total=epochs, initial=first, desc=label, unit="epoch", disable=not progress)


def _save(path: Path, model, steps, settings, history) -> None:
    atomic_save(
        {
            "settings": json.dumps(settings, sort_keys=True),
            "model": model.state_dict(),
            "optimizer": steps.state_dict(),
            "history": history.epochs,
        },
        path,
    )


def atomic_save(content: object, path: Path) -> None:
    """`torch.save` to a neighbouring file, then rename: readers never see half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        torch.save(content, partial)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def _resume(path: Path, model, steps, settings, device) -> tuple[History, int]:
    saved = torch.load(path, map_location=device, weights_only=True)
    earlier = json.loads(saved["settings"])
    differing = sorted(k for k in settings if earlier.get(k) != settings[k])
    if differing:
        listed = ", ".join(f"{k}: {earlier.get(k)} then, {settings[k]} now" for k in differing)
        raise ValueError(f"checkpoint {path}: made with other settings ({listed}); delete it")
    model.load_state_dict(saved["model"])
    steps.load_state_dict(saved["optimizer"])
    return History(saved["history"]), len(saved["history"])


def _as_tensor(values: Images) -> Tensor:
    return values if isinstance(values, Tensor) else torch.from_numpy(np.ascontiguousarray(values))


def _check_sizes(images: Tensor, labels: Tensor) -> None:
    if len(images) != len(labels) or len(images) == 0:
        raise ValueError(
            f"expected as many labels as images and at least one, got {len(labels)} labels and "
            f"{len(images)} images"
        )


def _check_finite(loss: float, epoch: int, lr: float) -> None:
    if not math.isfinite(loss):
        raise FloatingPointError(
            f"the training loss became {loss} in epoch {epoch + 1} at lr={lr}; lower the rate"
        )


def _check_settings(epochs, lr, optimizer, schedule, label_smoothing, batch_size) -> None:
    if epochs < 0:
        raise ValueError(f"epochs: expected 0 or more, got {epochs}")
    if not lr > 0:
        raise ValueError(f"lr: expected a positive number, got {lr}")
    if optimizer not in ("sgd", "adam"):
        raise ValueError(f"optimizer: expected 'sgd' or 'adam', got {optimizer!r}")
    if schedule not in ("cosine", "step", "constant"):
        raise ValueError(f"schedule: expected 'cosine', 'step' or 'constant', got {schedule!r}")
    if not 0 <= label_smoothing < 1:
        raise ValueError(f"label_smoothing: expected a number in [0, 1), got {label_smoothing}")
    if batch_size < 1:
        raise ValueError(f"batch_size: expected at least 1, got {batch_size}")
