"""Occlusion maps against captum, closed forms and a loop over pixels."""

from __future__ import annotations

import threading

import numpy as np
import pytest
import torch
from captum.attr import Occlusion

import geowidgets as gw
from geowidgets.attribution import CancelledError, mean_pixel, occlusion, occlusion_maps


@pytest.fixture(scope="module")
def colour() -> np.ndarray:
    """A photograph-like uint8 image of 13 × 10 pixels (not square)."""
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (13, 10, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def net() -> torch.nn.Module:
    """A net of convolutions for images of any size from 8 pixels, with biases everywhere."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        return torch.nn.Sequential(
            torch.nn.Conv2d(3, 6, 3, padding=1),
            torch.nn.ReLU(),
            torch.nn.Conv2d(6, 8, 3, stride=2, padding=1),
            torch.nn.ReLU(),
            torch.nn.AdaptiveAvgPool2d(2),
            torch.nn.Flatten(),
            torch.nn.Linear(32, 5),
        )


def columns(net: torch.nn.Module, batch: torch.Tensor, label: int, margin: str) -> torch.Tensor:
    """The four metrics `(sample, metric)`, from the package's geometry."""
    latents = gw.latents.capture(net, batch)
    found = latents.measure([label] * len(batch), margin=margin)
    return torch.stack(
        [found.length, found.angle[:, label], found.margin, found.probability], dim=1
    )


@pytest.mark.parametrize(
    ("window", "stride"), [(4, 2), (4, 1), ((3, 4), (2, 3)), (5, 5), ((13, 10), 1), (1, 1)]
)
@pytest.mark.parametrize("margin", ["predicted", "true"])
def test_captums_occlusion_with_the_sign_turned(net, colour, window, stride, margin):
    """Windows that end elsewhere at the border, a lost average, a sign, rows for columns."""
    pixels = torch.from_numpy(colour).permute(2, 0, 1).float() / 255
    mean = torch.tensor([0.4, 0.5, 0.6])
    found = occlusion(net, colour, 0, window, stride, mean=mean, margin=margin)
    height, width = found.attrs["window"]
    steps = stride if isinstance(stride, tuple) else (stride, stride)
    expected = Occlusion(lambda batch: columns(net, batch, 0, margin)).attribute(
        pixels[None],
        sliding_window_shapes=(3, height, width),
        strides=(3, *steps),
        baselines=mean[None, :, None, None].expand_as(pixels[None]),
        perturbations_per_eval=1,
    )
    np.testing.assert_allclose(found.values, -expected[:, 0].numpy(), atol=1e-4)


def test_every_pixel_is_the_mean_over_the_windows_that_hold_it(net, colour):
    """Catches an average over all windows, or of the metrics instead of their differences."""
    pixels = torch.from_numpy(colour).permute(2, 0, 1).float() / 255
    found = occlusion(net, colour, 1, 4, 3, fill=0.25)
    before = columns(net, pixels[None], 1, "predicted")[0]
    total, count = np.zeros((4, 13, 10)), np.zeros((13, 10))
    for top in (0, 3, 6, 9):
        for left in (0, 3, 6):
            hidden = pixels.clone()
            hidden[:, top : top + 4, left : left + 4] = 0.25
            change = columns(net, hidden[None], 1, "predicted")[0] - before
            total[:, top : top + 4, left : left + 4] += change.numpy()[:, None, None]
            count[top : top + 4, left : left + 4] += 1
    np.testing.assert_allclose(found.values, total / count, atol=1e-4)
    np.testing.assert_allclose(found.unoccluded, before, atol=1e-4)


def test_what_the_map_says_beside_its_values(net, colour):
    """A map whose reader cannot tell what it shows: wrong label, prediction, fill or units."""
    found = occlusion(net, colour, 2, fill="blur")
    with torch.no_grad():
        logits = net(torch.from_numpy(colour).permute(2, 0, 1)[None].float() / 255)[0]
    assert found.dims == ("metric", "y", "x") and found.shape == (4, 13, 10)
    assert found.metric.values.tolist() == ["length", "angle", "margin", "probability"]
    assert found.unit.values.tolist() == ["feature", "degree", "feature", ""]
    assert found.attrs["prediction"] == int(logits.argmax())
    assert found.attrs["probability_predicted"] == pytest.approx(float(logits.softmax(0).max()))
    np.testing.assert_allclose(found.unoccluded[3], logits.softmax(0)[2], rtol=1e-5)
    assert (found.attrs["label"], found.attrs["fill"]) == (2, "blur")
    assert (found.attrs["window"], found.attrs["stride"]) == ([2, 1], [1, 1])


@pytest.mark.parametrize(
    ("fill", "value"),
    [("zero", 0.0), ("mean", 0.5), (0.25, 0.25), ([0.1, 0.2, 0.3], None), ("image", None)],
)
def test_the_fill_stands_before_the_transform(net, colour, fill, value):
    """A fill in the space of the normalised input, or in another channel."""
    seen: list[torch.Tensor] = []

    def transform(batch: torch.Tensor) -> torch.Tensor:
        seen.append(batch)
        return (batch - 0.5) / 0.2

    whole = torch.rand(3, 13, 10, generator=torch.Generator().manual_seed(1))
    given = whole if fill == "image" else fill
    occlusion(net, colour, 0, (13, 10), fill=given, mean=0.5, transform=transform, path="plain")
    expected = whole if value is None else torch.full((3, 13, 10), value)
    if isinstance(fill, list):
        expected = torch.tensor(fill)[:, None, None].expand(3, 13, 10)
    torch.testing.assert_close(seen[-1][0], expected)


def test_blur_keeps_flat_images_and_smooths_others(net):
    """A kernel that does not sum to 1, or a blur that replaces nothing."""
    flat = np.full((9, 12, 3), 70, np.uint8)
    assert np.abs(occlusion(net, flat, 0, fill="blur").values).max() < 1e-4
    spot = flat.copy()
    spot[4, 5] = 255
    changed = occlusion(net, spot, 0, 4, 2, fill="blur")[0]
    assert abs(changed[4, 5]) > 1e-3


def test_masks_of_any_shape_and_pixels_that_none_holds(net, colour):
    """Catches boxes instead of masks, and 0 where nothing was measured."""
    masks = np.zeros((2, 13, 10), bool)
    masks[0, 0, 0] = masks[0, 12, 9] = True
    masks[1, 5:8, 2:9] = True
    found = occlusion(net, colour, 0, masks=masks)
    assert np.isnan(found.values[:, ~masks.any(0)]).all()
    single = occlusion(net, colour, 0, masks=masks[:1])
    np.testing.assert_allclose(found[:, 0, 0], single[:, 12, 9], atol=1e-5)
    plain = occlusion(net, colour, 0, (3, 7), (1, 1))
    regions = plain.attrs["regions"]
    assert regions == 11 * 4 and found.attrs["regions"] == 2 and "window" not in found.attrs


def test_a_metric_of_ones_own(net, colour):
    """A function that sees other features, logits or labels than those of the occluded image."""

    def logit(features: torch.Tensor, logits: torch.Tensor, label: int) -> torch.Tensor:
        weight, bias = net[-1].weight, net[-1].bias
        torch.testing.assert_close(logits, features @ weight.T + bias)
        return logits[:, label]

    found = occlusion(net, colour, 3, 5, 3, metrics=["angle", logit])
    assert found.metric.values.tolist() == ["angle", "logit"]
    pixels = torch.from_numpy(colour).permute(2, 0, 1).float() / 255
    hidden = pixels.clone()
    hidden[:, :5, :5] = pixels.mean((1, 2), keepdim=True)
    with torch.no_grad():
        expected = net(hidden[None])[0, 3] - net(pixels[None])[0, 3]
    np.testing.assert_allclose(found[1, 0, 0], expected, atol=1e-5)


def test_images_as_arrays_tensors_grey_and_float_give_the_same(net, colour):
    """Channels read as rows, or floats divided by 255."""
    expected = occlusion(net, colour, 0, 4, 2, mean=0.5)
    floats = np.moveaxis(colour, 2, 0).astype(np.float32) / 255
    for image in (torch.from_numpy(colour), floats, torch.from_numpy(floats)):
        np.testing.assert_array_equal(occlusion(net, image, 0, 4, 2, mean=0.5), expected)
    grey = gw.zoo.lenet5(in_channels=1, size=16)
    image = np.random.default_rng(1).integers(0, 256, (16, 16), dtype=np.uint8)
    found = occlusion(grey, image, 0)
    np.testing.assert_array_equal(found, occlusion(grey, image[..., None], 0))


def test_the_model_is_left_as_it_was(colour):
    """Batch norm that learns from the occluded images, or a net left in eval mode."""
    net = gw.zoo.resnet20()
    net.train()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    image = np.random.default_rng(2).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    occlusion(net, image, 0, 16, 16)
    assert net.training and net.stages[0][0].bn1.training
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())


