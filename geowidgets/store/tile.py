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


def measure_tile(
    module: torch.nn.Module,
    head: Head,
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
        head: Its classifier.
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
    classifier = head.classifier(device)
    truth = torch.from_numpy(labels)

    def measure(part: range) -> dict[str, torch.Tensor]:
        span = slice(part.start, part.stop)
        with torch.inference_mode(), head.tap() as tap:
            module(to_input(images[span], device, transform))
            found = _measure(classifier, tap, truth[span].to(device), margin, use_bias)
        found["angle"] = found["angle"][:, list(angle_classes)]
        if keep_features:
            found["features"] = tap.features.half()
        return found

    # Written in place: small results that outlive a batch's large ones leave holes between them,
    # which took three times the results' own memory at 50,000 samples.
    whole: dict[str, torch.Tensor] = {}
    for part, found in batching.over(range(len(images)), measure):
        for name, values in found.items():
            if name not in whole:
                whole[name] = values.new_empty((len(images), *values.shape[1:]))
            whole[name][part.start : part.stop] = values
    return {name: values.cpu().numpy() for name, values in whole.items()}


def _measure(
    classifier: Classifier, tap: Any, labels: torch.Tensor, margin: str, use_bias: bool
) -> dict[str, torch.Tensor]:
    logits = tap.logits
    geometry = classifier.measure(
        tap.features, labels, margin=margin, use_bias=use_bias, logits=logits
    )
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
