"""From looking back to acting: a model of a study trained further on chosen samples."""

from __future__ import annotations

import contextlib
import copy
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from geowidgets import fingerprint as fp
from geowidgets.latents.outputs import named_outputs
from geowidgets.latents.weights import evaluating
from geowidgets.pruning import GeometricPenalty, PruningError, merge
from geowidgets.pruning.adoption import masks_from_zeros
from geowidgets.schema import check_name
from geowidgets.study.model_entry import ModelEntry, Transform
from geowidgets.study.sample_weights import sample_weights
from geowidgets.study.study import Study, sample_set
from geowidgets.suggest import nearest
from geowidgets.training import logits_of, to_input, train
from geowidgets.training.batches import as_tensor
from geowidgets.training.settings import check_callables

TRAINING_SET = "train"


def finetune(
    entry: ModelEntry,
    images: Any,
    labels: Any = None,
    *,
    samples: Any = None,
    penalty: Any = None,
    epochs: int = 5,
    lr: float = 0.01,
    seed: int | None = None,
    set: str | None = None,
    masks: Mapping[str, Tensor] | None = None,
    suffix: str = "fine-tuned",
    transform: Transform | None = None,
    folder: str | Path | None = None,
    progress: bool = True,
    **training: Any,
) -> ModelEntry:
    """Train a model further on chosen samples, pruned weights staying at 0; a new entry.

    Minimises mean_i w_i (ℓ_i + p_i) over the chosen samples by `training.train`: ℓ the
    cross-entropy, p the penalty, w the samples' weights, scaled to the mean 1, so that a weight of
    2 is a sample that is there twice. The entry itself stays as it is.

    **Give it training images.** A net that was trained on samples of the test set is flattered by
    every number that the store has of it, on those samples and on those like them. To train on
    what you brushed, make the training images a sample set of the study, with a benchmark of its
    own: `Study(…, sets={"test": …, "train": …})`, `Benchmark("train", set="train")`. Brush there,
    or apply there the rule that you found on the test set (`selection.samples = {"metric":
    "margin", "below": 1}`), and read the outcome on the test set.

    Args:
        entry: any model of a study; a lazy one is built.
        images: a `Study`, whose set `set` is trained on, or images: uint8 (sample, y, x[, channel])
            or (sample, channel, y, x), or float (sample, channel, y, x) for the transform.
        labels: (sample,), with images only.
        samples: which of them: indices (one named twice weighs 2), a boolean mask `(sample,)`,
            `selection.saved["fragile"]`, or weights >= 0 `(sample,)`, those of weight 0 left out;
            all alike by default.
        penalty: such as `GeometricPenalty`. A function `(model, batch, labels, logits) -> scalar`
            is added as it is; only one with a method `each`, see `training.train`, is weighed.
        epochs: passes over the chosen samples.
        lr: learning rate at the start; it falls to 0 as a cosine unless `schedule=` says otherwise.
        seed: of shuffles and dropout, and the new entry's repeat number; the entry's by default.
        set: the study's sample set; `"train"` where there is one. A set that models are measured
            on has to be named.
        masks: parameter name → bool tensor, False = held at 0; by default the entry's own masks
            and every weight of a convolution or linear layer that is exactly 0.
        suffix: joins the new entry's name and method: two fine-tunings of a model need two.
        transform: as in `Study`, where neither entry nor study has one.
        folder: keeps the last epoch, so that an interrupted call goes on where it stopped when it
            is made again; another model, data or setting begins anew.
        progress: show a bar.
        **training: more keywords of `training.train`, such as `batch_size`, `augment`, `device`.

    Returns:
        An entry called "<name> <suffix>", its parent the entry, its method "<method>, <suffix>";
        architecture, ratio, head, output and transform are the entry's.

    Raises:
        TypeError: no entry, an unknown keyword, or an argument of another kind.
        ValueError: samples, images or labels that do not fit, a study without training images; the
            value is named.
        FloatingPointError: the loss is no longer finite.

    Source: Li et al., "Understanding Robustness Lottery", Fig. 2 (refine the model; incorporate
        geometric constraints) and §7.2.

    Example:
        >>> from geowidgets import datasets, zoo
        >>> some = datasets.digits(16, "train")[:40]
        >>> net = ModelEntry("net", zoo.lenet5(in_channels=1, size=16))
        >>> data, quick = (some.images, some.labels), {"epochs": 1, "progress": False}
        >>> tuned = finetune(net, *data, samples=[0, 3], **quick)
        >>> tuned.name, tuned.parent, tuned.method
        ('net fine-tuned', 'net', 'dense, fine-tuned')
    """
    if not isinstance(entry, ModelEntry):
        raise TypeError(f"entry: expected a ModelEntry, got {type(entry).__name__} {entry!r:.60}")
    _check_keywords(training)
    check_callables(transform=transform, penalty=penalty)
    pixels, truth, common = _data(images, labels, set)
    taken = entry.transform or common or transform
    module = copy.deepcopy(entry.load())
    home = next((p.device for p in module.parameters()), torch.device("cpu"))
    number = entry.seed if seed is None else seed
    name = f"{entry.name} {check_name(suffix, 'suffix')}"
    settings = {
        "epochs": epochs, "lr": lr, "seed": number, "penalty": penalty, **training,
        "weights": sample_weights(samples, len(pixels)),
        "masks": masks if masks is not None else _held(entry, module),
    }  # fmt: skip
    checkpoint = None
    if folder is not None:
        start = fp.of_values(entry.fingerprint(taken), fp.of_array(pixels), fp.of_array(truth))
        checkpoint = _checkpoint(folder, name, start, settings)
    with _logits_alone(module, entry.output):
        _check_fit(entry, module, to_input(pixels[:2], home, taken), pixels, truth)
        train(
            module, pixels, truth, transform=taken, checkpoint=checkpoint, progress=progress,
            label=name, **settings,
        )  # fmt: skip
    return replace(
        entry, name=name, module=module.to(home), build=None, weights=None, masks=None,
        method=f"{entry.method}, {suffix}", parent=entry.name, seed=number,
    )  # fmt: skip