def test_maps_are_streamed_with_progress(trained, digits):
    """Maps in another order, one made before it is asked for, or a caller left in eval mode."""
    seen: list[tuple[int, int]] = []
    other = gw.zoo.lenet5(in_channels=1).train()
    entries = [gw.ModelEntry("a", trained), gw.ModelEntry("b", build=lambda: other)]
    stream = occlusion_maps(
        entries, digits.images[:2], digits.labels[:2], window=16, stride=16,
        progress=lambda done, total: seen.append((done, total)),
    )  # fmt: skip
    assert not seen
    first = next(stream)
    assert seen == [(0, 16), (4, 16)]
    assert torch.is_grad_enabled() and not torch.is_inference_mode_enabled()
    found = [first, *stream]
    assert [(m.model, m.sample) for m in found] == [("a", 0), ("a", 1), ("b", 0), ("b", 1)]
    assert seen[-1] == (16, 16) and other.training
    mean = mean_pixel(digits.images[:2])
    alone = occlusion(trained, digits.images[1], digits.labels[1], 16, 16, mean=mean)
    np.testing.assert_array_equal(found[1].values, alone)


def test_cancelling_stops_between_batches(net, colour):
    """A cancel that is looked at only when all is done."""
    event, calls = threading.Event(), []

    def tell(done: int, total: int) -> None:
        calls.append(done)
        if done:
            event.set()

    with pytest.raises(CancelledError, match="cancelled after 2 of 12"):
        occlusion(net, colour, 0, 4, 3, batch=2, path="plain", progress=tell, cancel=event)
    assert calls == [0, 2]
    with pytest.raises(CancelledError, match="after 0 of 12"):
        occlusion(net, colour, 0, 4, 3, cancel=lambda: True)
    assert occlusion(net, colour, 0, 4, 3, cancel=lambda: False).attrs["regions"] == 12


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"window": 14}, r"window: \(14, 14\) does not fit the image of \(13, 10\)"),
        ({"window": 0}, "window: expected pixels >= 1.*got 0"),
        ({"window": (2, 11)}, r"window: \(2, 11\) does not fit the image of \(13, 10\)"),
        ({"stride": 0}, "stride: expected pixels >= 1.*got 0"),
        ({"stride": (2, -1)}, r"stride: expected pixels >= 1.*got \(2, -1\)"),
        ({"stride": 1.5}, "stride: expected pixels >= 1.*got 1.5"),
        ({"fill": "zeros"}, "unknown word 'zeros'; did you mean 'zero'"),
        ({"fill": [1.0, 2.0]}, r"expected a number, \(3,\) numbers.*got shape \(2,\)"),
        ({"metrics": ("lenght",)}, "unknown metric 'lenght'; did you mean 'length'"),
        ({"metrics": ()}, r"expected a sequence of names or functions, got \(\)"),
        ({"metrics": ("angle", "angle")}, "different names"),
        ({"margin": "ture"}, "unknown reading 'ture'; did you mean 'true'"),
        ({"label": 5}, r"label: expected a class in 0\.\.4, got 5"),
        ({"label": -1}, r"label: expected a class in 0\.\.4, got -1"),
        ({"label": 1.5}, r"label: expected a class in 0\.\.4, got 1.5"),
        ({"batch": 0}, "batch: expected at least 1 image, got 0"),
        ({"masks": np.zeros((1, 13, 10), bool)}, "region 0 holds no pixel"),
        ({"masks": np.ones((1, 10, 13), bool)}, r"\(…, 13, 10\), got bool \(1, 10, 13\)"),
        ({"masks": np.ones((1, 13, 10), bool), "window": 2}, "no window and stride beside"),
        ({"image": np.zeros((2, 3, 4, 1), np.uint8)}, "image: expected .* got torch.uint8"),
        ({"metrics": (lambda x, logits, y: logits,)}, r"one number a sample, shape \(\d+,\), got"),
        ({"metrics": (lambda x, logits, y: logits[0, 0],)}, r"one number a sample.*got \(\)"),
        ({"metrics": (lambda x, logits, y: 0.5,)}, "one number a sample.*got float"),
        ({"metrics": (lambda x, logits, y: logits[:, 0] / 0,)}, "finite numbers, got 1 of 1"),
    ],
)
def test_what_is_refused(net, colour, options, message):
    """A mistake that ends in a map of something else."""
    arguments = {"image": colour, "label": 0, **options}
    with pytest.raises(ValueError, match=message):
        occlusion(net, **arguments)


