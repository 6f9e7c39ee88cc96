"""One model over one tile of images: the forward pass and its geometry, on the device."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from geowidgets.geometry import Classifier
from geowidgets.latents import Head
from geowidgets.store.batching import Batching
from geowidgets.training import to_input

BATCH = {"cpu": 256, "cuda": 1024}
# Of features and logits measured at once: few samples at a time cost three times as much each.
LATENT_BYTES = 1 << 20


def measure_tile(
    module: torch.nn.Module,
    head: Head,
    classifier: Classifier,
    images: np.ndarray,
    labels: np.ndarray,
    transform: Any,
    batching: Batching,
    *,
    device: torch.device,
    margin: str,
    use_bias: bool,
    angle_classes: tuple[int, ...],
    keep_features: bool,
) -> dict[str, np.ndarray]:
    """All variables of one model on the images of one block.

    Args:
        module: In eval mode, on `device`.
        head: Where its features and logits are read.
        classifier: The head's geometry, on `device`.
        images: uint8 (sample, y, x, channel).
        labels: (sample,).
        transform: float32 (sample, channel, y, x) in [0, 1] on the device → the model's input.
        batching: Batch size; changed when memory runs out.
        device: Where to compute.
        margin: Reading of the margin, see `geometry.measure`.
        use_bias: Whether the margin counts the bias.
        angle_classes: Classes whose angles are kept.
        keep_features: Also return `features` (sample, feature) as float16.

    Returns:
        Variable name → array over (sample[, class]).
    """
    truth = torch.from_numpy(labels)

    def show(part: range) -> dict[str, torch.Tensor]:
        with torch.inference_mode(), head.tap() as tap:
            module(to_input(images[part.start : part.stop], device, transform))
            return {"features": tap.features, "logits": tap.logits}

    def measure(rows: range) -> dict[str, torch.Tensor]:
        latents: dict[str, torch.Tensor] = {}
        for part, found in batching.over(rows, show):
            _put(latents, found, part.start - rows.start, len(rows))
        known = truth[rows.start : rows.stop].to(device)
        with torch.inference_mode():
            values = _measure(classifier, **latents, labels=known, margin=margin, use_bias=use_bias)
            if angle_classes != tuple(range(classifier.classes)):
                values["angle"] = values["angle"][:, list(angle_classes)]
            if keep_features:
                values["features"] = latents["features"].half()
        return values

    whole: dict[str, torch.Tensor] = {}
    step = _samples_at_once(classifier, batching.size)
    for first in range(0, len(images), step):
        rows = range(first, min(first + step, len(images)))
        _put(whole, measure(rows), first, len(images))
    return {name: values.cpu().numpy() for name, values in whole.items()}


def _samples_at_once(classifier: Classifier, batch: int) -> int:
    """How many samples are measured at once: whole batches, so that these stay as they are."""
    return max(1, LATENT_BYTES // (4 * (classifier.width + classifier.classes)) // batch) * batch


def _put(
    whole: dict[str, torch.Tensor], part: dict[str, torch.Tensor], first: int, samples: int
) -> None:
    """Write a part's values in place, from sample `first` of `samples` on.

    Small results that outlive a batch's large ones leave holes between them, which took three times
    the results' own memory at 50,000 samples.
    """
    for name, values in part.items():
        if name not in whole:
            whole[name] = values.new_empty((samples, *values.shape[1:]))
        whole[name][first : first + len(values)] = values


def _measure(
    classifier: Classifier,
    features: torch.Tensor,
    logits: torch.Tensor,
    labels: torch.Tensor,
    margin: str,
    use_bias: bool,
) -> dict[str, torch.Tensor]:
    geometry = classifier.measure(features, labels, margin=margin, use_bias=use_bias, logits=logits)
    runner_up = logits.scatter(1, geometry.prediction.clamp(min=0)[:, None], -torch.inf).argmax(1)
    return {
        "angle": geometry.angle,
        "true_angle": geometry.angle.gather(1, labels[:, None])[:, 0],
        "length": geometry.length,
        "margin": geometry.margin,
        "probability": geometry.probability,
        "prediction": geometry.prediction.to(torch.int16),
        "runner_up": runner_up.where(geometry.prediction >= 0, -1).to(torch.int16),
    }