def _check_keywords(training: Mapping[str, Any]) -> None:
    own = inspect.signature(finetune).parameters
    taken = {"model", "checkpoint", "weights", "label", *own}
    known = [name for name in inspect.signature(train).parameters if name not in taken]
    for name in training:
        if name not in known:
            raise TypeError(f"finetune: unknown keyword {name!r}; {nearest(name, [*own, *known])}")


def _data(images: Any, labels: Any, name: str | None) -> tuple[Any, Any, Transform | None]:
    """Images, labels and the transform that they take."""
    if isinstance(images, Study):
        if labels is not None:
            raise ValueError("labels: a study brings its own, expected None")
        samples = images.sets[_known_set(images, name)]
        return samples.images, samples.labels, images.transform
    if labels is None or name is not None:
        raise ValueError(
            f"expected a Study, or images with labels and no set, got {type(images).__name__}, "
            f"labels {'missing' if labels is None else 'given'}, set={name!r}"
        )
    if not isinstance(images, Tensor | np.ndarray):
        raise TypeError(
            f"images: expected a Study, an array or a tensor, got {type(images).__name__} "
            f"{images!r:.60}"
        )
    pixels = as_tensor(images)
    if pixels.dtype != torch.uint8:
        return pixels, labels, None
    samples = sample_set("images", pixels, labels)
    return samples.images, samples.labels, None


def _check_fit(
    entry: ModelEntry, module: nn.Module, example: Tensor, pixels: Any, labels: Any
) -> None:
    """Whether the model takes the images, and has a logit for every label."""
    try:
        with evaluating(module), torch.inference_mode():
            classes = logits_of(module(example)).shape[1]
    except Exception as error:
        raise ValueError(
            f"model {entry.name!r} does not take these images ({pixels.dtype} of shape "
            f"{tuple(pixels.shape)}): {error}"
        ) from error
    truth = labels.cpu().numpy() if isinstance(labels, Tensor) else np.asarray(labels)
    if truth.dtype.kind not in "iu" or truth.shape != (len(pixels),):
        raise ValueError(
            f"labels: expected {len(pixels)} integers, one an image, got {truth.dtype} of shape "
            f"{truth.shape}"
        )
    if (wrong := np.flatnonzero((truth < 0) | (truth >= classes))).size:
        raise ValueError(
            f"labels: expected 0..{classes - 1}, as model {entry.name!r} has {classes} classes, "
            f"got {int(truth[wrong[0]])} at sample {int(wrong[0])}"
        )


def _known_set(study: Study, name: str | None) -> str:
    name = TRAINING_SET if name is None else name
    if name in study.sets:
        return name
    raise ValueError(
        f"set: the study has no set {name!r} ({nearest(name, study.sets)}); training on samples "
        "that models are measured on flatters them: give training images, or a set of them"
    )


def _held(entry: ModelEntry, module: nn.Module) -> dict[str, Tensor]:
    """The entry's masks, and those of the weights that are exactly 0."""
    try:
        found = masks_from_zeros(module, warn=False)
    except PruningError:  # no layer whose zeros could be read
        found = {}
    if entry.ratio == 0:  # a layer that starts at 0 has still to learn
        found = {name: mask for name, mask in found.items() if mask.any()}
    return merge(found, entry.masks or {})


def _checkpoint(folder: str | Path, name: str, start: str, settings: Mapping[str, Any]) -> Path:
    """A file of its own for every start, data and setting."""
    if not isinstance(folder, str | Path):
        raise TypeError(f"folder: expected a path, got {type(folder).__name__} {folder!r:.60}")
    silent = ("device", "validation", "on_epoch", "record")
    told = {key: _print_of(value) for key, value in settings.items() if key not in silent}
    stem = "".join(c if c.isalnum() else "-" for c in name)
    return Path(folder) / f"{stem}.{fp.of_values(start, told)[:12]}.checkpoint"


def _print_of(value: Any) -> Any:
    if isinstance(value, np.ndarray | Tensor):
        return fp.of_array(value)
    if isinstance(value, Mapping):
        return {str(key): _print_of(part) for key, part in value.items()}
    if isinstance(value, GeometricPenalty):
        return {key: part for key, part in vars(value).items() if not key.startswith("_")}
    return fp.of_callable(value) if callable(value) else repr(value)


@contextlib.contextmanager
def _logits_alone(module: nn.Module, output: str | int | None) -> Iterator[None]:
    """Let a model that returns several things return the named one while it is trained."""
    if output is None:
        yield
        return

    def pick(_module: nn.Module, _inputs: Any, result: Any) -> Tensor:
        return next(iter(named_outputs(result, output).values()))

    hook = module.register_forward_hook(pick)
    try:
        yield
    finally:
        hook.remove()
