"""BackSelect against a greedy loop, ties, approximation, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import geowidgets as gw
from geowidgets.attribution import CancelledError, backselect


@pytest.fixture(scope="module")
def net() -> torch.nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        return torch.nn.Sequential(
            torch.nn.Conv2d(2, 4, 3, padding=1),
            torch.nn.Tanh(),
            torch.nn.Flatten(),
            torch.nn.Linear(4 * 6 * 5, 3),
        ).double()


def shifted(batch: torch.Tensor) -> torch.Tensor:
    return (batch.double() - 0.3) / 0.2


def naive(net: torch.nn.Module, image: torch.Tensor, target: int) -> tuple[list[int], list[float]]:
    """Greedy removal, one image a forward pass."""
    now, order, confidence = shifted(image)[None], [], []
    left = list(range(image[0].numel()))
    while left:
        confidence.append(float(net(now).softmax(1)[0, target]))
        sure = []
        for pixel in left:
            hidden = now.clone()
            hidden.reshape(1, 2, -1)[:, :, pixel] = 0
            sure.append(float(net(hidden).softmax(1)[0, target]))
        best = left.pop(int(np.argmax(sure)))
        now.reshape(1, 2, -1)[:, :, best] = 0
        order.append(best)
    return order, [*confidence, float(net(now).softmax(1)[0, target])]


@pytest.mark.parametrize("target", ["predicted", "true"])
@torch.no_grad()
def test_the_greedy_search_itself(net, target):
    """Another order, another class, zeros in pixel space, or channels apart."""
    images = torch.rand(2, 2, 6, 5, generator=torch.Generator().manual_seed(0))
    predicted = net(shifted(images)).argmax(1).tolist()
    labels = [(label + 1) % 3 for label in predicted]
    found = backselect(net, images, labels, target=target, transform=shifted, batch=7)
    wanted = labels if target == "true" else predicted
    assert found["target"].values.tolist() == wanted
    for sample in range(2):
        order, confidence = naive(net, images[sample], wanted[sample])
        ranks = found["order"].values[sample].ravel()
        assert np.argsort(ranks).tolist() == order
        np.testing.assert_allclose(found["confidence"][sample], confidence, rtol=1e-6)
        assert set(np.flatnonzero(found["mask"].values[sample])) == set(order[-3:])
    assert found.attrs["exact"] and found.attrs["forwards"] <= 2 * (30 * 31 // 2 + 33)


def test_pixels_that_are_zero_tie_and_go_in_reading_order(net):
    """Equal confidences that rounding in a batch tells apart; the highest index first."""
    flat = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(12, 2, bias=False))
    with torch.no_grad():
        flat[1].weight[0] = 1.0
        flat[1].weight[1] = 0.0
    image = torch.zeros(1, 1, 3, 4)
    image[0, 0, 1, 2] = image[0, 0, 0, 3] = 0.5
    found = backselect(flat, image, keep=0.15)
    expected = [0, 1, 2, 4, 5, 7, 8, 9, 10, 11, 3, 6]
    assert np.argsort(found["order"].values.ravel()).tolist() == expected
    assert np.flatnonzero(found["mask"]).tolist() == [3, 6]
    assert found.attrs["forwards"] < 12 * 13 / 2 / 2  # half of what telling all apart takes


def test_confidences_near_one_are_still_told_apart():
    """A softmax that rounds to 1 and turns the search into reading order."""
    sure = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(4, 2, bias=False))
    with torch.no_grad():
        sure[1].weight[0] = torch.tensor([100.0, 400.0, 300.0, 200.0])
        sure[1].weight[1] = 0.0
    found = backselect(sure, torch.ones(1, 1, 2, 2))
    assert found["order"].values.ravel().tolist() == [0, 3, 2, 1]


def test_several_pixels_at_a_time_say_that_they_are_an_approximation(net):
    """A mode that is quietly not the greedy search."""
    images = torch.rand(1, 2, 6, 5, generator=torch.Generator().manual_seed(1))
    found = backselect(net, images, k=8, transform=shifted)
    assert not found.attrs["exact"] and found.attrs["k"] == 8
    assert sorted(found["order"].values.ravel().tolist()) == list(range(30))
    measured = ~np.isnan(found["confidence"].values[0])
    assert np.flatnonzero(measured).tolist() == [0, 8, 16, 24, 30]
    assert int(found["mask"].sum()) == 3


def test_informative_pixels_of_a_digit_keep_the_prediction(trained, digits):
    """A mask of the pixels that were removed first."""
    sample = int(np.flatnonzero(digits.labels == 3)[0])
    found = backselect(trained, digits.images[sample : sample + 1], k=64)
    image = torch.from_numpy(digits.images[sample]).permute(2, 0, 1)[None] / 255
    mask = torch.from_numpy(found["mask"].values)[:, None]
    target = int(found["target"][0])
    trained.eval()
    with torch.no_grad():
        kept = trained(image * mask).softmax(1)[0, target]
        dropped = trained(image * ~mask).softmax(1)[0, target]
    assert kept > 0.5 and kept > dropped


def test_progress_and_cancel(net):
    """A search of minutes that cannot be ended."""
    images, seen = torch.rand(1, 2, 6, 5), []

    def tell(done: int, total: int) -> None:
        seen.append((done, total))

    with pytest.raises(CancelledError, match="cancelled after 2 of 30"):
        backselect(net, images, transform=shifted, progress=tell, cancel=lambda: seen[-1][0] == 2)
    assert seen == [(0, 30), (1, 30), (2, 30)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"target": "predict"}, "'predict'; did you mean 'predicted'"),
        ({"k": 0}, "k: expected at least 1 pixel, got 0"),
        ({"keep": 0}, r"keep: expected a share in \(0, 1\], got 0"),
        ({"target": "true"}, "labels: expected 1, one an image, got none"),
        ({"target": "true", "labels": [3]}, r"expected classes in 0\.\.2, got 3"),
    ],
)
def test_what_is_refused(net, options, message):
    """A mistake that costs minutes before it shows."""
    with pytest.raises(ValueError, match=message):
        backselect(net, torch.rand(1, 2, 6, 5), **{"transform": shifted, **options})


def test_a_transform_that_moves_pixels_is_refused():
    """A mask of pixels that are not the image's."""
    pooled = torch.nn.Sequential(
        torch.nn.AdaptiveAvgPool2d(2), torch.nn.Flatten(), torch.nn.Linear(8, 3)
    )
    with pytest.raises(ValueError, match=r"transform: expected to keep \(6, 5\) pixels"):
        backselect(pooled, torch.rand(1, 2, 6, 5), transform=lambda batch: batch[:, :, :5])


def test_the_public_name():
    """A name that the package does not carry."""
    assert gw.attribution.backselect is backselect
