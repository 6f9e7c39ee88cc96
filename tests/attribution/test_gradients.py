"""Gradient maps: finite differences, completeness, and what is left untouched."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from geowidgets.attribution import METRICS, gradient_maps, occlusion


def shifted(batch: torch.Tensor) -> torch.Tensor:
    return (batch - 0.4) / 0.3


@pytest.mark.parametrize("margin", ["predicted", "true", "signed"])
def test_gradient_x_input_is_the_slope_of_occlusions_own_metrics(trained, digits, margin):
    """A slope of another metric, in another space, or without the transform."""
    trained = trained.double()
    try:
        image, label = digits.images[0].astype(np.float64)[None, ..., 0] / 255, digits.labels[0]
        row, column = 15, 14
        options = {"transform": lambda batch: shifted(batch).double(), "margin": margin}
        found = gradient_maps(trained, image, label, **options)
        step = 1e-3
        mask = np.zeros((1, *image.shape[1:]), bool)
        mask[0, row, column] = True
        rise, fall = (
            occlusion(
                trained, image, label, masks=mask, fill=image[0, row, column] + sign * step,
                **options,
            )[:, row, column].values.astype(float)
            for sign in (1, -1)
        )  # fmt: skip
        expected = image[0, row, column] * (rise - fall) / (2 * step)
    finally:
        trained.float()
    assert np.abs(expected).max() > 0.01
    np.testing.assert_allclose(found[:, row, column], expected, rtol=0.02, atol=1e-3)


def test_integrated_gradients_add_up_to_the_difference(trained, digits):
    """A path from another baseline, or a sum that is not taken over the channels."""
    image, label = digits.images[3], digits.labels[3]
    found = gradient_maps(
        trained, image, label, "integrated_gradients", baseline="mean", mean=0.2, steps=200
    )
    ends = np.ones((1, 32, 32), bool)
    change = occlusion(trained, image, label, masks=ends, mean=0.2)[:, 0, 0].values
    total = found.values.sum((1, 2))
    for place, name in enumerate(METRICS):
        if name != "margin":  # its nearest plane changes on the way, where the slope jumps
            assert total[place] == pytest.approx(
                -change[place], abs=0.05 + 0.02 * abs(float(change[place]))
            )
    assert found.attrs["method"] == "integrated_gradients"
    assert (found.attrs["steps"], found.attrs["baseline"]) == (200, "mean")


def test_the_differentiable_metrics_are_the_measured_ones(trained, digits):
    """Two formulas of one metric that drift apart."""
    from geowidgets.attribution.forward import opened
    from geowidgets.attribution.gradients import Differentiable
    from geowidgets.attribution.pixels import as_pixels
    from geowidgets.attribution.scores import Scores

    pixels = as_pixels(digits.images[0])
    for reading in ("predicted", "true", "signed"):
        with opened(trained, pixels, None, None, None, "cpu", gradients=True) as net:
            scores = Scores(net.head, 4, METRICS, reading, False, net.device)
            batch = torch.from_numpy(digits.images[:7]).permute(0, 3, 1, 2) / 255
            expected = scores(*net.features_and_logits(batch))
            slopes = Differentiable(net, 4, reading, False)
            for place, name in enumerate(METRICS):
                torch.testing.assert_close(
                    slopes.of(name)(batch), expected[place], rtol=1e-6, atol=1e-5
                )


def test_a_function_of_ones_own_and_a_model_left_alone(trained, digits):
    """Gradients that pile up in the model's parameters, or a metric that is ignored."""

    def logit(features: torch.Tensor, logits: torch.Tensor, label: int) -> torch.Tensor:
        return logits[:, label]

    before = [None if p.grad is None else p.grad.clone() for p in trained.parameters()]
    found = gradient_maps(trained, digits.images[0], 0, metrics=[logit])
    assert found.metric.values.tolist() == ["logit"] and np.abs(found).max() > 0
    for parameter, grad in zip(trained.parameters(), before, strict=True):
        assert parameter.grad is grad or torch.equal(parameter.grad, grad)


def test_unknown_methods_and_steps_are_refused(trained, digits):
    """A misspelt method that gives another one's map."""
    with pytest.raises(ValueError, match="'gradient_input'; did you mean 'gradient_x_input'"):
        gradient_maps(trained, digits.images[0], 0, "gradient_input")
    with pytest.raises(ValueError, match="steps: expected at least 1, got 0"):
        gradient_maps(trained, digits.images[0], 0, "integrated_gradients", steps=0)
