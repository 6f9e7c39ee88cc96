"""Heads of torchvision's models, built without weights and run on small images."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import nn
from torchvision import models

from geowidgets.latents import HeadError, capture, find_head


def vit() -> nn.Module:
    """The layout of vit_b_16 with two narrow layers."""
    return models.VisionTransformer(
        image_size=32, patch_size=16, num_layers=2, num_heads=4, hidden_dim=64, mlp_dim=128
    )


CASES: list[tuple[Callable[[], nn.Module], str, int]] = [
    (lambda: models.resnet18(weights=None), "fc", 512),
    (lambda: models.vgg16(weights=None, init_weights=False), "classifier.6", 4096),
    (lambda: models.alexnet(weights=None), "classifier.6", 4096),
    (lambda: models.densenet121(weights=None), "classifier", 1024),
    (lambda: models.googlenet(weights=None, init_weights=False), "fc", 1024),
    (lambda: models.mobilenet_v3_small(weights=None), "classifier.3", 1024),
    (vit, "heads.head", 64),
]


@pytest.mark.parametrize(("build", "name", "width"), CASES, ids=[case[1] for case in CASES])
def test_the_head_of_a_published_architecture_is_found(build, name: str, width: int) -> None:
    """Catches auxiliary heads, squeeze-and-excitation's 1×1 convolutions and inner projections."""
    model = build().train()
    size = 64 if isinstance(model, models.AlexNet) else 32
    example = torch.rand(3, 3, size, size, generator=torch.Generator().manual_seed(0))
    head = find_head(model, example)
    assert (head.name, head.kind, head.classes, head.width) == (name, "linear", 1000, width)
    assert model.training
    found = capture(model, example, head=head)
    assert found.features.shape == (3, width)
    expected = found.features @ found.weight.T + found.bias
    torch.testing.assert_close(found.logits, expected, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("size", [32, 64])
def test_squeezenet_has_no_head_and_the_way_out_is_named(size: int) -> None:
    """Catches the ReLU and the pooling behind its convolution; at 32×32 pooling does nothing."""
    model = models.squeezenet1_1(weights=None)
    example = torch.rand(2, 3, size, size, generator=torch.Generator().manual_seed(0))
    with pytest.raises(HeadError, match="no classifier head in SqueezeNet") as caught:
        find_head(model, example)
    message = str(caught.value)
    assert "classifier.1: Conv2d" in message
    assert "pool before it" in message
    if size == 32:
        assert capture(model, example, head="classifier.1").features.shape == (2, 512)