def test_a_metric_that_is_undefined_on_one_occluded_image_is_refused(net, colour):
    """A map in which one undefined number has spread over the pixels of its window."""
    untouched: list[torch.Tensor] = []

    def odd(features: torch.Tensor, logits: torch.Tensor, label: int) -> torch.Tensor:
        values = logits[:, label].clone()
        if untouched:
            values[-1] = torch.nan
        untouched.append(values)
        return values

    with pytest.raises(ValueError, match=r"metric 'odd' must return finite numbers, got 1 of \d+"):
        occlusion(net, colour, 0, metrics=(odd,))


def test_a_net_on_a_device_without_numbers_is_refused(colour):
    """A map of a net whose weights were never loaded."""
    with torch.device("meta"):
        net = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(390, 5))
    with pytest.raises(ValueError, match=r"device 'meta'.*no numbers"):
        occlusion(net, colour, 0)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_net_and_an_image_on_other_devices(net, colour):
    """Tensors of two devices in one operation, or a net that is left on the other one."""
    pixels = torch.from_numpy(colour).permute(2, 0, 1).float() / 255
    expected = occlusion(net, pixels, 0, device="cpu")
    found = occlusion(net.cuda(), pixels.cuda(), 0, device="cpu")
    assert next(net.parameters()).is_cuda
    np.testing.assert_allclose(found, expected, atol=1e-4)
    net.cpu()


def test_maps_refuse_unknown_options_and_lists_of_other_lengths(net, colour):
    """A misspelt option that is dropped without a word."""
    with pytest.raises(TypeError, match="'windw'; did you mean 'window'"):
        occlusion_maps(net, colour[None], [0], windw=3)
    with pytest.raises(ValueError, match="2 labels and 1 images"):
        occlusion_maps(net, colour[None], [0, 1])
    with pytest.raises(TypeError, match="model 'a': expected a module"):
        occlusion_maps({"a": 3}, colour[None], [0])
